// The power of an equivalence test by two one-sided tests. It knows sizes and margins, no data.

import Glibc

/// The power of TOST, two one-sided t tests at ±margin: the chance to declare two means equivalent. Exact for
/// normal values of one spread.
///
/// Equivalence is declared where D̂ lies at least t(1−α) standard errors inside both margins. Given S = s/σ
/// that has probability Φ((Δ − δ)/se − tS) − Φ(−(Δ + δ)/se + tS), which is averaged over S, νS² being χ² with
/// ν degrees of freedom (the difference of two of Owen's Q functions; Phillips, J. Pharmacokinetics and
/// Biopharmaceutics 18, 1990).
public struct EquivalencePower: Sendable, Hashable {
    /// Δ, the smallest effect of interest, in standard deviations.
    public let margin: Double
    /// How the values come.
    public let samples: TTestPower.Samples
    /// The error of each one-sided test, which is that of the whole.
    public let alpha: Double

    /// Throws unless the margin is above 0, alpha is between 0 and ½, and the ratio of arms above 0.
    public init(
        margin: Double, _ samples: TTestPower.Samples, alpha: Double = 0.05
    ) throws(StatisticsError) {
        guard margin > 0, margin.isFinite else {
            throw StatisticsError(
                .outOfRange, in: powerAnalysis, "a margin of \(margin)", fix: "give one above 0")
        }
        guard alpha > 0, alpha < 0.5 else {
            throw StatisticsError(
                .outOfRange, in: powerAnalysis, "alpha is \(alpha)", fix: "give one between 0 and 1/2")
        }
        _ = try TTestPower(samples, alpha: alpha)
        (self.margin, self.samples, self.alpha) = (margin, samples, alpha)
    }

    /// The chance to declare equivalence when the true difference is `effect` standard deviations, with `n`
    /// values in the first sample or `n` pairs.
    public func power(effect: Double = 0, n: Int) throws(StatisticsError) -> Double {
        let (degrees, error) = try layout(n)
        let critical = try StudentT(degreesOfFreedom: degrees).upperQuantile(alpha)
        let spread = try ChiSquared(degreesOfFreedom: degrees)
        // A wider S leaves no room between the margins; a rarer one no mass.
        let widest = margin / (error * critical)
        let rarest = (spread.upperQuantile(1e-18) / degrees).squareRoot()
        let least = (spread.quantile(1e-18) / degrees).squareRoot()
        guard least < min(widest, rarest) else { return 0 }
        let total = GaussLegendre.integral(over: least...min(widest, rarest), panels: 32) { s in
            let density = 2 * degrees * s * spread.density(degrees * s * s)
            let upper = (margin - effect) / error - critical * s
            let lower = -(margin + effect) / error + critical * s
            // By tails on one side of 0, so that a small difference of two near 1 keeps its digits.
            let inside =
                lower > 0
                ? Normal.standard.survival(lower) - Normal.standard.survival(upper)
                : Normal.standard.cdf(upper) - Normal.standard.cdf(lower)
            return density * max(0, inside)
        }
        return min(1, total)
    }

    /// The smallest size of the first sample, or number of pairs, with at least `power` when the true
    /// difference is `effect`.
    ///
    /// Throws unless the effect lies between the margins and the power between 0 and 1.
    public func sampleSize(effect: Double = 0, power wanted: Double) throws(StatisticsError) -> Int {
        guard abs(effect) < margin else {
            throw StatisticsError(
                .outOfRange, in: powerAnalysis, "a true difference of \(effect) at margins of ±\(margin)",
                fix: "give one between the margins")
        }
        guard wanted > 0, wanted < 1 else {
            throw StatisticsError(
                .outOfRange, in: powerAnalysis, "a power of \(wanted)", fix: "give one between 0 and 1")
        }
        return try smallestSize("a margin of ±\(margin)") { n in
            ((try? self.power(effect: effect, n: n)) ?? 0) >= wanted
        }
    }

    /// Degrees of freedom, and the standard error of the estimate in standard deviations.
    private func layout(_ n: Int) throws(StatisticsError) -> (degreesOfFreedom: Double, error: Double) {
        let n = Double(n)
        let (degrees, variance) =
            switch samples {
            case .independent(let ratio): (n + ratio * n - 2, 1 / n + 1 / (ratio * n))
            case .paired: (n - 1, 1 / n)
            }
        guard n >= 1, degrees > 0 else {
            throw StatisticsError(
                .tooFewValues, in: powerAnalysis, "\(n) values leave no degree of freedom",
                fix: "plan for more")
        }
        return (degrees, variance.squareRoot())
    }
}
