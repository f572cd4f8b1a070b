// Bootstrap intervals against scipy's from the same resamples (Tests/Oracles/statistics_bootstrap.py), and
// what scipy leaves undefined.

import Statistics
import Testing

@Suite struct BootstrapTests {
    struct File: Decodable { var rows: [[Double?]?] }

    static let statistics = [
        "mean", "median", "distance", "difference", "ratio of pairs", "cluster means", "cluster values",
        "cluster median",
    ]

    @Test("intervals equal scipy's when both see the same resamples", arguments: statistics.indices)
    func likeScipy(statistic: Int) throws {
        let rows = try Fixture.load("bootstrap", as: File.self).rows
        #expect(rows.count == 1000)
        for number in stride(from: statistic, to: rows.count, by: Self.statistics.count) {
            guard let row = rows[number] else {
                #expect(throws: StatisticsError.self) { try estimate(number, .bca) }
                continue
            }
            let bca = try estimate(number, .bca)
            let percentile = try estimate(number, .percentile)
            func expect(_ actual: Double, _ index: Int, _ what: String) throws {
                let expected = try #require(row[index])
                // An end may be 0, or the rest of large numbers that cancel: relative to the widest number
                // there is.
                let scale = row.reduce(0) { max($0, abs($1 ?? 0)) }
                #expect(
                    abs(actual - expected) <= 1e-8 * abs(expected) || abs(actual - expected) <= 1e-13 * scale,
                    "\(Self.statistics[statistic]) \(number): \(what) \(actual), scipy \(expected)")
            }
            try expect(bca.value, 0, "value")
            try expect(percentile.interval.lowerBound, 3, "lower end of percentiles")
            try expect(percentile.interval.upperBound, 4, "upper end of percentiles")
            try expect(bca.standardError, 5, "standard error")
            if row[1] == nil {
                #expect(bca.degeneracy != nil, "\(number): scipy has no BCa interval")
                #expect(bca.interval == percentile.interval)
            } else if bca.degeneracy == .constant {
                #expect(row[1] == row[2])
            } else {
                #expect(bca.degeneracy == nil, "\(number)")
                try expect(bca.interval.lowerBound, 1, "lower end")
                try expect(bca.interval.upperBound, 2, "upper end")
            }
        }
    }

    /// The case of the oracle's `case(number)`.
    private func estimate(_ number: Int, _ method: Bootstrap.Method) throws -> BootstrapEstimate {
        var inputs = Inputs(seed: 1000 + number)
        var draws = Inputs(seed: number)
        let bootstrap = try Bootstrap(resamples: 100 + number % 100, level: 0.9, method: method)
        let kind = number / Self.statistics.count % Inputs.kinds
        let count = 1 + (number % 5 == 0 ? inputs.below(3) : inputs.below(30))
        switch Self.statistics[number % Self.statistics.count] {
        case "mean": return try bootstrap.mean(of: inputs.sample(count, kind), using: &draws)
        case "median":
            return try bootstrap.interval(
                of: inputs.sample(count, kind), using: &draws, statistic: plainMedian)
        case "distance":
            return try bootstrap.interval(of: inputs.sample(count, kind), using: &draws) { values in
                let median = plainMedian(values)
                return plainMean(values.map { abs($0 - median) })
            }
        case "difference":
            let first = inputs.sample(count, kind)
            let second = inputs.sample(1 + inputs.below(30), kind)
            return try bootstrap.meanDifference(of: first, and: second, using: &draws)
        case "ratio of pairs":
            let first = inputs.sample(count, kind)
            let second = inputs.sample(count, kind)
            return try bootstrap.interval(ofPairs: first, second, using: &draws) {
                ($0.reduce(0, +) + 1) / ($1.reduce(0, +) + 1)
            }
        case let name:
            let clusters = (0..<count).map { _ in
                (0..<2).map { _ in
                    let size = 1 << inputs.below(3)
                    return inputs.sample(size, kind)
                }
            }
            let sample = try ClusteredSample(clusters: clusters)
            if name == "cluster median" {
                return try bootstrap.interval(of: sample, using: &draws) {
                    plainMedian($0[0]) - plainMedian($0[1])
                }
            }
            return try bootstrap.meanDifference(
                in: sample, 0, minus: 1, weighting: name == "cluster means" ? .clusters : .values,
                using: &draws)
        }
    }

    @Test("the fast path of means gives what the general one gives")
    func fastPath() throws {
        var inputs = Inputs(seed: 5)
        let (first, second) = (inputs.sample(50, 0), inputs.sample(40, 0))
        let bootstrap = try Bootstrap(resamples: 500)
        var (one, other) = (Inputs(seed: 9), Inputs(seed: 9))
        let fast = try bootstrap.meanDifference(of: first, and: second, using: &one)
        let general = try bootstrap.interval(of: first, and: second, using: &other) {
            plainMean($0) - plainMean($1)
        }
        #expect(fast.interval == general.interval)
        #expect(fast.method == .bca)
    }

    @Test("the seed decides the interval", arguments: [1, 2])
    func seeded(seed: Int) throws {
        var inputs = Inputs(seed: 77)
        let sample = inputs.sample(30, 0)
        func interval(_ seed: Int) throws -> ClosedRange<Double> {
            var draws = Inputs(seed: seed)
            return try Bootstrap(resamples: 200).mean(of: sample, using: &draws).interval
        }
        #expect(try interval(seed) == interval(seed))
        #expect(try interval(seed) != interval(seed + 1))
    }

    @Test("scale does not matter", arguments: [0x1p500, 0x1p-500])
    func scale(factor: Double) throws {
        var inputs = Inputs(seed: 3)
        let sample = inputs.sample(20, 3)
        func interval(_ values: [Double]) throws -> BootstrapEstimate {
            var draws = Inputs(seed: 4)
            return try Bootstrap(resamples: 300).mean(of: values, using: &draws)
        }
        let (plain, scaled) = (try interval(sample), try interval(sample.map { $0 * factor }))
        #expect(scaled.method == .bca)
        #expect(scaled.interval.lowerBound == plain.interval.lowerBound * factor)
        #expect(scaled.interval.upperBound == plain.interval.upperBound * factor)
    }

    typealias Degeneracy = BootstrapEstimate.Degeneracy

    @Test(
        "degenerate data are named",
        arguments: [
            ([3.0, 3, 3, 3], Degeneracy.constant), ((1...20).map { Double($0) }, .unboundedBias),
            ([1.0, 1, 1, 9], .undefinedAcceleration),
        ] as [([Double], Degeneracy)])
    func degenerate(sample: [Double], expected: Degeneracy) throws {
        var draws = Inputs(seed: 1)
        let statistic: ([Double]) -> Double =
            switch expected {
            case .constant: plainMean
            // Least where no value is drawn twice, as in the data themselves: one resample in 4e7.
            case .unboundedBias: { -Double(Set($0).count) }
            // The jackknife's medians are all 1.
            case .undefinedAcceleration: plainMedian
            }
        let estimate = try Bootstrap(resamples: 200).interval(of: sample, using: &draws, statistic: statistic)
        #expect(estimate.degeneracy == expected)
        #expect(estimate.method == .percentile)
    }

    @Test("a statistic that a resample leaves undefined is refused")
    func undefined() {
        var draws = Inputs(seed: 1)
        #expect(throws: StatisticsError.self) {
            try Bootstrap(resamples: 200).interval(of: [1, 2, 3], using: &draws) { values in
                let mean = plainMean(values)
                return 1 / plainMean(values.map { ($0 - mean) * ($0 - mean) })
            }
        }
    }

    @Test("9,999 resamples of 500 values take well under a second")
    func fast() throws {
        var draws = Inputs(seed: 1)
        let sample = draws.sample(500, 0)
        let bootstrap = try Bootstrap()
        let time = try ContinuousClock().measure { _ = try bootstrap.mean(of: sample, using: &draws) }
        // 0.09 s on a core by itself; five times that leaves room for others.
        #expect(time < .milliseconds(900))
    }
}

func plainMean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

func plainMedian(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
