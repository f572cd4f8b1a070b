// Plans from YAML and back.

import Lab
import Testing

@Suite struct PlanFileTests {
    static func read(_ plan: Plan) throws -> Plan {
        try PlanFile.parse(
            plan.yaml(about: "About\nthis."), file: "experiment.yaml", metrics: NamedMetric.all
        ) { name in
            #expect(name == "prompts.jsonl")
            return (name, plan.promptLines)
        }
    }

    static let plans: [Plan] = {
        var fixed = Plan.example(models: 1)
        fixed.stopping = .fixed
        fixed.prompts.effect = .fixed
        fixed.analysis.expected = nil
        fixed.secondary = []
        fixed.sampling = SamplingSettings()
        fixed.factors.removeLast()
        var always = Plan.example()
        always.stopping = .alwaysValid
        always.hypothesis.smallestEffect = .relative(0.1 + 0.2)
        always.hypothesis.direction = .either
        var variants = Plan.example()
        variants.factors[1] = Factor(
            name: "language", place: .variant, levels: [.init(name: "en"), .init(name: "no")])
        for index in variants.prompts.prompts.indices {
            variants.prompts.prompts[index].variants = ["en": "Yes \(index)", "no": "Ja \(index)"]
        }
        variants.question = "Ends: with # signs, \"quotes\", \u{2028} and 日本語 🧊\r\n\u{85}?"
        return [.example(), fixed, always, variants]
    }()

    @Test("what is written is read back, every setting of it", arguments: plans)
    func roundTrip(plan: Plan) throws {
        let back = try Self.read(plan)
        #expect(back == plan)
    }

    @Test(
        "a smallest effect is read back to the last bit",
        arguments: [
            SmallestEffect.absolute(200), .absolute(0.1 + 0.2), .relative(0.05), .relative(0.07),
            .relative(1.0 / 3),
            .relative(1e-7), .relative(12), .relative(0.1 + 0.2), .standardized(0.2), .standardized(2.0 / 3),
            .relative(123456.789), .relative(5e-324), .relative(4.35e-9),
        ])
    func smallestEffect(effect: SmallestEffect) throws {
        var plan = Plan.example()
        plan.hypothesis.smallestEffect = effect
        let back = try Self.read(plan)
        #expect(back.hypothesis.smallestEffect == effect, "\(effect.written)")
    }
}
