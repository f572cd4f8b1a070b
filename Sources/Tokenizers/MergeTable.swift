// Which two neighbouring symbols may become one, and in which order of preference.
// It does not know whether symbols are characters or bytes.

/// From a pair of symbols to the rank of their merge (lower goes first) and the symbol it makes.
///
/// One open-addressed table: a lookup is a multiplication and, mostly, one cache line.
struct MergeTable: Sendable {
    /// Rank in the upper half, resulting symbol in the lower, so that comparing merges compares ranks.
    typealias Merge = UInt64
    static let noMerge = Merge.max

    private struct Slot {
        var key = UInt64.max
        var merge = MergeTable.noMerge
    }
    private var slots: [Slot]
    private var shift: UInt64
    private(set) var count = 0

    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity * 2 { bits += 1 }
        slots = [Slot](repeating: Slot(), count: 1 << bits)
        shift = 64 - bits
    }

    @inline(__always)
    private static func key(_ left: TokenID, _ right: TokenID) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private func slot(for key: UInt64) -> Int {
        let mask = slots.count - 1
        let mixed = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
        var slot = Int(truncatingIfNeeded: mixed >> shift)
        while slots[slot].key != key, slots[slot].key != .max { slot = (slot + 1) & mask }
        return slot
    }

    /// The merge of two symbols, or `noMerge`. Expected O(1).
    @inline(__always)
    func merge(_ left: TokenID, _ right: TokenID) -> Merge {
        slots[slot(for: Self.key(left, right))].merge
    }

    /// Adds a merge. Of merges of the same pair the first one counts.
    mutating func insert(_ left: TokenID, _ right: TokenID, rank: UInt32, result: TokenID) {
        if (count + 1) * 2 > slots.count { grow() }
        let key = Self.key(left, right)
        let slot = slot(for: key)
        guard slots[slot].key == .max else { return }
        slots[slot] = Slot(key: key, merge: UInt64(rank) << 32 | UInt64(UInt32(bitPattern: result)))
        count += 1
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        shift -= 1
        for entry in old where entry.key != .max { slots[slot(for: entry.key)] = entry }
    }
}
