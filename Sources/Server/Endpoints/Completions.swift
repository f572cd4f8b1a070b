// POST /v1/completions: continuing a text, as OpenAI's first API had it.

import ChatTemplates
import Hummingbird
import Inference
import Tokenizers

enum Completions {
    struct Body: Sendable, HasAnswerOptions {
        var model: String?
        var prompts: [Prompt] = []
        var options = AnswerOptions()
        var echoes: Bool?
        var logProbabilities: Int?
        var streams: Bool?
        var includesUsage: Bool?
        var user: String?
        var format = AnswerFormat.text
    }

    /// A text, or tokens.
    enum Prompt: Sendable, Equatable {
        case text(String)
        case tokens([TokenID])
    }

    // In parts: the compiler gives up on all of it as one expression.
    private static let own: [Field<Body>] = [
        Field("model", \.model, .text(1...200), "a name that this server offers; the first if left out"),
        Field("prompt", \.prompts, .prompts, isRequired: true, "a text, tokens, or a list of either"),
        Field("echo", \.echoes, .bool, "give the prompt back in front of the answer"),
        Field("logprobs", \.logProbabilities, .integer(0...20), "likeliest tokens to report with each"),
        Field("stream", \.streams, .bool, "answer with server-sent events"),
        Field(
            "stream_options", \.includesUsage, .streamOptions, "include_usage: end the stream with the usage"),
        Field("user", \.user, .text(0...512), "for this server's log"),
        Field(only: .constant([1], "only n answers are made"), "best_of", "1"),
        Field("response_format", \.format, .responseFormat, "text, any JSON object, or JSON by a schema"),
        Field("grammar", \.format, .grammar, "GBNF, as llama.cpp reads it"),
        Field("regex", \.format, .regex, "a regular expression for the whole answer"),
    ]

    private static let shared: [Field<Body>] = [
        AnswerFields.maxTokens(), AnswerFields.temperature(), AnswerFields.topP(), AnswerFields.stop(),
        AnswerFields.choices(), AnswerFields.seed(), AnswerFields.presencePenalty(),
        AnswerFields.frequencyPenalty(), AnswerFields.logitBias(), AnswerFields.extras(),
    ]

    private static let shape = RequestShape<Body>(
        "a completion request", own + shared + AnswerFields.llamaCpp())

    static let endpoint = Endpoint(
        method: .post, path: "/v1/completions", dialect: .openAI, summary: "Continue a text",
        body: shape.schema,
        answer: ChatSchemas.text, streams: true, handle: respond)

    private static func respond(_ call: Call) async throws -> Response {
        var body = try await call.body(shape, initial: Body())
        if body.includesUsage != nil, body.streams != true {
            throw APIError.invalid("stream_options needs stream: true", at: ["stream_options"])
        }
        body.options.topLogProbabilities = body.logProbabilities
        // OpenAI's default for this endpoint.
        if body.options.maxTokens == nil { body.options.maxTokens = 16 }
        guard let model = body.model ?? call.visibleModels.first?.name else {
            throw APIError.invalid("model: this field is required", at: ["model"], code: "missing_parameter")
        }
        let lease = try await call.lease(model)
        let answers = try body.prompts.map { prompt in
            let tokens =
                switch prompt {
                case .text(let text): lease.model.loaded.tokens(continuing: text)
                case .tokens(let tokens): tokens
                }
            var plan = try AnswerPlan(lease, prompt: tokens, options: body.options)
            plan.continuesText = true
            plan.format = body.format
            plan.arrival = call.context.arrival
            plan.client = call.context.key?.name ?? ""
            return plan
        }.map { try $0.start() }
        let head = Head(
            id: "cmpl-" + Identifiers.random(29), created: OpenAIParts.now, model: model, body: body)
        return body.streams == true
            ? stream(call, answers, head) : try await collect(call, answers, head)
    }

    private static func collect(_ call: Call, _ answers: [RunningAnswer], _ head: Head) async throws
        -> Response
    {
        var choices: [JSONValue] = []
        var ends: [AnswerEnd] = []
        var usage = Usage()
        for answer in answers {
            let collected = try await call.whileConnected(answer) { try await CollectedAnswer(answer) }
            for choice in collected.choices {
                choices.append(head.choice(choices.count, choice, answer.plan))
                ends.append(choice.end)
            }
            usage.prompt += collected.usage.prompt
            usage.cached += collected.usage.cached
            usage.answer += collected.usage.answer
        }
        var object = head.object
        object["choices"] = .array(choices)
        object["usage"] = OpenAIParts.usage(usage)
        if let plan = answers.first?.plan {
            call.finished(plan, ends, id: head.id)
            object["sirocco"] = OpenAIParts.extras(plan, ends, id: head.id)
        }
        return Reply.json(.object(object))
    }

    private static func stream(_ call: Call, _ answers: [RunningAnswer], _ head: Head) -> Response {
        Reply.events(call, dialect: .openAI) { events in
            var ends: [AnswerEnd] = []
            var usage = Usage()
            for (number, answer) in answers.enumerated() {
                let first = number * answer.plan.choices
                let before = ends.count
                try await call.whileConnected(answer) {
                    if head.body.echoes == true {
                        for choice in 0..<answer.plan.choices {
                            try await events.send(
                                head.chunk(first + choice, head.promptText(answer.plan), nil))
                        }
                    }
                    var offsets = Array(repeating: 0, count: answer.plan.choices)
                    for try await event in answer.events() {
                        switch event {
                        case .text(let choice, let text, let records):
                            let logs = answer.plan.options.topLogProbabilities.map { _ in
                                head.logProbabilities(records, from: offsets[choice])
                            }
                            offsets[choice] += text.unicodeScalars.count
                            try await events.send(head.chunk(first + choice, text, logs))
                        case .finished(let choice, let end):
                            ends.append(end)
                            try await events.send(head.chunk(first + choice, "", nil, end))
                        case .callStarted, .callArguments: break
                        }
                    }
                }
                let one = Usage(Array(ends[before...]))
                usage.prompt += one.prompt
                usage.cached += one.cached
                usage.answer += one.answer
            }
            if let plan = answers.first?.plan { call.finished(plan, ends, id: head.id) }
            let extras = answers.first.flatMap { OpenAIParts.extras($0.plan, ends, id: head.id) }
            if head.body.includesUsage == true || extras != nil {
                var object = head.object
                object["choices"] = []
                object["usage"] = OpenAIParts.usage(usage)
                object["sirocco"] = extras
                try await events.send(.object(object))
            }
            try await events.sendDone()
        }
    }

    /// What all parts of an answer repeat.
    struct Head: Sendable {
        let id: String
        let created: Int
        let model: String
        let body: Body

        var object: JSONObject {
            [
                "id": .string(id), "object": "text_completion", "created": .int(created),
                "model": .string(model),
                "system_fingerprint": "fp_sirocco",
            ]
        }

        func promptText(_ plan: AnswerPlan) -> String { plan.model.tokenizer.decode(plan.prompt) }

        func choice(_ index: Int, _ choice: CollectedAnswer.Choice, _ plan: AnswerPlan) -> JSONValue {
            let echo = body.echoes == true ? promptText(plan) : ""
            return [
                "index": .int(index), "text": .string(echo + choice.text),
                "logprobs": plan.options.topLogProbabilities == nil
                    ? .null : logProbabilities(choice.records, from: echo.unicodeScalars.count),
                "finish_reason": OpenAIParts.finishReason(choice.end.reason, .openAI),
            ]
        }

        func chunk(_ choice: Int, _ text: String, _ logs: JSONValue?, _ end: AnswerEnd? = nil) -> JSONValue {
            var object = object
            object["choices"] = [
                [
                    "index": .int(choice), "text": .string(text), "logprobs": logs ?? .null,
                    "finish_reason": JSONValue(end) { OpenAIParts.finishReason($0.reason, .openAI) },
                ]
            ]
            if body.includesUsage == true { object["usage"] = .null as JSONValue }
            return .object(object)
        }

        /// In the older form: lists side by side; offsets count characters of the answer.
        func logProbabilities(_ records: [TokenRecord], from offset: Int) -> JSONValue {
            var offset = offset
            var offsets: [JSONValue] = []
            for record in records {
                offsets.append(.int(offset))
                offset += String(decoding: record.bytes, as: UTF8.self).unicodeScalars.count
            }
            func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
            return [
                "tokens": .array(records.map { .string(text($0.bytes)) }),
                "token_logprobs": .array(records.map { .double(Double($0.logProbability)) }),
                "top_logprobs": .array(
                    records.map { record in
                        var object = JSONObject()
                        for entry in record.top where object[text(entry.bytes)] == nil {
                            object[text(entry.bytes)] = .double(Double(entry.logProbability))
                        }
                        return .object(object)
                    }),
                "text_offset": .array(offsets),
            ]
        }
    }
}

extension ValueKind<[Completions.Prompt]> {
    /// A text, tokens, a list of texts, or a list of lists of tokens.
    static let prompts = ValueKind([
        "anyOf": [
            ["type": "string"], ["type": "array", "items": ["type": "string"], "minItems": 1],
            ["type": "array", "items": ["type": "integer", "minimum": 0], "minItems": 1],
            [
                "type": "array", "minItems": 1,
                "items": ["type": "array", "items": ["type": "integer", "minimum": 0], "minItems": 1],
            ],
        ]
    ]) { json, path in
        guard case .array(let items) = json else {
            return [.text(try ValueKind<String>.string.read(json, path))]
        }
        guard let first = items.first else { throw APIError.invalid("\(path): the list is empty", at: path) }
        guard items.count <= 1 << 20 else { throw APIError.invalid("\(path): too many items", at: path) }
        let token = ValueKind<Int>.integer(0...Int(Int32.max))
        func tokens(_ items: [JSONValue], _ path: RequestPath) throws -> Completions.Prompt {
            .tokens(try items.enumerated().map { TokenID(try token.read($1, path / $0)) })
        }
        if case .int = first { return [try tokens(items, path)] }
        guard items.count <= 256 else {
            throw APIError.invalid("\(path): at most 256 prompts at once", at: path)
        }
        return try items.enumerated().map { index, item in
            if case .array(let list) = item { return try tokens(list, path / index) }
            return .text(try ValueKind<String>.string.read(item, path / index))
        }
    }
}
