// Friedman's test of treatments in blocks. It knows ranks within a block, such as a prompt's twelve months.

/// Friedman's test: do treatments differ, each measured once in each block? χ² on treatments − 1 degrees of
/// freedom, corrected for ties. Agrees with `scipy.stats.friedmanchisquare`.
public struct FriedmanTest: Sendable, Hashable {
    /// The statistic, 0 where all treatments rank alike.
    public let chiSquared: Double
    /// The p-value by the χ² approximation.
    public let pValue: Double

    /// The test of `blocks`, each the values of all treatments.
    ///
    /// Throws with fewer than 3 treatments or 1 block, and where every block is tied throughout.
    public init(blocks: [[Double]]) throws(StatisticsError) {
        let table = try RankedBlocks(blocks, method: "Friedman test")
        let (k, n) = (Double(table.treatments), Double(blocks.count))
        let center = (k + 1) / 2
        let sums = table.columnSums
        let between = sums.reduce(0) { $0 + ($1 - n * center) * ($1 - n * center) }
        // Σ of all squared deviations of ranks; without ties n k (k² − 1) / 12.
        let within = table.squaredDeviations.reduce(0, +)
        guard within > 0 else {
            throw StatisticsError(
                .degenerate, in: "Friedman test", "every block is tied throughout",
                fix: "there is no order to test")
        }
        chiSquared = (k - 1) * between / within
        pValue = try ChiSquared(degreesOfFreedom: k - 1).survival(chiSquared)
    }
}

/// The ranks of each block's values.
struct RankedBlocks {
    let ranks: [[Double]]  // [block][treatment], midranks from 1
    let treatments: Int

    init(_ blocks: [[Double]], method: String) throws(StatisticsError) {
        guard let first = blocks.first, first.count >= 3 else {
            throw StatisticsError(
                .tooFewValues, in: method, "\(blocks.count) blocks of \(blocks.first?.count ?? 0) treatments",
                fix: "give at least 1 block of 3 treatments")
        }
        for (index, block) in blocks.enumerated() where block.count != first.count {
            throw StatisticsError(
                .mismatchedLengths, in: method,
                "block \(index) has \(block.count) values, block 0 \(first.count)",
                fix: "leave out blocks with a value missing")
        }
        guard blocks.allSatisfy({ $0.allSatisfy { !$0.isNaN } }) else {
            throw StatisticsError(.notFinite, in: method, "a value is NaN", fix: "leave its block out")
        }
        treatments = first.count
        ranks = blocks.map { Midranks($0).ranks }
    }

    /// The sum of each treatment's ranks.
    var columnSums: [Double] {
        (0..<treatments).map { treatment in ranks.reduce(0) { $0 + $1[treatment] } }
    }

    /// For each block Σ (rank − mean rank)²; without ties k (k² − 1) / 12.
    var squaredDeviations: [Double] {
        let center = Double(treatments + 1) / 2
        return ranks.map { $0.reduce(0) { $0 + ($1 - center) * ($1 - center) } }
    }
}
