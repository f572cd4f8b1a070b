// McNemar's test of paired yes-or-no answers. It knows the two counts of pairs that disagree, which is all it
// needs.

/// McNemar's test: do two arms, measured on the same items, succeed equally often? Under the null hypothesis
/// the pairs that disagree fall either way like a coin.
public struct McNemar: Sendable, Hashable {
    /// Pairs in which only the first succeeded.
    public let onlyFirst: Int
    /// Pairs in which only the second succeeded.
    public let onlySecond: Int
    /// The exact conditional two-sided p-value, 2 P(X ≤ min) for X binomial(b + c, ½), at most 1. Agrees with
    /// statsmodels' `mcnemar(exact=True)`.
    public let pValue: Double
    /// The mid-p value: half of the probability of the observed split less, twice. Nearer to the level than
    /// the exact one, which is conservative (Fagerland, Lydersen and Laake, BMC Medical Research Methodology
    /// 13:91, 2013).
    public let midPValue: Double

    /// No pairs that disagree give p = 1. Throws for negative counts.
    public init(onlyFirst: Int, onlySecond: Int) throws(StatisticsError) {
        guard onlyFirst >= 0, onlySecond >= 0 else {
            throw StatisticsError(
                .outOfRange, in: "McNemar test", "counts \(onlyFirst) and \(onlySecond)",
                fix: "give 0 or more")
        }
        (self.onlyFirst, self.onlySecond) = (onlyFirst, onlySecond)
        let coin = try Binomial(trials: onlyFirst + onlySecond, probability: 0.5)
        let least = min(onlyFirst, onlySecond)
        let mass = coin.mass(least)
        let exact = min(1, 2 * coin.cdf(least))
        pValue = exact
        // With an even split the two tails share the middle, and the paper's rule is 1 − mass / 2; with no
        // pairs at all that would be one half, of nothing seen.
        midPValue = onlyFirst + onlySecond == 0 ? 1 : onlyFirst == onlySecond ? 1 - mass / 2 : exact - mass
    }
}
