// Sums that keep the small terms beside the large ones. Nothing else.

/// A running sum with its rounding errors kept apart: exact to about one rounding of the result, whatever the
/// order. Source: Neumaier, ZAMM 54 (1974), the improved Kahan summation.
public struct StableSum: Sendable {
    private var high = 0.0
    private var low = 0.0

    /// An empty sum.
    public init() {}

    /// The sum of `values`.
    public init(_ values: some Sequence<Double>) {
        for value in values { add(value) }
    }

    /// Adds one term, which must be finite.
    public mutating func add(_ value: Double) {
        let sum = high + value
        low += abs(high) >= abs(value) ? (high - sum) + value : (value - sum) + high
        high = sum
    }

    /// The sum.
    public var value: Double { high + low }
}
