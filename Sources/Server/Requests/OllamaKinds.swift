// What Ollama's requests have in common: options, messages, formats.

import ChatTemplates
import Inference

/// Ollama's `options`, and the fields beside them that say how to answer.
struct OllamaSettings: Sendable, HasAnswerOptions {
    var options = AnswerOptions()
    var most: Int?
    var context: Int?

    private static let own: [Field<OllamaSettings>] = [
        Field(
            "num_predict", \.most, .integer(-2...(.max)),
            "most tokens of the answer; below 0: as many as it takes"),
        Field(
            "num_ctx", \.context, .integer(1...(.max)),
            "positions that are needed; refused if there are fewer"),
        Field(only: .constant([0, -1], "this server computes on the CPU"), "num_gpu", "0"),
        Field(only: .constant([0], "mirostat is not supported"), "mirostat", "0"),
        Field(only: .constant([1, 1.0], "tail-free sampling is not supported"), "tfs_z", "1"),
        Field(only: .constant([false], "not supported"), "numa", "false"),
        Field(only: .constant([true], "weights are always mapped"), "use_mmap", "true"),
    ]
    private static let shared: [Field<OllamaSettings>] = [
        AnswerFields.temperature(), AnswerFields.topP(), AnswerFields.stop(), AnswerFields.seed(),
        AnswerFields.presencePenalty(), AnswerFields.frequencyPenalty(),
    ]
    static let shape = RequestShape<OllamaSettings>("options", own + shared + AnswerFields.llamaCpp())

    /// The options, for a model with room for `positions`. Throws where they ask for more.
    func options(in positions: Int, of name: String) throws -> AnswerOptions {
        if let context, context > positions {
            throw APIError.unsupported(
                "options.num_ctx is \(context); '\(name)' has \(positions) (`context` in the configuration)",
                at: ["options", "num_ctx"])
        }
        guard most != 0 else {
            throw APIError.invalid(
                "options.num_predict is 0; expected 1 or more, or -1", at: ["options", "num_predict"])
        }
        var options = options
        options.maxTokens = most.flatMap { $0 < 0 ? nil : $0 }
        return options
    }
}

/// What /api/chat and /api/generate both take.
struct OllamaCommon: Sendable {
    var model = ""
    var settings = OllamaSettings()
    var format = AnswerFormat.text
    var streams = true
    var wantsLogProbabilities = false
    var topLogProbabilities = 0

    /// The options as the model `lease` can honour them.
    func options(_ lease: ModelLease) throws -> AnswerOptions {
        var options = try settings.options(in: lease.model.engine.context, of: lease.model.name)
        if topLogProbabilities > 0, !wantsLogProbabilities {
            throw APIError.invalid("top_logprobs needs logprobs: true", at: ["top_logprobs"])
        }
        if wantsLogProbabilities { options.topLogProbabilities = topLogProbabilities }
        return options
    }
}

/// A body with those fields in it.
protocol OllamaBody: Sendable {
    var common: OllamaCommon { get set }
}

extension OllamaBody {
    static var sharedFields: [Field<Self>] {
        [
            Field(
                "model", \.common.model, .text(1...200), isRequired: true, "a name that this server offers"),
            Field(
                "options", \.common.settings, .object(OllamaSettings.shape, initial: .init()), "how to answer"
            ),
            Field("format", \.common.format, .ollamaFormat, "\"json\", or a JSON Schema"),
            Field(
                "stream", \.common.streams, .bool,
                "one JSON object a line, as the answer grows; so unless false"),
            Field("logprobs", \.common.wantsLogProbabilities, .bool, "report log-probabilities"),
            Field(
                "top_logprobs", \.common.topLogProbabilities, .integer(0...20), "likeliest tokens to report"),
            Field(only: .keepAlive, "keep_alive", "any time but 0; models stay until others need the memory"),
            Field(
                only: .constant([false], "models here think in their answers, or not at all"), "think",
                "false"),
        ]
    }
}

extension ValueKind<AnswerFormat> {
    static let ollamaFormat = ValueKind([
        "anyOf": [["type": "string", "enum": ["json", ""]], ["type": "object"]]
    ]) { json, path in
        switch json {
        case "json": return .jsonObject
        case "": return .text
        case .object: return .jsonSchema(json)
        default: throw APIError.unsupported("\(path): expected \"json\" or a JSON Schema", at: path)
        }
    }
}

extension ValueKind<JSONValue> {
    /// A time, as a number of seconds or a text such as `5m`.
    static let keepAlive = ValueKind(["type": ["number", "string"]]) { json, path in
        let isZero: Bool
        switch json {
        case .int(let seconds): isZero = seconds == 0
        case .double(let seconds): isZero = seconds == 0
        case .string(let text):
            let digits = text.filter(\.isNumber)
            guard !digits.isEmpty, text.allSatisfy({ $0.isASCII && ($0.isNumber || "-.hmsnuµ".contains($0)) })
            else {
                throw APIError.invalid("\(path): expected seconds, or a time such as 5m", at: path)
            }
            isZero = digits.allSatisfy { $0 == "0" }
        default: throw APIError.invalid("\(path): expected seconds, or a time such as 5m", at: path)
        }
        guard !isZero else {
            throw APIError.unsupported(
                "\(path) is 0; models leave the memory when others need it, and not at a request's word",
                at: path)
        }
        return json
    }
}

// MARK: - Messages

private struct OllamaMessage: Sendable {
    var role = ""
    var content = ""
    var calls: [ToolCall] = []
    var toolName: String?
    var callID: String?
    var reasoning: String?

    static let shape = RequestShape<OllamaMessage>(
        "a message",
        [
            Field(
                "role", \.role, .word(["system", "user", "assistant", "tool"]), isRequired: true, "who speaks"
            ),
            Field("content", \.content, .string, "what is said"),
            Field("tool_calls", \.calls, .list(of: .ollamaCall), "the calls that an assistant made"),
            Field("tool_name", \.toolName, .text(0...64), "the tool whose result this is"),
            Field("tool_call_id", \.callID, .text(0...256), "the call whose result this is"),
            Field("thinking", \.reasoning, .string, "an assistant's reasoning"),
            Field(only: .constant([.array([])], "this model reads text only"), "images", "an empty list"),
        ])
}

extension ValueKind<ToolCall> {
    private struct Outer: Sendable {
        var id: String?
        var function = Inner()
    }
    private struct Inner: Sendable {
        var name = ""
        var arguments = JSONValue.object([:])
    }
    private static var inner: RequestShape<Inner> {
        RequestShape(
            "function",
            [
                Field("name", \Inner.name, .text(1...64), isRequired: true, "the function"),
                Field("arguments", \Inner.arguments, ValueKind<JSONValue>.object, "the arguments"),
                Field(only: .integer(0...1 << 20), "index", "the order says it"),
                Field(only: .string, "description", "the tool has it"),
            ])
    }

    fileprivate static let ollamaCall = ValueKind<Outer>
        .object(
            RequestShape(
                "a tool call",
                [
                    Field("id", \Outer.id, .text(0...256), "the call's name"),
                    Field(only: .word(["function"]), "type", "function"),
                    Field(
                        "function", \Outer.function, .object(inner, initial: Inner()), isRequired: true,
                        "what is called"),
                ]), initial: Outer()
        ).map { call, _ in ToolCall(id: call.id, name: call.function.name, arguments: call.function.arguments)
        }
}

extension ValueKind<MessageList> {
    /// Ollama's messages; a last one of the assistant's begins the answer.
    static let ollamaMessages = ValueKind<[OllamaMessage]>
        .list(of: .object(OllamaMessage.shape, initial: OllamaMessage()), count: 0...100_000)
        .map { bodies, _ in
            var list = MessageList()
            list.messages = bodies.map { body in
                ChatMessage(
                    role: Role(rawValue: body.role),
                    body: body.content.isEmpty && !body.calls.isEmpty ? .none : .text(body.content),
                    toolCalls: body.calls, toolCallID: body.callID, name: body.toolName,
                    reasoning: body.reasoning)
            }
            if list.messages.count > 1, let last = list.messages.last, last.role == .assistant,
                last.toolCalls.isEmpty
            {
                list.beginning = last.content
                list.messages.removeLast()
            }
            return list
        }
}
