// Owns the JSON of a message, in the shape of OpenAI's API, for saved chats and requests.
// Refuses to know which fields a server allows; unknown ones are kept in `extra`.

extension ChatMessage {
    /// Reads `{"role": …, "content": …, "tool_calls": […], …}`.
    /// - Throws: `conversation`, naming the field that is missing or has the wrong type.
    public init(json: JSONValue) throws(ChatTemplateError) {
        guard case .object(let object) = json else {
            throw ChatTemplateError(.conversation, "a message must be an object with 'role' and 'content'")
        }
        guard case .string(let role)? = object["role"] else {
            throw ChatTemplateError(.conversation, "message.role: expected a string")
        }
        let body: Content
        switch object["content"] {
        case .string(let text)?: body = .text(text)
        case .array(let parts)?: body = .parts(parts)
        case nil, .null?: body = .none
        default: throw ChatTemplateError(.conversation, "message.content: expected a string, a list or null")
        }
        self.init(role: Role(rawValue: role), body: body)
        for (key, value) in object.members {
            switch (key, value) {
            case ("role", _), ("content", _): break
            case ("tool_calls", .array(let calls)):
                for call in calls { toolCalls.append(try ToolCall(json: call)) }
            case ("tool_call_id", .string(let id)): toolCallID = id
            case ("name", .string(let name)): self.name = name
            case ("reasoning_content", .string(let text)): reasoning = text
            case (_, .null): break
            case ("tool_calls", _), ("tool_call_id", _), ("name", _), ("reasoning_content", _):
                throw ChatTemplateError(.conversation, "message.\(key): wrong type")
            default: extra[key] = value
            }
        }
    }

    /// The message as `init(json:)` reads it.
    public var json: JSONValue {
        var object: JSONObject = ["role": .string(role.rawValue)]
        switch body {
        case .text(let text): object["content"] = .string(text)
        case .parts(let parts): object["content"] = .array(parts)
        case .none: object["content"] = JSONValue.null
        }
        if let reasoning { object["reasoning_content"] = .string(reasoning) }
        if !toolCalls.isEmpty { object["tool_calls"] = .array(toolCalls.map(\.json)) }
        if let toolCallID { object["tool_call_id"] = .string(toolCallID) }
        if let name { object["name"] = .string(name) }
        for (key, value) in extra.members where object[key] == nil { object[key] = value }
        return .object(object)
    }
}

extension ToolCall {
    /// Reads `{"id": …, "type": "function", "function": {"name": …, "arguments": …}}`.
    /// - Throws: `conversation` where the function or its name is missing.
    public init(json: JSONValue) throws(ChatTemplateError) {
        guard case .string(let name)? = json["function"]?["name"] else {
            throw ChatTemplateError(.conversation, "tool_calls: expected {\"function\": {\"name\": …}}")
        }
        self.init(name: name, arguments: json["function"]?["arguments"] ?? .object(JSONObject()))
        if case .string(let id)? = json["id"] { self.id = id }
    }

    /// The call as `init(json:)` reads it.
    public var json: JSONValue {
        var object = JSONObject()
        if let id { object["id"] = .string(id) }
        object["type"] = "function"
        object["function"] = ["name": .string(name), "arguments": arguments]
        return .object(object)
    }
}
