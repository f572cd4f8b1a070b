// `sirocco lab run`: draws an experiment's samples, and goes on where it was stopped.

import ArgumentParser
import FoundationEssentials
import Inference
import Lab
import ModelStore
import Tensors

struct LabRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Draw an experiment's samples; again, and it goes on where it was stopped.",
        discussion: """
            EXPERIMENT is a folder, or the name of a ready-made experiment (`sirocco lab list`), whose folder is written and \
            frozen first if it is not there. Each answer is kept as it comes: Ctrl-C, a kill or a power cut lose none. \
            At the end the report is written.
            """)

    @Argument(help: "A folder, or the name of a ready-made experiment.")
    var experiment: String

    @OptionGroup var models: ExperimentModels

    @Option(help: "Samples computed together on this machine.")
    var sequences = 16

    @Option(help: "Requests at a time to each endpoint.")
    var requests = 4

    @Flag(help: "Write no report at the end.")
    var noReport = false

    @Flag(help: "Print the findings as one JSON object.")
    var json = false

    @OptionGroup(title: "Machine") var machine: MachineOptions

    func validate() throws {
        if !(1...256).contains(sequences) {
            throw ValidationError("--sequences is \(sequences); expected 1 to 256")
        }
        if !(1...256).contains(requests) {
            throw ValidationError("--requests is \(requests); expected 1 to 256")
        }
        if json, noReport {
            throw ValidationError("--json prints the report's findings; leave --no-report out")
        }
    }

    func run() async throws {
        let experiment = try prepare()
        let frozen = try FrozenPlan.read(from: experiment.path)
        let store = ModelStore()
        try check(frozen, experiment, store)
        let runStore = try RunStore(folder: experiment.path, planDigest: frozen.digest)
        let plan = frozen.plan
        let design = Design(plan)
        var options = Runner.Options()
        options.program = "sirocco \(Sirocco.version)"
        options.machine = MachineNote.line
        let runner = Runner(
            plan: plan, design: design, respondents: try respondents(frozen, store), store: runStore,
            options: options)
        let known = await runStore.rows.count
        Note.write(
            "plan \(frozen.shortDigest): \(design.trials.count) answers"
                + (known > 0 ? ", of which \(known) are there" : ""))
        let summary = try await draw(runner, design, frozen)
        switch summary.ending {
        case .complete: break
        case .stopped(let look): Note.write("stopped at look \(look), by the plan's rule")
        case .interrupted:
            throw CommandError(
                "interrupted with \(summary.progress.done) of \(design.trials.count) answers; the same command goes on"
            )
        case .incomplete(let missing):
            throw CommandError(
                "\(missing) answers could not be had (\(summary.progress.latestFailure ?? "see failures.jsonl")); "
                    + "the same command asks for them again")
        }
        if !noReport { try LabReport.report(experiment, json: json) }
    }

    /// The folder, written and frozen if it is not.
    private func prepare() throws -> ExperimentFolder {
        let found = ExperimentFolder(path: experiment)
        if !found.exists {
            guard Experiments.names.contains(experiment) else {
                throw CommandError(
                    "\(experiment): there is no experiment.yaml in such a folder, and no ready-made experiment of that name; "
                        + "there are \(Experiments.names.joined(separator: ", "))")
            }
            try models.write(experiment, to: experiment)
            Note.write("\(experiment)/ is written")
        } else if !models.model.isEmpty {
            throw CommandError("--model: \(found.planPath) names the models; change them there")
        }
        if !found.isFrozen {
            let prepared = try PreparedPlan(found)
            try prepared.freeze()
            for line in prepared.summary.lines { Note.write(line) }
        }
        return found
    }

    /// A run is of the plan that was frozen, and of nothing else.
    private func check(_ frozen: FrozenPlan, _ experiment: ExperimentFolder, _ store: ModelStore) throws {
        let departures = frozen.departures(
            from: try experiment.plan(), modelDigests: try frozen.plan.modelDigests(in: store))
        guard let first = departures.first else { return }
        throw CommandError(
            "\(experiment.planPath): not as it was frozen (\(first)); undo the change, or freeze it anew with "
                + "`sirocco lab plan \(experiment.path)` while there are no answers")
    }

    private func respondents(_ frozen: FrozenPlan, _ store: ModelStore) throws -> [String: any Respondent] {
        var respondents: [String: any Respondent] = [:]
        for model in frozen.plan.models {
            switch model.source {
            case .local(let reference):
                var engine = machine.engineOptions()
                engine.sequences = sequences
                let loaded = try ModelArgument.load(reference, machine)
                respondents[model.name] = try LocalRespondent(
                    loaded, digest: frozen.modelDigests[model.name] ?? "", options: engine)
            case .endpoint(let url, let name, let keyVariable):
                var options = EndpointRespondent.Options()
                options.streams = requests
                respondents[model.name] = try EndpointRespondent(
                    url: url, model: name, keyVariable: keyVariable, options: options)
            }
        }
        return respondents
    }

    /// Runs with a bar. Ctrl-C ends the session, and what was answered is kept.
    private func draw(_ runner: Runner, _ design: Design, _ frozen: FrozenPlan) async throws -> RunSummary {
        let bar = ProgressBar("answers", unit: .count("answers"), total: Int64(design.trials.count))
        return try await InterruptFlag.catching { interrupt in
            let work = Task {
                try await runner.run(
                    look: { look, rows in
                        let index = design.looks.firstIndex(of: look) ?? 0
                        return try Analysis.isDecided(frozen.plan, rows: rows, atLook: index)
                            ? .stop : .goOn
                    },
                    progress: { bar.update(Int64($0.done), remark: $0.remark) })
            }
            let watch = Task {
                while !Task.isCancelled {
                    if interrupt.isSet {
                        work.cancel()
                        return
                    }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            defer { watch.cancel() }
            let summary = try await work.value
            let progress = summary.progress
            bar.finish(
                Int64(progress.done),
                "\(progress.done) of \(design.trials.count), \(progress.tokens) tokens in \(Self.time(progress.seconds)) "
                    + "(\(Int(progress.tokensPerSecond))/s)"
                    + (progress.failures > 0 ? ", \(progress.failures) failed attempts" : ""))
            return summary
        }
    }

    fileprivate static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        return whole < 3600
            ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}

extension RunProgress {
    fileprivate var remark: String {
        var parts: [String] = []
        if tokens > 0 { parts.append("\(Int(tokensPerSecond)) tokens/s") }
        if failures > 0 { parts.append("\(failures) failed") }
        return parts.joined(separator: ", ")
    }
}

/// What a report says of the machine.
enum MachineNote {
    static var line: String {
        "\(ThreadPool.usableCPUs) CPUs, \(InstructionSet.best), \(ProcessInfo.processInfo.operatingSystemVersionString)"
    }
}
