// Power, cost and pilots of plans.

import Lab
import TestSupport
import Testing

@Suite struct PlanPowerTests {
    static func plan(_ change: (inout Plan) -> Void = { _ in }) -> Plan {
        var plan = Plan.example(samples: 5, prompts: 40, models: 1)
        plan.factors.removeLast()
        plan.secondary = []
        plan.hypothesis.smallestEffect = .absolute(200)
        plan.hypothesis.direction = .either
        plan.stopping = .fixed
        plan.analysis = AnalysisSettings()
        change(&plan)
        return plan
    }
    static let expected = AnalysisSettings.Expectation(mean: 4000, within: 630, effectBetween: 100)

    // By the normal approximation: the contrast's variance is (100² + 2·630²/5) / 40 = 4219, z = 200 / 64.95 = 3.079,
    // power Φ(3.079 − 1.96) = 0.868; the t test with 39 degrees of freedom has a little less.
    @Test("the power of a paired design is near the formula's, and the sizes that it names have the power")
    func paired() throws {
        let power = try PlanPower(Self.plan(), expected: Self.expected)
        #expect((0.84...0.868).contains(power.power))
        #expect(power.detectable < 200 && power.detectable > 170)
        let samples = try #require(power.samplesNeeded)
        let prompts = try #require(power.promptsNeeded)
        for (better, worse) in [
            (Self.plan { $0.samples = samples }, Self.plan { $0.samples = samples - 1 }),
            (
                Self.plan { $0.prompts = Plan.example(prompts: prompts).prompts },
                Self.plan { $0.prompts = Plan.example(prompts: prompts - 1).prompts }
            ),
        ] {
            #expect(try PlanPower(better, expected: Self.expected).power >= 0.8)
            #expect(try PlanPower(worse, expected: Self.expected).power < 0.8)
        }
    }

    @Test("where prompts differ too much, no number of samples is enough, and some number of prompts is")
    func prompts() throws {
        let power = try PlanPower(Self.plan(), expected: .init(mean: 4000, within: 630, effectBetween: 900))
        #expect(power.samplesNeeded == nil)
        #expect(try #require(power.promptsNeeded) > 150)
    }

    @Test("relative and standardized effects are of the expected mean and deviation; averaging levels helps")
    func effects() throws {
        let relative = try PlanPower(
            Self.plan { $0.hypothesis.smallestEffect = .relative(0.05) }, expected: Self.expected)
        #expect(abs(relative.effect - 200) < 1e-9)
        let standardized = try PlanPower(
            Self.plan { $0.hypothesis.smallestEffect = .standardized(0.5) }, expected: Self.expected)
        #expect(standardized.effect == 315)
        let averaged = try PlanPower(
            Self.plan { $0.hypothesis.contrast.treatment = ["december", "no"] }, expected: Self.expected)
        #expect(averaged.power > relative.power)
    }

    @Test("more hypotheses, two directions and looks cost power")
    func costs() throws {
        let base = try PlanPower(Self.plan(), expected: Self.expected)
        let family = try PlanPower(
            Self.plan { $0.secondary = [$0.hypothesis, $0.hypothesis] }, expected: Self.expected)
        #expect(abs(family.alpha - 0.05 / 3) < 1e-15 && family.power < base.power)
        let directed = try PlanPower(Self.plan { $0.hypothesis.direction = .less }, expected: Self.expected)
        #expect(directed.power > base.power)
        let looks = try PlanPower(
            Self.plan { $0.stopping = .groupSequential(looks: 5, spending: .pocock) }, expected: Self.expected
        )
        #expect(looks.power < base.power && looks.power > base.power - 0.15)
        #expect(try #require(looks.inflation) > 1)
    }

    @Test("a pilot gives back the spreads that it was drawn with")
    func pilot() throws {
        var generator = SeededGenerator(seed: 3)
        func normal() -> Double {
            (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) } - 6
        }
        var values: [AnalysisSettings.Expectation.PilotValue] = []
        for prompt in 0..<2000 {
            let (base, effect) = (4000 + 500 * normal(), -200 + 150 * normal())
            for _ in 0..<3 {
                for isTreatment in [false, true] {
                    values.append(
                        .init(
                            prompt: "\(prompt)", isTreatment: isTreatment,
                            value: base + (isTreatment ? effect : 0) + 300 * normal()))
                }
            }
        }
        let found = try AnalysisSettings.Expectation(pilot: values)
        #expect(abs(found.mean - 4000) < 50)
        #expect(abs(found.within - 300) < 8)
        #expect(abs(found.effectBetween - 150) < 20)
        #expect(throws: LabError.self) { try AnalysisSettings.Expectation(pilot: Array(values.prefix(6))) }
        #expect(throws: LabError.self) { try AnalysisSettings.Expectation(pilot: []) }
    }

    @Test("tokens to read are those of all trials' conversations, paraphrases in their turn")
    func tokens() throws {
        for samples in 1...7 {
            let plan = Plan.example(samples: samples)
            let cost = try PlanCost(plan, answerTokens: 120, tokensPerSecond: 100) { messages, _ in
                messages.reduce(0) { $0 + $1.content.utf8.count }
            }
            let trials = Design(plan).trials
            let expected = try trials.reduce(0) { sum, trial in
                try plan.messages(for: trial).reduce(sum) { $0 + $1.content.utf8.count }
            }
            #expect(cost.promptTokens == expected)
            #expect(
                cost.expectedAnswerTokens == 120 * trials.count && cost.mostAnswerTokens == 300 * trials.count
            )
            #expect(abs(try #require(cost.seconds) - 1.2 * Double(trials.count)) < 1e-9)
        }
    }

    @Test("a summary says what a person needs to decide, one line each")
    func summary() throws {
        let plan = Plan.example()
        let summary = try PlanSummary(plan, cost: PlanCost(plan), digest: "abc")
        #expect(
            summary.lines[1] == "192 answers: 16 cells (4 of them the control's copy) × 3 prompts × 4 samples"
        )
        #expect(summary.lines.contains("looks after 96, 192 answers"))
        #expect(summary.lines.last == "frozen under SHA-256 abc")
        #expect(summary.lines.allSatisfy { !$0.contains { $0.isNewline } })
    }
}
