// The ready-made experiments: whole, valid, and as their files say.

import Foundation
import Lab
import SystemPackage
import TestSupport
import Testing

@Suite struct ExperimentTests {
    static let names = Experiments.all.map(\.name)
    /// Metrics that another file of this suite's target lists are all there; the names that plans use must be too.
    static let metrics: [any Metric] = Metrics.all + [NamedMetric(name: "laziness", scale: .share)]

    @Test("an experiment is written to two files, which are read back and have no flaw", arguments: names)
    func files(name: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path.string + "/" + name
        try Experiments.write(name, to: path)
        let plan = try PlanFile.read(path + "/experiment.yaml", metrics: Self.metrics)
        let experiment = try #require(Experiments.all.first { $0.name == name })
        #expect(try experiment.plan() == plan)
        #expect(plan.name == name)
        // Files that are there are somebody's work.
        #expect(throws: LabError.self) { try Experiments.write(name, to: path) }
        let files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        #expect(files == ["experiment.yaml", "prompts.jsonl"])
    }

    @Test(
        "an experiment says what it can find, has a control pair and enough prompts, and fits half an hour",
        arguments: names)
    func sizes(name: String) throws {
        let plan = try #require(Experiments.all.first { $0.name == name }).plan()
        #expect(plan.prompts.prompts.count >= (name == "winter-break" ? 40 : 20))
        #expect(plan.hasControlPair)
        let summary = try PlanSummary(plan, cost: PlanCost(plan, answerTokens: 300, tokensPerSecond: 350))
        #expect(summary.power != nil)
        #expect(try #require(summary.cost.seconds) < 1800)
    }

    @Test("the number of answers that an experiment's description promises is its design's", arguments: names)
    func promised(name: String) throws {
        let experiment = try #require(Experiments.all.first { $0.name == name })
        let answers = NumberForm.count(Design(try experiment.plan()).trials.count)
        #expect(experiment.about.replacing(",", with: "").contains(" \(answers) answers"))
    }

    @Test(
        "texts of matched factors differ in nothing but their words: same number of words and digits",
        arguments: names)
    func matched(name: String) throws {
        let plan = try #require(Experiments.all.first { $0.name == name }).plan()
        try TokenMatch.check(plan) { text, _ in
            text.split { $0.isWhitespace }.count + text.count { $0.isNumber }
        }
    }

    @Test("an unknown experiment is refused with the nearest name")
    func unknown() throws {
        let error = try #require(throws: LabError.self) { try Experiments.write("winterbreak", to: "x") }
        #expect(error.description.contains("did you mean 'winter-break'?"))
    }
}

@Suite struct TokenMatchTests {
    @Test("a level of another length is named with the table of all, and what to change")
    func table() throws {
        var plan = Plan.example()
        plan.factors[0].levels[1].texts[1] = "December: it is now."
        let error = try #require(throws: LabError.self) {
            try TokenMatch.check(plan) { text, _ in text.split { $0.isWhitespace }.count }
        }
        #expect(error.description.hasPrefix("factors.date: "))
        #expect(error.description.contains("(paraphrase 2) has: may 8, december 9, no 8"), "\(error)")
        #expect(error.description.contains("make 'december' 1 token shorter"))
    }

    @Test("factors that need no match and models elsewhere are not counted")
    func ignored() throws {
        var plan = Plan.example()
        plan.factors[0].isTokenMatched = false
        try TokenMatch.check(plan) { _, _ in
            Issue.record("nothing is to be counted")
            return 0
        }
        plan.factors[0].isTokenMatched = true
        plan.models.removeFirst()
        try TokenMatch.check(plan) { _, _ in Int.random(in: 0...9) }
    }
}
