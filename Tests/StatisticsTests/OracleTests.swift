// Every test and effect size against scipy and statsmodels, on generated cases
// (Tests/Oracles/statistics_tests.py).

import Statistics
import Testing

@Suite struct OracleTests {
    static let file = try! Fixture.load("tests", as: TestsFile.self)

    // To add a method: one row here, a function of the same name in the oracle.
    static let methods: [OracleMethod] = [
        OracleMethod("welch") { example in
            let test = try WelchTest(example.a, example.b, alternative: example.alternative)
            return [test.statistic, test.degreesOfFreedom, test.pValue] + ends(test.interval)
        },
        OracleMethod("stratifiedWelch") { example in
            func strata(_ values: [Double], _ weights: [Double]) -> [StratifiedWelchTest.Stratum] {
                weights.enumerated().map { first, weight in
                    let own = stride(from: first, to: values.count, by: weights.count).map { values[$0] }
                    return StratifiedWelchTest.Stratum(values: own, weight: weight)
                }
            }
            let test = try StratifiedWelchTest(
                strata(example.a, [1.0 / 6, 2.0 / 6, 3.0 / 6]), strata(example.b, [0.25, 0.75]),
                alternative: example.alternative)
            return [test.estimate.value, test.statistic, test.degreesOfFreedom, test.pValue]
        },
        OracleMethod("paired") { example in
            let (a, b) = example.data.pairs()
            let test = try PairedTTest(a, b, alternative: example.alternative, level: 0.9)
            return [test.statistic, test.degreesOfFreedom, test.pValue] + ends(test.interval)
        },
        OracleMethod("oneSample") { example in
            let kind = example.data.kind
            let reference = (kind == .offset ? 1e9 : 0) + 0.25 * kind.unit
            let test = try OneSampleTTest(example.a, reference: reference, alternative: example.alternative)
            return [test.statistic, test.degreesOfFreedom, test.pValue] + ends(test.interval)
        },
        OracleMethod("mannWhitney") { example in
            let test = try MannWhitneyTest(
                example.a, example.b, alternative: example.alternative,
                method: example.variant / 2 % 2 == 0 ? .automatic : .asymptotic,
                isContinuityCorrected: example.variant % 2 == 0)
            return [test.statistic, test.pValue]
        },
        OracleMethod("mannWhitneyExact") { example in
            let test = try MannWhitneyTest(
                example.a, example.b, alternative: example.alternative, method: .exact)
            return [test.statistic, test.pValue]
        },
        OracleMethod("brunnerMunzel") { example in
            let test = try BrunnerMunzelTest(
                example.a, example.b, alternative: example.alternative,
                reference: example.variant % 2 == 0 ? .studentT : .normal)
            return [test.statistic, test.pValue, test.probability] + ends(test.interval)
        },
        OracleMethod("wilcoxon") { example in
            let (a, b) = example.data.pairs()
            let test = try WilcoxonTest(
                a, b, alternative: example.alternative,
                zeros: [.leaveOut, .pratt, .split][example.variant % 3],
                method: example.variant / 3 % 2 == 0 ? .automatic : .asymptotic,
                isContinuityCorrected: example.variant % 2 == 1)
            return [test.statistic, test.pValue]
        },
        OracleMethod("signFlip") { example in
            var generator = SplitMix64(state: 1)
            let test = try SignFlipTest(
                differences: example.data.differences(limit: 10), alternative: example.alternative,
                using: &generator)
            return [test.statistic, test.pValue]
        },
        OracleMethod("permutation") { example in
            var generator = SplitMix64(state: 1)
            let test = try PermutationTest(
                Array(example.a.prefix(6)), Array(example.b.prefix(5)), alternative: example.alternative,
                using: &generator)
            return [test.statistic, test.pValue]
        },
        OracleMethod("permutationBlocks") { example in
            var generator = SplitMix64(state: 1)
            let (a, b) = (Array(example.a.prefix(7)), Array(example.b.prefix(6)))
            let test = try PermutationTest(
                a, b, blocks: (a.indices.map { $0 % 2 }, b.indices.map { $0 % 2 }),
                alternative: example.alternative, using: &generator)
            return [test.statistic, test.pValue]
        },
        OracleMethod("cliffsDelta") { example in
            let delta = try CliffsDelta(example.a, example.b)
            return [delta.value] + ends(delta.interval)
        },
        OracleMethod("hedgesG") { example in
            let effect = try StandardizedDifference(example.a, example.b)
            return [effect.cohensD, effect.hedgesG] + ends(effect.interval)
        },
        OracleMethod("clusterRobust") { example in
            let (a, b, data) = (example.a, example.b, example.data)
            let fit =
                if example.variant % 2 == 0 {
                    try ClusterRobustRegression(a, b, clusters: (data.clustersA, data.clustersB))
                } else {
                    try ClusterRobustRegression(
                        outcome: a + b,
                        covariates: [a.map { _ in 1 } + b.map { _ in 0 }, data.covariate],
                        clusters: data.clustersA + data.clustersB)
                }
            let difference = fit.coefficients[0]
            return [difference.value, difference.standardError, difference.pValue()]
                + ends(difference.interval())
        },
        OracleMethod("equivalenceWelch") { try equivalence($0, .welch, $0.a, $0.b) },
        OracleMethod("equivalencePooled") { try equivalence($0, .pooled, $0.a, $0.b) },
        OracleMethod("equivalencePaired") { example in
            let (a, b) = example.data.pairs()
            return try equivalence(example, .paired, a, b)
        },
    ]

    // Zeros that scipy's rounding turns into 1e-17 are held against the largest number of the answer.
    @Test("numbers and refusals are the oracle's", arguments: methods)
    func agreement(method: OracleMethod) throws {
        let expected = try #require(Self.file.expected[method.name])
        #expect(expected.count == 1000)
        for (index, wanted) in expected.enumerated() {
            let example = OracleExample(index: index, data: Self.file.cases[index])
            let place = "\(method.name) \(index): \(example.data.kind) \(example.a.count) \(example.b.count)"
            switch wanted {
            case .refused(let code):
                let error = #expect(throws: StatisticsError.self, "\(place)") { try method.compute(example) }
                #expect(error?.code.rawValue == code, "\(place)")
            case .values(let wanted):
                do {
                    let ours = try method.compute(example)
                    let largest = wanted.filter(\.isFinite).map(abs).max() ?? 0
                    for (position, (mine, theirs)) in zip(ours, wanted).enumerated() {
                        let isNear =
                            mine == theirs || abs(mine - theirs) <= 1e-8 * abs(theirs)
                            || abs(mine - theirs) <= 1e-12 * largest && abs(theirs) < 1e-4 * largest
                        #expect(isNear, "\(place) [\(position)]: \(mine) \(theirs)")
                    }
                } catch {
                    Issue.record("\(place): \(error)")
                }
            }
        }
    }

    private static func ends(_ interval: ConfidenceInterval) -> [Double] { [interval.lower, interval.upper] }

    private static func equivalence(
        _ example: OracleExample, _ design: EquivalenceTest.Design, _ a: [Double], _ b: [Double]
    ) throws -> [Double] {
        let (unit, variant) = (example.data.kind.unit, Double(example.variant))
        let test = try EquivalenceTest(
            a, b, bounds: (-0.5 - variant) * unit...(0.75 + variant) * unit, design: design)
        return [
            test.pValue, test.lowerStatistic, test.lowerPValue, test.upperStatistic, test.upperPValue,
            test.estimate.degreesOfFreedom,
        ]
    }
}

/// A name in the fixture, and how we compute the same numbers.
struct OracleMethod: Sendable, CustomTestStringConvertible {
    var name: String
    var compute: @Sendable (OracleExample) throws -> [Double]

    init(_ name: String, _ compute: @escaping @Sendable (OracleExample) throws -> [Double]) {
        self.name = name
        self.compute = compute
    }

    var testDescription: String { name }
}

/// A case with the options that its place in the list gives it.
struct OracleExample: Sendable {
    var index: Int
    var data: GeneratedCase

    var a: [Double] { data.a }
    var b: [Double] { data.b }
    var alternative: Alternative { [.twoSided, .less, .greater][index % 3] }
    var variant: Int { index / 3 % 6 }
}

struct TestsFile: Decodable, Sendable {
    var cases: [GeneratedCase]
    var expected: [String: [Expectation]]

    enum Expectation: Decodable, Sendable {
        case values([Double])
        case refused(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let code = try? container.decode(String.self) {
                self = .refused(code)
            } else {
                self = .values(try container.decode([Number].self).map(\.value))
            }
        }
    }

    /// JSON has no infinity, so the fixture writes it as a string.
    struct Number: Decodable {
        var value: Double

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                value = number
            } else {
                value = try container.decode(String.self) == "inf" ? .infinity : -.infinity
            }
        }
    }
}
