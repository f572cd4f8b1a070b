// Sums, moments, ranks and quantiles: where naive arithmetic fails.

import Statistics
import Testing

@Suite struct SampleTests {
    @Test("a sum keeps small terms beside large ones")
    func sums() {
        #expect(StableSum([1, 1e100, 1, -1e100]).value == 2)
        #expect(StableSum(repeatElement(0.1, count: 1_000_000)).value == 100_000)
    }

    // Deviations by hand: of 1, 2, 3, 4 the variance is 5/3.
    @Test(
        "mean and deviation survive any level and magnitude",
        arguments: [(0, 1), (1e9, 1), (0, 0x1p1000), (0, 0x1p-1000), (-0x1p40, 1)] as [(Double, Double)])
    func moments(level: Double, unit: Double) throws {
        let moments = try Moments([1, 2, 3, 4].map { level + $0 * unit })
        #expect(moments.mean == level + 2.5 * unit)
        let deviation = try #require(moments.deviation)
        #expect(relativeError(deviation / unit, (5.0 / 3).squareRoot()) < 1e-15)
    }

    @Test("one value has a mean and no deviation; a constant has deviation exactly 0")
    func smallest() throws {
        #expect(try Moments([3]).deviation == nil)
        #expect(try Moments([0.1, 0.1, 0.1]).deviation == 0)
        #expect(throws: StatisticsError.self) { try Moments([]) }
    }

    // numpy.quantile([15, 20, 35, 40, 50], p), and the share of values at or below it.
    @Test(
        "quantiles are type 7, shares count what is at most x",
        arguments: [(0, 15), (0.05, 16), (0.3, 23), (0.4, 29), (0.5, 35), (1, 50)] as [(Double, Double)])
    func quantiles(probability: Double, value: Double) throws {
        let sample = try OrderedSample([40, 15, 50, 20, 35])
        #expect(relativeError(sample.quantile(probability), value) < 1e-15)
        #expect(sample.share(atMost: 35) == 0.6)
        #expect(sample.share(atMost: 34.9) == 0.4)
        #expect(sample.share(atMost: 10) == 0)
        #expect(try OrderedSample([1.7e308, -1.7e308]).median == 0)
    }

    @Test("ties share the mean of their ranks")
    func ranks() {
        let midranks = Midranks([3, 1, 3, 2, 3])
        #expect(midranks.ranks == [4, 1, 4, 2, 4])
        #expect(midranks.groupSizes == [1, 1, 3])
        #expect(midranks.hasTies)
    }
}
