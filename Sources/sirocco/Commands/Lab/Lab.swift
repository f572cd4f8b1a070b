// `sirocco lab`: experiments on how a model behaves. Its parts, and what they share: an experiment's folder.

import ArgumentParser
import ChatTemplates
import FoundationEssentials
import Inference
import Lab
import ModelStore
import SystemPackage

struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "Find out by experiment what a model does: plan, run, report.",
        discussion: """
            An experiment is a folder: experiment.yaml and prompts.jsonl say what is asked, `lab plan` freezes them under one \
            SHA-256, `lab run` draws the samples and goes on where it was stopped, `lab report` gives the verdict. All of it at \
            once:

              sirocco lab run winter-break
            """,
        // To add a part: one file in this folder, one row here, one section in docs/lab.md.
        subcommands: [
            LabList.self, LabNew.self, LabPlan.self, LabRun.self, LabReport.self, LabPower.self,
        ])
}

/// An experiment's folder, as an argument.
struct ExperimentArgument: ParsableArguments {
    @Argument(help: "The experiment's folder; see `sirocco lab new`.")
    var folder: String

    var experiment: ExperimentFolder { ExperimentFolder(path: folder) }
}

/// The files of an experiment.
struct ExperimentFolder {
    let path: String

    var planPath: String { "\(path)/experiment.yaml" }
    var exists: Bool { FileManager.default.fileExists(atPath: planPath) }
    var isFrozen: Bool { FileManager.default.fileExists(atPath: "\(path)/\(FrozenPlan.fileName)") }

    func plan() throws -> Plan {
        guard exists else {
            throw CommandError(
                "\(path): there is no experiment.yaml in it; `sirocco lab new \(path)` writes one, "
                    + "`sirocco lab list` shows those that are ready")
        }
        return try PlanFile.read(planPath)
    }

    func rows() throws -> [Row] { try RunStore.rows(in: path) }
}

extension Plan {
    /// The paths of the local models, by their names in the plan.
    func localPaths(in store: ModelStore) throws -> [(name: String, path: String)] {
        try models.compactMap { model in
            guard case .local(let reference) = model.source else { return nil }
            return (model.name, try store.resolve(reference).string)
        }
    }

    /// The SHA-256 of each local model, by its name in the plan.
    func modelDigests(in store: ModelStore) throws -> [String: String] {
        var digests: [String: String] = [:]
        for (name, path) in try localPaths(in: store) { digests[name] = try store.digest(FilePath(path)) }
        return digests
    }
}

extension FrozenPlan {
    /// Enough of the hash to tell plans apart, as people write it.
    var shortDigest: String { String(digest.prefix(12)) }
}

extension PlanMessage {
    /// As a chat template takes it.
    var chatMessage: ChatMessage { ChatMessage(role: role == .system ? .system : .user, content: content) }
}
