// Owns how a conversation looks to a template, and which parts of it are trusted: field names, known roles and
// fixed words are ours; every other string is data. Refuses to know templates.

extension Value {
    /// A JSON value as the template sees it. Keys count as data too: a tool's schema is the caller's.
    init(_ json: JSONValue, isTrusted: Bool, depth: Int = 0) throws(ChatTemplateError) {
        guard depth <= Items.depthLimit else {
            throw ChatTemplateError(.limit, "values are nested more than \(Items.depthLimit) levels deep")
        }
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .float(value)
        case .string(let string): self = .text(Text(string, isTrusted: isTrusted))
        case .array(let values):
            var items: [Value] = []
            items.reserveCapacity(values.count)
            for value in values { items.append(try Value(value, isTrusted: isTrusted, depth: depth + 1)) }
            self = try .list(items)
        case .object(let object):
            var dict = Dict()
            for (key, value) in object.members {
                try dict.set(
                    .text(Text(key, isTrusted: isTrusted)),
                    try Value(value, isTrusted: isTrusted, depth: depth + 1))
            }
            self = .dict(dict)
        }
    }

    init(_ message: ChatMessage) throws(ChatTemplateError) {
        var dict = Dict()
        func set(_ name: String, _ value: Value) throws(ChatTemplateError) {
            try dict.set(.trusted(name), value)
        }
        let role = Text(message.role.rawValue, isTrusted: Role.known.contains(message.role))
        try set("role", .text(role))
        switch message.body {
        case .text(let text): try set("content", .untrusted(text))
        case .none: try set("content", .none)
        case .parts(let parts): try set("content", try Value(contentParts: parts))
        }
        if let reasoning = message.reasoning {
            // transformers fills both names, as templates differ in which they read.
            try set("reasoning_content", .untrusted(reasoning))
            try set("thinking", .untrusted(reasoning))
        }
        if !message.toolCalls.isEmpty {
            var calls: [Value] = []
            for call in message.toolCalls { calls.append(try Value(call)) }
            try set("tool_calls", try .list(calls))
        }
        if let id = message.toolCallID { try set("tool_call_id", .untrusted(id)) }
        if let name = message.name { try set("name", .untrusted(name)) }
        for (key, value) in message.extra.members {
            try set(key, try Value(value, isTrusted: false))
        }
        self = .dict(dict)
    }

    /// Parts keep their data untrusted; their keys and the `type` are only ever compared with.
    private init(contentParts parts: [JSONValue]) throws(ChatTemplateError) {
        self = try Value(.array(parts), isTrusted: false)
    }

    private init(_ call: ToolCall) throws(ChatTemplateError) {
        var function = Dict()
        try function.set(.trusted("name"), .untrusted(call.name))
        try function.set(.trusted("arguments"), try Value(call.arguments, isTrusted: false))
        var dict = Dict()
        if let id = call.id { try dict.set(.trusted("id"), .untrusted(id)) }
        try dict.set(.trusted("type"), .trusted("function"))
        try dict.set(.trusted("function"), .dict(function))
        self = .dict(dict)
    }
}
