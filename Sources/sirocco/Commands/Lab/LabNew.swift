// `sirocco lab new`: an experiment to begin with.

import ArgumentParser
import Lab

struct LabNew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Write an experiment's files, to be changed as you like.",
        discussion: "experiment.yaml explains itself. Nothing is overwritten.")

    @Argument(help: "The folder to write.")
    var folder: String

    @Option(
        help:
            "A ready-made experiment to begin with (`sirocco lab list`); default: the one called as the folder, else encouragement."
    )
    var from: String?

    @OptionGroup var models: ExperimentModels

    /// Has placebos and paraphrases, which an experiment of one's own may want to copy.
    private static let example = "encouragement"

    func run() async throws {
        let own = FolderName.last(folder)
        try models.write(from ?? (Experiments.names.contains(own) ? own : Self.example), to: folder)
        print(
            "\(folder)/experiment.yaml and prompts.jsonl are written. Change them, then: sirocco lab plan \(folder)"
        )
    }
}

/// Which models a ready-made experiment asks.
struct ExperimentModels: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Ask this model instead of the experiment's: a name in your store or a file; may be repeated, in the plan's order.",
            valueName: "model"))
    var model: [String] = []

    /// Writes the ready-made experiment `name` with these models.
    func write(_ name: String, to folder: String) throws {
        try Experiments.write(name, to: folder) { plan in
            if !model.isEmpty, model.count != plan.models.count {
                throw CommandError(
                    "--model: \(name) asks \(plan.models.count) models (\(plan.models.map(\.name).joined(separator: ", "))); "
                        + "name as many")
            }
            // Where models are compared, the hypotheses go by their names.
            let keepsNames = plan.hypotheses.contains { $0.contrast.factor == Contrast.models }
            for (index, reference) in model.enumerated() {
                plan.models[index] = ModelUnderTest(
                    name: keepsNames ? plan.models[index].name : FolderName.stem(reference),
                    source: .local(reference))
            }
        }
    }
}
