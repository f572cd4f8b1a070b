// Which tokens of which sequences the next forward pass computes. It owns the queue and the running
// sequences; it computes nothing and knows no threads.

/// Continuous batching with chunked prefill.
///
/// Every step takes one token of each sequence that is generating, so that none waits for another's long
/// prompt, and fills the rest of the step with prompt tokens, oldest request first.
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

        package init(stepTokens: Int, prefillChunk: Int, sequences: Int, context: Int) {
            self.stepTokens = stepTokens
            self.prefillChunk = prefillChunk
            self.sequences = sequences
            self.context = context
        }
    }

    /// A sequence's part in a step: tokens `range` of it.
    package struct Entry {
        package let sequence: TokenSequence
        package let range: Range<Int>
        /// Whether the last token of `range` is the last one known: its logits choose the next.
        package var wantsLogits: Bool { range.upperBound == sequence.tokens.count }
    }

    package let limits: Limits
    package let cache: KVCache
    package private(set) var waiting: [TokenSequence] = []
    package private(set) var running: [TokenSequence] = []

    package init(limits: Limits, cache: KVCache) {
        precondition(limits.stepTokens >= limits.sequences, "a step must hold a token of each sequence")
        self.limits = limits
        self.cache = cache
    }

    package var isIdle: Bool { waiting.isEmpty && running.isEmpty }

    package mutating func submit(_ sequence: TokenSequence) { waiting.append(sequence) }

    /// Chooses the next step's tokens; empty when there is nothing to do.
    package mutating func schedule() -> [Entry] {
        admit()
        var entries: [Entry] = []
        var budget = limits.stepTokens
        for sequence in running where sequence.isDecoding {
            entries.append(Entry(sequence: sequence, range: sequence.computed..<sequence.tokens.count))
            budget -= sequence.pending
        }
        for sequence in running where !sequence.isDecoding && budget > 0 {
            let count = min(sequence.pending, limits.prefillChunk, budget)
            entries.append(Entry(sequence: sequence, range: sequence.computed..<sequence.computed + count))
            budget -= count
        }
        for entry in entries { entry.sequence.ensurePages(entry.range.upperBound, from: cache) }
        return entries
    }

    /// Notes that a step's tokens are in the cache.
    package func computed(_ entries: [Entry]) {
        for entry in entries {
            entry.sequence.computed = entry.range.upperBound
            entry.sequence.sealPages(in: cache)
        }
    }

    /// Takes a sequence out, wherever it is, and its pages back. Nil if it is not here any more.
    @discardableResult
    package mutating func remove(id: Int) -> TokenSequence? {
        if let index = running.firstIndex(where: { $0.id == id }) {
            let sequence = running.remove(at: index)
            sequence.releasePages(to: cache)
            return sequence
        }
        if let index = waiting.firstIndex(where: { $0.id == id }) { return waiting.remove(at: index) }
        return nil
    }

    /// Lets waiting sequences in, first come first served. A large one at the head is not overtaken: it
    /// would otherwise wait for ever.
    private mutating func admit() {
        while running.count < limits.sequences, let next = waiting.first,
            next.acquirePages(from: cache, context: limits.context)
        {
            waiting.removeFirst()
            running.append(next)
        }
    }
}
