// The regularized incomplete beta function and its complement, each accurate where it is small.
// They know no distribution.

import Glibc

/// The regularized incomplete beta function I_x(a, b).
///
/// Source: the continued fraction DLMF 8.17.22, with the power in front of it by Loader's saddle point, so
/// that large a and b cost no digits. Work grows with √max(a, b).
public enum IncompleteBeta {
    /// I_x(a, b) for a, b > 0. `y` is 1 − x: pass it where it is known better than by that subtraction.
    public static func lower(_ a: Double, _ b: Double, x: Double, y: Double) -> Double {
        if x <= 0 { return 0 }
        if y <= 0 { return 1 }
        return x < (a + 1) / (a + b + 2) ? fraction(a, b, x, y) : 1 - fraction(b, a, y, x)
    }

    /// 1 − I_x(a, b) = I_y(b, a), without that subtraction where it is small.
    public static func upper(_ a: Double, _ b: Double, x: Double, y: Double) -> Double {
        lower(b, a, x: y, y: x)
    }

    /// xᵃyᵇ/(a·B(a, b)) times the continued fraction, for x below the mean; modified Lentz.
    private static func fraction(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
        var c = 1.0
        var d = 1 / (1 - (a + b) * x / (a + 1))
        var product = d
        let limit = Int(200 + 20 * max(a, b).squareRoot())
        for i in 1..<limit {
            let m = Double(i)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / nonzero(1 + even * d)
            c = nonzero(1 + even / c)
            product *= c * d
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / nonzero(1 + odd * d)
            c = nonzero(1 + odd / c)
            let factor = c * d
            product *= factor
            if abs(factor - 1) < 1e-16 { break }
        }
        // xᵃyᵇ/(a·B(a, b)) is the binomial term times b/(a + b).
        return min(1, exp(logBinomialTerm(a, b, x: x, y: y) + log(b / (a + b) * product)))
    }

    /// Lentz's remedy for a denominator that happens to vanish.
    private static func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
}
