// Byte-pair merging of one run of symbols: repeatedly the pair of lowest rank, leftmost first.
// O(n log n) in the run's length. It does not know what symbols stand for.

/// The working memory of merging; kept between runs, so that a run allocates nothing.
struct Merger: Sendable {
    /// The symbols: filled by the caller, merged in place. A dead symbol is `Self.dead`.
    var symbols: [TokenID] = []
    private var previous: [Int32] = []
    private var next: [Int32] = []
    private var merges: [MergeTable.Merge] = []  // of each symbol with its right neighbour
    private var heap: [UInt64] = []  // rank in the upper half, position in the lower

    static let dead: TokenID = -2

    /// Merges `symbols` and leaves the surviving ones, in order, in `symbols`.
    mutating func merge(with table: MergeTable) {
        if symbols.count <= Self.shortRun {
            Self.mergeShort(&symbols, &merges, with: table)
        } else {
            mergeLong(with: table)
        }
    }

    /// Up to this many symbols, looking at all pairs each time beats keeping a heap: words are short.
    private static let shortRun = 24

    private static func mergeShort(
        _ symbols: inout [TokenID], _ merges: inout [MergeTable.Merge], with table: MergeTable
    ) {
        merges.removeAll(keepingCapacity: true)
        for index in symbols.indices.dropFirst() {
            merges.append(table.merge(symbols[index - 1], symbols[index]))
        }
        let count = mergeShort(symbols.mutableSpan, merges.mutableSpan, with: table)
        symbols.removeLast(symbols.count - count)
    }

    /// Returns how many symbols remain, at the beginning of `symbols`.
    private static func mergeShort(
        _ symbols: consuming MutableSpan<TokenID>, _ merges: consuming MutableSpan<MergeTable.Merge>,
        with table: MergeTable
    ) -> Int {
        var count = symbols.count
        while count > 1 {
            var best = MergeTable.noMerge
            var position = 0
            // Ranks decide; equal ranks (only then may the results differ) go to the leftmost.
            for index in 0..<count - 1 where merges[index] >> 32 < best >> 32 {
                best = merges[index]
                position = index
            }
            if best == MergeTable.noMerge { break }
            count -= 1
            symbols[position] = TokenID(truncatingIfNeeded: best)
            var index = position + 1
            while index < count {
                symbols[index] = symbols[index + 1]
                merges[index - 1] = merges[index]
                index += 1
            }
            if position > 0 {
                merges[position - 1] = table.merge(symbols[position - 1], symbols[position])
            }
            if position < count - 1 {
                merges[position] = table.merge(symbols[position], symbols[position + 1])
            }
        }
        return count
    }

    private mutating func mergeLong(with table: MergeTable) {
        let count = symbols.count
        previous.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        merges.removeAll(keepingCapacity: true)
        heap.removeAll(keepingCapacity: true)
        for index in 0..<count {
            previous.append(Int32(index) - 1)
            next.append(index + 1 < count ? Int32(index) + 1 : -1)
            let merge =
                index + 1 < count ? table.merge(symbols[index], symbols[index + 1]) : MergeTable.noMerge
            merges.append(merge)
            if merge != MergeTable.noMerge { heap.append(Self.entry(merge, at: index)) }
        }
        heapify()

        while let top = popMinimum() {
            let position = Int(top & 0xFFFF_FFFF)
            let merge = merges[position]
            // An entry is stale when its pair has changed since; the pair's present merge has its own entry.
            guard merge != MergeTable.noMerge, merge >> 32 == top >> 32 else { continue }
            let right = Int(next[position])
            symbols[position] = TokenID(truncatingIfNeeded: merge)
            symbols[right] = Self.dead
            merges[right] = MergeTable.noMerge
            next[position] = next[right]
            if next[position] >= 0 { previous[Int(next[position])] = Int32(position) }
            refresh(position, with: table)
            if previous[position] >= 0 { refresh(Int(previous[position]), with: table) }
        }
        symbols.removeAll { $0 == Self.dead }
    }

    private mutating func refresh(_ position: Int, with table: MergeTable) {
        let right = next[position]
        let merge = right < 0 ? MergeTable.noMerge : table.merge(symbols[position], symbols[Int(right)])
        merges[position] = merge
        if merge != MergeTable.noMerge { push(Self.entry(merge, at: position)) }
    }

    @inline(__always)
    private static func entry(_ merge: MergeTable.Merge, at position: Int) -> UInt64 {
        merge & 0xFFFF_FFFF_0000_0000 | UInt64(UInt32(truncatingIfNeeded: position))
    }

    /// Gives back memory that one unusually long run has taken.
    mutating func trim() {
        guard merges.capacity > 1 << 16 else { return }
        self = Merger()
    }
}

// A binary min-heap. Entries are at most one per position and merge: at most three per symbol in all.
extension Merger {
    private mutating func heapify() {
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    private mutating func push(_ entry: UInt64) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if heap[parent] <= entry { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    private mutating func popMinimum() -> UInt64? {
        guard let last = heap.popLast() else { return nil }
        guard let top = heap.first else { return last }
        heap[0] = last
        siftDown(0)
        return top
    }

    private mutating func siftDown(_ start: Int) {
        let entry = heap[start]
        let count = heap.count
        var parent = start
        while true {
            var child = 2 * parent + 1
            if child >= count { break }
            if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
            if heap[child] >= entry { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = entry
    }
}
