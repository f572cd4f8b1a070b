// The messages of a conversation, as OpenAI's and Mistral's requests spell them.

import ChatTemplates

/// One message of a request, before it becomes a `ChatMessage`.
private struct MessageBody: Sendable {
    var role = ""
    var content = ChatMessage.Content.none
    var name: String?
    var calls: [ToolCall]?
    var callID: String?
    var reasoning: String?
    var prefix: Bool?

    static let shape = RequestShape<MessageBody>(
        "a message",
        [
            Field(
                "role", \.role, .word(["system", "developer", "user", "assistant", "tool"]), isRequired: true,
                "who speaks"),
            Field("content", \.content, .messageContent, "what is said: text, or parts of type text"),
            Field("name", \.name, .text(0...256), "the speaker's or the tool's name"),
            Field("tool_calls", \.calls, .list(of: .toolCall), "the calls that an assistant made"),
            Field("tool_call_id", \.callID, .text(0...256), "the call that a tool's message answers"),
            Field("reasoning_content", \.reasoning, .string, "an assistant's reasoning"),
            Field("prefix", \.prefix, .bool, "Mistral: the answer goes on from this last assistant message"),
            // Assistants' messages come back from clients with all fields that an answer had.
            Field(only: .constant([.null], "refusals are not kept apart here"), "refusal", "null"),
            Field(
                only: .constant([.array([])], "annotations are not supported"), "annotations", "an empty list"
            ),
            Field(only: .constant([.null], "audio is not supported"), "audio", "null"),
            Field(only: .constant([.null], "use tool_calls"), "function_call", "null"),
        ])
}

/// A conversation, and whether its last message is the beginning of the answer.
struct MessageList: Sendable, Equatable {
    var messages: [ChatMessage] = []
    /// The text that the answer begins with.
    var beginning = ""
}

extension ValueKind<MessageList> {
    static let messages = ValueKind<[MessageBody]>
        .list(of: .object(MessageBody.shape, initial: MessageBody()), count: 1...100_000)
        .map { bodies, path in
            var list = MessageList()
            for (index, body) in bodies.enumerated() {
                if body.prefix == true {
                    guard index == bodies.count - 1, body.role == "assistant", (body.calls ?? []).isEmpty
                    else {
                        throw APIError.invalid(
                            "\(path / index / "prefix"): only the last message, an assistant's, can be a prefix",
                            at: path / index / "prefix")
                    }
                    list.beginning = body.message.content
                } else {
                    try body.check(at: path / index)
                    list.messages.append(body.message)
                }
            }
            guard !list.messages.isEmpty else {
                throw APIError.invalid("\(path): a prefix needs a message before it", at: path)
            }
            return list
        }
}

extension MessageBody {
    fileprivate func check(at path: RequestPath) throws {
        if content == .none, (calls ?? []).isEmpty {
            throw APIError.invalid(
                "\(path / "content"): this field is required", at: path / "content", code: "missing_parameter"
            )
        }
        if !(calls ?? []).isEmpty, role != "assistant" {
            throw APIError.invalid(
                "\(path / "tool_calls"): only an assistant calls tools", at: path / "tool_calls")
        }
        if callID != nil, role != "tool" {
            throw APIError.invalid(
                "\(path / "tool_call_id"): only a tool's message has one", at: path / "tool_call_id")
        }
    }

    fileprivate var message: ChatMessage {
        // `developer` is OpenAI's newer word for `system`; chat templates know the older one.
        ChatMessage(
            role: role == "developer" ? .system : Role(rawValue: role), body: content, toolCalls: calls ?? [],
            toolCallID: callID, name: name, reasoning: reasoning)
    }
}

extension ValueKind<ChatMessage.Content> {
    static let messageContent = ValueKind([
        "anyOf": [
            ["type": "string"],
            [
                "type": "array",
                "items": [
                    "type": "object",
                    "properties": [
                        "type": ["type": "string", "enum": ["text"]], "text": ["type": "string"],
                    ],
                    "required": ["type", "text"],
                ],
            ],
        ]
    ]) { json, path in
        switch json {
        case .string(let text): return .text(text)
        case .array(let parts):
            // Joined here: most templates know text only, and a line between parts is what the others write.
            return .text(
                try parts.enumerated().map { try Self.text(of: $1, at: path / $0) }.joined(separator: "\n"))
        default:
            throw APIError.invalid(
                "\(path): expected a string or a list of parts, found \(json.typeName)", at: path,
                code: "invalid_type")
        }
    }

    private static func text(of part: JSONValue, at path: RequestPath) throws -> String {
        guard case .object(let object) = part, case .string(let type)? = object["type"] else {
            throw APIError.invalid("\(path): expected a part with a type", at: path, code: "invalid_type")
        }
        guard ["text", "input_text", "output_text"].contains(type) else {
            throw APIError.unsupported(
                "\(path).type is '\(type.prefix(40))'; this model reads text only", at: path / "type")
        }
        guard case .string(let text)? = object["text"] else {
            throw APIError.invalid("\(path).text: expected a string", at: path / "text", code: "invalid_type")
        }
        return text
    }
}

extension ValueKind<ToolCall> {
    static let toolCall = ValueKind([
        "type": "object",
        "properties": [
            "id": ["type": "string"], "type": ["type": "string", "enum": ["function"]],
            "function": [
                "type": "object",
                "properties": ["name": ["type": "string"], "arguments": ["type": ["string", "object"]]],
                "required": ["name", "arguments"],
            ],
        ],
        "required": ["function"],
    ]) { json, path in
        guard case .string(let name)? = json["function"]?["name"] else {
            throw APIError.invalid(
                "\(path).function.name: expected a string", at: path / "function" / "name",
                code: "missing_parameter")
        }
        if let type = json["type"], type != "function" {
            throw APIError.unsupported("\(path).type: only functions can be called", at: path / "type")
        }
        var call = ToolCall(name: name, arguments: .object(JSONObject()))
        if case .string(let id)? = json["id"] { call.id = id }
        switch json["function"]?["arguments"] {
        // OpenAI sends the arguments as text; templates want the object in it.
        case .string(let text)?: call.arguments = (try? JSONValue.parse(text)) ?? .string(text)
        case .object(let object)?: call.arguments = .object(object)
        case nil, .null?: break
        default:
            throw APIError.invalid(
                "\(path).function.arguments: expected a string", at: path / "function" / "arguments",
                code: "invalid_type")
        }
        return call
    }
}
