// Proportions, multiplicity, power, censored lengths, trends and boundaries against scipy, statsmodels and a
// recursion on a fine grid (Tests/Oracles/statistics_inference.py), on 1,000 inputs each.

import Statistics
import Testing

@Suite struct InferenceTests {
    struct File: Decodable, Sendable {
        var proportions, multiplicity, power, censored, trends, sequential: [[Double?]]
    }

    static let fixture = try! Fixture.load("inference", as: File.self)

    /// Compares an answer with the oracle's, which must be missing where Swift refuses, and the other way
    /// round.
    func expect(
        _ actual: Double?, _ expected: Double?, _ what: String, relative: Double = 1e-8,
        absolute: Double = 1e-300
    ) {
        guard let actual, let expected else {
            #expect(
                (actual == nil) == (expected == nil), "\(what): \(actual ?? .nan), oracle \(expected ?? .nan)"
            )
            return
        }
        #expect(
            abs(actual - expected) <= relative * abs(expected) + absolute,
            "\(what): \(actual), oracle \(expected)")
    }

    @Test("proportions, their differences, ratios, Fisher and McNemar equal scipy's and statsmodels'")
    func proportions() throws {
        for (number, row) in Self.fixture.proportions.enumerated() {
            var inputs = Inputs(seed: 2000 + number)
            let most = [1, 2, 20, 200, 5000][number % 5]
            let (n, m) = (1 + inputs.below(most), 1 + inputs.below(most))
            let (x, y) = (inputs.below(n + 1), inputs.below(m + 1))
            let (first, second) = (
                try Proportion(successes: x, trials: n), try Proportion(successes: y, trials: m)
            )
            let wilson = try first.wilsonInterval(level: 0.9)
            // An end at 0 or 1 carries statsmodels' rounding.
            expect(wilson.lowerBound, row[0], "\(number) Wilson's lower end", absolute: 1e-15)
            expect(wilson.upperBound, row[1], "\(number) Wilson's upper end", absolute: 1e-15)
            let difference = try first.difference(minus: second, level: 0.9).interval
            expect(difference.lowerBound, row[2], "\(number) Newcombe's lower end", absolute: 1e-15)
            expect(difference.upperBound, row[3], "\(number) Newcombe's upper end", absolute: 1e-15)
            let ratio = try? first.ratio(to: second, level: 0.9).interval
            expect(ratio?.lowerBound, row[4], "\(number) ratio's lower end")
            expect(ratio?.upperBound, row[5], "\(number) ratio's upper end")
            for (index, alternative) in [Alternative.twoSided, .less, .greater].enumerated() {
                let fisher = try FisherExact(first, second, alternative: alternative)
                expect(fisher.pValue, row[6 + index], "\(number) Fisher \(alternative)")
            }
            let mcNemar = try McNemar(onlyFirst: x, onlySecond: y)
            expect(mcNemar.pValue, row[9], "\(number) McNemar")
            expect(mcNemar.midPValue, row[10], "\(number) McNemar's mid-p")
        }
    }

    @Test("adjusted p-values equal statsmodels'")
    func multiplicity() throws {
        for (number, row) in Self.fixture.multiplicity.enumerated() {
            var inputs = Inputs(seed: 2000 + number)
            let (count, parts) = (1 + inputs.below(12), 1 << (number % 2 == 1 ? 3 : 20))
            let p = (0..<count).map { _ in Double(inputs.below(parts + 1)) / Double(parts) }
            let methods = [Multiplicity.bonferroni, .holm, .benjaminiHochberg]
            for (index, actual) in try methods.flatMap({ try $0.adjusted(p) }).enumerated() {
                expect(actual, row[index], "\(number) \(methods[index / count])")
            }
        }
    }

    @Test("the power of t tests and of TOST equals statsmodels' and an integral's")
    func power() throws {
        for (number, row) in Self.fixture.power.enumerated() {
            var inputs = Inputs(seed: 2000 + number)
            let (n, ratio) = (2 + inputs.below(200), 0.5 + Double(inputs.below(8)) / 4)
            var d = Double(1 + inputs.below(1000)) / 1000
            let alpha = [0.05, 0.01, 0.001][number % 3]
            let alternative = [Alternative.twoSided, .greater, .less][inputs.below(3)]
            if alternative == .less { d = -d }
            let margin = Double(1 + inputs.below(1000)) / 1000
            let arms = try TTestPower(.independent(ratio: ratio), alpha: alpha, alternative: alternative)
            expect(try arms.power(effect: d, n: n), row[0], "\(number) two samples")
            let pairs = try TTestPower(.paired, alpha: alpha, alternative: alternative)
            expect(try pairs.power(effect: d, n: n), row[1], "\(number) pairs")
            let equivalence = try EquivalencePower(margin: margin, .independent(ratio: ratio), alpha: alpha)
            expect(
                try equivalence.power(effect: margin * d / 2, n: n), row[2], "\(number) TOST", absolute: 1e-15
            )
        }
    }

    @Test("Kaplan-Meier, restricted means and survival tests equal statsmodels'")
    func censored() throws {
        for (number, row) in Self.fixture.censored.enumerated() {
            var inputs = Inputs(seed: 2000 + number)
            let kind = number % Inputs.kinds
            let (n, m) = (1 + inputs.below(30), 1 + inputs.below(30))
            let cut = 1 + inputs.below(4)
            let lengths = (0..<n + m).map { _ in
                let value = inputs.value(kind)
                return CensoredSample.Length(value, isComplete: inputs.below(cut) == 0)
            }
            let first = try CensoredSample(Array(lengths[..<n]))
            let second = try CensoredSample(Array(lengths[n...]))
            for (index, weighting) in [SurvivalTest.Weighting.logRank, .gehanBreslow].enumerated() {
                let test = try? SurvivalTest(first, second, weighting: weighting)
                expect(test.map { $0.z * $0.z }, row[index], "\(number) \(weighting)", absolute: 1e-20)
            }
            let curve = KaplanMeier(first)
            expect(curve.steps.last?.survival ?? 1, row[2], "\(number) last S", absolute: 1e-15)
            let survival = curve.steps.isEmpty ? 1 : curve.steps.reduce(0) { $0 + $1.survival }
            expect(survival, row[3], "\(number) S", absolute: 1e-15)
            let errors = curve.steps.reduce(0) { $0 + ($1.standardError ?? 0) }
            expect(errors, row[4], "\(number) Greenwood", absolute: 1e-15)
            let cap = first.lengths.map(\.value).max() ?? 0
            guard cap > 0 else { continue }
            let mean = try curve.restrictedMean(upTo: cap)
            expect(mean.value, row[5], "\(number) restricted mean")
            expect(mean.standardError, row[6], "\(number) its error", absolute: 1e-12 * cap)
        }
    }

    @Test("Friedman, Page, straight lines and Cochran-Armitage equal scipy's")
    func trends() throws {
        for (number, row) in Self.fixture.trends.enumerated() {
            var inputs = Inputs(seed: 2000 + number)
            let kind = number % Inputs.kinds
            let (count, levels) = (2 + inputs.below(5), 3 + inputs.below(4))
            let blocks = (0..<count).map { _ in inputs.sample(levels, kind) }
            let friedman = try? FriedmanTest(blocks: blocks)
            expect(friedman?.chiSquared, row[0], "\(number) Friedman", absolute: 1e-12)
            expect(friedman?.pValue, row[1], "\(number) Friedman's p")
            let page = try PageTest(blocks: blocks, method: .normalIgnoringTies)
            expect(page.statistic, row[2], "\(number) Page")
            expect(page.pValue, row[3], "\(number) Page's p")
            expect(
                (try? PageTest(blocks: blocks, method: .exact))?.pValue, row[4], "\(number) Page's exact p")
            let x = (0..<levels + 2).map { _ in Double(inputs.below(12)) }
            let y = inputs.sample(levels + 2, kind)
            if row[5] != nil {
                let line = try LinearTrend(x, y)
                expect(line.slope, row[5], "\(number) slope")
                expect(line.intercept, row[6], "\(number) intercept")
                expect(line.correlation, row[7], "\(number) correlation")
                expect(line.pValue, row[8], "\(number) p of the slope")
                expect(line.standardError, row[9], "\(number) error of the slope")
            }
            let levelsOfCounts = try (0..<levels).map { _ in
                try Proportion(successes: inputs.below(9), trials: 8)
            }
            expect(
                (try? CochranArmitage(levelsOfCounts))?.z, row[10], "\(number) Cochran-Armitage",
                absolute: 1e-12)
        }
    }

    @Test("boundaries at uneven and even looks equal a recursion on a fine grid to 1e-8")
    func sequential() throws {
        for (number, row) in Self.fixture.sequential.enumerated() {
            let design = try GroupSequentialDesign(
                informationTimes: lookTimes(number),
                sides: number % 2 == 0 ? .two : .one, spending: number / 2 % 2 == 0 ? .obrienFleming : .pocock
            )
            #expect(design.boundaries.count == row.count)
            for (boundary, expected) in zip(design.boundaries, row) {
                expect(boundary, expected, "\(number)")
            }
        }
    }

    /// The oracle's times: uneven tenths of the information, and from case 12 on even ones.
    private func lookTimes(_ number: Int) -> [Double] {
        if number >= 12 {
            let looks = 2 + number % 4
            return (1...looks).map { Double($0) / Double(looks) }
        }
        var inputs = Inputs(seed: 2000 + number)
        let looks = 2 + inputs.below(4)
        var tenths: Set<Int> = []
        while tenths.count < looks - 1 { tenths.insert(1 + inputs.below(9)) }
        return tenths.sorted().map { Double($0) / 10 } + [1]
    }
}
