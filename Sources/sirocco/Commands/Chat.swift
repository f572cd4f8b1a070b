// `sirocco chat`: a conversation on a terminal, or from a pipe.

import ArgumentParser
import ChatTemplates
import FoundationEssentials
import Inference
import SystemPackage
import Tokenizers

struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk to a model.", discussion: "Type /help for the commands. Ctrl-C stops an answer.")

    @OptionGroup var model: ModelArgument

    @Option(help: "A system prompt.")
    var system: String?

    @Option(help: "Take up a conversation that /save wrote.")
    var load: String?

    @Option(
        help: ArgumentHelp(
            "Start a tool server (MCP over stdio) and offer the model its tools; may be repeated.",
            valueName: "command"))
    var tools: [String] = []

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
        let engine = try machine.engine(loaded)
        let folder = try Chat.stateFolder()
        let servers = try await startServers(logFolder: folder)
        do {
            let session = ChatSession(
                loaded: loaded, engine: engine, sampling: sampling, showsTimings: !quiet, servers: servers)
            if let load { try session.load(load) }
            if let system { session.conversation.system = system }
            try await session.talk(historyPath: folder + "/history")
        } catch {
            await servers?.stop()
            throw error
        }
        await servers?.stop()
    }

    /// Starts what `--tools` names. What servers write on the side goes to a log of this session.
    private func startServers(logFolder: String) async throws -> ToolServers? {
        guard !tools.isEmpty else { return nil }
        let path = logFolder + "/tools.log"
        let log = try FileDescriptor.open(
            FilePath(path), .writeOnly, options: [.create, .truncate, .append], permissions: .ownerReadWrite)
        return try await ToolServers.start(
            tools, version: Sirocco.version,
            // One write each, so that lines of several servers do not mix. A full disk must not end a chat.
            log: { line in _ = try? log.writeAll((line + "\n").utf8) }, note: { Note.write($0) })
    }

    /// Where typed messages and the tool servers' log are kept: `$SIROCCO_HOME`, else `$XDG_STATE_HOME/sirocco`, else
    /// `~/.local/state/sirocco`.
    private static func stateFolder() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let folder =
            if let home = environment["SIROCCO_HOME"], !home.isEmpty { home } else {
                (environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
                    ?? (environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path)
                        + "/.local/state")
                    + "/sirocco"
            }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }
}
