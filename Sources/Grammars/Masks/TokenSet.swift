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
                let part = UnsafeMutableBufferPointer(rebasing: logits[start..<min(start + 64, shared)])
                if word == 0 {
                    part.update(repeating: -.infinity)
                } else {
                    Self.forbid(~word, in: part)
                }
            }
            if shared < logits.count { logits[shared...].update(repeating: -.infinity) }
        }
    }

    /// Forbids those of up to 64 logits whose bits are set: one by one where they are few, else all, and the others
    /// are put back.
    private static func forbid(_ bits: UInt64, in logits: UnsafeMutableBufferPointer<Float>) {
        let within = logits.count < 64 ? UInt64(1) << UInt64(logits.count) - 1 : .max
        var rest = bits & within
        if rest.nonzeroBitCount <= 32 {
            while rest != 0 {
                logits[rest.trailingZeroBitCount] = -.infinity
                rest &= rest - 1
            }
            return
        }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 64) { kept in
            let allowed = ~bits & within
            var (rest, count) = (allowed, 0)
            while rest != 0 {
                kept[count] = logits[rest.trailingZeroBitCount]
                count += 1
                rest &= rest - 1
            }
            logits.update(repeating: -.infinity)
            (rest, count) = (allowed, 0)
            while rest != 0 {
                logits[rest.trailingZeroBitCount] = kept[count]
                count += 1
                rest &= rest - 1
            }
        }
    }
}
