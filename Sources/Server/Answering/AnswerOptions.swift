// What a request says about how to answer, whatever API it came in by. Knows fields and ranges, no endpoint.

import ChatTemplates
import Inference
import Sampling

/// How to choose tokens, when to stop, what to report.
struct AnswerOptions: Sendable, Equatable {
    var maxTokens: Int?
    var temperature: Double?
    var topP: Double?
    var topK: Int?
    var minP: Double?
    var typicalP: Double?
    var repeatPenalty: Double?
    var repeatLastN: Int?
    var presencePenalty: Double?
    var frequencyPenalty: Double?
    var logitBias: [Int32: Float]?
    var seed: UInt64?
    var stop: [String]?
    var choices: Int?
    /// How many of the likeliest tokens to report with each token; nil: no log-probabilities.
    var topLogProbabilities: Int?
    var ignoresEnd: Bool?
    var usesPrefixCache: Bool?
    var extras = Extras()

    /// The `sirocco` object: what this server adds to the APIs.
    struct Extras: Sendable, Equatable {
        var trace: Bool?
        var receipt: Bool?
        var timings: Bool?
        var seconds: Double?

        static let shape = RequestShape<Extras>(
            "sirocco",
            [
                Field("trace", \.trace, .bool, "keep the experts that the router chose, at /v1/traces/{id}"),
                Field("receipt", \.receipt, .bool, "add what `sirocco replay` needs to repeat the answer"),
                Field("timings", \.timings, .bool, "add seconds and rates"),
                Field("deadline_seconds", \.seconds, .number(0.001...1e6), "most time for the answer"),
            ])
    }

    /// What the sampler is told, with `defaults` where the request is silent.
    func sampling(_ defaults: ModelDefaults, fallbackTemperature: Double, seed: UInt64) -> SamplingParameters
    {
        var parameters = SamplingParameters(
            temperature: Float(temperature ?? defaults.temperature ?? fallbackTemperature), seed: seed)
        parameters.topP = Float(topP ?? defaults.topP ?? 1)
        parameters.minP = Float(minP ?? defaults.minP ?? 0)
        parameters.topK = topK.flatMap { $0 == 0 ? nil : $0 }
        parameters.typicalP = Float(typicalP ?? 1)
        parameters.repeatPenalty = Float(repeatPenalty ?? 1)
        if let repeatLastN { parameters.repeatLastN = repeatLastN < 0 ? nil : repeatLastN }
        parameters.presencePenalty = Float(presencePenalty ?? 0)
        parameters.frequencyPenalty = Float(frequencyPenalty ?? 0)
        parameters.logitBias = logitBias ?? [:]
        parameters.topLogProbabilities = topLogProbabilities
        return parameters
    }
}

/// A request's body that says how to answer.
protocol HasAnswerOptions {
    var options: AnswerOptions { get set }
}

/// The fields that several APIs share, under the names most of them use.
enum AnswerFields {
    static func temperature<Body: HasAnswerOptions>(_ most: Double = 2) -> Field<Body> {
        Field(
            "temperature", \.options.temperature, .number(0...most), "randomness; 0 takes the likeliest token"
        )
    }
    static func topP<Body: HasAnswerOptions>() -> Field<Body> {
        Field(
            "top_p", \.options.topP, .number(0...1),
            "keep the likeliest tokens with this probability together")
    }
    static func topK<Body: HasAnswerOptions>() -> Field<Body> {
        Field("top_k", \.options.topK, .integer(0...(1 << 20)), "keep this many tokens; 0 keeps all")
    }
    static func maxTokens<Body: HasAnswerOptions>(_ name: String = "max_tokens", least: Int = 1) -> Field<
        Body
    > {
        Field(name, \.options.maxTokens, .integer(least...(.max)), "most tokens of the answer")
    }
    static func stop<Body: HasAnswerOptions>(_ name: String = "stop", most: Int = 16) -> Field<Body> {
        Field(
            name, \.options.stop, .oneOrList(of: .text(1...1000), count: 0...most),
            "texts that end the answer; they are not part of it")
    }
    static func seed<Body: HasAnswerOptions>(_ name: String = "seed") -> Field<Body> {
        Field(
            name, \.options.seed,
            ValueKind<Int>.integer(.min...(.max)).map { seed, _ in UInt64(bitPattern: Int64(seed)) },
            "the same request with the same seed gives the same answer")
    }
    static func choices<Body: HasAnswerOptions>() -> Field<Body> {
        Field("n", \.options.choices, .integer(1...128), "answers to make; answer i draws with seed + i")
    }
    static func presencePenalty<Body: HasAnswerOptions>() -> Field<Body> {
        Field(
            "presence_penalty", \.options.presencePenalty, .number(-2...2),
            "taken off tokens that the answer has")
    }
    static func frequencyPenalty<Body: HasAnswerOptions>() -> Field<Body> {
        Field("frequency_penalty", \.options.frequencyPenalty, .number(-2...2), "the same, for each time")
    }
    static func logitBias<Body: HasAnswerOptions>() -> Field<Body> {
        Field("logit_bias", \.options.logitBias, .logitBias, "added to the logits of tokens, by id")
    }
    static func extras<Body: HasAnswerOptions>() -> Field<Body> {
        Field(
            "sirocco", \.options.extras, .object(AnswerOptions.Extras.shape, initial: .init()),
            "what this server adds: traces, receipts, timings, deadlines")
    }

    /// Knobs of llama.cpp's server, for clients that send them.
    static func llamaCpp<Body: HasAnswerOptions>() -> [Field<Body>] {
        [
            topK(),
            Field(
                "min_p", \.options.minP, .number(0...1), "drop tokens below this fraction of the likeliest"),
            Field("typical_p", \.options.typicalP, .number(0...1), "locally typical sampling"),
            Field(
                "repeat_penalty", \.options.repeatPenalty, .number(0.01...10), "above 1: fewer repetitions"),
            Field(
                "repeat_last_n", \.options.repeatLastN, .integer(-1...(1 << 24)),
                "tokens that repeat_penalty sees"),
            Field("ignore_eos", \.options.ignoresEnd, .bool, "go on past the end token"),
            Field(
                "cache_prompt", \.options.usesPrefixCache, .bool, "share computed prompts with other requests"
            ),
        ]
    }
}

extension ValueKind<[Int32: Float]> {
    static let logitBias = ValueKind([
        "type": "object", "additionalProperties": ["type": "number", "minimum": -100, "maximum": 100],
    ]) { json, path in
        guard case .object(let object) = json else {
            throw APIError.invalid(
                "\(path): expected an object of token ids and numbers, found \(json.typeName)", at: path)
        }
        let number = ValueKind<Double>.number(-100...100)
        var bias: [Int32: Float] = [:]
        for (key, value) in object.members {
            guard let token = Int32(key), token >= 0 else {
                throw APIError.invalid("\(path): '\(key.prefix(20))' is no token id", at: path / key)
            }
            bias[token] = Float(try number.read(value, path / key))
        }
        return bias
    }
}
