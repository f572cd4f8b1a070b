// Owns what a caller offers a model: functions with names, words and schemas, read from OpenAI's JSON.
// Refuses to know how any model is told of them, and what a schema's keywords mean.

/// A function that a model may call.
package struct ToolDefinition: Sendable, Equatable {
    package let name: String
    package let description: String
    /// JSON Schema of the arguments, always one of an object. A tool without parameters takes `{}` alone.
    package let parameters: JSONValue
    /// OpenAI's promise that arguments follow the schema. Arguments under a grammar always do.
    package let strict: Bool

    /// - Throws: `tool` for a name that is not 1 to 64 of `a-zA-Z0-9_-`, or parameters that describe no object.
    package init(
        name: String, description: String = "", parameters: JSONValue? = nil, strict: Bool = false,
        at place: String = "tool"
    ) throws(ChatTemplateError) {
        guard Self.isName(name) else {
            throw ChatTemplateError(
                .tool, "\(place).name: '\(name)' is no function name; use 1 to 64 of a-z A-Z 0-9 _ -")
        }
        self.name = name
        self.description = description
        self.strict = strict
        switch parameters {
        case nil, .null?: self.parameters = Self.noParameters
        case .object(let schema)?:
            guard schema["type"] == nil || schema["type"] == "object" else {
                throw ChatTemplateError(
                    .tool, "\(place).parameters.type: arguments are an object, so this must be 'object'")
            }
            self.parameters = .object(schema)
        default: throw ChatTemplateError(.tool, "\(place).parameters: expected a JSON Schema, an object")
        }
    }

    /// Reads `{"type": "function", "function": {"name": …, "description": …, "parameters": …, "strict": …}}`.
    /// - Throws: `tool`, naming the field: one that is missing, has the wrong type, or that nobody would honour.
    package init(json: JSONValue, at place: String) throws(ChatTemplateError) {
        let outer = try Fields(json, place, known: ["type", "function"])
        guard try outer.string("type") == "function" else {
            throw ChatTemplateError(.tool, "\(place).type: expected 'function'")
        }
        let inner = try Fields(
            outer.object["function"] ?? .null, "\(place).function",
            known: ["name", "description", "parameters", "strict"])
        guard let name = try inner.string("name") else {
            throw ChatTemplateError(.tool, "\(inner.place).name: expected a string")
        }
        try self.init(
            name: name, description: try inner.string("description") ?? "",
            parameters: inner.object["parameters"], strict: try inner.bool("strict") ?? false,
            at: inner.place)
    }

    /// Reads a request's `tools`.
    /// - Throws: as `init(json:at:)`, and for two tools of one name.
    package static func list(
        json: JSONValue, at place: String = "tools"
    ) throws(ChatTemplateError) -> [ToolDefinition] {
        guard case .array(let values) = json else {
            throw ChatTemplateError(.tool, "\(place): expected a list of tools")
        }
        var tools: [ToolDefinition] = []
        var places: [String: Int] = [:]
        for (index, value) in values.enumerated() {
            let tool = try ToolDefinition(json: value, at: "\(place)[\(index)]")
            if let earlier = places.updateValue(index, forKey: tool.name) {
                throw ChatTemplateError(
                    .tool,
                    "\(place)[\(index)].function.name: '\(tool.name)' is \(place)[\(earlier)]'s name already")
            }
            tools.append(tool)
        }
        return tools
    }

    /// The tool as templates want it: description and parameters always there (Hermes' template joins them without
    /// asking), `strict` never (mistral-common leaves it out).
    package var json: JSONValue {
        [
            "type": "function",
            "function": [
                "name": .string(name), "description": .string(description), "parameters": parameters,
            ],
        ]
    }

    /// The schema that arguments must follow; says "object" even where the author left that out.
    package var argumentsSchema: JSONValue {
        guard case .object(var schema) = parameters else { return Self.noParameters }
        if schema["type"] == nil { schema["type"] = "object" }
        return .object(schema)
    }

    static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(ToolCallID.isNameByte)
    }

    private static let noParameters: JSONValue = [
        "type": "object", "properties": .object(JSONObject()), "additionalProperties": false,
    ]
}

/// Whether and what a model must call: a request's `tool_choice`.
package enum ToolChoice: Sendable, Equatable {
    case none
    case auto
    /// At least one call, of any tool. Mistral says `any`.
    case required
    case named(String)

    /// Reads `"none"`, `"auto"`, `"required"`, `"any"` or `{"type": "function", "function": {"name": …}}`.
    /// - Throws: `tool` for anything else, and for a tool that is not offered.
    package init(
        json: JSONValue, tools: [ToolDefinition], at place: String = "tool_choice"
    ) throws(ChatTemplateError) {
        switch json {
        case "none": self = .none
        case "auto": self = .auto
        case "required", "any": self = .required
        case .object:
            let outer = try Fields(json, place, known: ["type", "function"])
            guard try outer.string("type") == "function" else {
                throw ChatTemplateError(.tool, "\(place).type: expected 'function'")
            }
            let inner = try Fields(
                outer.object["function"] ?? .null, "\(place).function", known: ["name"])
            guard let name = try inner.string("name") else {
                throw ChatTemplateError(.tool, "\(inner.place).name: expected a string")
            }
            guard tools.contains(where: { $0.name == name }) else {
                throw ChatTemplateError(.tool, "\(inner.place).name: no tool '\(name)' is offered")
            }
            self = .named(name)
        default:
            throw ChatTemplateError(
                .tool, "\(place): expected none, auto, required, any or {\"type\": \"function\", …}")
        }
        if self == .required, tools.isEmpty {
            throw ChatTemplateError(.tool, "\(place): a call is required, but no tools are offered")
        }
    }

    /// The tools that a model may call under this choice.
    package func allowed(of tools: [ToolDefinition]) -> [ToolDefinition] {
        switch self {
        case .none: []
        case .auto, .required: tools
        case .named(let name): tools.filter { $0.name == name }
        }
    }
}

/// An object's fields, read by type; unknown ones are refused, since nobody would honour them.
private struct Fields {
    let object: JSONObject
    let place: String

    init(_ json: JSONValue, _ place: String, known: Set<String>) throws(ChatTemplateError) {
        guard case .object(let object) = json else {
            throw ChatTemplateError(.tool, "\(place): expected an object")
        }
        if let unknown = object.members.first(where: { !known.contains($0.key) && $0.value != .null }) {
            throw ChatTemplateError(
                .tool,
                "\(place).\(unknown.key): unknown field; there are \(known.sorted().joined(separator: ", "))")
        }
        self.object = object
        self.place = place
    }

    func string(_ key: String) throws(ChatTemplateError) -> String? {
        switch object[key] {
        case .string(let text)?: text
        case nil, .null?: nil
        default: throw ChatTemplateError(.tool, "\(place).\(key): expected a string")
        }
    }

    func bool(_ key: String) throws(ChatTemplateError) -> Bool? {
        switch object[key] {
        case .bool(let value)?: value
        case nil, .null?: nil
        default: throw ChatTemplateError(.tool, "\(place).\(key): expected true or false")
        }
    }
}
