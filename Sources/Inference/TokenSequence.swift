// One request on its way through the scheduler: its tokens, its pages, its sampler.

package import Models
package import Sampling
import Tensors

/// A sequence of tokens being computed and extended. Lives on the engine's thread.
package final class TokenSequence {
    package let id: Int
    package let request: GenerationRequest
    /// The prompt, then what was generated.
    package private(set) var tokens: [Int32]
    /// Tokens whose keys and values are in the cache.
    package var computed = 0
    package private(set) var cachedTokens = 0
    /// Whether it had pages once, though it may have lost them.
    package private(set) var hasBegun = false
    package var sampler: Sampler
    /// The text's vector, if that is what is wanted, and no token.
    package var embedding: EmbeddingSum?
    /// Positions whose routing, scores and states have gone out: never sent again when they are computed again.
    package private(set) var reported = 0
    package let submitted: ContinuousClock.Instant
    package var started: ContinuousClock.Instant?
    package private(set) var firstToken: ContinuousClock.Instant?
    package private(set) var lastToken: ContinuousClock.Instant?
    /// Seconds between each token and the one before, if somebody wants to know.
    package private(set) var gaps: [Float] = []

    /// Whether the store may have its next pages: not known yet, as reading takes its time.
    package private(set) var mayRestore = false
    private var lease: KVCache.Lease?
    private var table: PageTableStorage?

    package init(
        id: Int, request: GenerationRequest, sampler: Sampler, embedding: EmbeddingSum? = nil,
        submitted: ContinuousClock.Instant
    ) {
        self.id = id
        self.request = request
        self.sampler = sampler
        self.embedding = embedding
        self.submitted = submitted
        tokens = request.prompt
    }

    package var generated: Int { tokens.count - request.prompt.count }
    /// Tokens that are known and not yet computed: the rest of the prompt, or the latest token.
    package var pending: Int { tokens.count - computed }
    /// Whether only the latest token of an answer is to be computed. Not so for an answer that lost its pages.
    package var isDecoding: Bool { generated > 0 && pending == 1 }
    /// Whether a token is to be chosen once all known ones are computed.
    package var wantsNext: Bool { embedding == nil && request.maxTokens != 0 }

    /// Whether the logits at `position` are wanted for the token of the prompt that comes next.
    package func wantsScore(after position: Int) -> Bool {
        request.promptLogProbabilities != nil && position >= firstScored
            && position + 1 < request.prompt.count
    }

    /// The first position whose logits are wanted for the next token's score, if scores are wanted at all.
    package var firstScored: Int { max(reported, request.promptLogProbabilitiesFrom - 1) }

    package func wantsState(of position: Int) -> Bool {
        position >= reported && embedding?.wants(position, length: request.prompt.count) ?? false
    }

    /// Notes that all that is wanted of the first `positions` positions has gone out.
    package func noteReported(_ positions: Int) { reported = max(reported, positions) }

    /// Positions at the front whose keys and values will do, computed or not: of the others more is wanted.
    private var reusable: Int {
        if request.promptLogProbabilities != nil { return firstScored }
        if let embedding, embedding.wants(0, length: .max) { return reported }
        // Tokens that were cached from the first have no routing; a gap in the middle would be a surprise.
        return request.recordsRouting && hasBegun ? reported : .max
    }

    /// Most tokens this sequence can come to in a context of `context`.
    package func limit(context: Int) -> Int {
        // `maxTokens` may be any number that a caller thought large enough: no sum with it.
        min(context, request.prompt.count + min(request.maxTokens ?? context, context))
    }

    package func append(_ token: Int32) { tokens.append(token) }

    /// Notes that a token was chosen at `now`.
    package func noteToken(_ now: ContinuousClock.Instant, recordsGap: Bool) {
        if recordsGap, let lastToken { gaps.append(Float((now - lastToken) / .seconds(1))) }
        if firstToken == nil { firstToken = now }
        lastToken = now
    }

    // MARK: Pages

    /// Positions beyond the known tokens that a sequence is promised when it is let in.
    private static let headRoom = KVType.pagePositions

    /// Takes pages for all known tokens and some more from `cache`, leaving `spare` to others; false: not now.
    package func acquirePages(from cache: KVCache, context: Int, sparing spare: Int) -> Bool {
        let most = limit(context: context)
        guard
            let lease = cache.lease(
                positions: min(most, tokens.count + Self.headRoom), tokens: tokens,
                usingPrefixes: request.usesPrefixCache, upTo: reusable, sparing: spare)
        else { return false }
        let table = PageTableStorage(count: KVCache.pageCount(positions: most))
        for (slot, page) in lease.pages.enumerated() { table[slot] = cache.memory(of: page) }
        computed = lease.pages.count * KVType.pagePositions
        if !hasBegun { cachedTokens = computed }
        hasBegun = true
        mayRestore = request.usesPrefixCache
        self.lease = lease
        self.table = table
        return true
    }

    /// Takes over one page that the store of `cache` has; false: it has no more that will do.
    package func restorePage(from cache: KVCache) -> Bool {
        let end = computed + KVType.pagePositions
        guard mayRestore, var lease, end < tokens.count, end <= reusable,
            cache.restore(&lease, tokens: Array(tokens[computed..<end]))
        else {
            mayRestore = false
            return false
        }
        table?[lease.pages.count - 1] = cache.memory(of: lease.pages[lease.pages.count - 1])
        self.lease = lease
        computed = end
        if started == nil { cachedTokens = end }
        return true
    }

    /// Makes sure of pages for the first `positions` positions; false: there are none left.
    package func ensurePages(_ positions: Int, from cache: KVCache) -> Bool {
        while var lease, lease.pages.count < KVCache.pageCount(positions: positions) {
            guard cache.extend(&lease) else { return false }
            table?[lease.pages.count - 1] = cache.memory(of: lease.pages[lease.pages.count - 1])
            self.lease = lease
        }
        return true
    }

    /// Enters pages that became full in the cache's index, if the request shares them.
    package func sealPages(in cache: KVCache) {
        let size = KVType.pagePositions
        while request.usesPrefixCache, var lease, (lease.sealed + 1) * size <= computed {
            let start = lease.sealed * size
            cache.seal(&lease, tokens: Array(tokens[start..<start + size]))
            self.lease = lease
        }
    }

    package func releasePages(to cache: KVCache) {
        if let lease { cache.release(lease) }
        lease = nil
        table = nil
        computed = 0
    }

    /// The pages' addresses for the forward pass; valid until the pages are released.
    package var pages: PageTable {
        guard let table else { preconditionFailure("a sequence without pages was scheduled") }
        return table.pointer
    }
}

/// The array of page addresses that kernels read.
private final class PageTableStorage {
    private let addresses: UnsafeMutablePointer<UnsafePointer<UInt8>?>

    init(count: Int) {
        addresses = .allocate(capacity: max(1, count))
        addresses.initialize(repeating: nil, count: max(1, count))
    }

    deinit { addresses.deallocate() }

    subscript(slot: Int) -> UnsafePointer<UInt8>? {
        get { addresses[slot] }
        set { addresses[slot] = newValue }
    }

    var pointer: PageTable { PageTable(addresses) }
}
