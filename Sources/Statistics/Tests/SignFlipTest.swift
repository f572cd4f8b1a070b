// The sign-flip permutation test of pairs. It knows no plan, and draws only from the generator it is given.

/// How a permutation test went through the rearrangements.
public enum Enumeration: Sendable, Equatable {
    /// All of them: the p-value is exact.
    case complete(count: Int)
    /// That many drawn at random: the p-value is (b + 1)/(B + 1).
    case sampled(count: Int)
}

/// The sign-flip test: if A and B were exchangeable within pairs, each difference could as well have had the
/// other sign. The statistic is the mean difference.
///
/// p counts the sign patterns whose mean is at least as extreme as the one seen: all of them if there are at
/// most `resamples`, else `resamples` random ones and p = (b + 1)/(B + 1) (Phipson & Smyth 2010), which is
/// never 0. Two-sided is twice the smaller side, as `scipy.stats.permutation_test`. If every difference is 0
/// the test throws `degenerate`.
public struct SignFlipTest: Sendable {
    /// The mean difference, in the values' unit.
    public let statistic: Double
    /// The p-value for `alternative`.
    public let pValue: Double
    /// Whether p is exact, and how many patterns it rests on.
    public let enumeration: Enumeration

    /// The test of at least 1 finite difference. `resamples` is B, at least 1; `generator` draws the signs.
    public init(
        differences: [Double], alternative: Alternative = .twoSided, resamples: Int = 9999,
        using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) {
        let name = "sign-flip test"
        try require(differences, atLeast: 1, for: "a mean", "the list of differences", in: name)
        try requireResamples(resamples, in: name)
        // In a scale where sums cannot overflow; zeros have no sign, and would only repeat each pattern.
        let largest = differences.reduce(0) { max($0, abs($1)) }
        let nonzero = differences.filter { $0 != 0 }.map { $0 / largest }
        guard !nonzero.isEmpty else {
            throw StatisticsError(
                .degenerate, in: name, "every difference is 0",
                fix: "there is no sign to flip; report that the pairs are equal")
        }
        statistic = Moments(checked: differences).mean
        var counter = ExtremeCounter(StableSum(nonzero).value, terms: nonzero.count)

        let patterns = nonzero.count < 62 ? 1 << nonzero.count : Int.max
        if patterns <= resamples {
            for pattern in 0..<patterns {
                counter.count(Self.signedSum(nonzero) { pattern >> $0 & 1 == 1 })
            }
            enumeration = .complete(count: patterns)
        } else {
            for _ in 0..<resamples {
                // 64 signs a draw.
                var bits: UInt64 = 0
                let sum = Self.signedSum(nonzero) { index in
                    if index % 64 == 0 { bits = generator.next() }
                    return bits >> (index % 64) & 1 == 1
                }
                counter.count(sum)
            }
            enumeration = .sampled(count: resamples)
        }
        pValue = counter.pValue(alternative, enumeration)
    }

    private static func signedSum(_ values: [Double], isFlipped: (Int) -> Bool) -> Double {
        var sum = StableSum()
        for (index, value) in values.enumerated() { sum.add(isFlipped(index) ? -value : value) }
        return sum.value
    }
}

/// Counts the rearranged statistics that are at least as extreme as the one seen, on both sides.
struct ExtremeCounter {
    private let observed: Double
    private let slack: Double
    private var atLeast = 0
    private var atMost = 0

    /// `terms` numbers of at most 1 in absolute value were summed: what differs by less than their rounding
    /// is a tie.
    init(_ observed: Double, terms: Int) {
        self.observed = observed
        slack = 1e-14 * Double(terms)
    }

    mutating func count(_ value: Double) {
        if value >= observed - slack { atLeast += 1 }
        if value <= observed + slack { atMost += 1 }
    }

    func pValue(_ alternative: Alternative, _ enumeration: Enumeration) -> Double {
        // The arrangement seen is one of all, but is added to those drawn at random.
        let (extra, total) =
            switch enumeration {
            case .complete(let count): (0, count)
            case .sampled(let count): (1, count + 1)
            }
        let lower = Double(atMost + extra) / Double(total)
        let upper = Double(atLeast + extra) / Double(total)
        return switch alternative {
        case .less: lower
        case .greater: upper
        case .twoSided: min(1, 2 * min(lower, upper))
        }
    }
}

/// Throws unless there is at least one resample.
func requireResamples(_ resamples: Int, in method: String) throws(StatisticsError) {
    guard resamples >= 1 else {
        throw StatisticsError(
            .outOfRange, in: method, "\(resamples) resamples", fix: "give at least 1, such as 9999")
    }
}
