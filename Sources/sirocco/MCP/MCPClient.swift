// Owns the conversation with one tool server by the Model Context Protocol: handshake, list of tools, calls.
// Refuses to know models and users; who calls has asked.

package import ChatTemplates
import Synchronization

/// A tool server on the other side of a pipe (MCP over stdio; revision 2025-06-18 of modelcontextprotocol.io).
package actor MCPClient {
    /// Revisions this client can speak, the one it asks for first. Their differences lie outside of tools.
    static let revisions = ["2025-06-18", "2025-03-26", "2024-11-05"]
    /// A list with more pages or tools is a mistake of the server.
    private static let mostPages = 100
    private static let mostTools = 1000

    /// How long to wait for answers.
    package struct Patience: Sendable {
        package var handshake = Duration.seconds(30)
        package var call = Duration.seconds(120)
        package init() {}
    }

    /// A tool as the server describes it.
    package struct Tool: Sendable, Equatable {
        package let name: String
        package let description: String
        package let inputSchema: JSONValue
    }

    /// What a call came to.
    package struct CallResult: Sendable, Equatable {
        package let text: String
        package let isError: Bool
    }

    /// The name in messages: what the server calls itself, or else its command.
    package private(set) var name: String
    /// The revision that was agreed on.
    package private(set) var revision = ""
    /// Whether the server said that its list of tools is another one now.
    package private(set) var toolsHaveChanged = false

    private let process: LineProcess
    private let patience: Patience
    private let log: @Sendable (String) -> Void
    private var lastID = 0
    private var waiting: [Int: CheckedContinuation<JSONValue, any Error>] = [:]
    private var reader: Task<Void, Never>?
    /// How the server ended; nil while it runs.
    private var end: String?
    private let complaint: LatestComplaint

    /// Starts a server and shakes hands.
    /// - Parameter log: gets what the server writes to standard error and logs by the protocol, line by line.
    package static func start(
        _ commandLine: String, version: String, patience: Patience = Patience(),
        log: @escaping @Sendable (String) -> Void
    ) async throws -> MCPClient {
        let words = try CommandWords.split(commandLine)
        let client = MCPClient(words, name: "'\(commandLine)'", patience, log)
        await client.listen()
        do {
            try await client.shakeHands(version: version)
            return client
        } catch {
            await client.stop()
            throw error
        }
    }

    private init(
        _ command: [String], name: String, _ patience: Patience, _ log: @escaping @Sendable (String) -> Void
    ) {
        self.name = name
        self.patience = patience
        self.log = log
        let complaint = LatestComplaint()
        self.complaint = complaint
        process = LineProcess(command) { line in
            log(line)
            complaint.line.withLock { $0 = line }
        }
    }

    /// The tools on offer, all pages of them.
    package func tools() async throws -> [Tool] {
        toolsHaveChanged = false
        var tools: [Tool] = []
        var cursor: JSONValue?
        for _ in 0..<Self.mostPages {
            let params: JSONValue = cursor.map { ["cursor": $0] } ?? .object(JSONObject())
            let page = try await request("tools/list", params, within: patience.handshake)
            guard case .array(let listed)? = page["tools"] else { throw bad("tools/list: no list of tools") }
            for tool in listed {
                guard case .string(let name)? = tool["name"] else {
                    throw bad("tools/list: a tool without a name")
                }
                let description = if case .string(let text)? = tool["description"] { text } else { "" }
                tools.append(
                    Tool(name: name, description: description, inputSchema: tool["inputSchema"] ?? .null))
            }
            guard tools.count <= Self.mostTools else {
                throw bad("tools/list: more than \(Self.mostTools) tools")
            }
            guard let next = page["nextCursor"], next != .null else { return tools }
            guard next != cursor else { throw bad("tools/list: page after page of the same") }
            cursor = next
        }
        throw bad("tools/list: more than \(Self.mostPages) pages")
    }

    /// Calls a tool. A cancelled task tells the server so.
    /// - Throws: where the server ended, gave no answer in time, or knows no such tool. A tool that failed is no
    ///   error here but a result that says so, for the model to read.
    package func call(_ tool: String, _ arguments: JSONValue) async throws -> CallResult {
        let params: JSONValue = ["name": .string(tool), "arguments": arguments]
        let result = try await request("tools/call", params, within: patience.call)
        return CallResult(text: MCPContent.text(of: result), isError: result["isError"] == true)
    }

    /// Whether the server still answers.
    package func ping() async throws {
        _ = try await request("ping", nil, within: patience.handshake)
    }

    /// Ends the server. What still waits for it fails.
    package func stop() async {
        await process.stop()
        await reader?.value
    }
}

/// The last line that a server wrote to standard error: where it ends, most likely the reason.
private final class LatestComplaint: Sendable {
    let line = Mutex<String?>(nil)
}

// MARK: - The protocol

extension MCPClient {
    private func shakeHands(version: String) async throws {
        let answer = try await request(
            "initialize",
            [
                "protocolVersion": .string(Self.revisions[0]), "capabilities": .object(JSONObject()),
                "clientInfo": ["name": "sirocco", "version": .string(version)],
            ], within: patience.handshake)
        guard case .string(let revision)? = answer["protocolVersion"] else {
            throw bad("initialize: no protocolVersion; is this an MCP server?")
        }
        guard Self.revisions.contains(revision) else {
            throw bad(
                "it speaks MCP of \(revision), and this program \(Self.revisions.joined(separator: ", "))")
        }
        self.revision = revision
        if case .string(let name)? = answer["serverInfo"]?["name"], !name.isEmpty { self.name = name }
        guard answer["capabilities"]?["tools"] != nil else { throw bad("it offers no tools") }
        try send(.notification(method: "notifications/initialized", params: nil))
    }

    private func request(
        _ method: String, _ params: JSONValue?, within limit: Duration
    ) async throws -> JSONValue {
        if let end { throw MCPError(.ended, name, end) }
        try Task.checkCancellation()
        lastID += 1
        let id = lastID
        let clock = Task {
            try await Task.sleep(for: limit)
            giveUp(id, MCPError(.timeout, name, "no answer to \(method) in \(limit.components.seconds) s"))
        }
        defer { clock.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiting[id] = continuation
                do {
                    try send(.request(id: .int(id), method: method, params: params))
                } catch { waiting.removeValue(forKey: id)?.resume(throwing: error) }
            }
        } onCancel: {
            Task { await self.giveUp(id, CancellationError()) }
        }
    }

    /// Stops waiting for an answer, and tells the server. `initialize` may not be cancelled, says the protocol.
    private func giveUp(_ id: Int, _ reason: any Error) {
        guard let continuation = waiting.removeValue(forKey: id) else { return }
        if !revision.isEmpty {
            let why = reason is CancellationError ? "the user stopped it" : "no answer in time"
            let params: JSONValue = ["requestId": .int(id), "reason": .string(why)]
            try? send(.notification(method: "notifications/cancelled", params: params))
        }
        continuation.resume(throwing: reason)
    }

    private func send(_ message: MCPMessage) throws {
        let line = try message.line()
        process.send(line)
    }

    private func bad(_ problem: String) -> MCPError { MCPError(.badAnswer, name, problem) }

    /// Reads until the server ends, then fails all that waits.
    private func listen() {
        let process = process
        reader = Task {
            for await line in process.lines { receive(line) }
            await process.stop()
            ended(await process.ending.value)
        }
    }

    private func ended(_ how: String) {
        let words = complaint.line.withLock { $0 }
        let reason = words.map { "\(how); its last words: \($0)" } ?? how
        end = reason
        for (_, continuation) in waiting { continuation.resume(throwing: MCPError(.ended, name, reason)) }
        waiting = [:]
    }

    private func receive(_ line: String) {
        guard !line.allSatisfy(\.isWhitespace) else { return }
        guard let message = MCPMessage(line: line) else {
            // Some servers print to standard output what belongs on standard error.
            return log("not a message: \(line.prefix(200))")
        }
        switch message {
        case .result(.int(let id), let result): waiting.removeValue(forKey: id)?.resume(returning: result)
        case .failure(.int(let id), let code, let message):
            waiting.removeValue(forKey: id)?.resume(
                throwing: MCPError(.refused, name, "\(message) (code \(code))"))
        case .result, .failure: log("an answer to nothing that was asked: \(line.prefix(200))")
        case .request(let id, "ping", _): try? send(.result(id: id, .object(JSONObject())))
        case .request(let id, let method, _):
            try? send(.failure(id: id, code: -32601, message: "this client has no \(method)"))
        case .notification("notifications/tools/list_changed", _): toolsHaveChanged = true
        case .notification("notifications/message", let params):
            let words =
                switch params?["data"] {
                case .string(let text)?: text
                case let data?: (try? data.text()) ?? ""
                case nil: ""
                }
            log(words)
        case .notification: break
        }
    }
}
