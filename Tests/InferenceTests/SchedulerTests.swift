// The scheduler and the page cache without a model: who is computed when, and that no page is ever lost,
// shared by mistake, or overwritten while somebody needs it.

import Inference
import Models
import Sampling
import Tensors
import TestSupport
import Testing

/// A scheduler with a cache of `pages` pages, and the bookkeeping of a caller that generates token 9 always.
private struct Bench {
    var scheduler: Scheduler
    let cache: KVCache
    var allowance = Scheduler.Allowance()
    private var nextID = 0

    init(
        pages: Int = 64, stepTokens: Int = 40, prefillChunk: Int = 32, sequences: Int = 8, context: Int = 512
    ) throws {
        let layout = KVLayout(try TinyModel().load().configuration, type: .f16)
        cache = KVCache(layout: layout, capacity: pages)
        scheduler = Scheduler(
            limits: Scheduler.Limits(
                stepTokens: stepTokens, prefillChunk: prefillChunk, sequences: sequences, context: context),
            cache: cache)
    }

    @discardableResult
    mutating func submit(
        _ prompt: [Int32], maxTokens: Int? = 4, usesPrefixCache: Bool = true, client: String = ""
    ) throws -> Int {
        let request = GenerationRequest(
            prompt: prompt, maxTokens: maxTokens, usesPrefixCache: usesPrefixCache, client: client)
        nextID += 1
        scheduler.submit(
            TokenSequence(
                id: nextID, request: request, sampler: try Sampler(request.sampling), submitted: .now))
        return nextID
    }

    @discardableResult
    mutating func submit(length: Int, maxTokens: Int? = 4, client: String = "") throws -> Int {
        // Every prompt is its own: no prefix is shared unless a test wants it.
        try submit(
            (0..<length).map { Int32($0 + 1000 * (nextID + 1)) }, maxTokens: maxTokens, client: client)
    }

    /// One step; what it computed, as (id, range).
    @discardableResult
    mutating func step() -> [(id: Int, range: Range<Int>)] {
        let entries = scheduler.schedule(allowance)
        scheduler.computed(entries)
        for entry in entries where entry.range.upperBound == entry.sequence.tokens.count {
            entry.sequence.noteToken(.now, recordsGap: false)
            scheduler.append(9, to: entry.sequence)
            if entry.sequence.tokens.count >= entry.sequence.limit(context: scheduler.limits.context) {
                scheduler.remove(id: entry.sequence.id)
            }
        }
        return entries.map { ($0.sequence.id, $0.range) }
    }

    /// Steps until nothing is left; the ids in the order in which they were first computed.
    mutating func run() -> [Int] {
        var order: [Int] = []
        while !scheduler.isIdle {
            let computed = step()
            precondition(!computed.isEmpty, "the scheduler does nothing, yet is not done")
            for id in computed.map(\.id) where !order.contains(id) { order.append(id) }
        }
        return order
    }
}

private func == (a: [(id: Int, range: Range<Int>)], b: [(Int, Range<Int>)]) -> Bool {
    a.elementsEqual(b) { $0.id == $1.0 && $0.range == $1.1 }
}

@Suite("Scheduler")
struct SchedulerTests {
    @Test("a prompt is cut into chunks, and the last one asks for logits")
    func chunks() throws {
        var bench = try Bench()
        try bench.submit(length: 70)
        #expect(bench.step() == [(1, 0..<32)])
        #expect(bench.step() == [(1, 32..<64)])
        #expect(bench.step() == [(1, 64..<70)])
        #expect(bench.step() == [(1, 70..<71)])
    }

    // Until issue 4 the oldest prompt came first: a prompt of thousands then kept everyone behind it from a first
    // token for as long as it took.
    @Test(
        "tokens being generated come before prompts, of which the shortest rest comes first, the oldest always has a part"
    )
    func priorities() throws {
        var bench = try Bench()
        try bench.submit(length: 5, maxTokens: 100)
        bench.step()
        try bench.submit(length: 100)
        try bench.submit(length: 20)
        try bench.submit(length: 21)
        #expect(bench.step() == [(1, 5..<6), (3, 0..<20), (4, 0..<9), (2, 0..<10)])  // 1 + 20 + 9 + 10 = 40
        #expect(bench.step() == [(1, 6..<7), (3, 20..<21), (4, 9..<21), (2, 10..<36)])
        #expect(bench.step() == [(1, 7..<8), (3, 21..<22), (4, 21..<22), (2, 36..<68)])
    }

    @Test("among several prompts steps are small, and never cut the shortest short")
    func severalPrompts() throws {
        var bench = try Bench(stepTokens: 300, prefillChunk: 256)
        bench.allowance.severalPrompts = 64
        for length in [100, 90, 90] { try bench.submit(length: length, maxTokens: 100) }
        #expect(bench.step() == [(2, 0..<90), (1, 0..<30)])  // the shortest, and the oldest's quarter
        bench.allowance.besideDecoding = 16
        #expect(bench.step() == [(2, 90..<91), (1, 30..<46)])
    }

    @Test("first tokens of a burst wait for its other prompts, for as long as is allowed, and once")
    func bursts() throws {
        var bench = try Bench()
        bench.allowance.youngSince = .now - .seconds(60)
        for length in [30, 30, 30] { try bench.submit(length: length, maxTokens: 100) }
        #expect(bench.step() == [(1, 0..<30), (2, 0..<10)])
        #expect(bench.step() == [(2, 10..<30), (3, 0..<20)])
        bench.allowance.youngSince = .now + .seconds(60)
        #expect(bench.step() == [(1, 30..<31), (2, 30..<31), (3, 20..<30)])
        bench.allowance.youngSince = .now - .seconds(60)
        try bench.submit(length: 30)
        // 1 and 2 are past their first token: 3, which is not, goes with them.
        #expect(bench.step() == [(1, 31..<32), (2, 31..<32), (3, 30..<31), (4, 0..<30)])
    }

    @Test("no step is larger than its budget, or has more sequences than allowed")
    func budget() throws {
        var bench = try Bench(sequences: 3)
        for length in [50, 3, 90, 1, 200, 33] { try bench.submit(length: length, maxTokens: 20) }
        while !bench.scheduler.isIdle {
            let entries = bench.step()
            #expect(entries.reduce(0) { $0 + $1.range.count } <= 40)
            #expect(entries.count <= 3)
            #expect(entries.allSatisfy { $0.range.count <= 32 })
            #expect(Set(entries.map(\.id)).count == entries.count)
        }
    }

    // Until issue 4 pages were promised for the longest possible answer, and few requests ran together.
    @Test("first come, first served; a large request at the head is not overtaken")
    func fairness() throws {
        var bench = try Bench(pages: 9, context: 512)
        try bench.submit(length: 100, maxTokens: 10)  // 2 pages
        try bench.submit(length: 500, maxTokens: 10)  // 8 pages: must wait for the first
        try bench.submit(length: 10, maxTokens: 10)  // 1 page: would fit, but does not push in
        bench.step()
        #expect(bench.scheduler.running.map(\.id) == [1])
        #expect(bench.scheduler.waiting.map(\.id) == [2, 3])
        #expect(bench.run() == [1, 2, 3])
    }

    @Test("pages are promised for what is known and a page more, never past the end, and all given back")
    func promises() throws {
        var bench = try Bench(pages: 16)
        try bench.submit(length: 65, maxTokens: 400)  // 65 known and 64 more: 3 pages
        try bench.submit(length: 1, maxTokens: nil)  // 1 and 64: 2 pages
        try bench.submit(length: 3, maxTokens: 20)  // no more than 23: 1 page
        bench.step()
        #expect(bench.cache.available == 16 - 3 - 2 - 1)
        bench.scheduler.remove(id: 2)
        #expect(bench.cache.available == 16 - 3 - 1)
        _ = bench.run()
        #expect(bench.cache.available == 16)
    }

    @Test("a request can be taken back while it waits, computes its prompt, or answers")
    func cancellation() throws {
        var bench = try Bench(sequences: 1)
        for length in [100, 100, 100] { try bench.submit(length: length, maxTokens: 50) }
        bench.step()
        #expect(bench.scheduler.remove(id: 2)?.id == 2)  // waiting
        #expect(bench.scheduler.remove(id: 1)?.id == 1)  // amid its prompt
        for _ in 0..<6 { bench.step() }
        #expect(bench.scheduler.running.first?.isDecoding == true)
        #expect(bench.scheduler.remove(id: 3)?.id == 3)  // answering
        #expect(bench.scheduler.remove(id: 3) == nil)
        #expect(bench.scheduler.isIdle)
        #expect(bench.cache.available == 64)
    }
}

@Suite("Fair queue")
struct FairQueueTests {
    @Test("clients take turns, and each client's requests keep their order")
    func turns() throws {
        var bench = try Bench(sequences: 1)
        for client in ["a", "a", "a", "b", "b", "c"] { try bench.submit(length: 10, client: client) }
        #expect(bench.run() == [1, 4, 6, 2, 5, 3])
    }

    @Test("who was served least comes first: a client with long answers waits for one with short ones")
    func leastServed() throws {
        var bench = try Bench(sequences: 1)
        for _ in 0..<3 { try bench.submit(length: 10, maxTokens: 50, client: "long") }  // 110 each
        for _ in 0..<12 { try bench.submit(length: 10, maxTokens: 5, client: "short") }  // 20 each
        let order = bench.run()
        #expect(order.prefix(8) == [1, 4, 5, 6, 7, 8, 9, 2])
    }

    @Test(
        "a client that comes late has no claim to what it did not ask for, and does not wait for the others' past"
    )
    func lateComer() throws {
        var bench = try Bench(sequences: 1)
        for _ in 0..<20 { try bench.submit(length: 50, client: "early") }
        for _ in 0..<30 { bench.step() }
        let done = 20 - bench.scheduler.waiting.count
        #expect(done > 4)
        for _ in 0..<10 { try bench.submit(length: 50, client: "late") }
        let order = bench.run().dropFirst()
        #expect(Set(order.prefix(8).filter { $0 > 20 }).count == 4)  // turn by turn
    }

    @Test("nobody starves: among clients that never stop asking, each gets its share", arguments: 0..<4)
    func shares(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var bench = try Bench(sequences: 3)
        let clients = ["a", "b", "c", "d", "e"]
        var submitted: [String: Int] = [:]
        var owner: [Int: (client: String, cost: Int)] = [:]
        var served: [String: Int] = [:]
        for _ in 0..<4000 {
            // "a" asks ten times as often as the others.
            for client in clients {
                let waiting = bench.scheduler.waiting.count { $0.request.client == client }
                guard waiting < (client == "a" ? 30 : 3) else { continue }
                let (length, most) = (
                    Int.random(in: 1...80, using: &random), Int.random(in: 1...30, using: &random)
                )
                let id = try bench.submit(length: length, maxTokens: most, client: client)
                owner[id] = (client, length + 2 * most)
                submitted[client, default: 0] += 1
            }
            let before = Set(bench.scheduler.running.map(\.id))
            bench.step()
            for id in before.subtracting(bench.scheduler.running.map(\.id)) {
                if let (client, cost) = owner[id] { served[client, default: 0] += cost }
            }
        }
        let counts = clients.map { served[$0, default: 0] }
        let (least, most) = (try #require(counts.min()), try #require(counts.max()))
        #expect(least > 1000 && most - least < 1000, "\(served)")
    }
}

@Suite("Step pace")
struct StepPaceTests {
    /// Steps of a machine on which decoding costs `base` and each prompt token `token` seconds.
    private func settle(_ pace: inout StepPace, base: Double, token: Double, steps: Int = 100) -> [Double] {
        (0..<steps).map { _ in
            let tokens = pace.prefillTokens
            let seconds = base + token * Double(tokens)
            pace.learn(decodeSequences: 8, prefillTokens: tokens, seconds: seconds)
            return seconds
        }
    }

    @Test(
        "steps come to a tenth of a second, or twice what decoding costs where that is more",
        arguments: [
            (0.02, 0.001, 0.1), (0.005, 0.0001, 0.1), (0.09, 0.001, 0.18), (0.4, 0.01, 0.8),
            (0.01, 0.01, 0.17),
        ])
    func target(base: Double, token: Double, target: Double) {
        var pace = StepPace()
        let mixed = settle(&pace, base: base, token: token).suffix(50).filter { $0 > base }
        // Whole sixteens of tokens, sixteen at least.
        #expect(mixed.allSatisfy { $0 <= target * 1.001 && $0 > target - 16.1 * token })
        #expect(mixed.count > 40)
    }

    @Test("a machine that was slow for a while and is fast again is not taken for slow for ever")
    func recovery() {
        var pace = StepPace()
        _ = settle(&pace, base: 0.02, token: 0.001)
        let fast = pace.prefillTokens
        _ = settle(&pace, base: 0.2, token: 0.02)
        #expect(pace.prefillTokens <= 16)
        _ = settle(&pace, base: 0.02, token: 0.001)
        #expect(abs(pace.prefillTokens - fast) <= 16)
    }
}

@Suite("KVCache")
struct KVCacheTests {
    private let stem = (0..<200).map { Int32($0) }

    /// Computes a request to its end.
    private func compute(_ bench: inout Bench, _ prompt: [Int32], usesPrefixCache: Bool = true) throws -> Int
    {
        let id = try bench.submit(prompt, maxTokens: 1, usesPrefixCache: usesPrefixCache)
        let first = try #require(bench.step().first)
        #expect(first.id == id)
        while !bench.scheduler.isIdle { bench.step() }
        return first.range.lowerBound
    }

    @Test("full pages of an equal beginning are found again, whole pages only, never the last token")
    func sharing() throws {
        var bench = try Bench()
        #expect(try compute(&bench, stem) == 0)
        #expect(try compute(&bench, stem) == 192)
        #expect(try compute(&bench, Array(stem[..<193])) == 192)
        #expect(try compute(&bench, Array(stem[..<192])) == 128)  // position 191 must be computed: logits
        #expect(try compute(&bench, Array(stem[..<64])) == 0)
        var changed = stem
        changed[100] += 1
        #expect(try compute(&bench, changed) == 64)
        changed = stem
        changed[0] += 1
        #expect(try compute(&bench, changed) == 0)  // another beginning: all after it is another text
    }

    @Test("a request that does not share neither finds nor leaves pages")
    func privacy() throws {
        var bench = try Bench()
        _ = try compute(&bench, stem, usesPrefixCache: false)
        #expect(try compute(&bench, stem) == 0)
        #expect(try compute(&bench, stem, usesPrefixCache: false) == 0)
    }

    @Test("what was let go longest ago is evicted first, a text's end before its beginning")
    func eviction() throws {
        var bench = try Bench(pages: 8)
        let texts = (0..<2).map { text in (0..<193).map { Int32(text * 1000 + $0) } }
        for text in texts { _ = try compute(&bench, text) }  // 3 full pages each, and one that is free again
        #expect(try compute(&bench, texts[0]) == 192)  // now the first is the younger one
        // Needs 4 pages: 2 are free, so the older text loses 2 of its 3.
        _ = try compute(&bench, (0..<193).map { Int32(9000 + $0) })
        #expect(try compute(&bench, Array(texts[1][..<129])) == 64)
        #expect(try compute(&bench, texts[0]) >= 64)
    }

    /// What position `index` of a text holds in this test: a hash of all tokens up to it. Attention makes a
    /// key or value of the same dependence.
    private static func content(_ tokens: some Sequence<Int32>) -> UInt64 {
        tokens.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64(bitPattern: Int64($1))) &* 0x100_0000_01b3 }
    }

    private static func slot(_ sequence: TokenSequence, _ position: Int) -> UnsafeMutablePointer<UInt64>? {
        sequence.pages[position / 64].map {
            UnsafeMutableRawPointer(mutating: $0).assumingMemoryBound(to: UInt64.self) + position % 64
        }
    }

    @Test(
        "after thousands of random operations every sequence finds what was computed for it", arguments: 0..<8
    )
    func randomOperations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pages = [8, 9, 40, 9][Int(seed % 4)]
        // Short prompts with long answers are let in together and outgrow the cache.
        let longest = seed.isMultiple(of: 2) ? 300 : 150
        var bench = try Bench(pages: pages, stepTokens: 80, prefillChunk: 72, sequences: 6)
        var steps = 0
        var found = 0
        var preemptions = 0
        for _ in 0..<(seed.isMultiple(of: 2) ? 1000 : 2500) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3:
                // Two tokens only, and few changes of them: many texts share beginnings.
                let length = Int.random(in: 1..<longest, using: &random)
                let change = Int.random(in: 0..<300, using: &random)
                try bench.submit(
                    (0..<length).map { $0 < change ? 1 : 2 },
                    maxTokens: Int.random(in: 1...(seed.isMultiple(of: 2) ? 200 : 450), using: &random),
                    usesPrefixCache: Int.random(in: 0..<8, using: &random) > 0)
            case 3 where seed.isMultiple(of: 2) || Int.random(in: 0..<20, using: &random) == 0:
                let all = bench.scheduler.running + bench.scheduler.waiting
                if let unlucky = all.randomElement(using: &random) { bench.scheduler.remove(id: unlucky.id) }
            default:
                bench.allowance.besideDecoding = [0, 16, .max].randomElement(using: &random)!
                let entries = bench.scheduler.schedule(bench.allowance)
                preemptions += bench.scheduler.takeEvents().preemptions
                // Something gets on unless there is nothing to do or prompts may not.
                #expect(!entries.isEmpty || bench.scheduler.isIdle || bench.allowance.besideDecoding == 0)
                for entry in entries {
                    let sequence = entry.sequence
                    // What was computed or taken over is intact…
                    for position in 0..<entry.range.lowerBound {
                        let expected = Self.content(sequence.tokens[...position])
                        try #require(Self.slot(sequence, position)?.pointee == expected)
                    }
                    // …and what is computed now is written, as the forward pass does.
                    for position in entry.range {
                        Self.slot(sequence, position)?.pointee = Self.content(sequence.tokens[...position])
                    }
                    found += sequence.cachedTokens
                }
                try checkInvariants(bench, pages: pages)
                bench.scheduler.computed(entries)
                for entry in entries where entry.range.upperBound == entry.sequence.tokens.count {
                    bench.scheduler.append(Int32.random(in: 1...2, using: &random), to: entry.sequence)
                    if entry.sequence.tokens.count >= entry.sequence.limit(context: 512) {
                        bench.scheduler.remove(id: entry.sequence.id)
                    }
                }
                steps += entries.isEmpty ? 0 : 1
            }
            #expect(bench.cache.available >= 0)
            // No page that is written to belongs to two: the last page of each sequence is its own.
            let last = bench.scheduler.running.filter { $0.computed % 64 != 0 }
                .map { $0.pages[$0.computed / 64] }
            #expect(Set(last).count == last.count)
        }
        #expect(steps > 300 && found > 0)
        #expect(seed.isMultiple(of: 2) || preemptions > 0)
        for sequence in bench.scheduler.running + bench.scheduler.waiting {
            bench.scheduler.remove(id: sequence.id)
        }
        #expect(bench.cache.available == pages && bench.cache.used == 0)
    }

    /// What holds after every choice of a step, whatever came before.
    private func checkInvariants(_ bench: Bench, pages: Int) throws {
        let scheduler = bench.scheduler
        try #require(bench.cache.available >= 0)
        // Every page that sequences see is counted as used, shared ones once.
        var seen: Set<UnsafePointer<UInt8>> = []
        for sequence in scheduler.running {
            for page in 0..<KVCache.pageCount(positions: sequence.computed) {
                seen.insert(try #require(sequence.pages[page]))
            }
        }
        try #require(seen.count <= bench.cache.used && bench.cache.used + bench.cache.cached <= pages)
        let ids = scheduler.running.map(\.id) + scheduler.waiting.map(\.id)
        try #require(Set(ids).count == ids.count)
        // Who was turned out has no pages, waits ahead of the others, and was younger than whoever stayed oldest.
        let begun = scheduler.waiting.map(\.hasBegun)
        try #require(begun == begun.filter { $0 } + begun.filter { !$0 })
        for sequence in scheduler.waiting { try #require(sequence.computed == 0) }
    }
}
