// Loader's saddle-point terms: factorials and powers without the cancellation that logarithms of gamma
// functions bring when the parameters are large. They know no distribution.
// Source: C. Loader, "Fast and accurate computation of binomial probabilities" (2000).

import Glibc

/// ln √(2π).
let logRootTwoPi = 0.918_938_533_204_672_741_78

/// ln Γ(x) for x > 0; `lgamma_r`, because plain `lgamma` writes a global sign.
func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
}

/// ln n! − ln(√(2πn)·(n/e)ⁿ): what Stirling's formula lacks, for n > 0, whole or not.
func stirlingError(_ n: Double) -> Double {
    if n < 16 { return logGamma(n + 1) - (n + 0.5) * log(n) + n - logRootTwoPi }
    // The Bernoulli series; at 16 the first term left out is below 1e-16 of the sum.
    let s = 1 / (n * n)
    let tail = 1.0 / 1188 - s * (691.0 / 360_360 - s / 156)
    return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * tail)))) / n
}

/// x·ln(x/m) + m − x ≥ 0 for x ≥ 0, m ≥ 0: half the deviance of a Poisson count x with mean m.
func poissonDeviance(_ x: Double, mean m: Double) -> Double {
    if x == 0 { return m }
    guard abs(x - m) < 0.1 * (x + m) else { return x * log(x / m) + m - x }
    // The three terms cancel near x = m; the series in v = (x − m)/(x + m) does not.
    let v = (x - m) / (x + m)
    var sum = (x - m) * v
    var term = 2 * x * v
    for j in 1..<1000 {
        term *= v * v
        let next = sum + term / Double(2 * j + 1)
        if next == sum { break }
        sum = next
    }
    return sum
}

/// ln(xᵃ·e⁻ˣ / Γ(a + 1)) for a > 0, x ≥ 0: a Poisson probability with a count that need not be whole.
func logPoissonTerm(_ a: Double, mean x: Double) -> Double {
    -stirlingError(a) - poissonDeviance(a, mean: x) - logRootTwoPi - 0.5 * log(a)
}

/// ln(Γ(a + b + 1) / (Γ(a + 1)·Γ(b + 1)) · xᵃ·yᵇ) for a, b ≥ 0 and y = 1 − x: a binomial probability with
/// counts that need not be whole.
func logBinomialTerm(_ a: Double, _ b: Double, x: Double, y: Double) -> Double {
    // The limits of the formula below; the powers of rounded x and y as they are.
    if a == 0 { return b == 0 ? 0 : b * (x < y ? log1p(-x) : log(y)) }
    if b == 0 { return a * (y < x ? log1p(-y) : log(x)) }
    let n = a + b
    return stirlingError(n) - stirlingError(a) - stirlingError(b)
        - poissonDeviance(a, mean: n * x) - poissonDeviance(b, mean: n * y)
        - logRootTwoPi + 0.5 * (log(n) - log(a) - log(b))
}

/// ln Γ(a + ½) − ln Γ(a) for a > 0: about ½·ln a.
func logGammaHalfStep(_ a: Double) -> Double {
    if a < 2 { return logGamma(a + 0.5) - logGamma(a) }
    return a * log1p(-0.5 / a) + 0.5 + 0.5 * log(a) + stirlingError(a - 0.5) - stirlingError(a)
}
