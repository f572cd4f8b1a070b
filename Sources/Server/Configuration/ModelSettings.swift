// What a server knows of each model that it offers: where it is, how it may use the machine, defaults and limits.

import ChatTemplates
package import Tensors

/// One model under one name, with other names for it.
package struct ModelSettings: Sendable, Equatable {
    /// The name that requests use.
    package var name = ""
    /// A name in the store, or a path.
    package var model = ""
    package var aliases: [String] = []
    /// The API whose errors and strictness this name has on `/v1`; nil: OpenAI's, except for Mistral's own clients.
    package var dialect: Dialect?
    /// Positions in a sequence; nil: what the model was trained for.
    package var context: Int?
    /// Sequences computed together.
    package var sequences: Int?
    /// Requests that may wait; more are refused with 429.
    package var queue: Int?
    package var kvType: KVType?
    /// Bytes for keys and values.
    package var kvMemory: Int?
    /// Whether it is loaded at start and never unloaded.
    package var isPinned: Bool?
    package var defaults = ModelDefaults()
    package var limits = ModelLimits()

    package init() {}

    /// Whether `name` means this model.
    func answers(to name: String) -> Bool { self.name == name || aliases.contains(name) }

    package init(name: String, model: String) {
        self.name = name
        self.model = model
    }

    static let shape = RequestShape<ModelSettings>(
        "the configuration of a model",
        [
            Field("model", \.model, .text(1...4096), isRequired: true, "a name in the store, or a path"),
            Field("aliases", \.aliases, .list(of: .text(1...200)), "further names"),
            Field(
                "dialect", \.dialect,
                ValueKind<String>.word(["openai", "mistral"]).map { word, _ in
                    word == "mistral" ? .mistral : .openAI
                }, "whose errors and strictness apply under /v1"),
            Field("context", \.context, .integer(2...(1 << 24)), "positions in a sequence"),
            Field("sequences", \.sequences, .integer(1...256), "sequences computed together"),
            Field("queue", \.queue, .integer(0...100_000), "requests that may wait"),
            Field(
                "kv", \.kvType,
                ValueKind<String>.word(["f16", "f32"]).map { word, path in
                    guard let type = KVType(rawValue: word) else {
                        throw APIError.unsupported("\(path)", at: path)
                    }
                    return type
                }, "element type of keys and values"),
            Field("kv_memory", \.kvMemory, .bytes, "memory for keys and values"),
            Field("pinned", \.isPinned, .bool, "load at start and never unload"),
            Field(
                "defaults", \.defaults, .object(ModelDefaults.shape, initial: ModelDefaults()),
                "where a request is silent"),
            Field(
                "limits", \.limits, .object(ModelLimits.shape, initial: ModelLimits()),
                "what a request may ask for"),
        ])
}

/// Values for what a request leaves out.
package struct ModelDefaults: Sendable, Equatable {
    package var temperature: Double?
    package var topP: Double?
    package var minP: Double?
    package var maxTokens: Int?
    package var system: String?

    static let shape = RequestShape<ModelDefaults>(
        "defaults",
        [
            Field("temperature", \.temperature, .number(0...2), "randomness"),
            Field("top_p", \.topP, .number(0...1), "nucleus"),
            Field("min_p", \.minP, .number(0...1), "fraction of the best token's probability"),
            Field("max_tokens", \.maxTokens, .integer(1...(.max)), "length of an answer"),
            Field("system", \.system, .string, "a system prompt for conversations without one"),
        ])
}

/// The most that a request may ask for; what asks for more is refused, not cut.
package struct ModelLimits: Sendable, Equatable {
    package var maxTokens: Int?
    package var promptTokens: Int?
    package var choices: Int?
    /// Seconds from arrival to the last token.
    package var seconds: Double?

    static let shape = RequestShape<ModelLimits>(
        "limits",
        [
            Field("max_tokens", \.maxTokens, .integer(1...(.max)), "tokens of an answer"),
            Field("prompt_tokens", \.promptTokens, .integer(1...(.max)), "tokens of a prompt"),
            Field("n", \.choices, .integer(1...128), "answers to one request"),
            Field("seconds", \.seconds, .number(0.001...1e6), "time from arrival to the last token"),
        ])
}

extension ValueKind<Int> {
    /// A number of bytes, or a text such as `8GiB`, `500 MB`.
    package static let bytes = ValueKind(["anyOf": [["type": "integer"], ["type": "string"]]]) { json, path in
        func fail() -> APIError {
            APIError.invalid("\(path): expected a number of bytes, or a text such as 8GiB or 500MB", at: path)
        }
        switch json {
        // More than any machine has, and far from what sums overflow at.
        case .int(let bytes) where (0...1 << 60).contains(bytes): return bytes
        case .string(let text):
            let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
            let scales: [String: Double] = [
                "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 1024, "mib": 1_048_576,
                "gib": 1_073_741_824, "tib": 1_099_511_627_776,
            ]
            guard let number = Double(digits), let scale = scales[unit], number * scale < 1e18 else {
                throw fail()
            }
            return Int(number * scale)
        default: throw fail()
        }
    }
}
