// `sirocco lab plan`: checks an experiment, says what it can find and what it costs, and freezes it.

import ArgumentParser
import Inference
import Lab
import ModelStore
import Tokenizers

struct LabPlan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Check an experiment, compute its power and cost, and freeze it under one SHA-256.",
        discussion: """
            What is frozen can be frozen anew as long as there are no answers. From then on the report marks what differs from it \
            as EXPLORATORY.
            """)

    @OptionGroup var argument: ExperimentArgument

    @Flag(help: "Check and compute only; freeze nothing.")
    var dryRun = false

    @Option(help: "Tokens written in a second, all streams together, for the cost in time.")
    var rate: Double?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if let rate, !(rate > 0) { throw ValidationError("--rate is \(rate); expected more than 0") }
    }

    func run() async throws {
        let experiment = argument.experiment
        let prepared = try PreparedPlan(experiment, rate: rate, freezes: !dryRun)
        if !dryRun { try prepared.freeze() }
        if json {
            try printJSON(prepared.summary)
        } else {
            for line in prepared.summary.lines { print(line) }
            print(dryRun ? "nothing is frozen" : "next: sirocco lab run \(experiment.path)")
        }
    }
}

/// A plan that was read and checked against its models.
struct PreparedPlan {
    let experiment: ExperimentFolder
    let plan: Plan
    let frozen: FrozenPlan
    let summary: PlanSummary

    init(_ experiment: ExperimentFolder, rate: Double? = nil, freezes: Bool = true) throws {
        self.experiment = experiment
        plan = try experiment.plan()
        let store = ModelStore()
        var loaded: [String: LoadedModel] = [:]
        for (name, path) in try plan.localPaths(in: store) { loaded[name] = try LoadedModel(path: path) }
        try TokenMatch.check(plan) { text, model in
            loaded[model]?.tokenizer.encode([TextSegment(text, mayContainControl: false)]).count ?? 0
        }
        frozen = FrozenPlan(plan, program: Sirocco.version, modelDigests: try plan.modelDigests(in: store))
        let cost = try PlanCost(plan, tokensPerSecond: rate) { messages, model in
            guard let model = loaded[model] else { return nil }
            return try model.tokens(answering: messages.map(\.chatMessage)).count
        }
        summary = try PlanSummary(plan, cost: cost, digest: freezes ? frozen.digest : nil)
    }

    func freeze() throws { try frozen.write(to: experiment.path, hasRows: !experiment.rows().isEmpty) }
}
