// Owns sets of tokens, one bit for each id, and how they are laid over logits. Knows no grammar.

/// A set of token ids.
struct TokenSet: Sendable, Equatable {
    private(set) var words: [UInt64]
    let count: Int

    init(count: Int) {
        self.count = count
        words = Array(repeating: 0, count: (count + 63) / 64)
    }

    mutating func insert(_ token: Int32) {
        guard token >= 0, Int(token) < count else { return }
        words[Int(token >> 6)] |= 1 << UInt64(token & 63)
    }

    func contains(_ token: Int32) -> Bool {
        token >= 0 && Int(token) < count && words[Int(token >> 6)] >> UInt64(token & 63) & 1 == 1
    }

    mutating func formUnion(_ other: TokenSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    var tokens: [Int32] { (0..<Int32(count)).filter(contains) }

    /// Sets the logits of all other tokens to -infinity, also of those past `count`: a model's output may be padded.
    func forbidOthers(in logits: inout MutableSpan<Float>) {
        let shared = min(count, logits.count)
        logits.withUnsafeMutableBufferPointer { logits in
            for (index, word) in words.enumerated() where word != .max {
                let start = index * 64
                guard start < shared else { break }
                let end = min(start + 64, shared)
                // Forbid a few, or keep a few.
                var forbidden = ~word
                if forbidden.nonzeroBitCount <= 32 {
                    while forbidden != 0 {
                        let position = start + forbidden.trailingZeroBitCount
                        if position < end { logits[position] = -.infinity }
                        forbidden &= forbidden - 1
                    }
                } else {
                    for position in start..<end where word >> UInt64(position - start) & 1 == 0 {
                        logits[position] = -.infinity
                    }
                }
            }
            if shared < logits.count { logits[shared...].update(repeating: -.infinity) }
        }
    }
}
