// p-values that know how many there are. It knows nothing of the tests that they come from.

/// Adjustments of p-values for their number. An adjusted p-value is compared with the level as a single one
/// is. Agrees with statsmodels' `multipletests`.
public enum Multiplicity: String, Sendable, Hashable, CaseIterable {
    /// m p, at most 1. Controls the chance of any false rejection; never better than Holm.
    case bonferroni
    /// Holm's step-down (Scandinavian Journal of Statistics 6, 1979): (m − i + 1) p₍ᵢ₎, made rising. Controls
    /// the chance of any false rejection, whatever the dependence.
    case holm
    /// Benjamini and Hochberg's step-up (JRSS B 57, 1995): m p₍ᵢ₎ / i, made falling from the last. Controls
    /// the expected share of false ones among the rejections, for independent or positively dependent tests.
    case benjaminiHochberg

    /// The adjusted p-values, in the order given.
    ///
    /// Throws where one is not between 0 and 1. No p-values give none.
    public func adjusted(_ pValues: [Double]) throws(StatisticsError) -> [Double] {
        for (index, p) in pValues.enumerated() where !(p >= 0 && p <= 1) {
            throw StatisticsError(
                .outOfRange, in: "\(self) adjustment", "p-value \(index) is \(p)", fix: "give values in 0...1"
            )
        }
        let count = Double(pValues.count)
        if self == .bonferroni { return pValues.map { min(1, count * $0) } }
        let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
        var result = pValues
        if self == .holm {
            var largest = 0.0
            for (rank, index) in order.enumerated() {
                largest = max(largest, (count - Double(rank)) * pValues[index])
                result[index] = min(1, largest)
            }
        } else {
            var smallest = 1.0
            for (rank, index) in order.enumerated().reversed() {
                smallest = min(smallest, count * pValues[index] / Double(rank + 1))
                result[index] = smallest
            }
        }
        return result
    }
}
