// `sirocco lab report`: what an experiment came to.

import ArgumentParser
import FoundationEssentials
import Lab
import ModelStore

struct LabReport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Analyse an experiment's answers: verdict, tables, report.html.",
        discussion: """
            Beside report.html, which is one file that works offline, come figures/*.svg, rows.csv and findings.json. What differs \
            from the frozen plan is marked EXPLORATORY.
            """)

    @OptionGroup var argument: ExperimentArgument

    @Option(
        help: ArgumentHelp("Look at this metric, too: exploratory; may be repeated.", valueName: "metric"))
    var also: [String] = []

    @Flag(help: "Print the findings as one JSON object.")
    var json = false

    func run() async throws {
        try Self.report(argument.experiment, also: also, json: json)
    }

    static func report(_ experiment: ExperimentFolder, also: [String] = [], json: Bool) throws {
        let plan = try experiment.plan()
        let rows = try experiment.rows()
        guard !rows.isEmpty else {
            throw CommandError(
                "\(experiment.path): there are no answers yet; sirocco lab run \(experiment.path)")
        }
        let frozen = experiment.isFrozen ? try FrozenPlan.read(from: experiment.path) : nil
        // A model that is not on this machine any more cannot be compared; the run's record has its digest.
        let digests = (try? plan.modelDigests(in: ModelStore())) ?? [:]
        let departures = frozen?.departures(from: plan, program: nil, modelDigests: digests) ?? []
        var registration =
            frozen.map { Registration($0) }
            ?? Registration(name: plan.name, question: plan.question, hash: nil)
        registration.departures += departures.map(\.description)
        let analysis = try Analysis(
            plan, registration: registration, rows: rows, also: also,
            reproduction: reproduction(experiment, frozen, try RunRecord.read(experiment.path)))
        let findings = try analysis.findings
        try Report(findings).write(
            to: URL(filePath: experiment.path, directoryHint: .isDirectory),
            tables: ["rows.csv": analysis.csv])
        if json {
            try printJSON(findings)
        } else {
            for line in findings.lines { print(line) }
            print("\(experiment.path)/report.html")
        }
    }

    private static func reproduction(
        _ experiment: ExperimentFolder, _ frozen: FrozenPlan?, _ record: RunRecord?
    )
        -> Reproduction
    {
        var facts: [Registration.Line] = [.init("program", "sirocco \(frozen?.program ?? Sirocco.version)")]
        for session in record?.sessions.suffix(1) ?? [] {
            facts.append(.init("machine", session.machine))
            for (model, respondent) in session.respondents.sorted(by: { $0.key < $1.key }) {
                facts.append(.init(model, respondent))
            }
        }
        if let count = record?.sessions.count, count > 1 {
            facts.append(.init("sessions", "\(count): the run was stopped and went on"))
        }
        for note in record?.notes ?? [] { facts.append(.init("note", note)) }
        return Reproduction(
            commands: ["sirocco lab plan \(experiment.path)", "sirocco lab run \(experiment.path)"],
            facts: facts)
    }
}

extension Registration {
    init(_ frozen: FrozenPlan) {
        self.init(
            name: frozen.plan.name, question: frozen.plan.question, hash: frozen.digest,
            frozenAt: frozen.created)
    }
}
