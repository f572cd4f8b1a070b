// What the bootstrap draws from: units in strata, and the statistic of a selection of them. It knows how
// values are gathered; it knows nothing of intervals.

/// Units to draw with replacement, each stratum by itself, and a statistic of what was drawn.
protocol Resampling {
    /// What a unit is called in an error: "value", "pair", "cluster".
    var unit: String { get }
    /// The number of units of each stratum: one for one sample or pairs, two for two independent samples.
    var strata: [Int] { get }
    /// The statistic of the selected units, by stratum.
    func value(of units: [[Int]]) -> Double
    /// The statistic without one unit: the jackknife's value.
    func value(leavingOut unit: Int, of stratum: Int) -> Double
}

extension Resampling {
    func value(leavingOut unit: Int, of stratum: Int) -> Double {
        var units = strata.map { Array(0..<$0) }
        units[stratum].remove(at: unit)
        return value(of: units)
    }
}

/// Any statistic of samples that are drawn independently of each other.
struct IndependentSamples: Resampling {
    let samples: [[Double]]
    let statistic: ([[Double]]) -> Double
    let unit = "value"
    var strata: [Int] { samples.map(\.count) }

    func value(of units: [[Int]]) -> Double {
        statistic(zip(samples, units).map { sample, chosen in chosen.map { sample[$0] } })
    }
}

/// Any statistic of samples whose values belong together by position.
struct PairedSamples: Resampling {
    let samples: [[Double]]
    let statistic: ([[Double]]) -> Double
    let unit = "pair"
    var strata: [Int] { [samples[0].count] }

    func value(of units: [[Int]]) -> Double {
        statistic(samples.map { sample in units[0].map { sample[$0] } })
    }
}

/// Any statistic of arms whose values come in clusters; a cluster is drawn with all its values in all arms.
struct WholeClusters: Resampling {
    let sample: ClusteredSample
    let statistic: ([[Double]]) -> Double
    let unit = "cluster"
    var strata: [Int] { [sample.clusters.count] }

    func value(of units: [[Int]]) -> Double {
        statistic((0..<sample.armCount).map { arm in units[0].flatMap { sample.clusters[$0][arm] } })
    }
}

/// The mean of one sample: sums only, no gathering.
struct MeanOfUnits: Resampling {
    let values: [Double]
    let unit: String
    private let total: Double
    var strata: [Int] { [values.count] }

    init(_ values: [Double], unit: String = "value") {
        self.values = values
        self.unit = unit
        total = values.reduce(0, +)
    }

    func value(of units: [[Int]]) -> Double { values.mean(of: units[0]) }

    func value(leavingOut unit: Int, of stratum: Int) -> Double {
        (total - values[unit]) / Double(values.count - 1)
    }
}

/// The difference of two independent samples' means, first minus second: sums only.
struct DifferenceOfMeans: Resampling {
    let first: [Double]
    let second: [Double]
    private let totals: (Double, Double)
    let unit = "value"
    var strata: [Int] { [first.count, second.count] }

    init(_ first: [Double], _ second: [Double]) {
        self.first = first
        self.second = second
        totals = (first.reduce(0, +), second.reduce(0, +))
    }

    func value(of units: [[Int]]) -> Double { first.mean(of: units[0]) - second.mean(of: units[1]) }

    func value(leavingOut unit: Int, of stratum: Int) -> Double {
        stratum == 0
            ? (totals.0 - first[unit]) / Double(first.count - 1) - totals.1 / Double(second.count)
            : totals.0 / Double(first.count) - (totals.1 - second[unit]) / Double(second.count - 1)
    }
}

/// The difference of two arms' means over all values, clusters drawn whole: only their sums and counts are
/// needed.
struct DifferenceOfPooledMeans: Resampling {
    private struct Totals {
        var sums = (0.0, 0.0)
        var counts = (0.0, 0.0)
        var difference: Double { sums.0 / counts.0 - sums.1 / counts.1 }

        mutating func add(_ other: Totals, times factor: Double = 1) {
            sums.0 += factor * other.sums.0
            sums.1 += factor * other.sums.1
            counts.0 += factor * other.counts.0
            counts.1 += factor * other.counts.1
        }
    }

    private let clusters: [Totals]
    private var all = Totals()
    let unit = "cluster"
    var strata: [Int] { [clusters.count] }

    init(_ sample: ClusteredSample, arms: (Int, Int)) {
        clusters = sample.clusters.map { cluster in
            let (first, second) = (cluster[arms.0], cluster[arms.1])
            return Totals(
                sums: (first.reduce(0, +), second.reduce(0, +)),
                counts: (Double(first.count), Double(second.count)))
        }
        for cluster in clusters { all.add(cluster) }
    }

    func value(of units: [[Int]]) -> Double {
        var totals = Totals()
        for unit in units[0] { totals.add(clusters[unit]) }
        return totals.difference
    }

    func value(leavingOut unit: Int, of stratum: Int) -> Double {
        var totals = all
        totals.add(clusters[unit], times: -1)
        return totals.difference
    }
}

extension [Double] {
    /// The mean of the values at `positions`.
    fileprivate func mean(of positions: [Int]) -> Double {
        var sum = 0.0
        for position in positions { sum += self[position] }
        return sum / Double(positions.count)
    }
}
