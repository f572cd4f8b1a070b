// The Cochran-Armitage test: do proportions rise with an ordered level? It knows counts and scores.

/// The Cochran-Armitage test of a linear trend in proportions (Armitage, Biometrics 11, 1955):
/// z = Σ sᵢ (xᵢ − nᵢ p̄) / √(p̄ (1 − p̄) (Σ nᵢ sᵢ² − (Σ nᵢ sᵢ)² / N)). It equals √N times the correlation of
/// success and score over all trials.
public struct CochranArmitage: Sendable, Hashable {
    /// The statistic, standard normal without a trend; above 0 where proportions rise.
    public let z: Double
    /// The p-value; `.greater` means rising.
    public let pValue: Double

    /// The test of proportions in order; `scores` say how far apart the levels are, by default evenly.
    ///
    /// Throws where scores do not fit, or all trials end the same, or all have the same score.
    public init(
        _ levels: [Proportion], scores: [Double]? = nil, alternative: Alternative = .twoSided
    ) throws(StatisticsError) {
        let method = "Cochran-Armitage test"
        let scores = scores ?? levels.indices.map { Double($0) }
        guard scores.count == levels.count else {
            throw StatisticsError(
                .mismatchedLengths, in: method, "\(levels.count) proportions and \(scores.count) scores",
                fix: "give one score for each")
        }
        guard scores.allSatisfy(\.isFinite) else {
            throw StatisticsError(.notFinite, in: method, "a score is NaN or infinite", fix: "give numbers")
        }
        let total = levels.reduce(0) { $0 + Double($1.trials) }
        let rate = levels.reduce(0) { $0 + Double($1.successes) } / total
        let center = zip(levels, scores).reduce(0) { $0 + Double($1.0.trials) * $1.1 } / total
        var (excess, spread) = (0.0, 0.0)
        for (level, score) in zip(levels, scores) {
            excess += (score - center) * (Double(level.successes) - Double(level.trials) * rate)
            spread += (score - center) * (score - center) * Double(level.trials)
        }
        guard rate > 0, rate < 1, spread > 0 else {
            throw StatisticsError(
                .degenerate, in: method, "all trials end the same or have the same score",
                fix: "there is no trend to test; report the proportion")
        }
        z = excess / (rate * (1 - rate) * spread).squareRoot()
        pValue = Normal.standard.pValue(z, alternative)
    }
}
