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

    /// Forbids those of up to 64 logits whose bits are set.
    private static func forbid(_ bits: UInt64, in logits: UnsafeMutableBufferPointer<Float>) {
        let lanes = SIMD8<UInt32>(1, 2, 4, 8, 16, 32, 64, 128)
        for start in stride(from: 0, to: logits.count, by: 8) {
            let byte = UInt32(truncatingIfNeeded: bits >> UInt64(start)) & 0xFF
            guard byte != 0 else { continue }
            guard start + 8 <= logits.count else {
                for lane in start..<logits.count where bits >> UInt64(lane) & 1 == 1 {
                    logits[lane] = -.infinity
                }
                return
            }
            let raw = UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(logits)[(start * 4)...])
            let kept = raw.loadUnaligned(as: SIMD8<Float>.self)
            let isForbidden = (lanes & SIMD8(repeating: byte)) .!= 0
            raw.storeBytes(of: kept.replacing(with: -.infinity, where: isForbidden), as: SIMD8<Float>.self)
        }
    }
}
