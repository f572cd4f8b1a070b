// The analysis against pandas, scipy and statsmodels, and the table of verdicts. Fixture: Tests/Oracles/lab_analysis.py.

import Foundation
import Lab
import Testing

struct OracleFile: Decodable {
    var cases: [OracleCase]
}

struct OracleCase: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var prompts, samples: Int
    var levels: [String]
    var smallest: Double
    var values: [String: Double]
    var expected: [Expected]

    struct Expected: Decodable, Sendable {
        var level: String
        var estimate, t, p, low, high, tost, wilcoxon, holm: Double
    }

    var testDescription: String { name }

    static let all: [OracleCase] = {
        let file = Bundle.module.url(forResource: "Fixtures/analysis", withExtension: "json")!
        return try! JSONDecoder().decode(OracleFile.self, from: Data(contentsOf: file)).cases
    }()
}

@Suite struct AnalysisTests {
    @Test(
        "estimate, t, interval, equivalence and Holm agree with scipy and statsmodels",
        arguments: OracleCase.all)
    func agrees(_ oracle: OracleCase) throws {
        for test in [AnalysisSettings.Test.pairedT, .wilcoxon] {
            let plan = Simulated.plan(
                levels: oracle.levels, prompts: oracle.prompts, samples: oracle.samples,
                smallest: oracle.smallest,
                settings: AnalysisSettings(test: test, resamples: 99), secondary: oracle.expected.map(\.level)
            )
            let rows = Simulated.rows(plan) { trial in
                let key = "\(trial.prompt)/\(trial.cell.levels["date"]!)/\(trial.repetition)"
                return ("\(oracle.values[key]!)", .stop)
            }
            let findings = try Simulated.analysis(plan, rows).findings
            let tested = findings.comparisons.filter { $0.role != .level }
            #expect(tested.count == oracle.expected.count)
            for (found, expected) in zip(tested, oracle.expected) {
                #expect(close(found.estimate, expected.estimate))
                #expect(close(found.interval?.low, expected.low))
                #expect(close(found.interval?.high, expected.high))
                #expect(close(found.equivalence?.p, expected.tost))
                #expect(close(found.test?.p, test == .pairedT ? expected.p : expected.wilcoxon))
                if test == .pairedT {
                    #expect(close(found.test?.value, expected.t))
                    #expect(close(found.adjustedP, expected.holm))
                }
            }
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var effect: Double
        var smallest: Double
        /// Lengths above it are cut.
        var cut = Double.infinity
        var copyShift = 0.0
        var outcome: Verdict.Outcome
        var caution: String?
    }

    @Test(
        "the verdict is what the data allow",
        arguments: [
            Case(
                testDescription: "a large effect", effect: -40, smallest: 10,
                outcome: .difference(.less, isTrivial: false)),
            Case(testDescription: "no effect", effect: 0, smallest: 15, outcome: .equivalent),
            Case(
                testDescription: "no effect, tiny bounds", effect: 0, smallest: 0.01, outcome: .inconclusive),
            Case(
                testDescription: "small but sure", effect: 12, smallest: 60,
                outcome: .difference(.more, isTrivial: true)),
            Case(
                testDescription: "most answers cut", effect: 0, smallest: 60, cut: 205,
                outcome: .inconclusive,
                caution: "equivalence cannot be claimed"),
            Case(
                testDescription: "cut, and still longer", effect: 40, smallest: 10, cut: 230,
                outcome: .difference(.more, isTrivial: false), caution: "Gehan"),
            Case(
                testDescription: "the copy differs", effect: -40, smallest: 10, copyShift: 50,
                outcome: .difference(.less, isTrivial: false), caution: "differs from its own copy"),
        ])
    func verdict(_ testCase: Case) throws {
        let plan = Simulated.plan(
            levels: ["may", "december"], prompts: 40, samples: 5, smallest: testCase.smallest)
        let rows = Simulated.rows(plan) { trial in
            var value = 200 + 60 * Simulated.noise(trial)
            if trial.cell.levels["date"] == "december" { value += testCase.effect }
            if trial.cell.isControlCopy { value += testCase.copyShift }
            return value > testCase.cut ? ("\(testCase.cut)", .length) : ("\(value)", .stop)
        }
        let verdict = try #require(try Simulated.analysis(plan, rows).findings.verdicts.first)
        #expect(verdict.outcome == testCase.outcome, "\(verdict.sentence)")
        #expect(verdict.sentence.contains("plan 0123456789ab"))
        let cautions = verdict.cautions.joined(separator: "\n")
        if let caution = testCase.caution {
            #expect(cautions.contains(caution), "\(cautions)")
        } else {
            #expect(cautions.isEmpty)
        }
    }

    @Test(
        "a lost answer takes its prompt out of the contrast, and is counted; lost rows make all exploratory")
    func incomplete() throws {
        let plan = Simulated.plan(levels: ["may", "december"], prompts: 10, samples: 1, smallest: 10)
        var rows = Simulated.rows(plan) { ("\(200 + 60 * Simulated.noise($0))", .stop) }
        rows.removeAll { $0.trial.prompt == "p3" && $0.trial.cell.levels["date"] == "may" }
        let findings = try Simulated.analysis(plan, rows).findings
        #expect(findings.comparisons[0].counts.prompts == 9)
        #expect(findings.comparisons[0].counts.incompletePrompts == 1)
        #expect(findings.coverage.missing == 2)
        #expect(findings.isExploratory && findings.verdicts[0].isExploratory)
        #expect(findings.verdicts[0].sentence.contains("EXPLORATORY"))
    }

    @Test(
        "a group-sequential run stops at the look where a large effect crosses, and not without one",
        arguments: [-60.0, 0])
    func sequential(effect: Double) throws {
        let plan = Simulated.plan(
            levels: ["may", "december"], prompts: 30, samples: 8, smallest: 10,
            stopping: .groupSequential(looks: 4, spending: .obrienFleming))
        let rows = Simulated.rows(plan) { trial in
            (
                "\(200 + 60 * Simulated.noise(trial) + (trial.cell.levels["date"] == "december" ? effect : 0))",
                .stop
            )
        }
        let analysis = try Simulated.analysis(plan, rows)
        let path = try #require(try analysis.findings.sequences.first)
        #expect((path.stoppedAt != nil) == (effect != 0))
        let decided = try Analysis.isDecided(plan, rows: rows, atLook: 3, metric: Simulated.metric)
        #expect(decided == (effect != 0))
        #expect(path.looks.count == 4)
    }

    @Test(
        "a placebo that moves answers by itself is tested against silence, and takes away from the verdict",
        arguments: [0.0, -60])
    func placebo(effect: Double) throws {
        var plan = Simulated.plan(levels: ["sham", "none", "breath"], prompts: 30, samples: 4, smallest: 10)
        plan.factors[0].levels[0].isPlacebo = true
        plan.factors[0].levels[1].texts = [""]
        let rows = Simulated.rows(plan) { trial in
            (
                "\(200 + 60 * Simulated.noise(trial) + (trial.cell.levels["date"] == "sham" ? effect : 0))",
                .stop
            )
        }
        let findings = try Simulated.analysis(plan, rows).findings
        let check = try #require(findings.comparisons.first { $0.role == .placebo })
        #expect(check.contrast.label == "sham − none")
        #expect(check.adjustedP == nil, "it is no part of the family")
        let p = try #require(check.decidingTest?.p)
        #expect((p <= 0.05) == (effect != 0))
        let warns = findings.verdicts[0].cautions.contains { $0.contains("placebo is not neutral") }
        #expect(warns == (effect != 0))
        // Where no level is silent there is nothing to hold it against.
        plan.factors[0].levels[1].texts = ["none"]
        let mute = try Simulated.analysis(plan, rows).findings.comparisons.contains { $0.role == .placebo }
        #expect(!mute)
    }

    private func close(_ found: Double?, _ expected: Double) -> Bool {
        guard let found else { return false }
        return abs(found - expected) <= 1e-8 * max(1e-6, abs(expected))
    }
}
