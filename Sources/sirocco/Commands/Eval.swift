// `sirocco eval`: benchmarks of a model, from local files.

import ArgumentParser
import ChatTemplates
import DataFiles
import Evaluation
import FoundationEssentials
import Glibc
import Inference
import ModelFiles
import SystemPackage

struct Eval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Measure a model's accuracy in benchmarks.",
        discussion: """
            The questions are read from files in the benchmarks' own formats, JSON Lines or Parquet, and asked as \
            lm-evaluation-harness asks them. Tasks: \
            \(Tasks.all.map { $0.name }.joined(separator: ", ")). See docs/eval.md.
            """)

    @OptionGroup var model: ModelArgument

    @Option(name: .customLong("task"), help: "A benchmark; may be repeated.")
    var tasks: [String] = []

    @Option(help: "A folder with the tasks' files; or the one task's file of questions.")
    var data: String

    @Option(help: "The file that worked examples are drawn from (default: looked for beside the questions).")
    var train: String?

    @Option(help: "Worked examples before each question (default: the task's own number).")
    var shots: Int?

    @Option(help: "Ask no more than this many questions (of each subject, for mmlu).")
    var limit: Int?

    @Option(
        name: .shortAndLong,
        help: "A folder for the results of each question; a run that was broken off goes on where it was.")
    var output: String?

    @Option(help: "Write a chart (SVG) of the accuracies beside published ones.")
    var chart: String?

    @Flag(
        help: "Run the programs that the model writes (humaneval, mbpp): with your rights, under limits only."
    )
    var allowCode = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup(title: "Machine") var machine: MachineOptions

    func validate() throws {
        guard !tasks.isEmpty else {
            throw ValidationError("name a --task: \(Tasks.all.map { $0.name }.joined(separator: ", "))")
        }
        if let shots, shots < 0 { throw ValidationError("--shots is \(shots); expected at least 0") }
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit); expected at least 1") }
        if train != nil, tasks.count > 1 { throw ValidationError("--train is for one --task") }
    }

    func run() async throws {
        // All that can be wrong with the data is found before the model is loaded.
        let sets = try tasks.map(questions)
        if let output { try makeFolder(output) }
        let loaded = try model.load(machine)
        let scorer = ModelScorer(loaded, try machine.engine(loaded))
        var evaluation = Evaluation(scorer)
        if allowCode { evaluation.programs = ProgramRunner() }
        let name = FolderName.stem(model.model)
        var summaries: [EvaluationSummary] = []
        for set in sets {
            let task = type(of: set.task)
            var results: ResultFile?
            if let output {
                results = try ResultFile(
                    path: "\(output)/\(task.name).jsonl",
                    run: try await scorer.identity(model: name, task: task.name), metrics: task.metrics)
            }
            let rows = try await self.rows(set, evaluation, results)
            let summary = EvaluationSummary(set, rows)
            summaries.append(summary)
            if !json { print(summary.table) }
            if summary.cost.isTruncated {
                Note.write(
                    "\(task.name): some questions are longer than the context of \(scorer.engine.context); their "
                        + "front was left out")
            }
        }
        let report = JSONValue.object([
            "model": .string(name), "version": .string(Engine.version),
            "tasks": .array(summaries.map { .object($0.json) }),
        ])
        if json { print(try report.text()) }
        if let output { try write(try report.text() + "\n", to: "\(output)/results.json") }
        if let chart { try write(ScoreChart.svg([(name, summaries)]), to: chart) }
    }

    /// A row for each question, with a bar.
    private func rows(
        _ set: QuestionSet, _ evaluation: Evaluation, _ results: ResultFile?
    ) async throws -> [EvaluationResult] {
        let total = Int64(set.items.count)
        let bar = ProgressBar(type(of: set.task).name, unit: .count("questions"), total: total)
        do {
            let rows = try await evaluation.run(set, results: results) { done, _ in bar.update(Int64(done)) }
            bar.finish(total)
            return rows
        } catch {
            bar.finish(0, "failed")
            throw error
        }
    }

    private func questions(_ name: String) throws -> QuestionSet {
        let task = try Tasks.named(name)
        let count = shots ?? task.shots
        let location = try DataLocation(task, path: data, train: train)
        let rows = try location.questions.flatMap { try RowReader.rows(of: $0) }
        let examples = count > 0 ? try location.examples.flatMap { try RowReader.rows(of: $0) } : []
        return try QuestionSet(task.init(), rows: rows, examples: examples, shots: count, limit: limit)
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch { throw CommandError("cannot make the folder \(path): \(Errno(rawValue: errno))") }
    }

    private func write(_ text: String, to path: String) throws {
        var file = try AtomicFile(path: FilePath(path))
        try file.write(Array(text.utf8))
        try file.commit()
    }
}
