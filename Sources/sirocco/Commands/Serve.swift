// `sirocco serve`: the models of this machine behind OpenAI's and Mistral's API.

import ArgumentParser
import FoundationEssentials
import Inference
import Logging
import ModelStore
import Server
import SystemPackage

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve models over HTTP: OpenAI's, Mistral's, Anthropic's and Ollama's API.",
        discussion: """
            With a model, requests may call it by its name. With --config FILE, a sirocco.yaml maps names to models; \
            docs/server.md describes it. The server listens on 127.0.0.1 unless told otherwise.
            """)

    @Argument(help: "Models: names in your store, .gguf files or folders; NAME=MODEL gives one a name.")
    var models: [String] = []

    @Option(help: "A configuration file, such as sirocco.yaml; SIGHUP reads it again.")
    var config: String?

    @Option(help: "Address to listen on (default: 127.0.0.1).")
    var host: String?

    @Option(name: .shortAndLong, help: "Port to listen on; 0 takes any free one (default: 8080).")
    var port: Int?

    @Flag(help: "Allow an address that others can reach without API keys.")
    var open = false

    @Option(help: "An API key's hash, as `sirocco key` prints it; may be repeated.")
    var keyHash: [String] = []

    @Option(help: "Sequences computed together (default: 16).")
    var sequences: Int?

    @Option(help: "Keep keys and values in this folder over a restart.")
    var kvFolder: String?

    @Option(help: "Show the lab's reports in this folder at /lab.")
    var lab: String?

    @Flag(help: "Write prompts and answers to the log.")
    var logContent = false

    @Option(help: "trace, debug, info, notice, warning or error.")
    var logLevel = "info"

    @Flag(help: "One JSON object per line in the log.")
    var logJSON = false

    @OptionGroup(title: "Machine") var machine: MachineOptions

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError(
                "--log-level \(logLevel): expected trace, debug, info, notice, warning or error")
        }
        if models.isEmpty, config == nil { throw ValidationError("name a model, or a file with --config") }
        if let port, !(0...65535).contains(port) {
            throw ValidationError("--port is \(port); expected 0 to 65535")
        }
    }

    func run() async throws {
        let level = Logger.Level(rawValue: logLevel) ?? .info
        let json = logJSON
        let logger = Logger(label: "sirocco") { _ in LogHandler(level: level, isJSON: json) }
        let settings = try self.settings()
        let machine = machine
        let instructionSet = try machine.instructionSet()
        let store = ModelStore()
        // Better now than at the first request.
        for model in settings.models { _ = try store.resolve(model.model) }
        let pool = ModelPool(
            settings.models, budget: settings.memory ?? ModelPool.defaultBudget,
            size: { Self.bytes($0, in: store) },
            path: { try store.resolve($0.model).string },
            digest: { try store.digest(FilePath($0.path)) },
            load: { model in
                let path = try store.resolve(model.model).string
                let file = machine.wantsPacked(instructionSet) ? try PackedWeights.open(path) : nil
                return try LoadedModel(path: path, file: file, instructionSet: instructionSet)
            },
            start: { model, loaded, observer in
                var options = machine.engineOptions(model)
                options.observer = observer
                if let folder = settings.kvFolder {
                    options.kvStore = KVStore(
                        folder: folder, model: try Self.identity(loaded.path, in: store),
                        byteLimit: settings.kvFolderBytes)
                }
                return try Engine(loaded, options: options)
            })
        let command = self
        let rereads: @Sendable () throws -> ServerSettings = { try command.settings() }
        let server = SiroccoServer(
            settings, pool: pool, version: Sirocco.version, logger: logger,
            rereads: config == nil ? nil : rereads)
        let names = settings.models.map(\.name).joined(separator: ", ")
        let isInteractive = Terminal.isTerminal(.error)
        try await server.run(onReady: { (address: String) in
            logger.notice("listening", metadata: ["address": "\(address)"])
            if isInteractive { Note.write("\(address)/v1 · models: \(names) · Ctrl-C ends") }
        })
    }

    /// The configuration file's settings with the command line's on top.
    private func settings() throws -> ServerSettings {
        var settings = try config.map { try ServerSettings.read($0) } ?? ServerSettings()
        for (number, argument) in models.enumerated() {
            var model = Self.model(argument)
            model.sequences = sequences
            // The first is what the server was started for: it is there before anyone asks.
            model.isPinned = number == 0
            settings.models.append(model)
        }
        if let host { settings.host = host }
        if let port { settings.port = port }
        if open { settings.isOpen = true }
        if logContent { settings.logsContent = true }
        if let kvFolder { settings.kvFolder = kvFolder }
        if let lab { settings.labFolder = lab }
        for (number, hash) in keyHash.enumerated() {
            var key = KeySettings()
            key.name = "key-\(number + 1)"
            key.hash = hash
            settings.keys.append(key)
        }
        try settings.check()
        return settings
    }

    /// `NAME=MODEL`, or a model that is called by its file's name.
    private static func model(_ argument: String) -> ModelSettings {
        if let sign = argument.firstIndex(of: "="), sign != argument.startIndex,
            !argument[..<sign].contains("/")
        {
            return ModelSettings(
                name: String(argument[..<sign]), model: String(argument[argument.index(after: sign)...]))
        }
        let name = FilePath(argument).stem ?? argument
        return ModelSettings(name: name, model: argument)
    }

    /// What tells a model's stored keys and values from another's: its hash where the store knows it, else the file's
    /// place, size and time, and always the version of what computed them.
    private static func identity(_ path: String, in store: ModelStore) throws -> String {
        if let stored = try store.list().first(where: { $0.path.string == path }) {
            return "\(stored.sha256) \(Sirocco.version)"
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let time = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "\(path) \(attributes[.size] as? Int ?? 0) \(time) \(Sirocco.version)"
    }

    /// What a model will take: its weights, and keys and values as configured.
    private static func bytes(_ model: ModelSettings, in store: ModelStore) -> Int {
        let path = (try? store.resolve(model.model).string) ?? model.model
        let file = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        return file + (model.kvMemory ?? 0)
    }
}

/// `sirocco key`: an API key for a server.
struct MakeKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make an API key for `sirocco serve`.",
        discussion: "The key is shown once. The server's configuration gets its hash.")

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let made = KeySettings.make()
        if json { return try printJSON(["key": made.key, "hash": made.hash]) }
        print("key:  \(made.key)\nhash: \(made.hash)")
        Note.write(
            "give the key to the client; put the hash under `keys:` in sirocco.yaml, or pass it as --key-hash"
        )
    }
}
