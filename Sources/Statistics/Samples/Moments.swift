// Mean and standard deviation of a sample, whatever its magnitude. It knows no test.

/// Count, mean and standard deviation.
///
/// Values of 1e300 do not overflow and a spread of 1 around 1e9 keeps its digits: two passes in a scale where
/// the largest value is near 1, with compensated sums, and the mean kept in two parts.
public struct Moments: Sendable {
    /// The number of values.
    public let count: Int
    /// The mean, in the values' unit.
    public let mean: Double
    /// What the rounded mean lacks: the mean of the values' differences from it.
    let meanRemainder: Double
    /// The standard deviation with n − 1, in the values' unit; 0 for a constant. Absent for one value.
    public let deviation: Double?

    /// The moments of at least one finite value. Throws if there is none, or one is NaN or infinite.
    public init(_ values: [Double]) throws(StatisticsError) {
        try require(values, atLeast: 1, for: "a mean", "the sample", in: "moments")
        self.init(checked: values)
    }

    /// For values that were checked: at least one, all finite.
    init(checked values: [Double]) {
        let largest = values.reduce(0) { max($0, abs($1)) }
        // A power of two scales without rounding; the bounds keep it and its inverse normal numbers.
        let exponent = largest == 0 ? 0 : min(max(Int(largest.exponent), -1000), 1000)
        let scale = Double(sign: .plus, exponent: -exponent, significand: 1)
        let n = Double(values.count)
        let center = StableSum(values.lazy.map { $0 * scale }).value / n

        var sum = StableSum()
        var squares = StableSum()
        for value in values {
            let difference = value * scale - center
            sum.add(difference)
            squares.add(difference * difference)
        }
        let remainder = sum.value / n
        count = values.count
        mean = center / scale
        meanRemainder = remainder / scale
        if values.count < 2 {
            deviation = nil
        } else if values.allSatisfy({ $0 == values[0] }) {
            // Exactly 0, which rounding of the mean could miss.
            deviation = 0
        } else {
            // The second term mends the squares for the rounding of the mean.
            let variance = (squares.value - n * remainder * remainder) / (n - 1)
            deviation = variance.squareRoot() / scale
        }
    }

    /// The variance with n − 1, in the values' unit squared; infinite where it overflows.
    public var variance: Double? { deviation.map { $0 * $0 } }

    /// The mean of `self` less that of `other`, with the digits that the rounded means lack.
    func meanDifference(from other: Moments) -> Double {
        (mean - other.mean) + (meanRemainder - other.meanRemainder)
    }

    /// The standard error of the mean; 0 where there is no deviation.
    var standardError: Double { (deviation ?? 0) / Double(count).squareRoot() }
}
