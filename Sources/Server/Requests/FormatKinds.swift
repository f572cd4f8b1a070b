// `response_format`, `tools` and `tool_choice`, as OpenAI's and Mistral's requests spell them.

import ChatTemplates

extension ValueKind<AnswerFormat> {
    static let responseFormat = ValueKind([
        "anyOf": [
            [
                "type": "object", "properties": ["type": ["enum": ["text", "json_object"]]],
                "required": ["type"],
                "additionalProperties": false,
            ],
            [
                "type": "object",
                "properties": [
                    "type": ["const": "json_schema"],
                    "json_schema": [
                        "type": "object",
                        "properties": [
                            "name": ["type": "string"], "description": ["type": "string"],
                            "schema": ["type": "object"], "strict": ["type": ["boolean", "null"]],
                        ],
                        "required": ["schema"],
                    ],
                ],
                "required": ["type", "json_schema"], "additionalProperties": false,
            ],
        ]
    ]) { json, path in
        var format = ResponseFormat()
        try ResponseFormat.shape.read(json, into: &format, at: path)
        switch format.type {
        case "json_object": return .jsonObject
        case "json_schema":
            guard let schema = format.schema?.schema else {
                throw APIError.invalid(
                    "\(path / "json_schema"): this field is required", at: path / "json_schema",
                    code: "missing_parameter")
            }
            return .jsonSchema(schema)
        default: return .text
        }
    }
}

extension ValueKind<AnswerFormat> {
    static let grammar = ValueKind<String>.text(1...(1 << 20)).map { source, _ in AnswerFormat.grammar(source)
    }
    static let regex = ValueKind<String>.text(1...(1 << 20)).map { pattern, _ in AnswerFormat.regex(pattern) }
}

private struct ResponseFormat: Sendable {
    var type = "text"
    var schema: NamedSchema?

    static let shape = RequestShape<ResponseFormat>(
        "response_format",
        [
            Field(
                "type", \.type, .word(["text", "json_object", "json_schema"]), isRequired: true,
                "the shape's kind"),
            Field("json_schema", \.schema, .object(NamedSchema.shape, initial: NamedSchema()), "the schema"),
        ])
}

private struct NamedSchema: Sendable {
    var name: String?
    var about: String?
    var schema: JSONValue?
    var strict: Bool?

    static let shape = RequestShape<NamedSchema>(
        "json_schema",
        [
            Field("name", \.name, .text(0...256), "the schema's name"),
            Field("description", \.about, .string, "what it is for"),
            // Mistral's client calls it schema_definition in Python and sends `schema`.
            Field("schema", \.schema, ValueKind<JSONValue>.object, "JSON Schema, draft 2020-12"),
            Field("strict", \.strict, .bool, "answers always follow the schema here"),
        ])
}

extension ValueKind<[ToolDefinition]> {
    static let tools = ValueKind([
        "type": "array",
        "items": [
            "type": "object",
            "properties": [
                "type": ["const": "function"],
                "function": [
                    "type": "object",
                    "properties": [
                        "name": ["type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"],
                        "description": ["type": "string"], "parameters": ["type": "object"],
                        "strict": ["type": ["boolean", "null"]],
                    ],
                    "required": ["name"],
                ],
            ],
            "required": ["type", "function"],
        ],
    ]) { json, path in
        do { return try ToolDefinition.list(json: json, at: "\(path)") } catch {
            throw APIError.invalid("\(error)", at: path)
        }
    }
}

extension ValueKind<JSONValue> {
    /// Read once the tools are known.
    static let toolChoice = ValueKind([
        "anyOf": [
            ["type": "string", "enum": ["none", "auto", "any", "required"]],
            [
                "type": "object",
                "properties": [
                    "type": ["const": "function"],
                    "function": [
                        "type": "object", "properties": ["name": ["type": "string"]], "required": ["name"],
                    ],
                ],
                "required": ["type", "function"],
            ],
        ]
    ]) { json, _ in json }
}

extension ToolOffer {
    /// Puts a request's fields together. Throws `APIError` naming the place.
    init(_ tools: [ToolDefinition], choice: JSONValue?, isParallel: Bool?) throws {
        self.tools = tools
        self.isParallel = isParallel ?? true
        guard let choice else { return }
        do { self.choice = try ToolChoice(json: choice, tools: tools) } catch {
            throw APIError.invalid("\(error)", at: ["tool_choice"])
        }
        switch self.choice {
        // One function by name is one call of it.
        case .named: self.isParallel = false
        // A small model that must call and may go on calls for ever; whoever wants several says so.
        case .required: self.isParallel = isParallel ?? false
        case .none, .auto: break
        }
    }
}
