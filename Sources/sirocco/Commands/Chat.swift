// `sirocco chat`: a conversation on a terminal, or from a pipe.

import ArgumentParser
import ChatTemplates
import FoundationEssentials
import Inference
import Tokenizers

struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk to a model.", discussion: "Type /help for the commands. Ctrl-C stops an answer.")

    @OptionGroup var model: ModelArgument

    @Option(help: "A system prompt.")
    var system: String?

    @Option(help: "Take up a conversation that /save wrote.")
    var load: String?

    @OptionGroup(title: "Sampling") var sampling: SamplingOptions
    @OptionGroup(title: "Machine") var machine: MachineOptions

    @Flag(help: "No timings.")
    var quiet = false

    func run() async throws {
        let loaded = try model.load(machine)
        guard loaded.promptFormat != nil else {
            throw CommandError(
                "\(model.model) has no chat template, so it cannot chat; it continues text: sirocco run \(model.model) \"…\""
            )
        }
        let session = ChatSession(
            loaded: loaded, engine: try machine.engine(loaded), sampling: sampling, showsTimings: !quiet)
        if let load { try session.load(load) }
        if let system { session.conversation.system = system }
        try await session.talk(historyPath: try Chat.historyPath())
    }

    /// Where typed messages are kept: `$SIROCCO_HOME/history`, else `$XDG_STATE_HOME/sirocco/history`, else
    /// `~/.local/state/sirocco/history`.
    private static func historyPath() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let folder =
            if let home = environment["SIROCCO_HOME"], !home.isEmpty { home } else {
                (environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
                    ?? (environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path)
                        + "/.local/state")
                    + "/sirocco"
            }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder + "/history"
    }
}
