// Welch's t-test within strata: arms are compared stratum by stratum, and the differences are weighted. It
// knows no plan.

/// The difference of two weighted means of stratum means, such as answers within fixed prompts.
///
/// A linear combination Σ wᵢ x̄ᵢ of independent means has variance Σ wᵢ² sᵢ²/nᵢ, and Satterthwaite's degrees
/// of freedom (Σ vᵢ)² / Σ vᵢ²/(nᵢ − 1), vᵢ = wᵢ² sᵢ²/nᵢ (Biometrics Bulletin 2, 1946); with one stratum per
/// arm of weight 1 it is Welch's test. Without spread in any stratum it throws `degenerate`.
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
        var reference: Moments?
        var difference = 0.0
        var errors: [(size: Double, degrees: Double)] = []
        for (strata, sign) in [(a, 1.0), (b, -1.0)] {
            for stratum in strata {
                try require(stratum.values, atLeast: 2, for: "a variance", "a stratum", in: method)
                let moments = Moments(checked: stratum.values)
                // From one stratum's mean on, which the weights cancel: so a common level costs no digits.
                let first = reference ?? moments
                reference = first
                difference += sign * stratum.weight * moments.meanDifference(from: first)
                errors.append((stratum.weight * moments.standardError, Double(stratum.values.count - 1)))
            }
        }
        let error = errors.reduce(0) { hypotenuse($0, $1.size) }
        // Shares of the squared error, so that nothing overflows.
        let inverse = errors.reduce(0) { sum, part in
            let share = part.size / error * (part.size / error)
            return sum + share * share / part.degrees
        }
        estimate = try MeanEstimate(
            difference, standardError: error,
            degreesOfFreedom: inverse > 0 && error.isFinite ? 1 / inverse : 1,
            constant: "every stratum is constant", in: method)
        statistic = estimate.statistic()
        pValue = estimate.pValue(alternative: alternative)
    }

    /// Satterthwaite's degrees of freedom.
    public var degreesOfFreedom: Double { estimate.degreesOfFreedom }
}
