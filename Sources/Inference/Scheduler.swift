// Which tokens of which sequences the next forward pass computes. It owns the queue and the running
// sequences; it computes nothing and knows no threads.

import Models

/// Continuous batching with chunked prefill.
///
/// Every step takes one token of each sequence that is generating, so that none waits for another's long
/// prompt, and fills the rest of the step with prompt tokens, those of the shortest rest first.
package struct Scheduler {
    package struct Limits: Sendable {
        /// Tokens in one step.
        package var stepTokens: Int
        /// Prompt tokens of one sequence in one step.
        package var prefillChunk: Int
        /// Sequences computed together.
        package var sequences: Int
        /// Positions in a sequence.
        package var context: Int
        /// Positions of prompts in one step whose logits are wanted: each is a row as long as the vocabulary.
        package var scoredTokens: Int

        package init(
            stepTokens: Int, prefillChunk: Int, sequences: Int, context: Int, scoredTokens: Int = 32
        ) {
            self.stepTokens = stepTokens
            self.prefillChunk = prefillChunk
            self.sequences = sequences
            self.context = context
            self.scoredTokens = scoredTokens
        }
    }

    /// What the next step may spend on prompts. Unlimited: as much as `Limits` allow.
    package struct Allowance {
        /// Prompt tokens beside sequences that decode.
        package var besideDecoding = Int.max
        /// Prompt tokens where several prompts are all there is to do: small steps end the first ones soon.
        package var severalPrompts = Int.max
        /// Sequences that have their first token since this time may wait for the prompts of their burst; nil: none may.
        package var youngSince: ContinuousClock.Instant?

        package init() {}
    }

    /// A sequence's part in a step: tokens `range` of it.
    package struct Entry {
        package let sequence: TokenSequence
        package let range: Range<Int>
        /// Whether this is the latest token of an answer, and not part of a prompt.
        package let isDecoding: Bool
        /// Whether all known tokens are computed after this.
        package var isComplete: Bool { range.upperBound == sequence.tokens.count }
        /// Whether the last token's logits choose the next.
        package var wantsLogits: Bool { isComplete && sequence.wantsNext }
    }

    /// What `schedule` did beside choosing tokens, since the last time it was asked.
    package struct Events {
        package var admitted: [TokenSequence] = []
        /// Sequences that gave their pages back.
        package var preemptions = 0
    }

    package let limits: Limits
    package let cache: KVCache
    package private(set) var queue = FairQueue()
    package private(set) var running: [TokenSequence] = []
    private var events = Events()

    package init(limits: Limits, cache: KVCache) {
        precondition(limits.stepTokens >= limits.sequences, "a step must hold a token of each sequence")
        self.limits = limits
        self.cache = cache
    }

    package var waiting: [TokenSequence] { queue.waiting }
    package var isIdle: Bool { queue.waiting.isEmpty && running.isEmpty }

    package mutating func submit(_ sequence: TokenSequence) { queue.enter(sequence) }

    /// Chooses the next step's tokens; empty when there is nothing to do.
    package mutating func schedule(_ allowance: Allowance = Allowance()) -> [Entry] {
        admit()
        restore()
        var entries: [Entry] = []
        var budget = limits.stepTokens
        if !waitForBurst(allowance) {
            entries = decode()
            budget -= entries.count
        }
        let prompts = running.filter { !$0.isDecoding && !$0.mayRestore }
        if !entries.isEmpty {
            budget = min(budget, allowance.besideDecoding)
        } else if prompts.count > 1 {
            budget = min(budget, wholePrompts(allowance.severalPrompts, of: prompts))
        }
        entries += share(budget, among: prompts)
        for entry in entries where !entry.isDecoding {
            let isThere = entry.sequence.ensurePages(entry.range.upperBound, from: cache)
            precondition(isThere, "known tokens have their pages promised")
        }
        return entries
    }

    /// What happened since the last call.
    package mutating func takeEvents() -> Events {
        defer { events = Events() }
        return events
    }

    /// Notes that a step's tokens are in the cache.
    package func computed(_ entries: [Entry]) {
        for entry in entries {
            entry.sequence.computed = entry.range.upperBound
            entry.sequence.sealPages(in: cache)
        }
    }

    /// Adds the token that was chosen for `sequence`.
    package mutating func append(_ token: Int32, to sequence: TokenSequence) {
        sequence.append(token)
        queue.chargeToken(to: sequence.request.client)
    }

    /// Takes a sequence out, wherever it is, and its pages back. Nil if it is not here any more.
    @discardableResult
    package mutating func remove(id: Int) -> TokenSequence? {
        if let index = running.firstIndex(where: { $0.id == id }) {
            let sequence = running.remove(at: index)
            sequence.releasePages(to: cache)
            queue.leave(sequence)
            return sequence
        }
        guard let sequence = queue.waiting.first(where: { $0.id == id }) else { return nil }
        queue.leave(sequence)
        return sequence
    }

    /// Lets waiting sequences in, as the queue has their turns. A large one whose turn it is is not overtaken: it
    /// would otherwise wait for ever.
    private mutating func admit() {
        // Whoever runs may want one more page soon: with less to spare, a sequence would be let in to be turned out.
        while running.count < limits.sequences, let next = queue.next {
            let isNew = !next.hasBegun
            guard next.acquirePages(from: cache, context: limits.context, sparing: running.count) else {
                return
            }
            queue.admit(next, promptTokens: isNew ? next.request.prompt.count : 0)
            running.append(next)
            if isNew { events.admitted.append(next) }
        }
    }

    /// Bytes of stored pages that are read before a step, if others wait for that, and if nobody does.
    private static let restoredBytes = (among: 16 << 20, alone: 128 << 20)

    /// Reads stored pages for sequences that are new here, a step's worth at a time: a long text's take longer than
    /// other readers should wait.
    private mutating func restore() {
        let bytes = running.count > 1 ? Self.restoredBytes.among : Self.restoredBytes.alone
        var pages = max(1, bytes / cache.layout.pageBytes)
        for sequence in running where sequence.mayRestore {
            while pages > 0, sequence.restorePage(from: cache) { pages -= 1 }
        }
    }

    /// The latest token of each sequence that has nothing else to compute.
    ///
    /// A sequence is let in on the promise of pages for what is known of it, not for all it could come to: most answers
    /// end long before. Where pages run out after all, the youngest sequence gives its own back and waits at the front
    /// of the queue, with all its tokens and its sampler; they are computed again, or found in the cache, and give the
    /// same bits. The oldest is never turned out, and a cache holds one whole context: so something always gets on, and
    /// what is oldest ends.
    private mutating func decode() -> [Entry] {
        var entries: [Entry] = []
        // Oldest first: who is turned out for another has no entry yet.
        for sequence in running.filter(\.isDecoding).sorted(by: { $0.id < $1.id }) {
            while running.contains(where: { $0 === sequence }),
                !sequence.ensurePages(sequence.tokens.count, from: cache)
            {
                preemptYoungest()
            }
            guard running.contains(where: { $0 === sequence }) else { continue }
            entries.append(
                Entry(
                    sequence: sequence, range: sequence.computed..<sequence.tokens.count, isDecoding: true))
        }
        return entries
    }

    private mutating func preemptYoungest() {
        guard running.count > 1, let place = running.indices.max(by: { running[$0].id < running[$1].id })
        else { preconditionFailure("the cache holds less than one context") }
        let sequence = running.remove(at: place)
        sequence.releasePages(to: cache)
        queue.comeBack(sequence)
        events.preemptions += 1
    }

    /// Whether those that decode leave this step to prompts: all of them have but their first token, and that not for
    /// long. When many requests come at once, the last first token comes soonest if nobody decodes before, and nobody
    /// has a second token later than if all prompts had been one batch. Once in a sequence's life.
    private func waitForBurst(_ allowance: Allowance) -> Bool {
        guard let since = allowance.youngSince, running.contains(where: { !$0.isDecoding }) else {
            return false
        }
        return running.allSatisfy { sequence in
            guard sequence.isDecoding else { return true }
            guard sequence.generated == 1, let first = sequence.firstToken else { return false }
            return first >= since
        }
    }

    /// A budget that the shortest of `prompts` fit in whole, as many as come to no more than `tokens` together, and one at
    /// least: the beginning of another would only hold up the first tokens of these.
    private func wholePrompts(_ tokens: Int, of prompts: [TokenSequence]) -> Int {
        let sorted = prompts.sorted { ($0.pending, $0.id) < ($1.pending, $1.id) }
        var sum = 0
        var hasOldest = false
        for sequence in sorted where sum == 0 || sequence.pending <= tokens - sum {
            sum += sequence.pending
            hasOldest = hasOldest || sequence === prompts.first
        }
        return hasOldest ? sum : sum + (sum + 2) / 3  // its quarter, beside them
    }

    /// Shares `budget` tokens out among `prompts`, the shortest rest first: that makes the mean time to a first token
    /// least. The oldest is sure of a quarter, so that no stream of short ones starves a long one.
    private func share(_ budget: Int, among prompts: [TokenSequence]) -> [Entry] {
        guard let oldest = prompts.first, budget > 0 else { return [] }
        var reserve = min((budget + 3) / 4, oldest.pending, limits.prefillChunk)
        var left = budget
        var rows = limits.scoredTokens
        var entries: [Entry] = []
        for sequence in prompts.sorted(by: { ($0.pending, $0.id) < ($1.pending, $1.id) }) {
            if sequence === oldest { reserve = 0 }
            var count = min(sequence.pending, limits.prefillChunk, left - reserve)
            if sequence.request.promptLogProbabilities != nil {
                // A row for each position, but for those whose scores nobody wants, or that were reported before the
                // sequence lost its pages.
                let done = max(0, sequence.firstScored - sequence.computed)
                count = min(count, done + rows)
                rows -= max(0, min(count, sequence.request.prompt.count - sequence.computed) - done)
            }
            guard count > 0 else { continue }
            entries.append(
                Entry(
                    sequence: sequence, range: sequence.computed..<sequence.computed + count,
                    isDecoding: false))
            left -= count
        }
        return entries
    }
}
