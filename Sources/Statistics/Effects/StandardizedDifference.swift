// Cohen's d and Hedges' g: a difference of means in standard deviations, with an exact interval. They know no
// test.

import Glibc

/// The difference of two independent means over the standard deviation within arms: Cohen's d, and Hedges' g
/// without d's bias.
///
/// Source: L. V. Hedges, Journal of Educational Statistics 6 (1981): g = J·d with the exact
/// J = Γ(ν/2)/(√(ν/2)·Γ((ν − 1)/2)), ν = n + m − 2. The interval holds all δ for which the t seen is not
/// extreme under the noncentral t (Steiger & Fouladi 1997). If both arms are constant it throws `degenerate`.
public struct StandardizedDifference: Sendable {
    /// (mean A − mean B)/pooled standard deviation.
    public let cohensD: Double
    /// J·d.
    public let hedgesG: Double
    /// J: how much smaller g is than d.
    public let correction: Double
    /// n + m − 2.
    public let degreesOfFreedom: Double
    /// Student's t with pooled variance, which has the noncentrality δ·√(nm/(n + m)).
    public let statistic: Double
    /// The two-sided interval in the unit of g: of δ, times J.
    public let interval: ConfidenceInterval

    /// The effect of `a` over `b`, at least 2 finite values each.
    public init(_ a: [Double], _ b: [Double], level: Double = 0.95) throws(StatisticsError) {
        let name = "standardized difference"
        try requireLevel(level, in: name)
        let difference = try MeanEstimate.difference(a, b, pooled: true, in: name)
        let inverseCounts = (1 / Double(a.count) + 1 / Double(b.count)).squareRoot()
        degreesOfFreedom = difference.degreesOfFreedom
        statistic = difference.statistic()
        cohensD = statistic * inverseCounts
        guard cohensD.isFinite else {
            throw StatisticsError(
                .notFinite, in: name, "the arms differ by more standard deviations than the largest number",
                fix: "report the means; their spread is only rounding")
        }
        correction = Self.correction(degreesOfFreedom: degreesOfFreedom)
        hedgesG = correction * cohensD
        let tail = (1 - level) / 2
        let ends = try noncentralityInterval(statistic, degreesOfFreedom: degreesOfFreedom, tail: tail)
        interval = ConfidenceInterval(
            level: level, lower: correction * ends.lower * inverseCounts,
            upper: correction * ends.upper * inverseCounts)
    }

    /// The exact J for ν degrees of freedom. With ν = 1 the expectation of d does not exist, and J is 0.
    public static func correction(degreesOfFreedom nu: Double) -> Double {
        if nu <= 1 { return 0 }
        // Γ(a + ½)/Γ(a) with a = (ν − 1)/2.
        return exp(logGammaHalfStep((nu - 1) / 2) - 0.5 * log(nu / 2))
    }
}

/// The noncentralities under which a t of `statistic` or more, or of it or less, has probability `tail`.
private func noncentralityInterval(
    _ statistic: Double, degreesOfFreedom nu: Double, tail: Double
) throws(StatisticsError) -> (lower: Double, upper: Double) {
    // P(T ≤ t) falls as δ grows: from 1 − tail at the lower end to tail at the upper one.
    let z = Normal.standard.upperQuantile(tail)
    let spread = (1 + statistic / (2 * nu) * statistic).squareRoot()
    var ends = (lower: 0.0, upper: 0.0)
    ends.lower = try noncentrality(guess: statistic - z * spread, step: spread / 8) {
        delta throws(StatisticsError) in
        let t = try NoncentralT(degreesOfFreedom: nu, noncentrality: delta)
        return log(t.survival(statistic)) - log(tail)
    }
    ends.upper = try noncentrality(guess: statistic + z * spread, step: spread / 8) {
        delta throws(StatisticsError) in
        let t = try NoncentralT(degreesOfFreedom: nu, noncentrality: delta)
        return log(tail) - log(t.cdf(statistic))
    }
    return ends
}

/// The root of an increasing function: a bracket grown from `guess`, then the Illinois variant of false
/// position.
private func noncentrality(
    guess: Double, step: Double, _ excess: (Double) throws(StatisticsError) -> Double
) throws(StatisticsError) -> Double {
    var (low, high) = (guess, guess)
    var (below, above) = (try excess(guess), 0.0)
    above = below
    var reach = step
    while below > 0 {
        (high, above) = (low, below)
        low -= reach
        below = try excess(low)
        reach *= 2
    }
    while above < 0 {
        (low, below) = (high, above)
        high += reach
        above = try excess(high)
        reach *= 2
    }
    for _ in 0..<200 {
        if above == below { return low }
        let secant = high - above * (high - low) / (above - below)
        // Infinite where a tail underflowed: then halve.
        let middle = secant > low && secant < high ? secant : low + (high - low) / 2
        if middle == low || middle == high || high - low <= 1e-14 * max(abs(low), abs(high)) { return middle }
        let value = try excess(middle)
        if value == 0 { return middle }
        if value < 0 {
            if low != guess { above /= 2 }
            (low, below) = (middle, value)
        } else {
            below /= 2
            (high, above) = (middle, value)
        }
    }
    return low + (high - low) / 2
}
