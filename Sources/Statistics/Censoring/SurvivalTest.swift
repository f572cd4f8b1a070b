// Do two samples of lengths, some cut off, come from one distribution? It knows tables of who is at risk.

/// A weighted log-rank test of two samples: the ends seen in the first against those expected if both were
/// one, length by length. Agrees with statsmodels' `survdiff`; the unweighted one with `scipy.stats.logrank`.
public struct SurvivalTest: Sendable, Hashable {
    /// What an early difference counts beside a late one.
    public enum Weighting: String, Sendable, Hashable, CaseIterable {
        /// Every length the same: the log-rank test (Mantel, 1966), best where one hazard is a multiple of
        /// the other.
        case logRank
        /// By the number still at risk: Gehan's and Breslow's generalized Wilcoxon test, which looks at short
        /// lengths and without cuts is Mann and Whitney's.
        case gehanBreslow
    }

    /// Standard normal under the null hypothesis; above 0 where the first sample's answers end earlier.
    public let z: Double
    /// The p-value of `alternative`.
    public let pValue: Double

    /// The test of `first` against `second`; `.greater` means that the first sample's lengths are the longer
    /// ones.
    ///
    /// Throws where no answer ended while both samples had others left: nothing can be compared.
    public init(
        _ first: CensoredSample, _ second: CensoredSample, weighting: Weighting = .logRank,
        alternative: Alternative = .twoSided
    ) throws(StatisticsError) {
        let both = try CensoredSample(first.lengths + second.lengths)
        let own = first.steps
        let risk = first.lengths.map(\.value)
        var (excess, variance) = (0.0, 0.0)
        var (step, shorter) = (0, 0)
        for (length, atRisk, ended) in both.steps {
            while shorter < risk.count, risk[shorter] < length { shorter += 1 }
            while step < own.count, own[step].length < length { step += 1 }
            let endedHere = step < own.count && own[step].length == length ? own[step].ended : 0
            let (n, d) = (Double(atRisk), Double(ended))
            let share = Double(risk.count - shorter) / n
            let weight = weighting == .logRank ? 1 : n
            guard atRisk > 1 else { continue }
            excess += weight * (Double(endedHere) - share * d)
            // The variance of a hypergeometric count.
            variance += weight * weight * share * (1 - share) * d * (n - d) / (n - 1)
        }
        guard variance > 0 else {
            throw StatisticsError(
                .degenerate, in: weighting == .logRank ? "log-rank test" : "Gehan-Breslow test",
                "no answer ended while both samples had others left", fix: "raise max_tokens")
        }
        z = excess / variance.squareRoot()
        // Ending earlier is being shorter.
        pValue = Normal.standard.pValue(-z, alternative)
    }
}
