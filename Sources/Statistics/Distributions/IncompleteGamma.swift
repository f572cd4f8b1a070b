// The regularized incomplete gamma functions P and Q, each accurate where it is small.
// They know no distribution.

import Glibc

/// The regularized incomplete gamma functions.
///
/// Source: Abramowitz & Stegun 6.5.29 (series) and 6.5.31 (continued fraction). Work grows with √a.
public enum IncompleteGamma {
    /// P(a, x) = γ(a, x)/Γ(a) for a > 0, x ≥ 0.
    public static func lower(_ a: Double, _ x: Double) -> Double {
        if x <= 0 { return 0 }
        return x < a + 1 ? series(a, x) : 1 - fraction(a, x)
    }

    /// Q(a, x) = 1 − P(a, x), without that subtraction where Q is small.
    public static func upper(_ a: Double, _ x: Double) -> Double {
        if x <= 0 { return 1 }
        return x < a + 1 ? 1 - series(a, x) : fraction(a, x)
    }

    /// P by xᵃe⁻ˣ/Γ(a + 1)·(1 + x/(a + 1) + x²/((a + 1)(a + 2)) + …).
    private static func series(_ a: Double, _ x: Double) -> Double {
        var term = 1.0
        var sum = 1.0
        var n = a
        while term > sum * 1e-17 {
            n += 1
            term *= x / n
            sum += term
        }
        return min(1, exp(logPoissonTerm(a, mean: x) + log(sum)))
    }

    /// Q by Legendre's continued fraction, evaluated forwards (modified Lentz).
    private static func fraction(_ a: Double, _ x: Double) -> Double {
        if x == .infinity { return 0 }
        var b = x + 1 - a
        var c = 1e300
        var d = 1 / b
        var product = d
        // Converges within a few √a steps of the border and faster beyond it.
        let limit = Int(100 + 20 * a.squareRoot())
        for i in 1..<limit {
            let an = -Double(i) * (Double(i) - a)
            b += 2
            d = 1 / (an * d + b)
            c = b + an / c
            let factor = c * d
            product *= factor
            if abs(factor - 1) < 1e-16 { break }
        }
        // xᵃe⁻ˣ/Γ(a) is the Poisson term times a.
        return min(1, exp(logPoissonTerm(a, mean: x) + log(a * product)))
    }
}
