// Fixed prompts, always-valid looks and trends against scipy, statsmodels and numerical integration. Fixture:
// Tests/Oracles/lab_designs.py. The statistics have tests of their own; here it is what the lab feeds them.

import Foundation
import Lab
import Testing

private struct Designs: Decodable {
    var fixed: [FixedCase]
    var always: [AlwaysCase]
    var trends: [TrendCase]

    static let all: Designs = {
        let file = Bundle.module.url(forResource: "Fixtures/designs", withExtension: "json")!
        return try! JSONDecoder().decode(Designs.self, from: Data(contentsOf: file))
    }()
}

struct FixedCase: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var dates, tones: [String]
    var prompts, samples: Int
    var smallest: Double
    var answers: [String: Double]
    var expected: Expected

    struct Expected: Decodable, Sendable {
        var estimate, standardError, degrees, t, p, low, high, tost, ranks, ranksP: Double
        var controlAnswers, treatmentAnswers: Int
    }

    var testDescription: String { name }
}

struct AlwaysCase: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var models, dates: [String]
    var prompts, samples: Int
    var effect: PromptSet.Effect
    var smallest: Double
    var isRelative: Bool
    var alpha: Double
    /// Repetitions that there are rows of.
    var reached: Int
    var answers: [String: Double]
    var paths: [Path]

    struct Path: Decodable, Sendable {
        var model: String
        var looks: [Look]
        var stoppedAt: Int?
        var adjustedP: Double
        var isEquivalent: Bool
        var controlAnswers: Int
    }

    struct Look: Decodable, Sendable {
        var estimate: Double
        /// Nil: nothing could be tested.
        var p, low, high: Double?
    }

    var testDescription: String { name }
}

struct TrendCase: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var dates, tones: [String]
    var prompts, samples: Int
    var answers: [String: Double]
    var expected: Expected

    struct Expected: Decodable, Sendable {
        var prompts: Int
        var friedman, friedmanP, page, pageP: Double
        var direction: String
    }

    var testDescription: String { name }
}

@Suite struct DesignOracleTests {
    @Test(
        "with fixed prompts, Welch within cells and Brunner-Munzel of aligned answers agree with statsmodels and scipy",
        arguments: Designs.all.fixed)
    func fixedPrompts(_ oracle: FixedCase) throws {
        let expected = oracle.expected
        for test in [AnalysisSettings.Test.welch, .brunnerMunzel] {
            let plan = Simulated.plan(
                levels: oracle.dates, prompts: oracle.prompts, samples: oracle.samples,
                smallest: .absolute(oracle.smallest), settings: AnalysisSettings(test: test, resamples: 99),
                effect: .fixed, tones: oracle.tones)
            let findings = try Simulated.analysis(plan, rows(plan, oracle.answers)).findings
            let found = try #require(findings.comparisons.first)
            #expect(found.role == .primary && found.problems.isEmpty, "\(found.problems)")
            #expect(found.counts.prompts == oracle.prompts)
            #expect(found.counts.controlAnswers == expected.controlAnswers)
            #expect(found.counts.treatmentAnswers == expected.treatmentAnswers)
            #expect(close(found.estimate, expected.estimate))
            #expect(close(found.standardError, expected.standardError))
            #expect(close(found.interval?.low, expected.low) && close(found.interval?.high, expected.high))
            #expect(close(found.equivalence?.p, expected.tost))
            // Answers are all there is to resample, and a cell has too few.
            #expect(found.bootstrap == nil && found.pairedD == nil)
            switch test {
            case .welch:
                #expect(close(found.test?.value, expected.t) && close(found.test?.p, expected.p))
                let degrees = NumberForm.value(expected.degrees)
                #expect(found.test?.statistic.hasPrefix("t(\(degrees)) = ") == true)
            default:
                #expect(close(found.test?.value, expected.ranks) && close(found.test?.p, expected.ranksP))
            }
            #expect(close(found.adjustedP, test == .welch ? expected.p : expected.ranksP))
            #expect(findings.notes.contains { $0.contains("about these prompts only") })
        }
    }

    @Test(
        "always-valid looks agree with the mixture integrated numerically, look by look and where they end",
        arguments: Designs.all.always)
    func alwaysValid(_ oracle: AlwaysCase) throws {
        let plan = Simulated.plan(
            levels: oracle.dates, prompts: oracle.prompts, samples: oracle.samples,
            smallest: oracle.isRelative ? .relative(oracle.smallest) : .absolute(oracle.smallest),
            settings: AnalysisSettings(test: oracle.effect == .fixed ? .welch : .pairedT, resamples: 99),
            stopping: .alwaysValid, effect: oracle.effect, models: oracle.models)
        let rows = rows(plan, oracle.answers)
        #expect(rows.count == oracle.reached * Design(plan).trials.count / oracle.samples)
        let findings = try Simulated.analysis(plan, rows).findings
        // Answers that the rule did not ask for any more are not missing.
        #expect(!findings.isExploratory)
        #expect(findings.sequences.map(\.model) == oracle.models)
        for (path, expected) in zip(findings.sequences, oracle.paths) {
            #expect(path.rule == .alwaysValid && close(path.alpha, oracle.alpha))
            #expect(path.stoppedAt == expected.stoppedAt)
            #expect(path.looks.count == expected.looks.count)
            for (look, wanted) in zip(path.looks, expected.looks) {
                #expect(close(look.estimate, wanted.estimate))
                #expect(agrees(look.p, wanted.p))
                #expect(agrees(look.interval?.low, wanted.low) && agrees(look.interval?.high, wanted.high))
            }
            #expect(path.looks.map(\.crosses) == path.looks.indices.map { $0 + 1 == expected.stoppedAt })
            let found = try #require(
                findings.comparisons.first { $0.role == .primary && $0.model == expected.model })
            let last = try #require(expected.looks.last)
            #expect(close(found.estimate, last.estimate))
            #expect(agrees(found.interval?.low, last.low) && agrees(found.interval?.high, last.high))
            #expect(close(found.interval?.confidence, 1 - oracle.alpha))
            #expect(found.interval?.method == "confidence sequence" && found.bootstrap == nil)
            #expect(close(found.adjustedP, expected.adjustedP))
            #expect((found.equivalence.map { $0.p <= oracle.alpha } ?? false) == expected.isEquivalent)
            // What came behind the look that ended the run decides nothing.
            #expect(found.counts.controlAnswers == expected.controlAnswers)
            let verdict = try #require(findings.verdicts.first { $0.model == expected.model })
            switch verdict.outcome {
            case .difference: #expect(expected.stoppedAt != nil)
            case .equivalent: #expect(expected.stoppedAt == nil && expected.isEquivalent)
            case .inconclusive: #expect(expected.stoppedAt == nil && !expected.isEquivalent)
            }
        }
        // The run ends when every model's path has.
        let end =
            oracle.paths.allSatisfy { $0.stoppedAt != nil } ? oracle.paths.compactMap(\.stoppedAt).max() : nil
        for look in 0..<oracle.reached {
            let seen = rows.filter { $0.trial.repetition <= look }
            let isDecided = try Analysis.isDecided(plan, rows: seen, atLook: look, metric: Simulated.metric)
            #expect(isDecided == (end.map { $0 <= look + 1 } ?? false), "look \(look + 1)")
        }
    }

    @Test(
        "Friedman and Page over all levels agree with scipy: which prompts count, and which way values go",
        arguments: Designs.all.trends)
    func trends(_ oracle: TrendCase) throws {
        let plan = Simulated.plan(
            levels: oracle.dates, prompts: oracle.prompts, samples: oracle.samples, smallest: .absolute(10),
            settings: AnalysisSettings(resamples: 99), tones: oracle.tones)
        let findings = try Simulated.analysis(plan, rows(plan, oracle.answers)).findings
        let trend = try #require(findings.trends.first)
        #expect(findings.trends.count == 1 && trend.factor == "date" && trend.levels == oracle.dates)
        #expect(trend.prompts == oracle.expected.prompts)
        try #require(trend.tests.count == 2)
        #expect(close(trend.tests[0].value, oracle.expected.friedman))
        #expect(close(trend.tests[0].p, oracle.expected.friedmanP))
        #expect(trend.tests[0].statistic.hasPrefix("χ²(\(oracle.dates.count - 1)) = "))
        #expect(trend.tests[1].name.contains("do values \(oracle.expected.direction) in"))
        #expect(close(trend.tests[1].value, oracle.expected.page))
        #expect(close(trend.tests[1].p, oracle.expected.pageP))
    }

    @Test("two levels have no trend, and levels that all answer alike no test of one")
    func noTrend() throws {
        for (levels, trends) in [(["may", "december"], 0), (["may", "june", "december"], 1)] {
            let plan = Simulated.plan(levels: levels, prompts: 4, samples: 2, smallest: 10)
            let findings = try Simulated.analysis(plan, Simulated.rows(plan) { _ in ("7", .stop) }).findings
            #expect(findings.trends.count == trends)
            #expect(findings.trends.allSatisfy { $0.prompts == 4 && $0.tests.isEmpty })
        }
    }

    /// A row for each of the plan's trials that the oracle has an answer to. The control's copy gives the control's.
    private func rows(_ plan: Plan, _ answers: [String: Double]) -> [Row] {
        func key(_ trial: Trial) -> String {
            let levels = trial.cell.levels
            return [
                trial.cell.model, levels["date"] ?? "", levels["tone"] ?? "plain", trial.prompt,
                "\(trial.repetition)",
            ].joined(separator: "/")
        }
        return Simulated.rows(plan) { ("\(answers[key($0)] ?? .nan)", .stop) }.filter {
            answers[key($0.trial)] != nil
        }
    }

    private func agrees(_ found: Double?, _ expected: Double?) -> Bool {
        guard let expected else { return found == nil }
        return close(found, expected)
    }

    private func close(_ found: Double?, _ expected: Double) -> Bool {
        guard let found else { return false }
        return abs(found - expected) <= 1e-8 * max(1e-6, abs(expected))
    }
}
