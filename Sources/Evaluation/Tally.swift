// Counting: means with their errors, by group and all together. It knows numbers only.

internal import Statistics

/// A mean of measures between 0 and 1, and how sure it is.
package struct Tally: Sendable, Equatable {
    package let count: Int
    package let mean: Double
    /// Standard error of the mean: the sample's standard deviation by √n; nil for one value, of which it says nothing.
    package let standardError: Double?
    /// Wilson's 95 % interval: unlike mean ± 1.96 errors it holds for few rows, and for none or all right.
    package let interval: ClosedRange<Double>

    package init(_ values: [Double]) {
        precondition(!values.isEmpty)
        count = values.count
        let n = Double(count)
        mean = values.reduce(0, +) / n
        interval = Self.wilson(mean, count)
        guard count > 1 else {
            standardError = nil
            return
        }
        let mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        standardError = (squares / (n - 1) / n).squareRoot()
    }

    /// Groups together, each row counting the same. The standard error is lm-evaluation-harness's for groups, pooled over
    /// their variances; `interval` is that of the whole.
    package init(pooling groups: [Tally]) {
        precondition(!groups.isEmpty)
        count = groups.reduce(0) { $0 + $1.count }
        let n = Double(count)
        mean = groups.reduce(0) { $0 + $1.mean * Double($1.count) } / n
        interval = Self.wilson(mean, count)
        let freedom = count - groups.count
        guard freedom > 0 else {
            standardError = nil
            return
        }
        let pooled = groups.reduce(0.0) { sum, group in
            let error = group.standardError ?? 0
            return sum + Double(group.count - 1) * error * error * Double(group.count)
        }
        standardError = (pooled / Double(freedom) / n).squareRoot()
    }

    private static func wilson(_ mean: Double, _ count: Int) -> ClosedRange<Double> {
        // The normal distribution's 97.5 % point. A mean of many ones may round to a little more than 1.
        Proportion.wilsonInterval(
            rate: min(1, max(0, mean)), trials: count, criticalValue: 1.959963984540054)
    }
}
