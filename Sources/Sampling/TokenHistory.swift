// The tokens so far, prompt and answer, and the tallies that penalties are computed from.
// Knows no logits and no penalty.

/// The context of one sequence as the penalties see it.
package struct TokenHistory: Sendable {
    /// Prompt, then answer.
    package private(set) var tokens: ContiguousArray<Int32>
    /// How many of `tokens` are the prompt's.
    package let promptCount: Int

    package init(promptTokens: [Int32]) {
        tokens = ContiguousArray(promptTokens)
        promptCount = promptTokens.count
    }

    package mutating func append(_ token: Int32) {
        tokens.append(token)
    }

    /// The indices of the last `count` tokens (nil: all).
    package func window(_ count: Int?) -> Range<Int> {
        max(0, tokens.count - (count ?? tokens.count))..<tokens.count
    }
}

/// A number per token id that is cleared in time proportional to the ids touched, not to the vocabulary.
package struct TokenTally: Sendable {
    /// Ids with a non-zero number, in order of first appearance.
    package private(set) var touched: ContiguousArray<Int32> = []
    private var values: ContiguousArray<Int32> = []

    package init() {}

    /// Makes room for ids below `vocabularySize`. Ids outside are ignored by `update`: a prompt may hold
    /// placeholders (an image's) that can never be sampled.
    package mutating func reserve(vocabularySize: Int) {
        if values.count < vocabularySize {
            values.append(contentsOf: repeatElement(0, count: vocabularySize - values.count))
        }
    }

    package subscript(_ token: Int32) -> Int32 { values[Int(token)] }

    /// Adds one to a token's number.
    package mutating func increment(_ token: Int32) {
        update(token) { $0 + 1 }
    }

    /// Raises a token's number to at least `value`, which is positive.
    package mutating func raise(_ token: Int32, to value: Int32) {
        update(token) { max($0, value) }
    }

    package mutating func clear() {
        for token in touched { values[Int(token)] = 0 }
        touched.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private mutating func update(_ token: Int32, _ change: (Int32) -> Int32) {
        guard token >= 0, Int(token) < values.count else { return }
        let old = values[Int(token)]
        values[Int(token)] = change(old)
        if old == 0 { touched.append(token) }
    }
}
