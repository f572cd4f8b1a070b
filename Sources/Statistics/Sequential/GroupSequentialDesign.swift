// Boundaries of a group-sequential test: when may one look, and how far out must the statistic be to stop
// there? It knows information times and errors; what is measured, and how many samples an information time
// is, it does not.

import Glibc

/// A group-sequential test with Lan-DeMets error spending: looks at information times t, stopping at the
/// first look whose |Z| (two-sided) or Z (one-sided) reaches that look's boundary. Over all looks the error
/// is `alpha`.
///
/// Information is the reciprocal of the estimate's variance; time is its share of the plan's. For means with
/// equal arms that is n / n_max. A two-sided design is two one-sided ones at alpha/2 that share the looks.
///
/// The looks need not fall where the plan put them: a boundary depends on the times up to its own only, so at
/// each look make the design again from the times that there really were. To stop for other reasons before
/// time 1, or past it, say `lastLook: true` and the last look gets all the error that is left.
///
/// Source: Lan and DeMets (1983); Jennison and Turnbull, Group Sequential Methods (2000), chapters 7 and 19.
public struct GroupSequentialDesign: Sendable {
    /// One-sided tests look for positive Z.
    public enum Sides: Int, Sendable, Hashable, CaseIterable {
        /// Stops for large Z.
        case one = 1
        /// Stops for Z far from 0.
        case two = 2
    }

    /// The times of the looks; 1 is the planned end.
    public let informationTimes: [Double]
    /// The error of the whole test, both sides together.
    public let alpha: Double
    /// Whether small Z stop it as well.
    public let sides: Sides
    /// How the error is spent; nil where the boundaries were given.
    public let spending: SpendingFunction?
    /// The boundary of Z at each look; infinite where the spending function allows less than 1e-300.
    public let boundaries: [Double]
    /// The error spent up to and with each look, both sides together.
    public let spent: [Double]

    /// - Parameters:
    ///   - informationTimes: rising, above 0; 1 is the planned end.
    ///   - alpha: the error of the whole test, both sides together, between 0 and 1.
    ///   - lastLook: that the last of the times is the end: it gets all error that is left. By default it is
    ///     where
    ///     the last time is 1 or more.
    /// - Throws: `StatisticsError` where times do not rise or alpha is out of range.
    public init(
        informationTimes times: [Double], alpha: Double = 0.05, sides: Sides = .two,
        spending: SpendingFunction = .obrienFleming, lastLook: Bool? = nil
    ) throws(StatisticsError) {
        try Self.check(times, alpha: alpha)
        if case .power(let exponent) = spending, !(exponent > 0) {
            throw StatisticsError(
                .outOfRange, in: Self.method, "the power spending function has exponent \(exponent)",
                fix: "give one above 0")
        }
        let perSide = alpha / Double(sides.rawValue)
        let ends = lastLook ?? (times[times.count - 1] >= 1)
        var cumulative = times.map { spending.spent(at: $0, of: perSide) }
        if ends { cumulative[times.count - 1] = perSide }
        var process = ScoreDensity(drift: 0)
        var boundaries: [Double] = []
        for (look, t) in times.enumerated() {
            let allowed = cumulative[look] - (look == 0 ? 0 : cumulative[look - 1])
            let boundary = Self.boundary(of: process, at: t, allowing: allowed)
            boundaries.append(boundary)
            if look + 1 < times.count {
                let limit = boundary * t.squareRoot()
                let lower = sides == .two ? -limit : -Double.infinity
                process.advance(to: t, continuing: lower...limit, next: times[look + 1])
            }
        }
        self.init(
            times, alpha, sides, spending, boundaries, spent: cumulative.map { $0 * Double(sides.rawValue) })
    }

    /// A design with boundaries of one's own, infinite for a look without stopping; `alpha` and `spent` are
    /// what they cost.
    ///
    /// Throws where times do not rise, or there are not as many boundaries, or one is NaN.
    public init(
        informationTimes times: [Double], boundaries: [Double], sides: Sides = .two
    ) throws(StatisticsError) {
        try Self.check(times, alpha: 0.5)
        guard boundaries.count == times.count else {
            throw StatisticsError(
                .mismatchedLengths, in: Self.method,
                "\(times.count) times and \(boundaries.count) boundaries",
                fix: "give one boundary for each look")
        }
        guard boundaries.allSatisfy({ !$0.isNaN && (sides == .one || $0 >= 0) }) else {
            throw StatisticsError(
                .outOfRange, in: Self.method, "boundaries \(boundaries)",
                fix: "give numbers, of |Z| 0 or more")
        }
        let bare = GroupSequentialDesign(times, 0, sides, nil, boundaries, spent: [])
        let stops = bare.stoppingProbabilities(drift: 0)
        var spent: [Double] = []
        for (upper, lower) in zip(stops.upper, stops.lower) {
            spent.append((spent.last ?? 0) + upper + lower)
        }
        self.init(times, spent[spent.count - 1], sides, nil, boundaries, spent: spent)
    }

    private init(
        _ times: [Double], _ alpha: Double, _ sides: Sides, _ spending: SpendingFunction?,
        _ boundaries: [Double],
        spent: [Double]
    ) {
        informationTimes = times
        self.alpha = alpha
        self.sides = sides
        self.spending = spending
        self.boundaries = boundaries
        self.spent = spent
    }

    /// A plan of `looks` at equal distances up to time 1.
    public static func evenlySpaced(
        looks: Int, alpha: Double = 0.05, sides: Sides = .two, spending: SpendingFunction = .obrienFleming
    ) throws(StatisticsError) -> GroupSequentialDesign {
        guard looks > 0 else {
            throw StatisticsError(.outOfRange, in: method, "\(looks) looks", fix: "plan at least 1")
        }
        return try GroupSequentialDesign(
            informationTimes: (1...looks).map { Double($0) / Double(looks) }, alpha: alpha, sides: sides,
            spending: spending)
    }

    /// The Z that the unstopped process passes with probability `allowed`. Solved on logarithms, where tails
    /// are nearly parabolas.
    private static func boundary(of process: ScoreDensity, at t: Double, allowing allowed: Double) -> Double {
        guard allowed > 1e-300 else { return .infinity }
        let target = log(allowed)
        let root = RootFinder.root(in: -9...38) { z in
            log(max(process.probability(above: z * t.squareRoot(), at: t), 1e-307)) - target
        }
        // More is allowed than paths are left: whoever comes here stops.
        return root ?? -.infinity
    }

    static let method = "group-sequential design"

    private static func check(_ times: [Double], alpha: Double) throws(StatisticsError) {
        guard alpha > 0, alpha < 1 else {
            throw StatisticsError(
                .outOfRange, in: method, "alpha is \(alpha)", fix: "give one between 0 and 1")
        }
        guard let first = times.first, first > 0, times.allSatisfy(\.isFinite) else {
            throw StatisticsError(
                .outOfRange, in: method, "information times \(times)",
                fix: "give at least one, all finite and above 0")
        }
        for (earlier, later) in zip(times, times.dropFirst()) where !(earlier < later) {
            throw StatisticsError(
                .outOfRange, in: method, "information time \(later) follows \(earlier)",
                fix: "give times that rise")
        }
    }
}
