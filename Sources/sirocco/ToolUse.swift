// A model's calls, shown to the user and carried out if the user agrees. It knows the terminal and the servers.

import ChatTemplates

/// The tools of a chat, and what the user allowed.
final class ToolUse {
    private let servers: ToolServers
    /// Tools that need no more asking in this session.
    private var allowed: Set<String> = []

    init(_ servers: ToolServers) { self.servers = servers }

    /// What to offer the model.
    func definitions() async -> [ToolDefinition] {
        await servers.definitions { Note.write($0) }
    }

    /// The tools with their servers, one on a line.
    func list() async -> String {
        let tools = await servers.descriptions()
        guard !tools.isEmpty else { return "the servers offer no tools" }
        return tools.map { server, tool in
            let description = tool.description.split(whereSeparator: \.isNewline).first ?? ""
            return Self.printable("\(tool.name) (\(server))\(description.isEmpty ? "" : ": ")\(description)")
        }.joined(separator: "\n")
    }

    /// Asks for each call and makes those that the user allows.
    /// - Returns: a message for each call, what it came to or that it was refused; nil: the user wants no answer.
    func carryOut(
        _ calls: [Conversation.Call], _ editor: LineEditor
    ) async throws -> [Conversation.Message]? {
        var results: [Conversation.Message] = []
        for call in calls {
            let name = call.function.name
            Note.write(Self.printable("calls \(name) \(call.function.arguments)"))
            let result: String
            if let arguments = try? JSONValue.parse(call.function.arguments), case .object = arguments {
                switch ask(name, editor) {
                case .run:
                    guard let text = try await run(name, arguments) else { return nil }
                    Self.show(text)
                    result = text
                case .refuse: result = "The user refused this call."
                case .stop: return nil
                }
            } else {
                Note.write("its arguments are no JSON object; the model is told")
                result = "Error: the arguments are no valid JSON object. Nothing was called."
            }
            results.append(Conversation.Message(result: result, of: call))
        }
        return results
    }

    private enum Decision { case run, refuse, stop }

    private func ask(_ name: String, _ editor: LineEditor) -> Decision {
        if allowed.contains(name) { return .run }
        while true {
            let question = "Call it? y = yes, a = always \(name), n = no: "
            guard case .message(let line) = editor.read(prompt: question, style: .yellow, remembers: false)
            else {
                return .stop
            }
            switch line.lowercased().filter({ !$0.isWhitespace }) {
            case "y", "yes": return .run
            case "a", "always":
                allowed.insert(name)
                return .run
            case "n", "no": return .refuse
            default:
                // A script that does not know of the question must not agree by accident, nor wait for ever.
                guard editor.isInteractive else { return .refuse }
            }
        }
    }

    /// Makes a call; Ctrl-C stops it. Nil: stopped.
    private func run(_ name: String, _ arguments: JSONValue) async throws -> String? {
        let servers = servers
        return try await InterruptFlag.catching { interrupt in
            let call = Task { try await servers.call(name, arguments) }
            let watch = Task {
                while !interrupt.isSet { try await Task.sleep(for: .milliseconds(30)) }
                call.cancel()
            }
            defer { watch.cancel() }
            do { return try await call.value } catch is CancellationError {
                // The terminal has echoed ^C.
                Note.write(Terminal.isTerminal(.input) ? "\nstopped" : "stopped")
                return nil
            }
        }
    }

    /// The beginning of a result: the user should see what the model was told.
    private static func show(_ result: String) {
        let most = 12
        let lines = result.split(separator: "\n", omittingEmptySubsequences: false)
        let shown = lines.prefix(most).map { "  " + ($0.count > 200 ? $0.prefix(200) + "…" : $0) }
        let rest = lines.count > most ? ["  … \(lines.count - most) more lines"] : []
        Note.write((shown + rest).map(printable).joined(separator: "\n"))
    }

    /// Without control characters: what a model or a server wrote must not steer the user's terminal, least of all
    /// where the user is asked to agree to it.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator:
                        Array("\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
                    default: [scalar]
                    }
                }))
    }
}
