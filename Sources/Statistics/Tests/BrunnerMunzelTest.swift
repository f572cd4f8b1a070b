// The Brunner-Munzel test of two independent arms: the lab's default rank test. It knows no plan.

/// The Brunner-Munzel test: is P(X < Y) + ½·P(X = Y) one half, whatever the shapes and spreads of the two
/// arms?
///
/// Source: Brunner & Munzel, Biometrical Journal 42 (2000), as `scipy.stats.brunnermunzel`. Where scipy
/// answers NaN (arms that do not overlap, or all values equal) the standard error is 0 and the test throws
/// `degenerate`.
public struct BrunnerMunzelTest: Sendable {
    /// What the statistic is held against.
    public enum Reference: String, Sendable, CaseIterable {
        /// Student's t with Satterthwaite's degrees of freedom.
        case studentT
        /// The standard normal, for large arms.
        case normal
    }

    /// W, as in the paper: positive when B's values tend to be larger.
    public let statistic: Double
    /// The degrees of freedom of W; reported with the normal reference too, which does not use them.
    public let degreesOfFreedom: Double
    /// The p-value for `alternative`, which speaks of A as in every test here: `.greater` means A is larger.
    public let pValue: Double
    /// P(X < Y) + ½·P(X = Y) for x of A and y of B, estimated.
    public let probability: Double
    /// The standard error of `probability`.
    public let standardError: Double
    /// The two-sided interval of `probability`, within 0...1.
    public let interval: ConfidenceInterval

    /// The test of `a` against `b`, at least 2 finite values each.
    public init(
        _ a: [Double], _ b: [Double], alternative: Alternative = .twoSided, reference: Reference = .studentT,
        level: Double = 0.95
    ) throws(StatisticsError) {
        let name = "Brunner-Munzel test"
        try requireLevel(level, in: name)
        try require(a, atLeast: 2, for: "a variance of ranks", "arm A", in: name)
        try require(b, atLeast: 2, for: "a variance of ranks", "arm B", in: name)
        let placements = Placements(a, b)
        let (n, m) = (Double(a.count), Double(b.count))
        // The variances of the placements, over their counts.
        let errorA = Moments(checked: placements.ofA).standardError / m
        let errorB = Moments(checked: placements.ofB).standardError / n
        probability = 1 - placements.superiority
        standardError = hypotenuse(errorA, errorB)
        guard standardError > 0 else {
            let problem =
                placements.superiority == 0.5
                ? "all values are equal" : "the arms do not overlap: P(A > B) is \(placements.superiority)"
            throw StatisticsError(
                .degenerate, in: name, "\(problem), so its standard error is 0",
                fix: "use the Mann-Whitney test, or report the arms themselves")
        }
        let shareA = errorA / standardError * (errorA / standardError)
        let shareB = errorB / standardError * (errorB / standardError)
        degreesOfFreedom = 1 / (shareA * shareA / (n - 1) + shareB * shareB / (m - 1))
        statistic = (probability - 0.5) / standardError

        let distribution: any ContinuousDistribution =
            switch reference {
            case .studentT: try StudentT(degreesOfFreedom: degreesOfFreedom)
            case .normal: Normal.standard
            }
        pValue = distribution.pValue(-statistic, alternative)
        let reach = distribution.upperQuantile((1 - level) / 2) * standardError
        interval = ConfidenceInterval(level: level, lower: probability - reach, upper: probability + reach)
            .clamped(to: 0...1)
    }
}

/// How each value of one arm stands in the other arm.
struct Placements {
    /// For each x of A: the y of B below it, ties counted half.
    let ofA: [Double]
    /// For each y of B: the x of A below it, ties counted half.
    let ofB: [Double]

    init(_ a: [Double], _ b: [Double]) {
        // The rank among all less the rank in its own arm: whole or half numbers, so exact.
        let pooled = Midranks(a + b).ranks
        ofA = zip(pooled[..<a.count], Midranks(a).ranks).map { $0 - $1 }
        ofB = zip(pooled[a.count...], Midranks(b).ranks).map { $0 - $1 }
    }

    /// P(X > Y) + ½·P(X = Y).
    var superiority: Double { ofA.reduce(0, +) / (Double(ofA.count) * Double(ofB.count)) }
}
