// Remembers the tokens of words seen before. It knows bytes and tokens, not how one becomes the other.

/// A direct-mapped cache of fixed size: a new word takes the place of the old one in its slot, nothing is
/// allocated but the slots, once, and text that never repeats costs little more than the hashing.
struct WordCache: Sendable {
    /// Longer words, or words of more tokens, are not kept: they hardly ever come again.
    static let longestWord = 24
    private static let mostTokens = 7
    private static let slotCount = 1 << 14  // of 64 bytes: a megabyte in all
    /// Words met before that megabyte is set aside: a short prompt is done sooner without.
    private static let wordsBefore = 512

    private struct Slot {
        var hash: UInt64 = 0  // 0 is free
        var word: (UInt64, UInt64, UInt64) = (0, 0, 0)
        var length: UInt16 = 0  // of the word, to tell "a" from "a\0"
        var count: UInt16 = 0  // of the tokens
        var tokens: (TokenID, TokenID, TokenID, TokenID, TokenID, TokenID, TokenID) = (0, 0, 0, 0, 0, 0, 0)
    }
    private var slots: [Slot] = []
    private var words = 0  // offered before there were slots

    /// A word of at most `longestWord` bytes, packed so that comparing it takes three comparisons.
    struct Key {
        fileprivate let word: (UInt64, UInt64, UInt64)
        fileprivate let hash: UInt64
        fileprivate let length: UInt16

        @inline(__always)
        init(_ text: [UInt8], _ range: Range<Int>) {
            var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
            withUnsafeMutableBytes(of: &words) { buffer in
                text.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range])) }
            }
            word = words
            var hash = words.0 &* 0x9E37_79B9_7F4A_7C15
            hash = (hash ^ hash >> 29 ^ words.1) &* 0xBF58_476D_1CE4_E5B9
            hash = (hash ^ hash >> 32 ^ words.2) &* 0x94D0_49BB_1331_11EB
            self.hash = hash ^ hash >> 31 | 1
            length = UInt16(range.count)
        }
    }

    /// Appends the word's tokens to `tokens` if they are known.
    @inline(__always)
    func append(_ key: Key, to tokens: inout [TokenID]) -> Bool {
        if slots.isEmpty { return false }
        let slot = slots[Int(truncatingIfNeeded: key.hash >> 7) & (Self.slotCount - 1)]
        guard slot.hash == key.hash, slot.length == key.length, slot.word == key.word else { return false }
        withUnsafeBytes(of: slot.tokens) { buffer in
            for index in 0..<Int(slot.count) {
                tokens.append(buffer.load(fromByteOffset: index * 4, as: TokenID.self))
            }
        }
        return true
    }

    /// Remembers the word's tokens, if they are few enough.
    mutating func insert(_ key: Key, _ tokens: ArraySlice<TokenID>) {
        guard tokens.count <= Self.mostTokens else { return }
        if slots.isEmpty {
            words += 1
            guard words > Self.wordsBefore else { return }
            slots = [Slot](repeating: Slot(), count: Self.slotCount)
        }
        var slot = Slot(hash: key.hash, word: key.word, length: key.length, count: UInt16(tokens.count))
        withUnsafeMutableBytes(of: &slot.tokens) { buffer in
            for (index, token) in tokens.enumerated() {
                buffer.storeBytes(of: token, toByteOffset: index * 4, as: TokenID.self)
            }
        }
        slots[Int(truncatingIfNeeded: key.hash >> 7) & (Self.slotCount - 1)] = slot
    }
}
