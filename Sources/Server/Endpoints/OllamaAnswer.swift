// An answer as Ollama's API gives it: in one object, or in one for each piece.

import ChatTemplates
import FoundationEssentials
import Inference

/// The answer so far.
struct OllamaAnswer: GrowingAnswer {
    let model: String
    let plan: AnswerPlan
    /// Whether pieces are messages (/api/chat) or texts (/api/generate).
    let isChat: Bool
    /// How long the request waited for the model to be in memory.
    let loading: Duration

    /// Ollama's answers have no names; the log has the request's.
    var id: String { plan.context.id }

    private var text = ""
    private var records: [TokenRecord] = []
    private var calls: [CollectedAnswer.Call] = []
    /// Calls that were given in pieces before.
    private var sent = 0
    private(set) var ends: [AnswerEnd] = []

    init(model: String, plan: AnswerPlan, isChat: Bool, loading: Duration) {
        self.model = model
        self.plan = plan
        self.isChat = isChat
        self.loading = loading
    }

    /// Takes in what comes next; gives the lines that say so. A call goes out whole.
    mutating func take(_ event: AnswerEvent) -> [JSONValue] {
        switch event {
        case .prompt: return []
        case .text(_, let more, let tokens):
            text += more
            records += tokens
            return wholeCalls(calls.count) + [piece(more, tokens, [])]
        case .callStarted(_, _, let id, let name):
            let lines = wholeCalls(calls.count)
            calls.append(CollectedAnswer.Call(id: id, name: name))
            return lines
        case .callArguments(_, let call, let more):
            calls[call].arguments += more
            return []
        case .finished(_, let end):
            ends.append(end)
            return wholeCalls(calls.count) + [last(text: "", [], [])]
        }
    }

    private mutating func wholeCalls(_ end: Int) -> [JSONValue] {
        guard sent < end else { return [] }
        defer { sent = end }
        return [piece("", [], Array(calls[sent..<end]))]
    }

    /// The answer in one object.
    var whole: JSONValue { last(text: text, records, calls) }

    private func piece(_ text: String, _ records: [TokenRecord], _ calls: [CollectedAnswer.Call]) -> JSONValue
    {
        var object = head(text, records, calls)
        object["done"] = false
        return .object(object)
    }

    private func last(text: String, _ records: [TokenRecord], _ calls: [CollectedAnswer.Call]) -> JSONValue {
        var object = head(text, records, calls)
        object["done"] = true
        guard let end = ends.first else { return .object(object) }
        object["done_reason"] = .string(Self.reason(end.reason))
        object["total_duration"] = Self.nanoseconds((ContinuousClock.now - plan.arrival) / .seconds(1))
        object["load_duration"] = Self.nanoseconds(loading / .seconds(1))
        object["prompt_eval_count"] = .int(plan.prompt.count)
        object["prompt_eval_duration"] = Self.nanoseconds(end.summary.prefillSeconds)
        object["eval_count"] = .int(end.tokens.count)
        object["eval_duration"] = Self.nanoseconds(end.summary.decodeSeconds)
        return .object(object)
    }

    private func head(_ text: String, _ records: [TokenRecord], _ calls: [CollectedAnswer.Call]) -> JSONObject
    {
        var object: JSONObject = ["model": .string(model), "created_at": .string(Self.time(Date()))]
        if isChat {
            var message: JSONObject = ["role": "assistant", "content": .string(text)]
            if !calls.isEmpty { message["tool_calls"] = .array(calls.map(Self.json)) }
            object["message"] = .object(message)
        } else {
            object["response"] = .string(text)
        }
        if !records.isEmpty {
            object["logprobs"] = OpenAIParts.logProbabilities(records)["content"]
        }
        return object
    }

    private static func json(_ call: CollectedAnswer.Call) -> JSONValue {
        [
            "id": .string("call_" + call.id),
            "function": ["name": .string(call.name), "arguments": .arguments(call.arguments)],
        ]
    }

    private static func reason(_ reason: EndReason) -> String {
        switch reason {
        case .end, .stop, .toolCalls: "stop"
        case .length, .contextFull, .deadline, .cancelled: "length"
        }
    }

    private static func nanoseconds(_ seconds: Double) -> JSONValue { .int(Int(seconds * 1e9)) }

    static func time(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// What is said where there was nothing to answer: the model was only to be loaded.
    static func loaded(_ model: String, isChat: Bool) -> JSONValue {
        var object: JSONObject = ["model": .string(model), "created_at": .string(time(Date()))]
        object[isChat ? "message" : "response"] = isChat ? ["role": "assistant", "content": ""] : ""
        object["done"] = true
        object["done_reason"] = "load"
        return .object(object)
    }
}

extension JSONValue {
    /// A call's arguments as the object that they are. Text that was cut off is wrapped as Anthropic's documentation
    /// wraps it, so that nothing is lost.
    static func arguments(_ text: String) -> JSONValue {
        if let value = try? JSONValue.parse(text), case .object = value { return value }
        return ["INVALID_JSON": .string(text)]
    }
}
