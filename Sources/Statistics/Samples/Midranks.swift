// Ranks, with the mean rank for ties. It knows no test.

/// The ranks of a sample from 1 up; equal values share the mean of their ranks.
public struct Midranks: Sendable {
    /// The rank of each value, in the order in which the values were given: whole or half numbers.
    public let ranks: [Double]
    /// The sizes of the groups of equal values, smallest value first; 1 for a value that is alone.
    public let groupSizes: [Int]

    /// Ranks values, in O(n log n). None may be NaN.
    public init(_ values: [Double]) {
        precondition(values.allSatisfy { !$0.isNaN }, "NaN has no rank")
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var sizes: [Int] = []
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            // The mean of start + 1 … end.
            let rank = Double(start + 1 + end) / 2
            for position in start..<end { ranks[order[position]] = rank }
            sizes.append(end - start)
            start = end
        }
        self.ranks = ranks
        groupSizes = sizes
    }

    /// Whether any two values are equal.
    public var hasTies: Bool { groupSizes.contains { $0 > 1 } }

    /// Σ(t³ − t) over the groups: by how much ties shrink the variance of rank sums.
    var tieTerm: Double {
        groupSizes.reduce(0) { sum, size in
            let t = Double(size)
            return sum + (t * t * t - t)
        }
    }
}
