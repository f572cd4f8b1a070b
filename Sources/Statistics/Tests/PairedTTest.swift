// The t-tests of one list of numbers: a mean against a reference, and differences of pairs. They know no
// plan.

/// Student's t-test of one sample's mean.
///
/// A sample of equal values has no standard error: the test throws `degenerate`.
public struct OneSampleTTest: Sendable {
    /// The mean less `reference`, with standard error and n − 1 degrees of freedom, in the values' unit.
    public let estimate: MeanEstimate
    /// t.
    public let statistic: Double
    /// The p-value for `alternative`.
    public let pValue: Double
    /// The interval of the mean itself; one-sided for a one-sided alternative.
    public let interval: ConfidenceInterval

    /// The test of the mean of at least 2 finite `values` against a finite `reference`.
    public init(
        _ values: [Double], reference: Double = 0, alternative: Alternative = .twoSided, level: Double = 0.95
    ) throws(StatisticsError) {
        let method = "one-sample t-test"
        try requireLevel(level, in: method)
        try require([reference], atLeast: 1, for: "", "the reference", in: method)
        try require(values, atLeast: 2, for: "a variance", "the sample", in: method)
        let mean = try MeanEstimate.mean(values, less: 0, in: method)
        estimate = try MeanEstimate.mean(values, less: reference, in: method)
        statistic = estimate.statistic()
        pValue = estimate.pValue(alternative: alternative)
        interval = mean.interval(level: level, alternative: alternative)
    }

    /// n − 1.
    public var degreesOfFreedom: Double { estimate.degreesOfFreedom }
}

/// Student's t-test of the mean difference of pairs.
///
/// If all pairs differ by the same amount, also by none, the test throws `degenerate`.
public struct PairedTTest: Sendable {
    /// The mean of a − b, with standard error and n − 1 degrees of freedom, in the values' unit.
    public let estimate: MeanEstimate
    /// t.
    public let statistic: Double
    /// The p-value for `alternative`.
    public let pValue: Double
    /// The interval of the mean difference; one-sided for a one-sided alternative.
    public let interval: ConfidenceInterval

    /// The test of `a` against `b`, value by value: at least 2 pairs of finite values.
    public init(
        _ a: [Double], _ b: [Double], alternative: Alternative = .twoSided, level: Double = 0.95
    ) throws(StatisticsError) {
        try requireLevel(level, in: "paired t-test")
        estimate = try .pairedDifference(a, b, in: "paired t-test")
        statistic = estimate.statistic()
        pValue = estimate.pValue(alternative: alternative)
        interval = estimate.interval(level: level, alternative: alternative)
    }

    /// n − 1.
    public var degreesOfFreedom: Double { estimate.degreesOfFreedom }
}

extension MeanEstimate {
    /// The mean of a − b over pairs.
    static func pairedDifference(
        _ a: [Double], _ b: [Double], in method: String
    ) throws(StatisticsError) -> MeanEstimate {
        let differences = try pairedDifferences(a, b, in: method)
        try require(differences, atLeast: 2, for: "a variance", "the list of pairs", in: method)
        return try mean(differences, less: 0, in: method)
    }

    /// The mean of checked values less a reference.
    fileprivate static func mean(
        _ values: [Double], less reference: Double, in method: String
    ) throws(StatisticsError) -> MeanEstimate {
        let moments = Moments(checked: values)
        return try MeanEstimate(
            (moments.mean - reference) + moments.meanRemainder, standardError: moments.standardError,
            degreesOfFreedom: Double(values.count - 1), constant: "all values are \(values[0])", in: method)
    }
}
