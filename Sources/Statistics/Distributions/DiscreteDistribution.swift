// What every distribution on whole numbers answers, and its quantile by bisection.
// It knows no distribution.

/// A distribution on a range of whole numbers. Tails keep their relative accuracy: `survival` is never 1 −
/// `cdf`.
public protocol DiscreteDistribution: Sendable {
    /// The numbers that can occur.
    var support: ClosedRange<Int> { get }
    /// P(X = k); 0 outside the support.
    func mass(_ k: Int) -> Double
    /// P(X ≤ k).
    func cdf(_ k: Int) -> Double
    /// P(X > k).
    func survival(_ k: Int) -> Double
}

extension DiscreteDistribution {
    /// The smallest k of the support with P(X ≤ k) ≥ `probability`, which must be in 0...1.
    public func quantile(_ probability: Double) -> Int {
        precondition((0...1).contains(probability), "a quantile needs a probability in 0...1")
        var low = support.lowerBound
        var high = support.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            // Compared in the smaller tail, where both sides are exact.
            let isReached =
                probability <= 0.5 ? cdf(middle) >= probability : survival(middle) <= 1 - probability
            if isReached { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
