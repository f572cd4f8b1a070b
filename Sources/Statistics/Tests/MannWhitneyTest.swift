// The Mann-Whitney U test of two independent arms. It knows no plan.

/// How a rank test finds its p-value.
public enum RankMethod: String, Sendable, CaseIterable {
    /// Exact where it is cheap and nothing is tied, else asymptotic: each test says where it draws the line.
    case automatic
    /// By the exact null distribution.
    case exact
    /// By the normal approximation with tie correction.
    case asymptotic
}

/// The Mann-Whitney U test: are values of one arm larger more often than the other's?
///
/// Source: Mann & Whitney, Annals of Mathematical Statistics 18 (1947), as `scipy.stats.mannwhitneyu`. If all
/// values are equal the test throws `degenerate`. It assumes equal spread under its null hypothesis;
/// Brunner-Munzel does not.
public struct MannWhitneyTest: Sendable {
    /// U of A: the pairs (x of A, y of B) with x > y, ties counted half; in 0...n·m.
    public let statistic: Double
    /// P(X > Y) + ½·P(X = Y), estimated by U/(n·m).
    public let probabilityOfSuperiority: Double
    /// The p-value for `alternative`.
    public let pValue: Double
    /// What `automatic` became.
    public let method: RankMethod

    /// The largest n·m with an exact distribution: past it the approximation is good to many digits.
    public static let exactLimit = 20_000

    /// The test of `a` against `b`, at least 1 finite value each. `automatic` is exact if no values are equal
    /// and one arm has at most 8. `exact` throws if values are equal or n·m is above `exactLimit`.
    /// `isContinuityCorrected` moves the asymptotic statistic by ½ towards its mean.
    public init(
        _ a: [Double], _ b: [Double], alternative: Alternative = .twoSided, method: RankMethod = .automatic,
        isContinuityCorrected: Bool = true
    ) throws(StatisticsError) {
        let name = "Mann-Whitney test"
        try require(a, atLeast: 1, for: "a rank test", "arm A", in: name)
        try require(b, atLeast: 1, for: "a rank test", "arm B", in: name)
        let pooled = Midranks(a + b)
        guard pooled.groupSizes.count > 1 else {
            throw StatisticsError(
                .degenerate, in: name, "all values are \(a[0])",
                fix: "there is nothing to rank; report the value itself")
        }
        let (n, m) = (Double(a.count), Double(b.count))
        statistic = pooled.ranks[..<a.count].reduce(0, +) - n * (n + 1) / 2
        probabilityOfSuperiority = statistic / (n * m)

        let isSmall = min(a.count, b.count) <= 8 && a.count * b.count <= Self.exactLimit
        self.method =
            method == .automatic ? (isSmall && !pooled.hasTies ? .exact : .asymptotic) : method
        if self.method == .exact {
            guard !pooled.hasTies, a.count * b.count <= Self.exactLimit else {
                let problem =
                    pooled.hasTies ? "values are equal" : "\(a.count) × \(b.count) pairs are too many"
                throw StatisticsError(
                    .outOfRange, in: name, "no exact distribution: \(problem)",
                    fix: "use the asymptotic method")
            }
            pValue = Self.exactPValue(Int(statistic), a.count, b.count, alternative)
        } else {
            let total = n + m
            let variance = n * m / 12 * ((total + 1) - pooled.tieTerm / (total * (total - 1)))
            let shift = isContinuityCorrected ? 0.5 : 0
            // Of U, or in the other direction of B's U, so that the tail to look at is always the upper one.
            let excess =
                switch alternative {
                case .twoSided: abs(statistic - n * m / 2)
                case .greater: statistic - n * m / 2
                case .less: n * m / 2 - statistic
                }
            let tail = Normal.standard.survival((excess - shift) / variance.squareRoot())
            pValue = min(1, alternative == .twoSided ? 2 * tail : tail)
        }
    }

    private static func exactPValue(_ u: Int, _ n: Int, _ m: Int, _ alternative: Alternative) -> Double {
        // P(U ≥ u) is P(U ≤ nm − u), by symmetry.
        switch alternative {
        case .less: lowerTail(u, n, m)
        case .greater: lowerTail(n * m - u, n, m)
        case .twoSided: min(1, 2 * lowerTail(min(u, n * m - u), n, m))
        }
    }

    /// P(U ≤ u) under the null hypothesis, from the smaller side.
    private static func lowerTail(_ u: Int, _ n: Int, _ m: Int) -> Double {
        if u >= n * m { return 1 }
        guard 2 * u < n * m else { return 1 - lowerTail(n * m - u - 1, n, m) }
        // The largest of all values is A's with probability i/(i + j), and then adds j to U: the recursion of
        // Mann and Whitney on probabilities, so that all terms are positive. rows[j] is the row of i and j.
        let (small, large) = (min(n, m), max(n, m))
        var rows = [[Double]](repeating: [], count: small + 1)
        for i in 0...large {
            for j in 0...small {
                var row = [Double](repeating: 0, count: min(u, i * j) + 1)
                if i == 0 || j == 0 {
                    row[0] = 1
                } else {
                    let share = Double(i) / Double(i + j)
                    for (k, probability) in rows[j].enumerated() where k + j <= u {
                        row[k + j] += share * probability
                    }
                    for (k, probability) in rows[j - 1].enumerated() {
                        row[k] += (1 - share) * probability
                    }
                }
                rows[j] = row
            }
        }
        return min(1, rows[small].reduce(0, +))
    }
}
