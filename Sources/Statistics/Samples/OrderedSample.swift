// A sample in order: quantiles and the empirical distribution function. It knows no test.

/// A sample sorted once, for as many quantiles and shares as wanted.
public struct OrderedSample: Sendable {
    /// The values, ascending; at least one, all finite.
    public let values: [Double]

    /// Sorts `values`, in O(n log n). Throws if there is none, or one is NaN or infinite.
    public init(_ values: [Double]) throws(StatisticsError) {
        try require(values, atLeast: 1, for: "a quantile", "the sample", in: "quantiles")
        self.values = values.sorted()
    }

    /// The quantile at `probability` in 0...1, in the values' unit: linear between order statistics, which is
    /// type 7 of Hyndman & Fan, The American Statistician 50 (1996), and numpy's default. O(1).
    public func quantile(_ probability: Double) -> Double {
        precondition((0...1).contains(probability), "a quantile needs a probability in 0...1")
        let position = probability * Double(values.count - 1)
        let index = Int(position)
        let share = position - Double(index)
        guard share > 0 else { return values[index] }
        // Weighted, not lower + share·(upper − lower): that difference can overflow.
        return values[index] * (1 - share) + values[index + 1] * share
    }

    /// The value in the middle.
    public var median: Double { quantile(0.5) }

    /// The empirical distribution function: the share of values ≤ `x`. O(log n).
    public func share(atMost x: Double) -> Double {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if values[middle] <= x { low = middle + 1 } else { high = middle }
        }
        return Double(low) / Double(values.count)
    }
}
