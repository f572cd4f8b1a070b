// Inputs, tools and formats as OpenAI's Responses API spells them.

import ChatTemplates

/// One item of a response's input.
private struct Item: Sendable {
    var role = ""
    var content = ""
    var callID = ""
    var name = ""
    var arguments = ""
    var output = ""

    /// What answers give back with their items, and nobody needs.
    private static let common: [Field<Item>] = [
        Field(only: .word(["message", "function_call", "function_call_output"]), "type", "the item's kind"),
        Field(only: .text(0...256), "id", "nothing is stored under it"),
        Field(only: .word(["in_progress", "completed", "incomplete"]), "status", "whether it was cut"),
    ]
    static let messageShape = RequestShape<Item>(
        "a message",
        common + [
            Field(
                "role", \.role, .word(["user", "assistant", "system", "developer"]), isRequired: true,
                "who speaks"),
            Field(
                "content", \.content, .outputText, isRequired: true, "what is said: text, or parts of text"),
            Field(only: .word(["commentary", "final_answer"]), "phase", "answers have one phase"),
        ])
    static let callShape = RequestShape<Item>(
        "a function_call",
        common + [
            Field("call_id", \.callID, .text(1...256), isRequired: true, "the call's name"),
            Field("name", \.name, .text(1...64), isRequired: true, "the function"),
            Field("arguments", \.arguments, .string, isRequired: true, "the arguments, as JSON text"),
        ])
    static let outputShape = RequestShape<Item>(
        "a function_call_output",
        common + [
            Field("call_id", \.callID, .text(1...256), isRequired: true, "the call that this answers"),
            Field("output", \.output, .outputText, isRequired: true, "what the function gave"),
            Field(only: .text(0...64), "name", "the call has it"),
        ])
    static let shapes = [
        "message": messageShape, "function_call": callShape, "function_call_output": outputShape,
    ]
}

private struct Part: Sendable {
    var text = ""

    static let shape = RequestShape<Part>(
        "a part of a message",
        [
            Field(only: .word(["input_text", "output_text", "text"]), "type", "text"),
            Field("text", \.text, .string, isRequired: true, "the text"),
            Field(
                only: .constant([.array([])], "annotations are not supported"), "annotations", "an empty list"
            ),
            Field(only: ValueKind<[JSONValue]>.list(of: .any), "logprobs", "as answers have them"),
        ])
}

extension ValueKind<String> {
    /// A text, or parts of text, one to a line.
    fileprivate static let outputText = ValueKind([
        "anyOf": [["type": "string"], ["type": "array", "items": Part.shape.schema]]
    ]) { json, path in
        if case .string(let text) = json { return text }
        let parts = ValueKind<[Part]>.list(of: .object(Part.shape, initial: Part()))
        return try parts.read(json, path).map(\.text).joined(separator: "\n")
    }
}

extension ValueKind<MessageList> {
    /// A text that the user says, or items.
    static let responseInput = ValueKind([
        "anyOf": [
            ["type": "string"],
            [
                "type": "array", "minItems": 1,
                "items": [
                    "anyOf": [Item.messageShape.schema, Item.callShape.schema, Item.outputShape.schema]
                ],
            ],
        ]
    ]) { json, path in
        var list = MessageList()
        guard case .array(let items) = json else {
            let text = try ValueKind<String>.string.read(json, path)
            list.messages = [ChatMessage(role: .user, content: text)]
            return list
        }
        guard !items.isEmpty else { throw APIError.invalid("\(path): the list is empty", at: path) }
        for (index, json) in items.enumerated() {
            let type = if case .string(let type)? = json["type"] { type } else { "message" }
            guard let shape = Item.shapes[type] else {
                throw APIError.unsupported(
                    "\(path / index / "type") is '\(type.prefix(40))'; this server takes message, function_call and "
                        + "function_call_output", at: path / index / "type")
            }
            var item = Item()
            try shape.read(json, into: &item, at: path / index)
            list.add(item, type)
        }
        return list
    }
}

extension MessageList {
    /// Calls join the assistant's message that they came with: templates want one message for a turn.
    fileprivate mutating func add(_ item: Item, _ type: String) {
        switch type {
        case "function_call":
            let call = ToolCall(
                id: item.callID, name: item.name,
                arguments: (try? JSONValue.parse(item.arguments)) ?? .string(item.arguments))
            if messages.last?.role == .assistant {
                messages[messages.count - 1].toolCalls.append(call)
            } else {
                messages.append(ChatMessage(role: .assistant, body: .none, toolCalls: [call]))
            }
        case "function_call_output":
            messages.append(ChatMessage(role: .tool, content: item.output, toolCallID: item.callID))
        default:
            let role = item.role == "developer" ? Role.system : Role(rawValue: item.role)
            messages.append(ChatMessage(role: role, content: item.content))
        }
    }
}

// MARK: - Tools

/// `tools` and `tool_choice` in the chat's form, which has the function in an object of its own.
enum ResponseTools {
    static func definition(_ json: JSONValue, at path: RequestPath) throws -> ToolDefinition {
        guard case .object(var function) = json else {
            throw APIError.invalid("\(path): expected an object", at: path, code: "invalid_type")
        }
        guard function["type"] == "function" else {
            throw APIError.unsupported("\(path / "type"): only functions can be called", at: path / "type")
        }
        function["type"] = nil
        // Said of hosted tools, with the value that they do not have here.
        if function["defer_loading"] == false { function["defer_loading"] = nil }
        do {
            return try ToolDefinition(
                json: ["type": "function", "function": .object(function)], at: "\(path)")
        } catch { throw APIError.invalid("\(error)", at: path) }
    }

    static func choice(_ json: JSONValue?) -> JSONValue? {
        guard case .object(let object)? = json, object["type"] == "function", let name = object["name"] else {
            return json
        }
        return ["type": "function", "function": ["name": name]]
    }
}

extension ValueKind<[ToolDefinition]> {
    static let responseTools = ValueKind([
        "type": "array",
        "items": [
            "type": "object",
            "properties": [
                "type": ["const": "function"],
                "name": ["type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"],
                "description": ["type": ["string", "null"]], "parameters": ["type": ["object", "null"]],
                "strict": ["type": ["boolean", "null"]],
            ],
            "required": ["type", "name"],
        ],
    ]) { json, path in
        guard case .array(let items) = json else {
            throw APIError.invalid(
                "\(path): expected a list, found \(json.typeName)", at: path, code: "invalid_type")
        }
        let tools = try items.enumerated().map { try ResponseTools.definition($1, at: path / $0) }
        for (index, tool) in tools.enumerated()
        where tools[..<index].contains(where: { $0.name == tool.name }) {
            throw APIError.invalid("\(path / index / "name"): there are two of this name", at: path / index)
        }
        return tools
    }
}

extension ValueKind<JSONValue> {
    /// Read once the tools are known.
    static let responseToolChoice = ValueKind([
        "anyOf": [
            ["type": "string", "enum": ["none", "auto", "required"]],
            [
                "type": "object",
                "properties": ["type": ["const": "function"], "name": ["type": "string"]],
                "required": ["type", "name"],
            ],
        ]
    ]) { json, _ in json }
}

// MARK: - Formats

private struct TextConfiguration: Sendable {
    var format = TextFormat()

    static let shape = RequestShape<TextConfiguration>(
        "text",
        [
            Field("format", \.format, .object(TextFormat.shape, initial: TextFormat()), "the answer's shape"),
            Field(only: .word(["medium"]), "verbosity", "say it in the prompt"),
        ])
}

private struct TextFormat: Sendable {
    var type = "text"
    var name: String?
    var about: String?
    var schema: JSONValue?
    var strict: Bool?

    static let shape = RequestShape<TextFormat>(
        "format",
        [
            Field(
                "type", \.type, .word(["text", "json_object", "json_schema"]), isRequired: true, "the kind"),
            Field("name", \.name, .text(0...256), "the schema's name"),
            Field("description", \.about, .string, "what it is for"),
            Field("schema", \.schema, ValueKind<JSONValue>.object, "JSON Schema, draft 2020-12"),
            Field("strict", \.strict, .bool, "answers always follow the schema here"),
        ])
}

extension ValueKind<AnswerFormat> {
    static let textConfiguration = ValueKind<TextConfiguration>
        .object(TextConfiguration.shape, initial: TextConfiguration())
        .map { configuration, path -> AnswerFormat in
            let format = configuration.format
            switch format.type {
            case "json_object": return .jsonObject
            case "json_schema":
                guard let schema = format.schema else {
                    throw APIError.invalid(
                        "\(path / "format" / "schema"): this field is required",
                        at: path / "format" / "schema",
                        code: "missing_parameter")
                }
                return .jsonSchema(schema)
            default: return .text
            }
        }
}
