// Welch's t-test, and Student's with pooled variance, for the means of two independent arms. It knows no
// plan.

/// Welch's t-test: the means of two independent arms whose variances may differ.
///
/// Source: B. L. Welch, Biometrika 34 (1947), with Satterthwaite's degrees of freedom. If both arms are
/// constants, equal or not, there is no standard error and the test throws `degenerate`.
public struct WelchTest: Sendable {
    /// Mean of A less mean of B, with standard error and degrees of freedom, in the values' unit.
    public let estimate: MeanEstimate
    /// t.
    public let statistic: Double
    /// The p-value for `alternative`.
    public let pValue: Double
    /// The interval of the difference; one-sided for a one-sided alternative.
    public let interval: ConfidenceInterval

    /// The test of `a` against `b`, each with at least 2 finite values.
    public init(
        _ a: [Double], _ b: [Double], alternative: Alternative = .twoSided, level: Double = 0.95
    ) throws(StatisticsError) {
        try requireLevel(level, in: "Welch test")
        estimate = try .difference(a, b, pooled: false, in: "Welch test")
        statistic = estimate.statistic()
        pValue = estimate.pValue(alternative: alternative)
        interval = estimate.interval(level: level, alternative: alternative)
    }

    /// Satterthwaite's degrees of freedom.
    public var degreesOfFreedom: Double { estimate.degreesOfFreedom }
}

extension MeanEstimate {
    /// Mean of `a` less mean of `b`: with `pooled`, Student's assumption of equal variances.
    static func difference(
        _ a: [Double], _ b: [Double], pooled: Bool, in method: String
    ) throws(StatisticsError) -> MeanEstimate {
        try require(a, atLeast: 2, for: "a variance", "arm A", in: method)
        try require(b, atLeast: 2, for: "a variance", "arm B", in: method)
        let (momentsA, momentsB) = (Moments(checked: a), Moments(checked: b))
        let (standardError, degrees) =
            pooled ? pooledError(momentsA, momentsB) : separateError(momentsA, momentsB)
        return try MeanEstimate(
            momentsA.meanDifference(from: momentsB), standardError: standardError, degreesOfFreedom: degrees,
            constant: "both arms are constant (\(a[0]) and \(b[0]))", in: method)
    }

    private static func separateError(_ a: Moments, _ b: Moments) -> (error: Double, degrees: Double) {
        let error = hypotenuse(a.standardError, b.standardError)
        guard error > 0, error.isFinite else { return (error, 1) }
        // Shares of the squared error, so that nothing overflows.
        let shareA = a.standardError / error * (a.standardError / error)
        let shareB = b.standardError / error * (b.standardError / error)
        let inverse = shareA * shareA / Double(a.count - 1) + shareB * shareB / Double(b.count - 1)
        return (error, 1 / inverse)
    }

    private static func pooledError(_ a: Moments, _ b: Moments) -> (error: Double, degrees: Double) {
        let inverseCounts = 1 / Double(a.count) + 1 / Double(b.count)
        return (pooledDeviation(a, b) * inverseCounts.squareRoot(), Double(a.count + b.count - 2))
    }
}

/// The standard deviation within two arms of at least 2 values each.
func pooledDeviation(_ a: Moments, _ b: Moments) -> Double {
    let degrees = Double(a.count + b.count - 2)
    return hypotenuse(
        (a.deviation ?? 0) * (Double(a.count - 1) / degrees).squareRoot(),
        (b.deviation ?? 0) * (Double(b.count - 1) / degrees).squareRoot())
}

/// √(x² + y²) for x, y ≥ 0, without overflow or underflow of the squares.
func hypotenuse(_ x: Double, _ y: Double) -> Double {
    let (large, small) = (max(x, y), min(x, y))
    guard large > 0, large.isFinite else { return large }
    let ratio = small / large
    return large * (1 + ratio * ratio).squareRoot()
}
