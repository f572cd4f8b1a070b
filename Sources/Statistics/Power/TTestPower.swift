// The power of t tests, exactly: from the noncentral t distribution. It knows sizes and effects, no data.

import Glibc

/// The power of Student's t test for means of one spread, exact for normal values.
///
/// Effects are standardized: d = difference of means / standard deviation. For pairs the standard deviation
/// is that of the differences. Agrees with statsmodels' `TTestIndPower` and `TTestPower`.
public struct TTestPower: Sendable, Hashable {
    /// How the values come.
    public enum Samples: Sendable, Hashable {
        /// Two independent samples; the second has `ratio` times the values of the first.
        case independent(ratio: Double = 1)
        /// One sample, or differences of pairs.
        case paired
    }

    /// How the values come.
    public let samples: Samples
    /// The error of the test, both sides together.
    public let alpha: Double
    /// The direction.
    public let alternative: Alternative

    /// Throws unless alpha is between 0 and 1 and the ratio above 0.
    public init(
        _ samples: Samples, alpha: Double = 0.05, alternative: Alternative = .twoSided
    ) throws(StatisticsError) {
        try checkPlan(alpha: alpha)
        if case .independent(let ratio) = samples, !(ratio > 0 && ratio.isFinite) {
            throw StatisticsError(
                .outOfRange, in: powerAnalysis, "a ratio of arms of \(ratio)", fix: "give one above 0")
        }
        (self.samples, self.alpha, self.alternative) = (samples, alpha, alternative)
    }

    /// The chance to reject at effect `d` with `n` values in the first sample, or `n` pairs.
    ///
    /// Throws where that leaves no degree of freedom.
    public func power(effect d: Double, n: Int) throws(StatisticsError) -> Double {
        let (degrees, scale) = try layout(Double(n))
        return try noncentralPower(
            degreesOfFreedom: degrees, noncentrality: d * scale, alpha: alpha, alternative: alternative)
    }

    /// The smallest size of the first sample, or number of pairs, with at least `power` at effect `d`.
    ///
    /// Throws unless the effect lies in the alternative's direction and the power between alpha and 1.
    public func sampleSize(effect d: Double, power wanted: Double) throws(StatisticsError) -> Int {
        try checkWanted(power: wanted)
        guard d.isFinite, alternative == .greater ? d > 0 : alternative == .less ? d < 0 : d != 0 else {
            throw StatisticsError(
                .outOfRange, in: powerAnalysis, "an effect of \(d)",
                fix: "give one that lies in the test's direction and is not 0")
        }
        return try smallestSize("an effect of \(d)") { n in
            ((try? self.power(effect: d, n: n)) ?? 0) >= wanted
        }
    }

    /// The smallest effect, above 0, that is found with probability `power`. For `.less` it is its mirror
    /// image.
    public func detectableEffect(n: Int, power wanted: Double) throws(StatisticsError) -> Double {
        try checkWanted(power: wanted)
        let (degrees, scale) = try layout(Double(n))
        let side = alternative == .less ? -1.0 : 1
        return side / scale
            * (try noncentrality(
                forPower: wanted, degreesOfFreedom: degrees, alpha: alpha,
                alternative: alternative == .less ? .greater : alternative))
    }

    /// The sample size by the normal approximation, unrounded: (1 + 1/r) (z(1−α/2) + z(power))² / d² for the
    /// first of two samples of ratio r, so 2 (…)²/d² per arm where they are equal, and (…)²/d² for pairs.
    /// Below the exact one by one or two.
    public func approximateSampleSize(effect d: Double, power wanted: Double) throws(StatisticsError)
        -> Double
    {
        try checkWanted(power: wanted)
        let tail = alternative == .twoSided ? alpha / 2 : alpha
        let z = Normal.standard.upperQuantile(tail) + Normal.standard.quantile(wanted)
        switch samples {
        case .independent(let ratio): return (1 + 1 / ratio) * z * z / (d * d)
        case .paired: return z * z / (d * d)
        }
    }

    /// Degrees of freedom, and the noncentrality of an effect of 1.
    private func layout(_ n: Double) throws(StatisticsError) -> (degreesOfFreedom: Double, scale: Double) {
        let degrees: Double
        let scale: Double
        switch samples {
        case .independent(let ratio):
            degrees = n + ratio * n - 2
            scale = (1 / (1 / n + 1 / (ratio * n))).squareRoot()
        case .paired:
            degrees = n - 1
            scale = n.squareRoot()
        }
        guard n >= 1, degrees > 0 else {
            throw StatisticsError(
                .tooFewValues, in: powerAnalysis, "\(n) values leave no degree of freedom",
                fix: "plan for more")
        }
        return (degrees, scale)
    }

    private func checkWanted(power: Double) throws(StatisticsError) {
        guard power > alpha, power < 1 else {
            throw StatisticsError(
                .outOfRange, in: powerAnalysis, "a power of \(power)", fix: "give one between \(alpha) and 1")
        }
    }
}

let powerAnalysis = "power analysis"

func checkPlan(alpha: Double) throws(StatisticsError) {
    guard alpha > 0, alpha < 1 else {
        throw StatisticsError(
            .outOfRange, in: powerAnalysis, "alpha is \(alpha)", fix: "give one between 0 and 1")
    }
}

/// The smallest size from 2 on that is enough, where all larger ones are too; `what` needs it.
func smallestSize(_ what: String, _ isEnough: (Int) -> Bool) throws(StatisticsError) -> Int {
    var (short, enough) = (1, 2)
    while !isEnough(enough) {
        guard enough < 1 << 40 else {
            throw StatisticsError(
                .outOfRange, in: powerAnalysis, "\(what) needs more than 1e12 values",
                fix: "look for a larger one")
        }
        (short, enough) = (enough, 2 * enough)
    }
    while enough - short > 1 {
        let middle = short + (enough - short) / 2
        if isEnough(middle) { enough = middle } else { short = middle }
    }
    return enough
}

/// P(a t statistic with this noncentrality rejects).
func noncentralPower(
    degreesOfFreedom: Double, noncentrality: Double, alpha: Double, alternative: Alternative
) throws(StatisticsError) -> Double {
    let critical = try StudentT(degreesOfFreedom: degreesOfFreedom)
        .upperQuantile(alternative == .twoSided ? alpha / 2 : alpha)
    let statistic = try NoncentralT(degreesOfFreedom: degreesOfFreedom, noncentrality: noncentrality)
    switch alternative {
    case .twoSided: return statistic.survival(critical) + statistic.cdf(-critical)
    case .greater: return statistic.survival(critical)
    case .less: return statistic.cdf(-critical)
    }
}

/// The noncentrality above 0 at which a test has the power.
func noncentrality(
    forPower power: Double, degreesOfFreedom: Double, alpha: Double, alternative: Alternative
) throws(StatisticsError) -> Double {
    func excess(_ noncentrality: Double) -> Double {
        let reached = try? noncentralPower(
            degreesOfFreedom: degreesOfFreedom, noncentrality: noncentrality, alpha: alpha,
            alternative: alternative)
        return (reached ?? .nan) - power
    }
    var most = 8.0
    while excess(most) < 0, most < 1e12 { most *= 4 }
    guard let root = RootFinder.root(in: 0...most, tolerance: 1e-13, excess) else {
        throw StatisticsError(
            .outOfRange, in: powerAnalysis, "no effect has power \(power) at alpha \(alpha)",
            fix: "take a larger alpha or more values")
    }
    return root
}
