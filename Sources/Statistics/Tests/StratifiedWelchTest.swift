// Welch's t-test within strata: arms are compared stratum by stratum, and the differences are weighted. It knows no plan.

/// The difference of two weighted means of stratum means, such as answers within fixed prompts.
///
/// A linear combination Σ wᵢ x̄ᵢ of independent means has variance Σ wᵢ² sᵢ²/nᵢ, and Satterthwaite's degrees of freedom
/// (Σ vᵢ)² / Σ vᵢ²/(nᵢ − 1), vᵢ = wᵢ² sᵢ²/nᵢ (Biometrics Bulletin 2, 1946); with one stratum per arm of weight 1 it is
/// Welch's test. Without spread in any stratum it throws `degenerate`.
public struct StratifiedWelchTest: Sendable {
    /// One stratum's values in one arm, and what its mean weighs; an arm's weights sum to 1.
    public struct Stratum: Sendable {
        /// The values, in their unit.
        public let values: [Double]
        /// Above 0.
        public let weight: Double

        /// A stratum of values with a weight.
        public init(values: [Double], weight: Double) {
            self.values = values
            self.weight = weight
        }
    }

    /// Weighted mean of A less that of B, with standard error and degrees of freedom, in the values' unit.
    public let estimate: MeanEstimate
    /// t.
    public let statistic: Double
    /// The p-value for `alternative`.
    public let pValue: Double

    /// The test of `a` against `b`; every stratum needs at least 2 finite values.
    public init(
        _ a: [Stratum], _ b: [Stratum], alternative: Alternative = .twoSided
    ) throws(StatisticsError) {
        let method = "stratified Welch test"
        var (difference, variance, spread) = (0.0, 0.0, 0.0)
        for (strata, sign) in [(a, 1.0), (b, -1.0)] {
            for stratum in strata {
                try require(stratum.values, atLeast: 2, for: "a variance", "a stratum", in: method)
                let moments = Moments(checked: stratum.values)
                difference += sign * stratum.weight * moments.mean
                let error = stratum.weight * moments.standardError
                variance += error * error
                spread += error * error * error * error / Double(stratum.values.count - 1)
            }
        }
        estimate = try MeanEstimate(
            difference, standardError: variance.squareRoot(),
            degreesOfFreedom: spread > 0 ? variance * variance / spread : 1,
            constant: "every stratum is constant", in: method)
        statistic = estimate.statistic()
        pValue = estimate.pValue(alternative: alternative)
    }

    /// Satterthwaite's degrees of freedom.
    public var degreesOfFreedom: Double { estimate.degreesOfFreedom }
}
