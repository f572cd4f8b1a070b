// A server in this process, on a free port, with tiny models: all that a client could meet, in a millisecond.

import ChatTemplates
import Foundation
import Inference
import Logging
import ModelStore
import Server
import Synchronization
import SystemPackage
import Tensors
import TestSupport
import UnixSignals

/// The files that the tests' models are in, written once.
enum TinyFiles {
    static let template =
        "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
        + "{% if add_generation_prompt %}assistant: {% endif %}"
    private static let folder = try? TemporaryFolder()

    /// A mixture of experts that can chat.
    static let chat = file("chat", experts: true)
    /// The same shape with other weights, and no chat template.
    static let base = file("base", experts: false)

    static func path(_ name: String) -> FilePath {
        FilePath(folder?.path.string ?? "/").appending(name + ".gguf")
    }

    private static func file(_ name: String, experts: Bool) -> String {
        var model = experts ? TinyModel(experts: 4, expertsPerToken: 2, seed: 7) : TinyModel(seed: 8)
        model.chatTemplate = experts ? template : nil
        try? model.write(to: path(name))
        return path(name).string
    }
}

/// A running server.
final class TestServer: Sendable {
    let port: Int
    let pool: ModelPool
    private let signals: AsyncStream<UnixSignal>.Continuation
    private let run: Task<Void, any Error>
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private init(
        port: Int, pool: ModelPool, signals: AsyncStream<UnixSignal>.Continuation, run: Task<Void, any Error>
    ) {
        self.port = port
        self.pool = pool
        self.signals = signals
        self.run = run
    }

    /// The settings of most tests: a model that chats, one that does not, one that speaks Mistral.
    static var settings: ServerSettings {
        var settings = ServerSettings()
        settings.port = 0
        var chat = ModelSettings(name: "tiny", model: TinyFiles.chat)
        chat.aliases = ["small", "group/tiny"]
        var mistral = ModelSettings(name: "mistral-tiny", model: TinyFiles.chat)
        mistral.dialect = .mistral
        settings.models = [chat, mistral, ModelSettings(name: "base", model: TinyFiles.base)]
        return settings
    }

    static func pool(_ settings: ServerSettings, options: Engine.Options = Engine.Options()) -> ModelPool {
        let store = ModelStore(directory: FilePath(NSTemporaryDirectory()).appending("sirocco-test-store"))
        return ModelPool(
            settings.models, budget: settings.memory ?? 1 << 30, size: { _ in 1 << 20 },
            digest: { try store.digest(FilePath($0.path)) },
            load: { try LoadedModel(path: $0.model) },
            start: { model, loaded, observer in
                var options = options
                options.observer = observer
                options.threads = 2
                options.context = model.context
                if let sequences = model.sequences { options.sequences = sequences }
                if let queue = model.queue { options.queueLimit = queue }
                return try Engine(loaded, options: options)
            })
    }

    /// Starts a server and waits until it listens.
    static func start(
        _ settings: ServerSettings = settings, pool: ModelPool? = nil,
        rereads: (@Sendable () throws -> ServerSettings)? = nil
    ) async throws -> TestServer {
        let pool = pool ?? Self.pool(settings)
        let server = SiroccoServer(settings, pool: pool, version: "test", logger: logger, rereads: rereads)
        let (stream, continuation) = AsyncStream<UnixSignal>.makeStream()
        let (ready, readiness) = AsyncStream<Int>.makeStream()
        let run = Task {
            defer { readiness.finish() }
            try await server.run(signals: stream) { address in
                readiness.yield(Int(address.split(separator: ":").last ?? "") ?? 0)
            }
        }
        for await port in ready {
            return TestServer(port: port, pool: pool, signals: continuation, run: run)
        }
        try await run.value
        throw POSIXError(.ECANCELED)
    }

    func signal(_ signal: UnixSignal) { signals.yield(signal) }

    /// Waits until it has ended by itself, after a signal.
    func ended() async throws { try await run.value }

    func stop() async throws {
        signals.yield(.sigterm)
        try await run.value
    }

    // MARK: Requests

    /// Sends one request on a connection of its own.
    func request(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String = ""
    ) async throws -> HTTPAnswer {
        let port = port
        return try await onThread {
            let connection = try RawConnection(port: port)
            try connection.send(HTTPText.request(method, path, headers: headers, body: body))
            return try connection.answer(isHead: method == "HEAD")
        }
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> HTTPAnswer {
        try await request("GET", path, headers: headers)
    }

    func post(_ path: String, _ body: JSONValue, headers: [String: String] = [:]) async throws -> HTTPAnswer {
        try await request("POST", path, headers: headers, body: body.compactText)
    }
}

/// Runs `body` beside a server, and ends the server whatever comes of it.
func withServer<Result>(
    _ settings: ServerSettings = TestServer.settings, pool: ModelPool? = nil,
    _ body: (TestServer) async throws -> Result
) async throws -> Result {
    let server = try await TestServer.start(settings, pool: pool)
    do {
        let result = try await body(server)
        try await server.stop()
        return result
    } catch {
        try? await server.stop()
        throw error
    }
}

/// A chat request of one message.
func chatBody(_ text: String, model: String = "tiny", _ more: JSONObject = [:]) -> JSONValue {
    var object: JSONObject = [
        "model": .string(model), "messages": [["role": "user", "content": .string(text)]],
    ]
    for (key, value) in more.members { object[key] = value }
    return .object(object)
}

/// Asks until `condition` holds; false after `seconds`.
func eventually(seconds: Double = 10, _ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return false
}
