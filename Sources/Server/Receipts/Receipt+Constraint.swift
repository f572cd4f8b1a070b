// How receipts write down what an answer was held to, so that the same grammar can be compiled again. Knows no grammar.

import ChatTemplates

extension Receipt.Constraint {
    /// Nil: nothing was.
    init?(_ format: AnswerFormat, _ offer: ToolOffer, continuesText: Bool) {
        guard format != .text || !offer.allowed.isEmpty else { return nil }
        continues = continuesText
        switch format {
        case .text: self.format = "text"
        case .jsonObject: self.format = "json_object"
        case .jsonSchema(let schema):
            self.format = "json_schema"
            source = schema.compactText
        case .regex(let pattern):
            self.format = "regex"
            source = pattern
        case .grammar(let text):
            self.format = "grammar"
            source = text
        }
        guard !offer.allowed.isEmpty else { return }
        tools = JSONValue.array(offer.tools.map(\.json)).compactText
        choice = Self.choice(offer.choice).compactText
        parallel = offer.isParallel
    }

    private static func choice(_ choice: ToolChoice) -> JSONValue {
        switch choice {
        case .none: "none"
        case .auto: "auto"
        case .required: "required"
        case .named(let name): ["type": "function", "function": ["name": .string(name)]]
        }
    }

    /// The answer's format and tools. Throws `ConfigurationError` for what no receipt says.
    func restored() throws -> (format: AnswerFormat, offer: ToolOffer) {
        var offer = ToolOffer()
        do {
            if let tools {
                guard case .array(let list) = try JSONValue.parse(tools) else {
                    throw ConfigurationError("constraint.tools is not what belongs there")
                }
                offer.tools = try list.enumerated().map { try ToolDefinition(json: $1, at: "tools[\($0)]") }
                offer.choice = try ToolChoice(
                    json: try JSONValue.parse(choice ?? "\"auto\""), tools: offer.tools)
                offer.isParallel = parallel ?? true
            }
            let format: AnswerFormat =
                switch self.format {
                case "text": .text
                case "json_object": .jsonObject
                case "json_schema": .jsonSchema(try JSONValue.parse(source ?? ""))
                case "regex": .regex(source ?? "")
                case "grammar": .grammar(source ?? "")
                default:
                    throw ConfigurationError("constraint.format is '\(self.format)', which is unknown here")
                }
            return (format, offer)
        } catch let error as ChatTemplateError {
            throw ConfigurationError("constraint: \(error.description)")
        }
    }
}
