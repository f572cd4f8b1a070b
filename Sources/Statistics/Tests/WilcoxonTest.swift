// Wilcoxon's signed-rank test of pairs. It knows no plan.

/// Wilcoxon's signed-rank test: do differences of pairs lie around 0?
///
/// Source: F. Wilcoxon, Biometrics Bulletin 1 (1945), with Pratt's and Cureton's treatment of zeros, as
/// `scipy.stats.wilcoxon`. If no difference is other than 0 the test throws `degenerate`.
public struct WilcoxonTest: Sendable {
    /// What happens to differences of 0.
    public enum ZeroMethod: String, Sendable, CaseIterable {
        /// They are left out before ranking (Wilcoxon).
        case leaveOut
        /// They are ranked, then left out of both sums (Pratt).
        case pratt
        /// They are ranked, and their ranks shared by both sums.
        case split
    }

    /// The ranks of |d| summed over positive differences.
    public let positiveRankSum: Double
    /// The ranks of |d| summed over negative differences.
    public let negativeRankSum: Double
    /// The smaller sum for a two-sided test, else the positive one.
    public let statistic: Double
    /// The p-value for `alternative`.
    public let pValue: Double
    /// What `automatic` became.
    public let method: RankMethod

    /// The most differences with an exact distribution.
    public static let exactLimit = 500

    /// The test of `a` against `b`, value by value.
    public init(
        _ a: [Double], _ b: [Double], alternative: Alternative = .twoSided, zeros: ZeroMethod = .leaveOut,
        method: RankMethod = .automatic, isContinuityCorrected: Bool = false
    ) throws(StatisticsError) {
        try self.init(
            differences: pairedDifferences(a, b, in: Self.name), alternative: alternative, zeros: zeros,
            method: method, isContinuityCorrected: isContinuityCorrected)
    }

    /// The test of `differences`, at least 1 finite value.
    ///
    /// `automatic` is exact for at most 50 differences without zeros and ties, and for at most 13 in any
    /// case. `exact` is right with ties too: it is the distribution of the rank sum over all signs, given the
    /// ranks.
    public init(
        differences: [Double], alternative: Alternative = .twoSided, zeros: ZeroMethod = .leaveOut,
        method: RankMethod = .automatic, isContinuityCorrected: Bool = false
    ) throws(StatisticsError) {
        try require(differences, atLeast: 1, for: "a rank test", "the list of differences", in: Self.name)
        let nonzero = differences.filter { $0 != 0 }
        guard !nonzero.isEmpty else {
            throw StatisticsError(
                .degenerate, in: Self.name, "every difference is 0",
                fix: "there is nothing to rank; report that the pairs are equal")
        }
        let zeroCount = differences.count - nonzero.count
        let ranked = zeros == .leaveOut ? nonzero : differences
        let midranks = Midranks(ranked.map(abs))
        let hasZeroGroup = zeros != .leaveOut && zeroCount > 0

        var sums = (positive: 0.0, negative: 0.0)
        var signedRanks: [Double] = []
        for (difference, rank) in zip(ranked, midranks.ranks) where difference != 0 {
            signedRanks.append(rank)
            if difference > 0 { sums.positive += rank } else { sums.negative += rank }
        }
        // The ranks 1 … zeroCount belong to the zeros.
        let zeroRanks = hasZeroGroup ? Double(zeroCount) * Double(zeroCount + 1) / 2 : 0
        let shared = zeros == .split ? zeroRanks / 2 : 0
        positiveRankSum = sums.positive + shared
        negativeRankSum = sums.negative + shared
        statistic = alternative == .twoSided ? min(positiveRankSum, negativeRankSum) : positiveRankSum

        let isPlain = !midranks.hasTies && zeroCount == 0
        let isSmall = differences.count <= (isPlain ? 50 : 13)
        self.method = method == .automatic ? (isSmall ? .exact : .asymptotic) : method
        if self.method == .exact {
            guard signedRanks.count <= Self.exactLimit else {
                throw StatisticsError(
                    .outOfRange, in: Self.name, "no exact distribution for \(signedRanks.count) differences",
                    fix: "use the asymptotic method")
            }
            // Doubled, midranks are whole.
            let tails = Self.signedSumTails(
                signedRanks.map { Int(2 * $0) }, sum: Int(2 * sums.positive))
            pValue =
                switch alternative {
                case .less: tails.lower
                case .greater: tails.upper
                case .twoSided: min(1, 2 * min(tails.lower, tails.upper))
                }
        } else {
            let n = Double(ranked.count)
            var mean = n * (n + 1) / 4
            var squares = n * (n + 1) * (2 * n + 1)
            var tieTerm = midranks.tieTerm
            if zeros == .pratt, hasZeroGroup {
                let z = Double(zeroCount)
                mean -= z * (z + 1) / 4
                squares -= z * (z + 1) * (2 * z + 1)
                tieTerm -= z * z * z - z
            }
            let error = ((squares - tieTerm / 2) / 24).squareRoot()
            let excess = positiveRankSum - mean
            let direction =
                switch alternative {
                case .greater: 1.0
                case .less: -1.0
                case .twoSided: excess > 0 ? 1.0 : excess < 0 ? -1.0 : 0.0
                }
            let shift = isContinuityCorrected ? 0.5 * direction : 0
            pValue = Normal.standard.pValue((excess - shift) / error, alternative)
        }
    }

    /// P(S ≤ sum) and P(S ≥ sum) for S the sum of those `ranks` whose coin falls on heads.
    private static func signedSumTails(_ ranks: [Int], sum: Int) -> (lower: Double, upper: Double) {
        var probabilities = [1.0]
        for rank in ranks {
            var next = [Double](repeating: 0, count: probabilities.count + rank)
            for (k, probability) in probabilities.enumerated() {
                next[k] += probability / 2
                next[k + rank] += probability / 2
            }
            probabilities = next
        }
        // Each tail from its far end, where the terms are small.
        return (
            min(1, probabilities[...sum].reduce(0, +)), min(1, probabilities[sum...].reversed().reduce(0, +))
        )
    }

    private static let name = "Wilcoxon test"
}
