// An interval and the level it was made for. Nothing else.

/// A confidence interval. One-sided tests have one-sided intervals, with an infinite end.
public struct ConfidenceInterval: Sendable, Equatable {
    /// The share of intervals that hold the true value, such as 0.95.
    public let level: Double
    /// The lower end, in the estimate's unit.
    public let lower: Double
    /// The upper end, in the estimate's unit.
    public let upper: Double

    /// An interval from `lower` to `upper`.
    public init(level: Double, lower: Double, upper: Double) {
        self.level = level
        self.lower = lower
        self.upper = upper
    }

    /// The same with both ends moved into `range`, for a quantity that cannot leave it.
    func clamped(to range: ClosedRange<Double>) -> ConfidenceInterval {
        ConfidenceInterval(
            level: level, lower: min(max(lower, range.lowerBound), range.upperBound),
            upper: min(max(upper, range.lowerBound), range.upperBound))
    }
}
