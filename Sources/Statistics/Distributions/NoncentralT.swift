// The noncentral t distribution: what a t statistic follows when the effect is real, so exact power and
// intervals of standardized effects. It knows nothing of data.

import Glibc

/// T = (Z + δ)/S with Z standard normal and S² = χ²_ν/ν independent of it. Relative error of both tails below
/// 1e-10 down to 1e-300, for any noncentrality and any degrees of freedom from 0.01 up.
///
/// Not AS 243: its series loses the small tail when δ is large. Here every probability is an integral over S
/// of positive terms, P(T ≤ t) = E Φ(tS − δ), by the trapezoidal rule in u = ln S. The integrand is analytic
/// and falls off exponentially, so that rule converges exponentially too (Trefethen & Weideman, SIAM Review
/// 56, 2014).
public struct NoncentralT: ContinuousDistribution, Equatable {
    /// The degrees of freedom ν, above 0 and finite.
    public let degreesOfFreedom: Double
    /// The noncentrality δ, finite.
    public let noncentrality: Double

    /// Throws unless the degrees of freedom are above 0 and both numbers are finite.
    public init(degreesOfFreedom: Double, noncentrality: Double) throws(StatisticsError) {
        guard degreesOfFreedom > 0, degreesOfFreedom.isFinite, noncentrality.isFinite else {
            throw StatisticsError(
                .outOfRange, in: "noncentral t",
                "\(degreesOfFreedom) degrees of freedom, noncentrality \(noncentrality)",
                fix: "give finite numbers, and degrees of freedom above 0")
        }
        self.degreesOfFreedom = degreesOfFreedom
        self.noncentrality = noncentrality
    }

    public func density(_ x: Double) -> Double { x.isFinite ? integral(x, .density) : 0 }

    public func cdf(_ x: Double) -> Double {
        if x.isInfinite { return x > 0 ? 1 : 0 }
        return x == 0 ? Normal.standard.cdf(-noncentrality) : min(1, integral(x, .lower))
    }

    public func survival(_ x: Double) -> Double {
        if x.isInfinite { return x > 0 ? 0 : 1 }
        return x == 0 ? Normal.standard.cdf(noncentrality) : min(1, integral(x, .upper))
    }

    public func quantile(_ probability: Double) -> Double {
        searchQuantile(probability, upper: false, scale: .line, guess: noncentrality)
    }

    public func upperQuantile(_ probability: Double) -> Double {
        searchQuantile(probability, upper: true, scale: .line, guess: noncentrality)
    }
}

/// What is averaged over S.
private enum NoncentralTKernel {
    /// Φ(ts − δ): P(T ≤ t).
    case lower
    /// Φ(δ − ts): P(T > t).
    case upper
    /// s·φ(ts − δ): the density at t.
    case density

    func logValue(_ t: Double, _ s: Double, _ delta: Double, logS: Double) -> Double {
        let z = t * s - delta
        return switch self {
        case .lower: Normal.logLowerTail(z)
        case .upper: Normal.logLowerTail(-z)
        case .density: logS - 0.5 * z * z - logRootTwoPi
        }
    }

    /// s times the derivative of `logValue` in s.
    func slope(_ t: Double, _ s: Double, _ delta: Double) -> Double {
        let z = t * s - delta
        return switch self {
        case .lower: t * s * millsInverse(z)
        case .upper: -t * s * millsInverse(-z)
        case .density: 1 - t * s * z
        }
    }

    /// φ(z)/Φ(z).
    private func millsInverse(_ z: Double) -> Double {
        exp(-0.5 * z * z - logRootTwoPi - Normal.logLowerTail(z))
    }
}

extension NoncentralT {
    private func integral(_ t: Double, _ kernel: NoncentralTKernel) -> Double {
        if t.isNaN { return .nan }
        let nu = degreesOfFreedom
        let delta = noncentrality

        /// The logarithm of the integrand in u = ln s, less the density's constant.
        func height(_ u: Double) -> Double {
            nu * logDensityShape(u) + kernel.logValue(t, exp(u), delta, logS: u)
        }

        // The integrand is log-concave in s, so it has one peak: where its slope changes sign.
        var low = -745.0
        var high = 354.0
        while high - low > 1e-9 * max(1, abs(low)) {
            let u = low + (high - low) / 2
            if u == low || u == high { break }
            if -nu * expm1(2 * u) + kernel.slope(t, exp(u), delta) > 0 { low = u } else { high = u }
        }
        let peak = low
        let top = height(peak)
        let constant = logDensityScale(nu)
        if top + constant < -760 { return 0 }

        let left = edge(from: peak, top: top, direction: -1, height)
        let right = edge(from: peak, top: top, direction: 1, height)
        // Halve the step until the sum stands still: each halving doubles the digits.
        var intervals = 32
        var step = (right - left) / Double(intervals)
        var sum = (1..<intervals).reduce(0) { $0 + exp(height(left + Double($1) * step) - top) }
        while intervals < 1 << 20 {
            let between = (0..<intervals).reduce(0) {
                $0 + exp(height(left + (Double($1) + 0.5) * step) - top)
            }
            let isDone = abs(between - sum) <= 1e-12 * sum
            sum += between
            intervals *= 2
            step /= 2
            if isDone { break }
        }
        return exp(top + constant + log(sum * step))
    }

    /// Where the integrand has fallen to 1e-20 of its peak, to one or the other side.
    private func edge(
        from peak: Double, top: Double, direction: Double, _ height: (Double) -> Double
    ) -> Double {
        var inside = 0.0
        var outside = 1e-12
        while height(peak + direction * outside) > top - 46 {
            inside = outside
            outside *= 2
        }
        for _ in 0..<8 {
            let middle = inside + (outside - inside) / 2
            if height(peak + direction * middle) > top - 46 { inside = middle } else { outside = middle }
        }
        return peak + direction * outside
    }

    /// u − (e²ᵘ − 1)/2 ≤ 0: the logarithm of the density of u = ln S, per degree of freedom.
    private func logDensityShape(_ u: Double) -> Double {
        guard abs(u) < 0.1 else { return u - 0.5 * expm1(2 * u) }
        // −Σ (2u)ᵏ/(2·k!) from k = 2, since the linear terms cancel.
        var term = u
        var sum = 0.0
        for k in 2..<16 {
            term *= 2 * u / Double(k)
            sum -= term
        }
        return sum
    }

    /// ln(2·aᵃ·e⁻ᵃ/Γ(a)) with a = ν/2: the constant of that density.
    private func logDensityScale(_ nu: Double) -> Double {
        let a = nu / 2
        return log(2) + 0.5 * log(a) - logRootTwoPi - stirlingError(a)
    }
}
