// What OpenAI's answers have in common: usage, log-probabilities, ends, the `sirocco` object.

import ChatTemplates
import FoundationEssentials
import Inference

enum OpenAIParts {
    /// Unix seconds.
    static var now: Int { Int(Date().timeIntervalSince1970) }

    static func usage(_ usage: Usage) -> JSONValue {
        [
            "prompt_tokens": .int(usage.prompt), "completion_tokens": .int(usage.answer),
            "total_tokens": .int(usage.prompt + usage.answer),
            "prompt_tokens_details": ["cached_tokens": .int(usage.cached)],
        ]
    }

    /// How OpenAI and Mistral name the reasons why an answer ends.
    static func finishReason(_ reason: EndReason, _ dialect: Dialect) -> JSONValue {
        switch reason {
        case .end, .stop: "stop"
        case .contextFull: dialect == .mistral ? "model_length" : "length"
        case .length, .deadline, .cancelled: "length"
        case .toolCalls: "tool_calls"
        }
    }

    /// Log-probabilities of chat answers.
    static func logProbabilities(_ records: [TokenRecord]) -> JSONValue {
        func entry(_ bytes: [UInt8], _ logProbability: Float) -> JSONObject {
            [
                "token": .string(String(decoding: bytes, as: UTF8.self)),
                "logprob": .double(Double(logProbability)),
                "bytes": .array(bytes.map { .int(Int($0)) }),
            ]
        }
        return [
            "content": .array(
                records.map { record in
                    var object = entry(record.bytes, record.logProbability)
                    object["top_logprobs"] = .array(
                        record.top.map { .object(entry($0.bytes, $0.logProbability)) })
                    return .object(object)
                }),
            "refusal": nil,
        ]
    }

    /// The `sirocco` object of an answer; nil if nothing was asked for and nothing unusual happened.
    static func extras(_ plan: AnswerPlan, _ ends: [AnswerEnd], id: String) -> JSONValue? {
        var object = JSONObject()
        if plan.options.extras.timings == true {
            object["timings"] = .array(
                ends.map { end in
                    [
                        "queue_seconds": .double(end.summary.queueSeconds),
                        "prefill_seconds": .double(end.summary.prefillSeconds),
                        "decode_seconds": .double(end.summary.decodeSeconds),
                        "prefill_tokens_per_second": .double(end.summary.prefillRate),
                        "decode_tokens_per_second": .double(end.summary.decodeRate),
                    ]
                })
        }
        if plan.options.extras.trace == true { object["trace"] = .string("/v1/traces/\(id)") }
        if let receipt = Receipt(ends.compactMap(\.receipt)) { object["receipt"] = receipt.json }
        if ends.contains(where: { $0.reason == .deadline }) { object["end"] = "deadline" }
        return object.count > 0 ? .object(object) : nil
    }
}
