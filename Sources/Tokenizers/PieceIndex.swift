// A hash index over a table of pieces that can look up a concatenation without making it.
// It knows nothing of tokens' meaning.

/// A hash of bytes that can be combined: `hash(l + r) == hash(l) · base^r.count + hash(r)`, modulo 2⁶⁴.
///
/// That is what lets every split of every piece be looked up in time linear in the vocabulary's bytes.
enum PieceHash {
    static let base: UInt64 = 0x9E37_79B9_7F4A_7C15 | 1
    private static let base2 = base &* base
    private static let base3 = base2 &* base
    private static let base4 = base3 &* base

    @inline(__always)
    static func extend(_ hash: UInt64, by byte: UInt8) -> UInt64 { hash &* base &+ UInt64(byte) &+ 1 }

    @inline(__always)
    static func of(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0
        var index = range.lowerBound
        // Four steps of `extend` in one, whose multiplications need not wait for each other.
        while index + 4 <= range.upperBound {
            let front = (UInt64(bytes[index]) &+ 1) &* base3 &+ (UInt64(bytes[index + 1]) &+ 1) &* base2
            let back = (UInt64(bytes[index + 2]) &+ 1) &* base &+ UInt64(bytes[index + 3]) &+ 1
            hash = hash &* base4 &+ (front &+ back)
            index += 4
        }
        while index < range.upperBound {
            hash = extend(hash, by: bytes[index])
            index += 1
        }
        return hash
    }

    /// The hash of a text and another behind it, of `count` bytes.
    @inline(__always)
    static func join(_ left: UInt64, _ right: UInt64, count: Int) -> UInt64 { left &* power(count) &+ right }

    /// The hash of what stands before the last `count` bytes taken off `hash`: that of these bytes alone.
    @inline(__always)
    static func suffix(of hash: UInt64, after prefix: UInt64, count: Int) -> UInt64 {
        hash &- prefix &* power(count)
    }

    /// `base` to the power of `exponent`: O(log), one load for the lengths that pieces have.
    @inline(__always)
    private static func power(_ exponent: Int) -> UInt64 {
        exponent < smallPowers.count ? smallPowers[exponent] : largePower(exponent)
    }

    private static let smallPowers: [UInt64] = {
        var powers: [UInt64] = [1]
        for _ in 1..<128 { powers.append(powers[powers.count - 1] &* base) }
        return powers
    }()

    private static func largePower(_ exponent: Int) -> UInt64 {
        var result: UInt64 = 1
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = result &* square }
            square = square &* square
            rest >>= 1
        }
        return result
    }
}

/// From a piece's bytes to its index: open addressing over the table's own bytes.
/// Of equal pieces the first one counts.
struct PieceIndex: Sendable {
    private let pieces: PieceTable
    private var slots: [UInt64]  // hash's upper half, index + 1 in the lower half; 0 is free
    private let shift: UInt64
    /// Whether no piece of the index occurs twice.
    private(set) var isUnique = true

    private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000

    /// An index of the pieces whose kind is in `kinds`; `kinds` says each piece's.
    init(_ pieces: PieceTable, kinds: [TokenKind], where isIncluded: (TokenKind) -> Bool) {
        self.pieces = pieces
        var count = 0
        for kind in kinds where isIncluded(kind) { count += 1 }
        var bits: UInt64 = 4
        while 1 << bits < count * 2 { bits += 1 }
        slots = [UInt64](repeating: 0, count: 1 << bits)
        shift = 64 - bits
        for id in 0..<pieces.count where isIncluded(kinds[id]) {
            let range = pieces.range(id)
            let hash = PieceHash.of(pieces.bytes.span, range)
            let slot = slot(pieces.bytes.span, range, 0..<0, hash: hash)
            if slots[slot] == 0 {
                slots[slot] = hash & Self.tagMask | UInt64(id + 1)
            } else {
                isUnique = false
            }
        }
    }

    /// The piece that `text[left] + text[right]` spells. `hash` must be theirs.
    @inline(__always)
    func find(_ text: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int> = 0..<0, hash: UInt64) -> TokenID?
    {
        let entry = slots[slot(text, left, right, hash: hash)]
        return entry == 0 ? nil : TokenID(truncatingIfNeeded: entry & ~Self.tagMask) - 1
    }

    func find(_ bytes: ArraySlice<UInt8>) -> TokenID? {
        let text = bytes.span
        let all = 0..<text.count
        return find(text, all, hash: PieceHash.of(text, all))
    }

    /// Whether piece `id` is `text[left] + text[right]`, be it in the index or not.
    @inline(__always)
    func isPiece(_ id: Int, _ text: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Bool {
        let piece = pieces.range(id)
        guard piece.count == left.count + right.count else { return false }
        let bytes = pieces.bytes.span
        for offset in 0..<left.count
        where bytes[piece.lowerBound + offset] != text[left.lowerBound + offset] { return false }
        for offset in 0..<right.count
        where bytes[piece.lowerBound + left.count + offset] != text[right.lowerBound + offset] {
            return false
        }
        return true
    }

    /// The slot of the piece `text[left] + text[right]`, or the free one that it would take.
    @inline(__always)
    private func slot(
        _ text: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>, hash: UInt64
    ) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: ((hash ^ hash >> 32) &* PieceHash.base) >> shift)
        while true {
            let entry = slots[slot]
            if entry == 0 { return slot }
            if entry & Self.tagMask == hash & Self.tagMask,
                isPiece(Int(truncatingIfNeeded: entry & ~Self.tagMask) - 1, text, left, right)
            {
                return slot
            }
            slot = (slot + 1) & mask
        }
    }
}
