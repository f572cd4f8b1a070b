// Values that come in clusters, such as the answers to one prompt. It owns the shape; what is done with it,
// not.

/// Values by cluster and arm. A cluster, such as a prompt, holds its values of every arm, so that whoever
/// draws or drops it keeps both arms together: answers to one prompt are more alike than answers to two.
public struct ClusteredSample: Sendable, Hashable {
    /// Values by cluster, then by arm.
    public let clusters: [[[Double]]]  // [cluster][arm][value]

    /// The number of arms, the same in every cluster.
    public var armCount: Int { clusters[0].count }

    /// Throws unless there is a cluster, all clusters have equally many arms (at least one), and all values
    /// are finite. An arm of a cluster may be empty: a prompt whose answers of one arm were all lost.
    public init(clusters: [[[Double]]]) throws(StatisticsError) {
        guard let first = clusters.first, !first.isEmpty else {
            throw StatisticsError(
                .tooFewValues, in: Self.name, "no cluster with an arm", fix: "give at least one")
        }
        for (index, cluster) in clusters.enumerated() where cluster.count != first.count {
            throw StatisticsError(
                .mismatchedLengths, in: Self.name,
                "cluster \(index) has \(cluster.count) arms and cluster 0 has \(first.count)",
                fix: "give every cluster the same arms")
        }
        guard clusters.allSatisfy({ $0.allSatisfy { $0.allSatisfy(\.isFinite) } }) else {
            throw StatisticsError(
                .notFinite, in: Self.name, "a value is NaN or infinite", fix: "leave it out")
        }
        self.clusters = clusters
    }

    /// For each cluster the mean of one arm minus the mean of another.
    ///
    /// Throws where a cluster lacks values in either arm.
    public func meanDifferences(_ arm: Int, minus other: Int) throws(StatisticsError) -> [Double] {
        try check(arms: arm, other)
        var differences: [Double] = []
        for (index, cluster) in clusters.enumerated() {
            guard !cluster[arm].isEmpty, !cluster[other].isEmpty else {
                throw StatisticsError(
                    .tooFewValues, in: Self.name, "cluster \(index) has no value in one of its arms",
                    fix: "leave that cluster out, or compare all values pooled")
            }
            differences.append(mean(cluster[arm]) - mean(cluster[other]))
        }
        return differences
    }

    func check(arms: Int...) throws(StatisticsError) {
        for arm in arms where !(0..<armCount).contains(arm) {
            throw StatisticsError(
                .outOfRange, in: Self.name, "there is no arm \(arm)",
                fix: "give one from 0 to \(armCount - 1)")
        }
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    static let name = "clustered sample"
}
