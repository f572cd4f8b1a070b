// What every continuous distribution answers, and quantiles by root finding for those without a formula.
// It knows no distribution.

import Glibc

/// A distribution on the line. Tails keep their relative accuracy: `survival` is never 1 − `cdf`, so p-values
/// of 1e-300 are right. NaN goes through as NaN; infinite arguments are allowed.
public protocol ContinuousDistribution: Sendable {
    /// The density at `x`.
    func density(_ x: Double) -> Double
    /// P(X ≤ x).
    func cdf(_ x: Double) -> Double
    /// P(X > x).
    func survival(_ x: Double) -> Double
    /// The x with `cdf(x)` = `probability`, which must be in 0...1; the ends give the ends of the support.
    func quantile(_ probability: Double) -> Double
    /// The x with `survival(x)` = `probability`, which must be in 0...1: exact where `quantile(1 −
    /// probability)` would lose a small probability.
    func upperQuantile(_ probability: Double) -> Double
}

/// How the search for a quantile moves along the support, so that no tail is far away.
enum QuantileScale {
    /// The whole line, by x = sinh v.
    case line
    /// The positive half, by x = exp v.
    case positive

    func position(_ x: Double) -> Double { self == .line ? asinh(x) : log(x) }
    func value(_ v: Double) -> Double { self == .line ? sinh(v) : exp(v) }
    func slope(_ v: Double) -> Double { self == .line ? cosh(v) : exp(v) }

    /// The positions whose values are finite numbers.
    var range: ClosedRange<Double> { self == .line ? -710.4...710.4 : -745.1...709.7 }
    var lowest: Double { self == .line ? -.infinity : 0 }
}

extension ContinuousDistribution {
    /// The quantile, or with `upper` the upper quantile, starting at `guess`.
    ///
    /// Newton's method on the logarithm of whichever tail is smaller, kept inside a bracket: log tails are
    /// nearly straight in `scale`, so a handful of steps suffice even for 1e-300.
    func searchQuantile(_ probability: Double, upper: Bool, scale: QuantileScale, guess: Double) -> Double {
        precondition((0...1).contains(probability), "a quantile needs a probability in 0...1")
        if probability == 0 { return upper ? .infinity : scale.lowest }
        if probability == 1 { return upper ? scale.lowest : .infinity }
        // 1 − p is exact for p in 0.5...1.
        let isUpper = probability > 0.5 ? !upper : upper
        let target = log(min(probability, 1 - probability))

        /// Increasing in v, with a root at the quantile.
        func excess(_ v: Double) -> (value: Double, slope: Double) {
            let x = scale.value(v)
            let tail = isUpper ? survival(x) : cdf(x)
            let value = log(tail) - target
            return (isUpper ? -value : value, density(x) * scale.slope(v) / tail)
        }

        var low = scale.range.lowerBound
        var high = scale.range.upperBound
        var v = min(max(scale.position(guess), low), high)
        for _ in 0..<200 {
            let (value, slope) = excess(v)
            if value == 0 { break }
            if value < 0 { low = v } else { high = v }
            let newton = v - value / slope
            // Also not taken: a step that is no number, because a tail underflowed.
            let next = newton > low && newton < high ? newton : low + (high - low) / 2
            let isDone = abs(next - v) <= 1e-16 * max(abs(v), 0.01) || next == low || next == high
            v = next
            if isDone { break }
        }
        return scale.value(v)
    }
}

extension ContinuousDistribution {
    /// The p-value of a statistic whose distribution under the null hypothesis is this one.
    func pValue(_ statistic: Double, _ alternative: Alternative) -> Double {
        switch alternative {
        case .less: cdf(statistic)
        case .greater: survival(statistic)
        case .twoSided: min(1, 2 * min(cdf(statistic), survival(statistic)))
        }
    }
}
