// The bootstrap of a sample, of two, of pairs and of clusters: one function for each. The arithmetic is
// elsewhere.

extension Bootstrap {
    /// The interval of any statistic of one sample. The statistic must be defined on every resample.
    ///
    /// Complexity: resamples + n evaluations of the statistic, n values each.
    public func interval(
        of sample: [Double], using generator: inout some RandomNumberGenerator,
        statistic: ([Double]) -> Double
    ) throws(StatisticsError) -> BootstrapEstimate {
        try checkFinite([sample])
        return try withoutActuallyEscaping(statistic) { (statistic) throws(StatisticsError) in
            try estimate(IndependentSamples(samples: [sample]) { statistic($0[0]) }, using: &generator)
        }
    }

    /// The interval of any statistic of two independent samples, each resampled by itself.
    public func interval(
        of first: [Double], and second: [Double], using generator: inout some RandomNumberGenerator,
        statistic: ([Double], [Double]) -> Double
    ) throws(StatisticsError) -> BootstrapEstimate {
        try checkFinite([first, second])
        return try withoutActuallyEscaping(statistic) { (statistic) throws(StatisticsError) in
            try estimate(
                IndependentSamples(samples: [first, second]) { statistic($0[0], $0[1]) }, using: &generator)
        }
    }

    /// The interval of any statistic of pairs, which are drawn as pairs.
    public func interval(
        ofPairs first: [Double], _ second: [Double], using generator: inout some RandomNumberGenerator,
        statistic: ([Double], [Double]) -> Double
    ) throws(StatisticsError) -> BootstrapEstimate {
        guard first.count == second.count else {
            throw StatisticsError(
                .mismatchedLengths, in: Self.name, "\(first.count) and \(second.count) values",
                fix: "give pairs, or resample the two independently")
        }
        try checkFinite([first, second])
        return try withoutActuallyEscaping(statistic) { (statistic) throws(StatisticsError) in
            try estimate(
                PairedSamples(samples: [first, second]) { statistic($0[0], $0[1]) }, using: &generator)
        }
    }

    /// The interval of any statistic of arms in clusters; it is given each arm's values of the clusters
    /// drawn. The jackknife, too, leaves out whole clusters.
    public func interval(
        of sample: ClusteredSample, using generator: inout some RandomNumberGenerator,
        statistic: ([[Double]]) -> Double
    ) throws(StatisticsError) -> BootstrapEstimate {
        try withoutActuallyEscaping(statistic) { (statistic) throws(StatisticsError) in
            try estimate(WholeClusters(sample: sample, statistic: statistic), using: &generator)
        }
    }

    /// The interval of the mean: as `interval(of:using:statistic:)` with the mean, from the same resamples,
    /// but without copying values.
    ///
    /// Complexity: resamples × n additions.
    public func mean(
        of sample: [Double], using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) -> BootstrapEstimate {
        try checkFinite([sample])
        return try estimate(MeanOfUnits(sample), using: &generator)
    }

    /// The interval of the first mean minus the second, samples independent.
    public func meanDifference(
        of first: [Double], and second: [Double], using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) -> BootstrapEstimate {
        try checkFinite([first, second])
        return try estimate(DifferenceOfMeans(first, second), using: &generator)
    }

    /// Whose mean difference is meant where clusters are of different sizes.
    public enum Weighting: String, Sendable, Hashable, CaseIterable {
        /// Every cluster counts the same: the mean of the clusters' own differences.
        case clusters
        /// Every value counts the same: the difference of the arms' means over all values.
        case values
    }

    /// The interval of the mean of `arm` minus that of `other`, clusters resampled whole.
    ///
    /// Complexity: resamples × clusters additions; the number of values does not matter.
    public func meanDifference(
        in sample: ClusteredSample, _ arm: Int, minus other: Int, weighting: Weighting = .clusters,
        using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) -> BootstrapEstimate {
        try sample.check(arms: arm, other)
        switch weighting {
        case .clusters:
            let differences = try sample.meanDifferences(arm, minus: other)
            return try estimate(MeanOfUnits(differences, unit: "cluster"), using: &generator)
        case .values:
            return try estimate(DifferenceOfPooledMeans(sample, arms: (arm, other)), using: &generator)
        }
    }

    private func checkFinite(_ samples: [[Double]]) throws(StatisticsError) {
        guard samples.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw StatisticsError(
                .notFinite, in: Self.name, "a value is NaN or infinite", fix: "leave it out")
        }
    }
}
