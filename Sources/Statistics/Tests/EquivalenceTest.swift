// Two one-sided tests: is the difference too small to matter? It does not decide what matters.

/// Equivalence of two arms' means by two one-sided t-tests.
///
/// Source: D. J. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987). Equivalence at level
/// α is p ≤ α, the same as the 1 − 2α interval lying within the bounds. Without spread it throws
/// `degenerate`.
public struct EquivalenceTest: Sendable {
    /// How the two arms relate.
    public enum Design: String, Sendable, CaseIterable {
        /// Independent, with variances that may differ (Welch).
        case welch
        /// Independent, with one variance (Student).
        case pooled
        /// Pairs.
        case paired
    }

    /// Mean of A less mean of B, with standard error and degrees of freedom, in the values' unit.
    public let estimate: MeanEstimate
    /// The bounds within which a difference does not matter, in the values' unit.
    public let bounds: ClosedRange<Double>
    /// t against the lower bound.
    public let lowerStatistic: Double
    /// The p-value of "the difference is at or below the lower bound".
    public let lowerPValue: Double
    /// t against the upper bound.
    public let upperStatistic: Double
    /// The p-value of "the difference is at or above the upper bound".
    public let upperPValue: Double

    /// The test of `a` against `b`, at least 2 finite values each, with finite `bounds` around the
    /// difference.
    public init(
        _ a: [Double], _ b: [Double], bounds: ClosedRange<Double>, design: Design = .welch
    ) throws(StatisticsError) {
        let method = "equivalence test"
        guard bounds.lowerBound.isFinite, bounds.upperBound.isFinite, bounds.lowerBound < bounds.upperBound
        else {
            throw StatisticsError(
                .outOfRange, in: method, "bounds \(bounds.lowerBound) to \(bounds.upperBound)",
                fix: "give two finite bounds, the lower first: minus and plus the smallest effect of interest"
            )
        }
        estimate =
            switch design {
            case .welch: try .difference(a, b, pooled: false, in: method)
            case .pooled: try .difference(a, b, pooled: true, in: method)
            case .paired: try .pairedDifference(a, b, in: method)
            }
        self.bounds = bounds
        lowerStatistic = estimate.statistic(against: bounds.lowerBound)
        lowerPValue = estimate.pValue(against: bounds.lowerBound, alternative: .greater)
        upperStatistic = estimate.statistic(against: bounds.upperBound)
        upperPValue = estimate.pValue(against: bounds.upperBound, alternative: .less)
    }

    /// The larger of the two p-values: both tests must reject.
    public var pValue: Double { max(lowerPValue, upperPValue) }

    /// The interval that decides at level `alpha` (below ½): 1 − 2·alpha.
    public func interval(alpha: Double = 0.05) -> ConfidenceInterval {
        estimate.interval(level: 1 - 2 * alpha)
    }
}
