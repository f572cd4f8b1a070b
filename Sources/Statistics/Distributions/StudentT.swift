// Student's t distribution. It knows nothing of data.

import Glibc

/// Student's t with degrees of freedom that need not be whole; infinite degrees are the standard normal.
/// Relative error of tails below 1e-11 down to 1e-300, for degrees of freedom from 0.01 up.
public struct StudentT: ContinuousDistribution, Equatable {
    /// The degrees of freedom, above 0.
    public let degreesOfFreedom: Double

    /// Throws unless the degrees of freedom are above 0.
    public init(degreesOfFreedom: Double) throws(StatisticsError) {
        guard degreesOfFreedom > 0 else {
            throw StatisticsError(
                .outOfRange, in: "Student's t", "\(degreesOfFreedom) degrees of freedom",
                fix: "give a number above 0")
        }
        self.degreesOfFreedom = degreesOfFreedom
    }

    public func density(_ x: Double) -> Double {
        let nu = degreesOfFreedom
        // Here (ν + 1)/2·ln(1 + x²/ν) is x²/2 to the last digit, wherever the density is above 0.
        if nu > 1e25 { return Normal.standard.density(x) }
        let r = abs(x) / nu.squareRoot()
        // ln(1 + r²), also where r² overflows.
        let logPower = r > Self.farAway ? 2 * log(r) : log1p(r * r)
        let logScale = logGammaHalfStep(nu / 2) - 0.5 * log(nu / 2)
        return exp(logScale - logRootTwoPi - (nu + 1) / 2 * logPower)
    }

    public func cdf(_ x: Double) -> Double { survival(-x) }

    public func survival(_ x: Double) -> Double { x < 0 ? 1 - tail(-x) : tail(x) }

    public func quantile(_ probability: Double) -> Double {
        searchQuantile(probability, upper: false, scale: .line, guess: 0)
    }

    public func upperQuantile(_ probability: Double) -> Double {
        searchQuantile(probability, upper: true, scale: .line, guess: 0)
    }

    /// From here on 1 + r² is r² to the last digit.
    private static let farAway = 1e9

    /// P(T > t) for t ≥ 0.
    private func tail(_ t: Double) -> Double {
        let nu = degreesOfFreedom
        if t == .infinity { return 0 }
        if nu > 1e5 { return Normal.standard.survival(equivalentNormal(t)) }
        let r = t / nu.squareRoot()
        if r > Self.farAway {
            // The leading term of the incomplete beta function: r² would overflow.
            let logBeta = 0.5 * log(Double.pi) - logGammaHalfStep(nu / 2)
            return 0.5 * exp(-nu * log(r) - log(nu / 2) - logBeta)
        }
        let square = r * r
        return 0.5 * IncompleteBeta.lower(nu / 2, 0.5, x: 1 / (1 + square), y: square / (1 + square))
    }

    /// The z with P(Z > z) = P(T > t), for many degrees of freedom: G. W. Hill, algorithm 395, Communications
    /// of the ACM 13 (1970). At 1e5 degrees the first term left out is below 1e-15 of z wherever P is above
    /// 0.
    private func equivalentNormal(_ t: Double) -> Double {
        let nu = degreesOfFreedom
        let a = nu - 0.5
        let squared = nu == .infinity ? t * t : a * log1p(t / nu * t)
        // Nothing is left of the tail, and the terms below would overflow.
        if squared > 1e4 { return .infinity }
        let z = squared.squareRoot()
        let b = 48 * a * a
        let cubic = z * (squared + 3) / b
        let seventh = z * (((4 * squared + 33) * squared + 240) * squared + 855)
        return z + cubic - seventh / (10 * b * b)
    }
}
