// The ready-made experiments: plans with their prompts, held in the program so that a copied executable has them all.
// Running them is the runner's.

/// An experiment that can be run with one command.
package struct Experiment: Sendable {
    /// Its plan's name and its folder's.
    package let name: String
    /// One line for a list.
    package let summary: String
    /// For the head of the plan's file: where the question comes from, what was chosen and why, what it can find.
    package let about: String
    /// `prompts.jsonl`.
    let prompts: String
    let makePlan: @Sendable ([Prompt]) -> Plan

    /// The plan, as the written file has it.
    package func plan() throws -> Plan {
        makePlan(try PlanFile.prompts(jsonl: prompts, file: "\(name)/prompts.jsonl"))
    }
}

package enum Experiments {
    // To add an experiment: a file in this folder that extends `Experiment` with a value, and one line here. The tests
    // read each back from its files, check it, and match its tokens.
    package static let all: [Experiment] = [
        .winterBreak, .encouragement, .lazinessOverMonths, .languageParity, .quantizationDrift,
    ]

    package static let names = all.map(\.name)

    /// Writes `experiment.yaml` and `prompts.jsonl` to a folder. Throws for unknown names, and where files are already.
    /// - Parameter change: what is to be other than in the ready-made plan, such as its models.
    package static func write(
        _ name: String, to folder: String, change: (inout Plan) throws -> Void = { _ in }
    ) throws {
        guard let experiment = all.first(where: { $0.name == name }) else {
            throw LabError(
                .badPlan,
                "there is no ready-made experiment '\(name.clipped.onOneLine)'"
                    + all.map(\.name).suggestion(for: name))
        }
        var plan = try experiment.plan()
        try change(&plan)
        try PlanFile.write(plan, to: folder, about: experiment.about)
    }
}

/// The middle Monday of each month of 2023: the texts differ in the month and the digits of the day alone.
enum Months {
    static let factor = Factor(
        name: "date", place: .system,
        levels: [
            ("january", "16 January"), ("february", "13 February"), ("march", "13 March"),
            ("april", "17 April"),
            ("may", "15 May"), ("june", "12 June"), ("july", "17 July"), ("august", "14 August"),
            ("september", "18 September"), ("october", "16 October"), ("november", "13 November"),
            ("december", "18 December"),
        ].map { name, date in
            Factor.Level(name: name, texts: ["The current date is Monday, \(date) 2023."])
        }, isTokenMatched: true)
}
