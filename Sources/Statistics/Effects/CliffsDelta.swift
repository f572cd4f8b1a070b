// Cliff's delta: how far two arms are apart in order, without a unit. It knows no test.

import Glibc

/// Cliff's δ = P(X > Y) − P(X < Y) for x of A and y of B, with its interval.
///
/// The interval is Cliff's asymmetric one with the consistent variance, and Student's t with n + m − 2
/// degrees of freedom: N. Cliff, Multivariate Behavioral Research 31 (1996), as R's package effsize. Arms
/// that do not overlap have variance 0; then the end inside −1...1 is ±(k − z²)/(k + z²) with k the smaller
/// count: Feng & Cliff, Journal of Modern Applied Statistical Methods 3 (2004).
public struct CliffsDelta: Sendable {
    /// δ, from −1 (every x below every y) to 1.
    public let value: Double
    /// The two-sided interval, within −1...1.
    public let interval: ConfidenceInterval

    /// δ of `a` over `b`, at least 2 finite values each, in O(n log n).
    public init(_ a: [Double], _ b: [Double], level: Double = 0.95) throws(StatisticsError) {
        let name = "Cliff's delta"
        try requireLevel(level, in: name)
        try require(a, atLeast: 2, for: "a variance", "arm A", in: name)
        try require(b, atLeast: 2, for: "a variance", "arm B", in: name)
        let (n, m) = (Double(a.count), Double(b.count))
        let placements = Placements(a, b)
        let delta = 2 * placements.superiority - 1
        value = delta
        let t = try StudentT(degreesOfFreedom: n + m - 2).upperQuantile((1 - level) / 2)
        if abs(delta) == 1 {
            let k = min(n, m)
            let inner = max(-1, (k - t * t) / (k + t * t))
            interval = ConfidenceInterval(
                level: level, lower: delta > 0 ? inner : -1, upper: delta > 0 ? 1 : -inner)
            return
        }
        // The dominance of each value, (below − above)/count, is 2·placement/count − 1; deviations of it
        // double.
        let deviationA = 2 * (Moments(checked: placements.ofA).deviation ?? 0) / m
        let deviationB = 2 * (Moments(checked: placements.ofB).deviation ?? 0) / n
        // Over all pairs, Σ(sign − δ)²: a tied pair's sign is 0.
        let untied = n * m - Self.tiedPairs(a, b)
        let pairVariance = (untied - n * m * delta * delta) / ((n - 1) * (m - 1))
        let variance =
            ((m - 1) * deviationA * deviationA + (n - 1) * deviationB * deviationB + pairVariance) / (n * m)
        let reach = t * variance.squareRoot()
        let square = 1 - delta * delta
        let center = delta * square
        let halfWidth = reach * (square * square + reach * reach).squareRoot()
        let denominator = square + reach * reach
        interval = ConfidenceInterval(
            level: level, lower: (center - halfWidth) / denominator,
            upper: (center + halfWidth) / denominator
        ).clamped(to: -1...1)
    }

    /// The pairs (x, y) with x = y: ties among all less ties within the arms.
    private static func tiedPairs(_ a: [Double], _ b: [Double]) -> Double {
        func tied(_ values: [Double]) -> Double {
            Midranks(values).groupSizes.reduce(0) { $0 + Double($1) * Double($1 - 1) / 2 }
        }
        return tied(a + b) - tied(a) - tied(b)
    }
}
