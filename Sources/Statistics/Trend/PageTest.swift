// Page's test: do treatments rise in a stated order? It knows ranks within a block.

import Glibc

/// Page's L (JASA 58, 1963): Σ of level × rank sum, for blocks measured at ordered levels, such as prompts
/// over twelve months. One-sided: large L means that values rise with the level. Agrees with
/// `scipy.stats.page_trend_test`.
public struct PageTest: Sendable, Hashable {
    /// How the p-value is computed.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// The distribution of L over all orders of each block: for up to 12 levels, without ties.
        case exact
        /// Normal, with the variance of the ranks there are: ties shrink it.
        case normal
        /// Normal, with the variance of ranks without ties, as scipy's `asymptotic`; conservative with ties.
        case normalIgnoringTies
    }

    /// The statistic.
    public let statistic: Double
    /// The p-value.
    public let pValue: Double
    /// How it was computed.
    public let method: Method

    /// The test of `blocks`, each the values at the levels in their hypothesized order. By default exact
    /// where that is possible.
    ///
    /// Throws with fewer than 3 levels or 2 blocks, where every block is tied throughout, and where `.exact`
    /// is asked for data with ties or more than 12 levels.
    public init(blocks: [[Double]], method wanted: Method? = nil) throws(StatisticsError) {
        let name = "Page test"
        let table = try RankedBlocks(blocks, method: name)
        guard blocks.count >= 2 else {
            throw StatisticsError(.tooFewValues, in: name, "1 block", fix: "give at least 2")
        }
        let (k, n) = (Double(table.treatments), Double(blocks.count))
        let untied = k * (k * k - 1) / 12
        let spread = table.squaredDeviations
        let canBeExact = table.treatments <= Self.mostExactLevels && spread.allSatisfy { $0 == untied }
        if wanted == .exact, !canBeExact {
            throw StatisticsError(
                .outOfRange, in: name,
                "the exact distribution needs at most \(Self.mostExactLevels) levels and no ties",
                fix: "take the normal approximation")
        }
        statistic = table.columnSums.enumerated().reduce(0) { $0 + Double($1.offset + 1) * $1.element }
        method = wanted ?? (canBeExact ? .exact : .normal)
        if method == .exact {
            pValue = Self.exactTail(statistic, levels: table.treatments, blocks: blocks.count)
            return
        }
        // Var Σ jR = Σ (j − j̄)² Σ (R − R̄)² / (k − 1) for each block, over all orders of its ranks.
        let squares = method == .normal ? spread.reduce(0, +) : n * untied
        guard squares > 0 else {
            throw StatisticsError(
                .degenerate, in: name, "every block is tied throughout", fix: "there is no order to test")
        }
        let mean = n * k * (k + 1) * (k + 1) / 4
        pValue = Normal.standard.survival((statistic - mean) / (untied * squares / (k - 1)).squareRoot())
    }

    private static let mostExactLevels = 12

    /// P(L ≥ statistic) when every order of every block is equally likely.
    ///
    /// Complexity: levels · 2^levels · levels³ for one block, then blocks · sums².
    private static func exactTail(_ statistic: Double, levels: Int, blocks: Int) -> Double {
        let block = orders(levels)
        var total = [1.0]
        for _ in 0..<blocks {
            var next = [Double](repeating: 0, count: total.count + block.count - 1)
            for (sum, share) in total.enumerated() where share > 0 {
                for (more, probability) in block.enumerated() { next[sum + more] += share * probability }
            }
            total = next
        }
        // Index 0 is the least L, of blocks that all fall.
        let least = blocks * levels * (levels + 1) * (levels + 2) / 6
        let first = Int(statistic.rounded()) - least
        // Smallest first, so that nothing of a small tail is lost.
        return min(1, total[max(0, first)...].reversed().reduce(0, +))
    }

    /// The distribution of Σ level × rank over all orders of 1...k, from its least value on: built level by
    /// level over the set of ranks that are taken, k 2^k steps instead of k! orders.
    private static func orders(_ k: Int) -> [Double] {
        let least = k * (k + 1) * (k + 2) / 6
        let most = k * (k + 1) * (2 * k + 1) / 6
        var bySet = [[Double]](repeating: [], count: 1 << k)
        bySet[0] = [Double](repeating: 0, count: most + 1)
        bySet[0][0] = 1
        for set in 0..<(1 << k) {
            let level = set.nonzeroBitCount + 1
            let here = bySet[set]
            bySet[set] = set == (1 << k) - 1 ? here : []
            for rank in 1...k where set & (1 << (rank - 1)) == 0 {
                let with = set | 1 << (rank - 1)
                if bySet[with].isEmpty { bySet[with] = [Double](repeating: 0, count: most + 1) }
                let step = level * rank
                for sum in 0...(most - step) where here[sum] > 0 {
                    bySet[with][sum + step] += here[sum] / Double(k - level + 1)
                }
            }
        }
        return Array(bySet[(1 << k) - 1][least...])
    }
}
