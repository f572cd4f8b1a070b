// What a published sentence of two means, two sizes and a p-value implies: t, spread, effect, interval, and
// what a replication could have seen. It has no data but that sentence.

import Glibc

/// A comparison as papers and posts report it, with what follows from it for Student's t test of equal
/// variances.
///
/// "p < x" bounds: then |t| and |d| are at least these, the deviation at most this, and the interval at most
/// this wide.
///
///     // "477 per arm, 4,298 v 4,086 characters, p < 2.28e-07": d = 0.338, 132 to 292 characters
///     let winter = try PublishedComparison(means: (4298, 4086), sizes: (477, 477), pValue: 2.28e-7)
public struct PublishedComparison: Sendable, Hashable {
    /// The first mean minus the second.
    public let difference: Double
    /// The difference as a share of the first mean.
    public let relativeDifference: Double
    /// Student's t, with the difference's sign.
    public let t: Double
    /// n₁ + n₂ − 2.
    public let degreesOfFreedom: Double
    /// The deviation that makes that t: difference / (t √(1/n₁ + 1/n₂)).
    public let pooledDeviation: Double
    /// Cohen's d, difference / pooled deviation.
    public let d: Double
    /// The standard error of the difference.
    public let standardError: Double

    /// Throws with fewer than 2 values in an arm, equal means, or a two-sided p-value not between 0 and 1.
    public init(
        means: (Double, Double), sizes: (Int, Int), pValue: Double
    ) throws(StatisticsError) {
        let method = "published comparison"
        guard sizes.0 >= 2, sizes.1 >= 2 else {
            throw StatisticsError(
                .tooFewValues, in: method, "\(sizes.0) and \(sizes.1) values", fix: "give at least 2 per arm")
        }
        guard pValue > 0, pValue < 1 else {
            throw StatisticsError(
                .outOfRange, in: method, "a p-value of \(pValue)", fix: "give one between 0 and 1")
        }
        difference = means.0 - means.1
        guard difference.isFinite, difference != 0 else {
            throw StatisticsError(
                .degenerate, in: method, "means \(means.0) and \(means.1)", fix: "give two that differ")
        }
        relativeDifference = difference / means.0
        degreesOfFreedom = Double(sizes.0 + sizes.1 - 2)
        let size = try StudentT(degreesOfFreedom: degreesOfFreedom).upperQuantile(pValue / 2)
        t = difference < 0 ? -size : size
        let scale = (1 / Double(sizes.0) + 1 / Double(sizes.1)).squareRoot()
        standardError = difference / t
        pooledDeviation = standardError / scale
        d = difference / pooledDeviation
    }

    /// The interval of the difference, in the means' units.
    public func interval(level: Double = 0.95) throws(StatisticsError) -> ClosedRange<Double> {
        guard level > 0, level < 1 else {
            throw StatisticsError(
                .outOfRange, in: "published comparison", "a confidence level of \(level)",
                fix: "give one between 0 and 1")
        }
        let half =
            standardError * (try StudentT(degreesOfFreedom: degreesOfFreedom).upperQuantile((1 - level) / 2))
        return (difference - half)...(difference + half)
    }

    /// The power of a replication with `n` values per arm, if the published effect were the true one.
    public func replicationPower(perArm n: Int, alpha: Double = 0.05) throws(StatisticsError) -> Double {
        try TTestPower(.independent(), alpha: alpha).power(effect: d, n: n)
    }
}
