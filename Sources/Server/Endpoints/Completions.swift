// POST /v1/completions: continuing a text, as OpenAI's first API had it.

import ChatTemplates
import Hummingbird
import Inference
import Sampling
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
        AnswerFields.maxTokens(least: 0), AnswerFields.temperature(), AnswerFields.topP(),
        AnswerFields.stop(),
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
        if body.options.maxTokens == 0, body.echoes != true {
            throw APIError.invalid("max_tokens is 0, which needs echo: true", at: ["max_tokens"])
        }
        let scoresPrompt = body.echoes == true && body.logProbabilities != nil
        // Harnesses that score a text ask for one token more and drop the last entry, so there must be one, though it
        // be an end token.
        if scoresPrompt, body.options.maxTokens == 1 { body.options.ignoresEnd = true }
        let model = try call.model(body.model)
        let lease = try await call.lease(model)
        let prompts = body.prompts
        let tokens = try await call.unhurried {
            prompts.map { prompt in
                switch prompt {
                case .text(let text): lease.model.loaded.tokens(continuing: text)
                case .tokens(let tokens): tokens
                }
            }
        }
        let answers = try tokens.map { tokens in
            var plan = try AnswerPlan(call, lease, prompt: tokens, options: body.options)
            plan.continuesText = true
            plan.format = body.format
            if scoresPrompt || body.options.maxTokens == 0 {
                plan.promptLogProbabilities = body.logProbabilities ?? 0
            }
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
            usage += collected.usage
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
                    var offsets = Array(repeating: 0, count: answer.plan.choices)
                    var prompts: [[PromptToken]?] = offsets.map { _ in [] }
                    for try await event in answer.events() {
                        // The prompt goes out whole, as soon as all of it is there.
                        if let choice = event.choiceBehindPrompt, let tokens = prompts[choice],
                            head.body.echoes == true
                        {
                            let text = head.promptText(answer.plan)
                            let logs = head.body.logProbabilities.map { _ in
                                head.logProbabilities(prompt: tokens, [], from: 0, answer.plan)
                            }
                            prompts[choice] = nil
                            offsets[choice] = text.unicodeScalars.count
                            try await events.send(head.chunk(first + choice, text, logs))
                        }
                        switch event {
                        case .prompt(let choice, let tokens): prompts[choice]? += tokens
                        case .text(let choice, let text, let records):
                            let logs = answer.plan.options.topLogProbabilities.map { _ in
                                head.logProbabilities(prompt: [], records, from: offsets[choice], answer.plan)
                            }
                            offsets[choice] += text.unicodeScalars.count
                            try await events.send(head.chunk(first + choice, text, logs))
                        case .finished(let choice, let end):
                            ends.append(end)
                            try await events.send(
                                head.chunk(
                                    first + choice, "", nil, finish: head.finishReason(end, answer.plan)))
                        case .callStarted, .callArguments: break
                        }
                    }
                }
                usage += Usage(Array(ends[before...]))
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
                    ? .null
                    : logProbabilities(
                        prompt: choice.prompt, choice.records,
                        from: choice.prompt.isEmpty ? echo.unicodeScalars.count : 0, plan),
                "finish_reason": finishReason(choice.end, plan),
            ]
        }

        /// Where an end token was the one token that was asked for, it ended the text all the same.
        func finishReason(_ end: AnswerEnd, _ plan: AnswerPlan) -> JSONValue {
            if body.options.maxTokens == 1, body.options.ignoresEnd == true, let token = end.tokens.last,
                plan.model.loaded.endTokens.contains(token)
            {
                return "stop"
            }
            return OpenAIParts.finishReason(end.reason, .openAI)
        }

        func chunk(_ choice: Int, _ text: String, _ logs: JSONValue?, finish: JSONValue = .null)
            -> JSONValue
        {
            var object = object
            object["choices"] = [
                [
                    "index": .int(choice), "text": .string(text), "logprobs": logs ?? .null,
                    "finish_reason": finish,
                ]
            ]
            if body.includesUsage == true { object["usage"] = .null as JSONValue }
            return .object(object)
        }

        /// In the older form: lists side by side; offsets count characters of the answer.
        func logProbabilities(
            prompt: [PromptToken], _ records: [TokenRecord], from offset: Int, _ plan: AnswerPlan
        ) -> JSONValue {
            let tokenizer = plan.model.tokenizer
            func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
            var detokenizer = Detokenizer(tokenizer)
            var rows = prompt.map { token in
                Row(
                    text: detokenizer.append(token.id), logProbability: token.logProbability,
                    top: token.logProbability == nil
                        ? nil : token.top.map { (text(tokenizer.bytes(of: $0.token)), $0.logProbability) })
            }
            rows += records.map { record in
                Row(
                    text: text(record.bytes), logProbability: record.logProbability,
                    top: record.top.map { (text($0.bytes), $0.logProbability) })
            }
            var offset = offset
            var offsets: [JSONValue] = []
            for row in rows {
                offsets.append(.int(offset))
                offset += row.text.unicodeScalars.count
            }
            return [
                "tokens": .array(rows.map { .string($0.text) }),
                "token_logprobs": .array(rows.map { JSONValue($0.logProbability) { .double(Double($0)) } }),
                "top_logprobs": .array(rows.map { JSONValue($0.top, Self.object) }),
                "text_offset": .array(offsets),
            ]
        }

        private struct Row {
            var text: String
            /// Nil for the first token of a prompt, which nothing stands before.
            var logProbability: Float?
            var top: [(text: String, logProbability: Float)]?
        }

        /// Different tokens may have one text; the likeliest keeps it.
        private static func object(_ top: [(text: String, logProbability: Float)]) -> JSONValue {
            var object = JSONObject()
            for entry in top where object[entry.text] == nil {
                object[entry.text] = .double(Double(entry.logProbability))
            }
            return .object(object)
        }
    }
}

extension AnswerEvent {
    /// The choice, where this event comes after all of the prompt's.
    fileprivate var choiceBehindPrompt: Int? {
        switch self {
        case .prompt, .callStarted, .callArguments: nil
        case .text(let choice, _, _), .finished(let choice, _): choice
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
