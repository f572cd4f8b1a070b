// An estimate with a standard error and degrees of freedom: what every t-test, the cluster-robust regression
// and the test of equivalence share. It does not know where the three numbers come from.

/// A mean, difference or coefficient whose error follows Student's t.
public struct MeanEstimate: Sendable, Equatable {
    /// The estimate, in the values' unit.
    public let value: Double
    /// Its standard error, in the values' unit, above 0.
    public let standardError: Double
    /// The degrees of freedom of the standard error.
    public let degreesOfFreedom: Double
    /// Student's t with those degrees.
    let distribution: StudentT

    /// Throws if the standard error is 0 (`degenerate`, with `constant` as the explanation) or a number
    /// overflowed.
    init(
        _ value: Double, standardError: Double, degreesOfFreedom: Double, constant: String, in method: String
    ) throws(StatisticsError) {
        guard value.isFinite, standardError.isFinite else {
            throw StatisticsError(
                .notFinite, in: method, "the values differ by more than the largest number",
                fix: "divide all values by a constant")
        }
        guard standardError > 0 else {
            throw StatisticsError(
                .degenerate, in: method, constant,
                fix: "without spread there is no standard error; report the values themselves")
        }
        self.value = value
        self.standardError = standardError
        self.degreesOfFreedom = degreesOfFreedom
        distribution = try StudentT(degreesOfFreedom: degreesOfFreedom)
    }

    /// How many standard errors the estimate lies above `reference`.
    public func statistic(against reference: Double = 0) -> Double {
        (value - reference) / standardError
    }

    /// The p-value of the hypothesis that the true value is `reference`.
    public func pValue(against reference: Double = 0, alternative: Alternative = .twoSided) -> Double {
        distribution.pValue(statistic(against: reference), alternative)
    }

    /// The confidence interval; one-sided for a one-sided alternative. `level` must be between 0 and 1.
    public func interval(level: Double = 0.95, alternative: Alternative = .twoSided) -> ConfidenceInterval {
        precondition(level > 0 && level < 1, "a level is between 0 and 1")
        let tail = alternative == .twoSided ? (1 - level) / 2 : 1 - level
        let reach = distribution.upperQuantile(tail) * standardError
        return ConfidenceInterval(
            level: level, lower: alternative == .less ? -.infinity : value - reach,
            upper: alternative == .greater ? .infinity : value + reach)
    }
}
