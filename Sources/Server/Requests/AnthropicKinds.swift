// Conversations, tools and formats as Anthropic's requests spell them.

import ChatTemplates

/// A block of a message's content.
private struct Block: Sendable {
    var type = ""
    var text = ""
    var id = ""
    var name = ""
    var input = JSONValue.null
    var resultOf = ""
    var content: [Block] = []
    var isError: Bool?

    private static let common: [Field<Block>] = [
        Field("type", \.type, .string, isRequired: true, "the block's kind"),
        Field(
            only: .object(CacheControl.shape, initial: CacheControl()), "cache_control",
            "prompts are shared anyway"),
    ]
    static let textShape = RequestShape<Block>(
        "a text block",
        common + [
            Field("text", \.text, .string, isRequired: true, "the text"),
            Field(only: .constant([.array([])], "citations are not supported"), "citations", "an empty list"),
        ])
    static let useShape = RequestShape<Block>(
        "a tool_use block",
        common + [
            Field("id", \.id, .text(1...256), isRequired: true, "the call's name"),
            Field("name", \.name, .text(1...128), isRequired: true, "the tool"),
            Field("input", \.input, ValueKind<JSONValue>.object, isRequired: true, "the arguments"),
            Field(only: .constant([["type": "direct"]], "only the model calls tools"), "caller", "direct"),
        ])
    static let resultShape = RequestShape<Block>(
        "a tool_result block",
        common + [
            Field("tool_use_id", \.resultOf, .text(1...256), isRequired: true, "the call that this answers"),
            Field("content", \.content, .texts, "what the tool gave: text, or text blocks"),
            Field(
                "is_error", \.isError, .bool, "whether the tool failed; the model reads \"Error: \" in front"),
        ])
}

private struct CacheControl: Sendable {
    static let shape = RequestShape<CacheControl>(
        "cache_control",
        [
            Field(only: .word(["ephemeral"]), "type", "ephemeral"),
            Field(only: .word(["5m", "1h"]), "ttl", "texts are kept until others need the room"),
        ])
}

/// How a block's kind is read, among those that a place allows.
private func block(_ json: JSONValue, _ shapes: [(String, RequestShape<Block>)], at path: RequestPath) throws
    -> Block
{
    guard case .string(let type)? = json["type"] else {
        throw APIError.invalid("\(path): expected a block with a type", at: path, code: "invalid_type")
    }
    guard let shape = shapes.first(where: { $0.0 == type })?.1 else {
        throw APIError.unsupported(
            "\(path).type is '\(type.prefix(40))'; this server takes \(shapes.map(\.0).joined(separator: ", "))",
            at: path / "type")
    }
    var block = Block()
    try shape.read(json, into: &block, at: path)
    return block
}

extension ValueKind<[Block]> {
    /// A string, or text blocks.
    fileprivate static let texts = blocks([("text", Block.textShape)])
    fileprivate static let any = blocks([
        ("text", Block.textShape), ("tool_use", Block.useShape), ("tool_result", Block.resultShape),
    ])

    private static func blocks(_ shapes: [(String, RequestShape<Block>)]) -> ValueKind {
        let items: JSONValue =
            shapes.count == 1 ? shapes[0].1.schema : ["anyOf": .array(shapes.map(\.1.schema))]
        return ValueKind(["anyOf": [["type": "string"], ["type": "array", "items": items]]]) { json, path in
            switch json {
            case .string(let text):
                var block = Block()
                (block.type, block.text) = ("text", text)
                return [block]
            case .array(let items):
                return try items.enumerated().map { try block($1, shapes, at: path / $0) }
            default:
                throw APIError.invalid(
                    "\(path): expected a string or a list of blocks, found \(json.typeName)", at: path,
                    code: "invalid_type")
            }
        }
    }
}

extension [Block] {
    fileprivate var joined: String { filter { $0.type == "text" }.map(\.text).joined(separator: "\n") }
}

extension ValueKind<String> {
    /// A text, or text blocks, one to a line.
    static let blocksOfText = ValueKind<[Block]>.texts.map { blocks, _ in blocks.joined }
}

private struct Turn: Sendable {
    var role = ""
    var content: [Block] = []

    static let shape = RequestShape<Turn>(
        "a message",
        [
            Field("role", \.role, .word(["user", "assistant", "system"]), isRequired: true, "who speaks"),
            Field("content", \.content, .any, isRequired: true, "what is said: text, or blocks"),
        ])

    func messages(at path: RequestPath) throws -> [ChatMessage] {
        for (index, block) in content.enumerated() {
            let speaker = ["tool_use": "assistant", "tool_result": "user"][block.type]
            guard speaker == nil || speaker == role else {
                throw APIError.invalid(
                    "\(path / "content" / index): \(block.type) belongs in the \(speaker ?? "")'s messages",
                    at: path / "content" / index)
            }
        }
        guard role == "user" else {
            let calls = content.filter { $0.type == "tool_use" }.map {
                ToolCall(id: $0.id, name: $0.name, arguments: $0.input)
            }
            let text = content.joined
            return [
                ChatMessage(
                    role: Role(rawValue: role), body: text.isEmpty && !calls.isEmpty ? .none : .text(text),
                    toolCalls: calls)
            ]
        }
        var messages = content.filter { $0.type == "tool_result" }.map { block in
            ChatMessage(
                role: .tool, content: (block.isError == true ? "Error: " : "") + block.content.joined,
                toolCallID: block.resultOf)
        }
        let texts = content.filter { $0.type == "text" }
        if !texts.isEmpty || messages.isEmpty {
            messages.append(ChatMessage(role: .user, content: texts.joined))
        }
        return messages
    }
}

extension ValueKind<MessageList> {
    /// Anthropic's messages. Turns of one speaker in a row are one turn; an assistant's at the end begins the answer.
    static let turns = ValueKind<[Turn]>.list(of: .object(Turn.shape, initial: Turn()), count: 1...100_000)
        .map { turns, path in
            var list = MessageList()
            for (index, turn) in turns.enumerated() {
                for message in try turn.messages(at: path / index) {
                    if let last = list.messages.last, last.role == message.role, message.role != .tool,
                        last.toolCalls.isEmpty, message.toolCalls.isEmpty
                    {
                        list.messages[list.messages.count - 1].content += "\n" + message.content
                    } else {
                        list.messages.append(message)
                    }
                }
            }
            guard let last = list.messages.last, last.role == .assistant else { return list }
            guard last.toolCalls.isEmpty else {
                throw APIError.invalid(
                    "\(path / (turns.count - 1)): a tool_use needs its tool_result after it",
                    at: path / (turns.count - 1))
            }
            list.beginning = last.content
            list.messages.removeLast()
            guard !list.messages.isEmpty else {
                throw APIError.invalid(
                    "\(path): the beginning of an answer needs a message before it", at: path)
            }
            return list
        }
}

// MARK: - Tools

private struct Tool: Sendable {
    var name = ""
    var about: String?
    var schema = JSONValue.null
    var strict: Bool?

    static let shape = RequestShape<Tool>(
        "a tool",
        [
            Field("name", \.name, .text(1...64), isRequired: true, "the tool's name"),
            Field("description", \.about, .string, "what it does"),
            Field(
                "input_schema", \.schema, ValueKind<JSONValue>.object, isRequired: true,
                "JSON Schema of its input"),
            Field("strict", \.strict, .bool, "refuse a schema that cannot be enforced as a whole"),
            Field(
                only: .object(CacheControl.shape, initial: CacheControl()), "cache_control",
                "prompts are shared anyway"),
            Field(only: .bool, "eager_input_streaming", "input always streams as it is written"),
            Field(only: .constant([false], "all tools are shown at once"), "defer_loading", "false"),
        ])
}

extension ValueKind<[ToolDefinition]> {
    /// Anthropic's tools. Those that Anthropic's own servers run are refused.
    static let anthropicTools = ValueKind(["type": "array", "items": Tool.shape.schema]) { json, path in
        guard case .array(let items) = json else {
            throw APIError.invalid(
                "\(path): expected a list, found \(json.typeName)", at: path, code: "invalid_type")
        }
        var tools: [ToolDefinition] = []
        for (index, item) in items.enumerated() {
            var item = item
            if case .object(var object) = item, let type = object["type"] {
                guard type == "custom" || type == .null else {
                    throw APIError.unsupported(
                        "\(path / index / "type"): only tools of the client's own (type custom) can be used",
                        at: path / index / "type")
                }
                object["type"] = nil
                item = .object(object)
            }
            var tool = Tool()
            try Tool.shape.read(item, into: &tool, at: path / index)
            if tools.contains(where: { $0.name == tool.name }) {
                throw APIError.invalid(
                    "\(path / index / "name"): there are two of this name", at: path / index)
            }
            do {
                tools.append(
                    try ToolDefinition(
                        name: tool.name, description: tool.about ?? "", parameters: tool.schema,
                        strict: tool.strict ?? false, at: "\(path / index)"))
            } catch { throw APIError.invalid("\(error)", at: path / index) }
        }
        return tools
    }
}

/// Anthropic's `tool_choice`.
struct AnthropicToolChoice: Sendable {
    var type = "auto"
    var name: String?
    var isSingle: Bool?

    static let shape = RequestShape<AnthropicToolChoice>(
        "tool_choice",
        [
            Field(
                "type", \.type, .word(["auto", "any", "tool", "none"]), isRequired: true,
                "whether tools are used"),
            Field("name", \.name, .text(1...64), "the tool, for type tool"),
            Field("disable_parallel_tool_use", \.isSingle, .bool, "at most one call"),
        ])

    /// What the model may do with `tools`. Throws `APIError` where the choice does not fit them.
    func offer(_ tools: [ToolDefinition]) throws -> ToolOffer {
        let path: RequestPath = ["tool_choice"]
        guard type == "auto" || type == "none" || !tools.isEmpty else {
            throw APIError.invalid("tool_choice: a call is required, but no tools are offered", at: path)
        }
        let choice: ToolChoice
        switch type {
        case "none": choice = .none
        case "any": choice = .required
        case "tool":
            guard let name, tools.contains(where: { $0.name == name }) else {
                throw APIError.invalid(
                    "tool_choice.name: expected the name of a tool that is offered", at: path / "name")
            }
            choice = .named(name)
        default: choice = .auto
        }
        // One named tool is one use of it, as at Anthropic.
        return ToolOffer(tools: tools, choice: choice, isParallel: isSingle != true && type != "tool")
    }
}

// MARK: - Formats

private struct OutputConfiguration: Sendable {
    var format: OutputFormat?

    static let shape = RequestShape<OutputConfiguration>(
        "output_config",
        [Field("format", \.format, .object(OutputFormat.shape, initial: OutputFormat()), "JSON by a schema")])
}

private struct OutputFormat: Sendable {
    var schema = JSONValue.null

    static let shape = RequestShape<OutputFormat>(
        "format",
        [
            Field(only: .word(["json_schema"]), "type", "json_schema"),
            Field(
                "schema", \.schema, ValueKind<JSONValue>.object, isRequired: true,
                "JSON Schema, draft 2020-12"),
        ])
}

extension ValueKind<AnswerFormat> {
    static let outputConfiguration = ValueKind<OutputConfiguration>
        .object(OutputConfiguration.shape, initial: OutputConfiguration())
        .map { configuration, _ in
            configuration.format.map { AnswerFormat.jsonSchema($0.schema) } ?? AnswerFormat.text
        }
}
