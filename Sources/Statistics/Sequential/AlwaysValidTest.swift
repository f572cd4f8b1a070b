// A test that may be looked at after every sample: the mixture sequential probability ratio test and its
// confidence sequence. It knows an estimate and its standard error; what they estimate, it does not.

import Glibc

/// Robbins' mixture sequential probability ratio test: p-values and intervals that are valid at every look at
/// once, and at any time of stopping.
///
/// With an effect drawn from N(0, τ²) as the mixture, and v = V/n the variance of the estimate from n
/// observations, Λ = √(v/(v + τ²)) exp(θ̂² τ² / (2 v (v + τ²))), p = min over looks of 1/Λ (Johari, Koomen,
/// Pekelis and Walsh, Operations Research 70, 2022; Howard and others, Annals of Statistics 49, 2021).
///
/// **Which variance.** V is the variance of one observation's contribution: σ² for a mean of differences, σ₁²
/// + σ₂² for two arms that grow together. The guarantee is exact for normal data of known V. With V
/// estimated, as here by the standard error, it holds in the limit of many samples (Waudby-Smith and others,
/// Annals of Statistics 52, 2024): begin looking at 20 samples or more.
///
/// `mixingDeviation` τ must be fixed before the data: the size of effects that one hopes to find.
public struct AlwaysValidTest: Sendable, Hashable {
    /// τ, in the units of the estimate.
    public let mixingDeviation: Double
    /// The error over all looks.
    public let alpha: Double
    /// The smallest 1/Λ so far, 1 before the first look. It never rises.
    public private(set) var pValue = 1.0

    /// Throws unless τ is above 0 and finite, and alpha between 0 and 1.
    public init(mixingDeviation: Double, alpha: Double = 0.05) throws(StatisticsError) {
        guard mixingDeviation > 0, mixingDeviation.isFinite else {
            throw StatisticsError(
                .outOfRange, in: Self.name, "a mixing deviation of \(mixingDeviation)",
                fix: "give the size of effect to look for, above 0")
        }
        guard alpha > 0, alpha < 1 else {
            throw StatisticsError(
                .outOfRange, in: Self.name, "alpha is \(alpha)", fix: "give one between 0 and 1")
        }
        (self.mixingDeviation, self.alpha) = (mixingDeviation, alpha)
    }

    /// The test whose intervals are tightest when the standard error has come down to `standardError`: that
    /// of the sample size one plans for. Solves (1 + x) − ln(1 + x) = 1 + 2 ln(1/α) for x = τ²/v (Howard and
    /// others, 2021, proposition 3, there by Lambert's W).
    public init(tightestAt standardError: Double, alpha: Double = 0.05) throws(StatisticsError) {
        guard alpha > 0, alpha < 1 else {
            throw StatisticsError(
                .outOfRange, in: Self.name, "alpha is \(alpha)", fix: "give one between 0 and 1")
        }
        let target = 1 - 2 * log(alpha)
        let ratio = RootFinder.root(in: 1...(4 * target + 4)) { $0 - log($0) - target } ?? 1
        try self.init(mixingDeviation: standardError * (ratio - 1).squareRoot(), alpha: alpha)
    }

    /// Takes in a look: the estimate from all the data so far and its standard error.
    ///
    /// Throws unless the estimate is finite and the error above 0 and finite.
    public mutating func look(estimate: Double, standardError: Double) throws(StatisticsError) {
        let logRatio = try logLikelihoodRatio(estimate: estimate, standardError: standardError)
        pValue = min(pValue, exp(-logRatio))
    }

    /// ln Λ at one look. Computed in logarithms: z² may be 1e300.
    public func logLikelihoodRatio(estimate: Double, standardError: Double) throws(StatisticsError) -> Double
    {
        try check(estimate: estimate, standardError: standardError)
        let z = estimate / standardError
        return 0.5 * (z * z * share(standardError) - logGrowth(standardError))
    }

    /// The confidence sequence's interval at one look, θ̂ ± √(v (v + τ²)/τ² · (2 ln(1/α) + ln((v + τ²)/v))):
    /// at level 1 − alpha the true value is in all looks' intervals. It excludes 0 exactly where this look's
    /// 1/Λ is below alpha.
    public func interval(
        estimate: Double, standardError: Double
    ) throws(StatisticsError) -> ClosedRange<Double> {
        try check(estimate: estimate, standardError: standardError)
        let half =
            standardError * ((logGrowth(standardError) - 2 * log(alpha)) / share(standardError)).squareRoot()
        return (estimate - half)...(estimate + half)
    }

    /// τ² / (v + τ²).
    private func share(_ standardError: Double) -> Double {
        let ratio = standardError / mixingDeviation
        return 1 / (1 + ratio * ratio)
    }

    /// ln((v + τ²) / v).
    private func logGrowth(_ standardError: Double) -> Double {
        let ratio = mixingDeviation / standardError
        return ratio > 1e100 ? 2 * log(ratio) : log1p(ratio * ratio)
    }

    private func check(estimate: Double, standardError: Double) throws(StatisticsError) {
        guard estimate.isFinite, standardError > 0, standardError.isFinite else {
            throw StatisticsError(
                .notFinite, in: Self.name,
                "the estimate is \(estimate) and its standard error \(standardError)",
                fix: "look again when the data vary and both are finite")
        }
    }

    private static let name = "always-valid test"
}
