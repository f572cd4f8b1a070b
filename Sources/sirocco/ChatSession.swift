// A conversation and its commands. It knows the terminal and the engine; options come from outside.

import ChatTemplates
import Inference
import Tokenizers

/// A chat in progress.
final class ChatSession {
    var conversation = Conversation()
    private let loaded: LoadedModel
    private let engine: Engine
    private let sampling: SamplingOptions
    private let showsTimings: Bool
    private let tools: ToolUse?
    private lazy var toolLayout = loaded.toolLayout()
    private var answers: UInt64 = 0

    /// Rounds of calls before the model has to answer in words.
    private static let mostRounds = 8

    init(
        loaded: LoadedModel, engine: Engine, sampling: SamplingOptions, showsTimings: Bool,
        servers: ToolServers?
    ) {
        self.loaded = loaded
        self.engine = engine
        self.sampling = sampling
        self.showsTimings = showsTimings
        tools = servers.map(ToolUse.init)
    }

    /// What a line that starts with `/` can ask for.
    // To add a command: one case with its help here, one branch in `perform`, one row in docs/commands.md.
    private enum Command: String, CaseIterable {
        case help, system, regenerate, undo, clear, save, load, tokens, tools, quit

        var help: String {
            switch self {
            case .help: "/help             this list"
            case .system: "/system TEXT      set the system prompt (empty: none)"
            case .regenerate: "/regenerate       answer the last message anew"
            case .undo: "/undo             take the last message and its answer back"
            case .clear: "/clear            start a new conversation"
            case .save: "/save FILE        keep the conversation"
            case .load: "/load FILE        take a conversation up again"
            case .tokens: "/tokens           how full the context is"
            case .tools: "/tools            the tools that the model may call"
            case .quit: "/quit             end (also Ctrl-D)"
            }
        }
    }

    /// Reads and answers until the user ends it. Throws only what ends the program.
    func talk(historyPath: String) async throws {
        let editor = LineEditor(
            commands: Command.allCases.map { "/" + $0.rawValue }, history: HistoryFile(path: historyPath))
        if editor.isInteractive {
            let name = loaded.name ?? loaded.path
            Note.write("\(name). Type a message; /help lists commands, Ctrl-D ends.")
        }
        while case .message(let message) = editor.read() {
            let line = message.trimmed
            if line.isEmpty { continue }
            do {
                if line.hasPrefix("/"), let command = parse(line) {
                    guard try await perform(command.0, command.1, editor) else { return }
                } else if line.hasPrefix("/"),
                    !line.dropFirst().prefix(while: { !$0.isWhitespace }).contains("/")
                {
                    Note.write(
                        "there is no command \(line.prefix(while: { !$0.isWhitespace })); /help lists them")
                } else {
                    conversation.messages.append(.init(role: "user", content: message))
                    try await answer(editor)
                }
            } catch let error as EngineError where error.code != .stopped {
                // The conversation stays usable: what could not be answered was taken back.
                Note.write(error.description)
            } catch let error as ConversationError {
                Note.write(error.description)
            }
        }
    }

    /// Takes up the conversation in `path`.
    func load(_ path: String) throws { conversation = try Conversation.read(path) }

    private func parse(_ line: String) -> (Command, String)? {
        let word = line.dropFirst().prefix { !$0.isWhitespace }
        guard let command = Command(rawValue: String(word)) else { return nil }
        return (command, String(line.dropFirst(word.count + 1)).trimmed)
    }

    /// Carries a command out; false: end.
    private func perform(
        _ command: Command, _ argument: String, _ editor: LineEditor
    ) async throws -> Bool {
        switch command {
        case .help: Note.write(Command.allCases.map(\.help).joined(separator: "\n"))
        case .system:
            conversation.system = argument.isEmpty ? nil : argument
            Note.write(argument.isEmpty ? "no system prompt" : "system prompt set")
        case .regenerate:
            let old = conversation.dropAnswer()
            guard !old.isEmpty else {
                Note.write("there is no answer to regenerate yet")
                return true
            }
            try await answer(editor, insteadOf: old)
        case .undo: Note.write(conversation.undo() ? "taken back" : "there is nothing to take back")
        case .clear:
            conversation.messages = []
            Note.write("a new conversation\(conversation.system == nil ? "" : "; the system prompt stays")")
        case .save:
            try conversation.write(argument)
            Note.write("saved \(conversation.messages.count) messages to \(argument)")
        case .load:
            conversation = try Conversation.read(argument)
            Note.write("\(conversation.messages.count) messages; the last: \(conversation.lastLine)")
        case .tokens:
            let used =
                conversation.messages.isEmpty
                ? 0 : try prompt(offering: await offered()).count
            Note.write("\(used) of \(engine.context) tokens")
        case .tools: Note.write(await tools?.list() ?? "no tools; start a server with --tools COMMAND")
        case .quit: return false
        }
        return true
    }
}

// MARK: - Answers

extension ChatSession {
    /// Answers the last message; `old` comes back if there is no answer.
    private func answer(_ editor: LineEditor, insteadOf old: [Conversation.Message] = []) async throws {
        let question = conversation.messages
        do {
            if try await answered(editor) { return }
        } catch {
            conversation.messages = old.isEmpty ? Array(question.dropLast()) : question + old
            throw error
        }
        // Stopped before the first word: an earlier answer stays, a new question is taken back.
        conversation.messages = old.isEmpty ? Array(question.dropLast()) : question + old
        Note.write(old.isEmpty ? "no answer; the message is taken back" : "the earlier answer stays")
    }

    /// Adds an answer, in as many rounds as the model calls tools; false: there is none, or the user wants none.
    private func answered(_ editor: LineEditor) async throws -> Bool {
        let offered = await offered()
        for round in 0...Self.mostRounds {
            if round == Self.mostRounds { Note.write("\(round) rounds of calls; now it has to answer") }
            let answer = try await generate(offering: round < Self.mostRounds ? offered : [])
            guard let answer else { return false }
            conversation.messages.append(answer)
            guard let tools, let calls = answer.tool_calls else { return true }
            guard let results = try await tools.carryOut(calls, editor) else { return false }
            conversation.messages += results
        }
        return false
    }

    private func offered() async -> [ToolDefinition] { await tools?.definitions() ?? [] }

    /// One answer of the model; nil if it said nothing.
    private func generate(offering offered: [ToolDefinition]) async throws -> Conversation.Message? {
        // Each answer of a conversation draws its own numbers; with --seed the whole conversation repeats.
        let seed = sampling.seed.map { $0 &+ answers } ?? sampling.chosenSeed
        answers += 1
        let request = GenerationRequest(
            prompt: try prompt(offering: offered), maxTokens: sampling.maxTokens,
            sampling: try sampling.parameters(seed: seed), endTokens: loaded.endTokens)
        var parser = offered.isEmpty ? nil : toolLayout?.parser(for: offered)
        var answer = ToolCallAnswer()
        func show(_ events: [ToolCallEvent]) {
            for case .text(let words) in events { Terminal.write(words, to: .output) }
            answer.add(events)
        }
        let visible = parser == nil ? [] : toolLayout?.controlTokens ?? []
        let streamed = try await Answer.stream(request, engine, loaded.tokenizer, visible: visible) { piece in
            show(parser?.append(piece) ?? [.text(piece)])
        }
        show(parser?.finish() ?? [])
        if !answer.text.isEmpty, !answer.text.hasSuffix("\n") { Terminal.write("\n", to: .output) }
        if showsTimings { Note.write(streamed.summary.line(seed: nil)) }
        // Who stops an answer does not want its calls made.
        if streamed.summary.reason == .cancelled { answer.calls = [] }
        guard !answer.text.isEmpty || !answer.calls.isEmpty else { return nil }
        return Conversation.Message(answer, seed: seed)
    }

    /// The tokens of the conversation so far, with these tools on offer.
    private func prompt(offering offered: [ToolDefinition]) throws -> [TokenID] {
        guard let toolLayout else { return try loaded.tokens(answering: conversation.chatMessages) }
        do {
            let prepared = try toolLayout.prepare(conversation.chatMessages, tools: offered)
            return try loaded.tokens(answering: prepared.messages, tools: prepared.tools)
        } catch let error as ChatTemplateError { throw EngineError(.badRequest, error.description) }
    }
}

extension String {
    /// Without white space and line ends at either end.
    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
