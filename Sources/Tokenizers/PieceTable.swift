// Byte strings in one flat buffer, and a hash index over them that can look up a concatenation without
// making it. They know nothing of tokens' meaning.

/// A list of byte strings stored end to end: 128,000 pieces cost two allocations instead of 128,000.
public struct PieceTable: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// An empty table with room for `count` pieces.
    public init(capacity count: Int = 0) {
        ends.reserveCapacity(count)
        bytes.reserveCapacity(count * 7)  // English vocabularies average 6 to 7 bytes a piece
    }

    /// A table of the given pieces, in order.
    public init(_ pieces: some Collection<[UInt8]>) {
        self.init(capacity: pieces.count)
        for piece in pieces { append(piece) }
    }

    /// How many pieces there are.
    public var count: Int { ends.count }

    /// Adds a piece at the end; its index is the old `count`.
    public mutating func append(_ piece: some Sequence<UInt8>) {
        bytes.append(contentsOf: piece)
        ends.append(bytes.count)
    }

    /// The bytes of one piece.
    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

    package func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }
}

/// A hash of bytes that can be combined: `hash(l + r) == hash(l) · base^r.count + hash(r)`, modulo 2⁶⁴.
///
/// That is what lets every split of every piece be looked up in time linear in the vocabulary's bytes.
enum PieceHash {
    static let base: UInt64 = 0x9E37_79B9_7F4A_7C15 | 1

    @inline(__always)
    static func extend(_ hash: UInt64, by byte: UInt8) -> UInt64 { hash &* base &+ UInt64(byte) &+ 1 }

    static func of(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt64 = 0
        for byte in bytes { hash = extend(hash, by: byte) }
        return hash
    }

    /// `base` to the power of each number up to `count`.
    static func powers(upTo count: Int) -> [UInt64] {
        var powers: [UInt64] = [1]
        powers.reserveCapacity(count + 1)
        for _ in 0..<count { powers.append(powers[powers.count - 1] &* base) }
        return powers
    }
}

/// From a piece's bytes to its index: open addressing over the table's own bytes.
/// Of equal pieces the first one counts.
struct PieceIndex: Sendable {
    private let pieces: PieceTable
    private var slots: [UInt64]  // hash's upper half, index + 1 in the lower half; 0 is free
    private let shift: UInt64

    init(_ pieces: PieceTable, where isIncluded: (Int) -> Bool) {
        self.pieces = pieces
        var bits: UInt64 = 4
        while 1 << bits < pieces.count * 2 { bits += 1 }
        slots = [UInt64](repeating: 0, count: 1 << bits)
        shift = 64 - bits
        for index in 0..<pieces.count where isIncluded(index) {
            let piece = pieces[index]
            let hash = PieceHash.of(piece)
            let slot = probe(hash) { piece.elementsEqual(pieces[$0]) }
            if slots[slot] == 0 { slots[slot] = hash & Self.tagMask | UInt64(index + 1) }
        }
    }

    private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000

    /// The slot of the piece that has this hash and satisfies `matches`, or the free slot it would take.
    @inline(__always)
    private func probe(_ hash: UInt64, matches: (Int) -> Bool) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: ((hash ^ hash >> 32) &* PieceHash.base) >> shift)
        while true {
            let entry = slots[slot]
            if entry == 0 { return slot }
            if entry & Self.tagMask == hash & Self.tagMask,
                matches(Int(truncatingIfNeeded: entry & ~Self.tagMask) - 1)
            {
                return slot
            }
            slot = (slot + 1) & mask
        }
    }

    func find(_ bytes: ArraySlice<UInt8>) -> TokenID? {
        find(bytes, hash: PieceHash.of(bytes))
    }

    /// `hash` must be `PieceHash.of(bytes)`.
    func find(_ bytes: ArraySlice<UInt8>, hash: UInt64) -> TokenID? {
        let entry = slots[
            probe(hash) { index in
                pieces.range(index).count == bytes.count && pieces[index].elementsEqual(bytes)
            }]
        return entry == 0 ? nil : TokenID(truncatingIfNeeded: entry & ~Self.tagMask) - 1
    }

    /// Looks up `left + right` without joining them.
    func find(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> TokenID? {
        var hash = PieceHash.of(left)
        for byte in right { hash = PieceHash.extend(hash, by: byte) }
        let entry = slots[
            probe(hash) { index in
                let piece = pieces[index]
                return piece.count == left.count + right.count
                    && piece.prefix(left.count).elementsEqual(left)
                    && piece.suffix(right.count).elementsEqual(right)
            }]
        return entry == 0 ? nil : TokenID(truncatingIfNeeded: entry & ~Self.tagMask) - 1
    }
}
