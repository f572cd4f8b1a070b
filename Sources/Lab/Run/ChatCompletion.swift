// The lab's side of OpenAI's chat completions: what is sent, and what is read of the reply.
// It knows no HTTP.

import Foundation

/// The body of a request to `/chat/completions`.
struct ChatCompletionRequest: Encodable {
    struct Message: Encodable {
        var role: String
        var content: String
    }

    /// What the most tokens of an answer are called.
    enum LimitName {
        /// As every server understands it.
        case maxTokens
        /// As OpenAI's newer models want it, which refuse the old name.
        case maxCompletionTokens
    }

    var model: String
    var messages: [Message]
    var temperature: Double
    // OpenAI knows top_p alone; llama.cpp, vLLM and sirocco know all three. What the plan does not set is not sent.
    var top_p: Double?
    var top_k: Int?
    var min_p: Double?
    var max_tokens: Int?
    var max_completion_tokens: Int?
    var seed: UInt64
    var logprobs: Bool?
    var stream = false

    init(_ question: Question, model: String, limit: LimitName, logProbabilities: Bool) {
        self.model = model
        messages = question.messages.map { Message(role: $0.role.rawValue, content: $0.content) }
        temperature = question.sampling.temperature
        top_p = question.sampling.topP
        top_k = question.sampling.topK
        min_p = question.sampling.minP
        switch limit {
        case .maxTokens: max_tokens = question.sampling.maxTokens
        case .maxCompletionTokens: max_completion_tokens = question.sampling.maxTokens
        }
        seed = question.trial.seed
        logprobs = logProbabilities ? true : nil
    }
}

/// The parts of a reply that rows keep.
struct ChatCompletion: Decodable {
    struct Choice: Decodable {
        struct Message: Decodable {
            var content: String?
            var refusal: String?
        }
        struct LogProbabilities: Decodable {
            struct Token: Decodable { var logprob: Double }
            var content: [Token]?
        }
        var message: Message
        var finish_reason: String?
        var logprobs: LogProbabilities?
    }
    struct Usage: Decodable {
        struct PromptDetails: Decodable { var cached_tokens: Int? }
        var prompt_tokens: Int
        var completion_tokens: Int
        var prompt_tokens_details: PromptDetails?
    }

    var id: String?
    var created: Double?
    var model: String?
    var system_fingerprint: String?
    var choices: [Choice]
    var usage: Usage?

    /// The reply as an answer, but for its times.
    /// - Parameters:
    ///   - address: whose reply it is, as a row's `backend` names it.
    ///   - asked: the model's name in the request.
    func answer(address: String, asked: String, seconds: Double) throws(RespondentFailure) -> Answer {
        guard choices.count == 1, let choice = choices.first else {
            throw RespondentFailure(
                reason: "the reply has \(choices.count) choices", detail: "expected 1", isTransient: true)
        }
        guard let usage else {
            throw RespondentFailure(
                reason: "the reply has no usage", detail: "the lab needs to know its completion_tokens",
                isTransient: false)
        }
        let finish: Row.Finish
        switch choice.finish_reason {
        case "stop": finish = .stop
        case "length": finish = .length
        case "content_filter": finish = .filtered
        case let other:
            throw RespondentFailure(
                reason: "the reply's finish_reason is \(other.map { "'\($0)'" } ?? "missing")",
                detail: "expected stop, length or content_filter", isTransient: other == nil)
        }
        let text = choice.message.content ?? choice.message.refusal
        guard let text = text ?? (finish == .stop ? nil : "") else {
            throw RespondentFailure(
                reason: "the reply's message has no content", detail: "", isTransient: true)
        }
        let scored = choice.logprobs?.content.map { $0.reduce(0) { $0 + $1.logprob } }
        var backend = "\(address), model \(model ?? asked)"
        if let fingerprint = system_fingerprint, !fingerprint.isEmpty {
            backend += ", fingerprint \(fingerprint)"
        }
        return Answer(
            text: text, finish: finish, promptTokens: usage.prompt_tokens,
            cachedTokens: usage.prompt_tokens_details?.cached_tokens, tokens: usage.completion_tokens,
            logProbability: scored.flatMap { $0.isFinite ? $0 : nil }, seconds: seconds, backend: backend,
            responseID: id.flatMap { $0.isEmpty ? nil : $0 },
            created: created.flatMap { Int(exactly: $0.rounded()) })
    }
}

/// An error as servers write it: `{"error": {"message": …, "code": …}}`, or with a plain text.
struct ChatCompletionError: Decodable {
    private struct Detail: Decodable {
        var message: String?
        var code: String?
        var param: String?

        private enum Key: String, CodingKey { case message, code, param }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                message = text
                return
            }
            let fields = try decoder.container(keyedBy: Key.self)
            message = try? fields.decodeIfPresent(String.self, forKey: .message)
            // A number at some servers.
            code = try? fields.decodeIfPresent(String.self, forKey: .code)
            param = try? fields.decodeIfPresent(String.self, forKey: .param)
        }
    }

    let message: String?
    let code: String?
    /// The field that is wrong.
    let param: String?

    private enum Key: String, CodingKey { case error }

    init(from decoder: any Decoder) throws {
        let detail = try decoder.container(keyedBy: Key.self).decode(Detail.self, forKey: .error)
        message = detail.message
        code = detail.code
        param = detail.param
    }

    /// Whether `max_tokens` itself is refused, and not its value: by OpenAI's code, or in words that name the newer field,
    /// which gateways pass on without the code.
    var wantsMaxCompletionTokens: Bool {
        if param == "max_tokens", code == "unsupported_parameter" { return true }
        return message?.contains("max_completion_tokens") ?? false
    }
}
