// `lab report --also`: a metric that nobody registered is shown, marked, and changes nothing else.

import Foundation
import Lab
import Testing

@Suite struct AfterwardsTests {
    /// Whose second numbers differ far more than the first ones do.
    private func run(_ models: [String] = ["m"]) -> (plan: Plan, rows: [Row]) {
        var plan = Simulated.plan(
            levels: ["may", "june", "december"], prompts: 12, samples: 4, smallest: .absolute(20),
            secondary: ["december", "june"], models: models)
        plan.hypothesis.direction = .less
        let rows = Simulated.rows(plan) { trial in
            let isDecember = trial.cell.levels["date"] == "december"
            let noise = Simulated.noise(trial)
            return (
                "\(200 + 60 * noise - (isDecember ? 15 : 0))|\(50 + 9 * noise + (isDecember ? 30 : 0))", .stop
            )
        }
        return (plan, rows)
    }

    @Test("what --also adds is exploratory, has no smallest effect, and is held against nothing")
    func exploratory() throws {
        let (plan, rows) = run(["m", "n"])
        let findings = try Simulated.analysis(plan, rows, also: ["second"]).findings
        let added = findings.comparisons.filter { $0.role == .afterwards }
        #expect(added.map(\.model) == ["m", "n"])
        for comparison in added {
            #expect(comparison.isExploratory)
            #expect(comparison.metric.name == "second" && comparison.metric.unit == "words")
            #expect(
                comparison.smallestEffect == SmallestEffectNote(value: nil, stated: "none was registered"))
            #expect(comparison.equivalence == nil)
            // The plan's direction was for its own metric.
            #expect(comparison.contrast.direction == .either)
            #expect(comparison.contrast.treatment == "december" && comparison.contrast.control == "may")
            let estimate = try #require(comparison.estimate)
            #expect(abs(estimate - 30) < 5)
            // A p value of no family.
            #expect(comparison.test != nil && comparison.adjustedP == comparison.test?.p)
        }
        #expect(!findings.isExploratory && findings.verdicts.allSatisfy { !$0.isExploratory })
        #expect(findings.panels.contains { $0.metric.name == "second" })
    }

    @Test("what was registered says the same with --also as without")
    func registered() throws {
        let (plan, rows) = run()
        let without = try Simulated.analysis(plan, rows).findings
        let with = try Simulated.analysis(plan, rows, also: ["second"]).findings
        #expect(with.comparisons.count == without.comparisons.count + 1)
        for (one, other) in zip(without.comparisons, with.comparisons) {
            #expect(one.role == other.role && one.test == other.test && one.adjustedP == other.adjustedP)
            #expect(one.equivalence == other.equivalence && one.isExploratory == other.isExploratory)
        }
        #expect(without.verdicts.map(\.sentence) == with.verdicts.map(\.sentence))
        #expect(without.verdicts.map(\.outcome) == with.verdicts.map(\.outcome))
    }

    @Test("page, terminal and tables mark it; the table of answers has its column")
    func shown() throws {
        let (plan, rows) = run()
        let analysis = try Simulated.analysis(plan, rows, also: ["second"])
        let findings = try analysis.findings
        #expect(Report(findings).html.contains("EXPLORATORY: second, december − may"))
        let line = try #require(findings.lines.first { $0.contains("second december − may") })
        #expect(line.contains("EXPLORATORY"))
        // What was registered stays unmarked.
        #expect(findings.lines.count { $0.contains("EXPLORATORY") } == 1)
        let head = try #require(analysis.csv.split(separator: "\r\n").first)
        #expect(head.hasSuffix(",second,second_censored,second_finding"))
    }

    @Test(
        "a metric of the plan's that no hypothesis is about is compared; one that is tested, or named twice, once"
    )
    func known() throws {
        var (plan, rows) = run()
        plan.metrics = ["characters", "second"]
        for also in [["second"], ["second", "second"], ["characters", "second"]] {
            let findings = try Simulated.analysis(plan, rows, also: also).findings
            #expect(findings.comparisons.count { $0.role == .afterwards } == 1, "\(also)")
        }
        let tested = try Simulated.analysis(plan, rows, also: ["characters"]).findings
        #expect(!tested.comparisons.contains { $0.role == .afterwards })
    }

    @Test("a metric that there is not is refused by its name")
    func unknown() async {
        let (plan, rows) = run()
        let line = await complaint { _ = try Simulated.analysis(plan, rows, also: ["charm"]) }
        #expect(line.contains("there is no metric 'charm'") && line.contains("sirocco lab list"), "\(line)")
    }
}
