// A straight line through points. It knows two lists of numbers.

/// The least-squares line y = intercept + slope x with Student's t test of the slope, n − 2 degrees of
/// freedom: errors independent and of one variance. For values clustered by prompt, fit each prompt's line
/// and test the slopes. Agrees with `scipy.stats.linregress`.
public struct LinearTrend: Sendable, Hashable {
    /// Units of y per unit of x.
    public let slope: Double
    /// y at x = 0.
    public let intercept: Double
    /// Pearson's correlation; 0 where y is constant.
    public let correlation: Double
    /// The slope's standard error.
    public let standardError: Double
    /// The p-value of no slope; `.greater` means rising.
    public let pValue: Double
    /// The degrees of freedom, n − 2.
    public let degreesOfFreedom: Double

    /// Throws with fewer than 3 points, where x is constant, and where the points lie on a line: then there
    /// is no error to test against.
    public init(
        _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided
    ) throws(StatisticsError) {
        let method = "linear trend"
        guard x.count == y.count else {
            throw StatisticsError(
                .mismatchedLengths, in: method, "\(x.count) levels and \(y.count) values", fix: "give pairs")
        }
        guard x.count > 2 else {
            throw StatisticsError(.tooFewValues, in: method, "\(x.count) points", fix: "give at least 3")
        }
        let n = Double(x.count)
        let (meanX, meanY) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
        guard meanX.isFinite, meanY.isFinite else {
            throw StatisticsError(
                .notFinite, in: method, "a number is NaN or infinite, or their sum is", fix: "leave it out")
        }
        var (xx, xy, yy) = (0.0, 0.0, 0.0)
        for (x, y) in zip(x, y) {
            xx += (x - meanX) * (x - meanX)
            xy += (x - meanX) * (y - meanY)
            yy += (y - meanY) * (y - meanY)
        }
        slope = xy / xx
        intercept = meanY - slope * meanX
        // From the residuals, not from 1 − r², which has no digits left near a line.
        var residual = 0.0
        for (x, y) in zip(x, y) {
            let distance = (y - meanY) - slope * (x - meanX)
            residual += distance * distance
        }
        degreesOfFreedom = n - 2
        standardError = (residual / degreesOfFreedom / xx).squareRoot()
        guard xx > 0, standardError.isFinite, residual > 1e-28 * yy else {
            throw StatisticsError(
                .degenerate, in: method,
                xx > 0 ? "the points lie on one line" : "all points are at one level",
                fix: "report the line without a test, or measure more levels")
        }
        correlation = xy / (xx.squareRoot() * yy.squareRoot())
        pValue = try StudentT(degreesOfFreedom: degreesOfFreedom).pValue(slope / standardError, alternative)
    }
}
