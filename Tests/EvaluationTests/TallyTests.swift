// Means, errors and intervals: values of numpy, statsmodels and the harness.

import Evaluation
import Testing

@Suite("Tallies")
struct TallyTests {
    // statsmodels 0.15: proportion_confint(k, n, method="wilson"); numpy: std(ddof=1)/sqrt(n).
    @Test(
        "have the harness's standard error and Wilson's interval",
        arguments: [
            (27, 42, 0.0748318174038834, 0.49166365719455817, 0.7701081168438125),
            (0, 10, 0.0, 0.0, 0.277532799862889), (10, 10, 0.0, 0.722467200137111, 1.0),
            (1, 2, 0.5, 0.09453120573423074, 0.9054687942657693),
        ])
    func figures(right: Int, count: Int, error: Double, low: Double, high: Double) throws {
        let tally = Tally((0..<count).map { $0 < right ? 1 : 0 })
        #expect(tally.mean == Double(right) / Double(count))
        #expect(abs((try #require(tally.standardError)) - error) < 1e-12)
        #expect(abs(tally.interval.lowerBound - low) < 1e-9 && abs(tally.interval.upperBound - high) < 1e-9)
    }

    @Test("of groups are weighted by size, their error pooled; of one value there is none")
    func groups() throws {
        let groups = [Tally([1, 1, 0, 1]), Tally([0, 1])]
        let total = Tally(pooling: groups)
        #expect(total.mean == 4.0 / 6)
        // pooled_sample_stderr([0.25, 0.5], [4, 2]): sqrt((3·.0625·4 + 1·.25·2) / (6 - 2) / 6)
        #expect(abs((try #require(total.standardError)) - (1.25 / 4 / 6).squareRoot()) < 1e-15)
        #expect(Tally([1]).standardError == nil)
    }
}
