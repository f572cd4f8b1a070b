// POST /v1/chat/completions: OpenAI's and Mistral's chat.

import ChatTemplates
import Hummingbird

enum ChatCompletions {
    /// The body of a request. Both APIs' fields are read into the same place.
    struct Body: Sendable, HasAnswerOptions {
        var model = ""
        var list = MessageList()
        var options = AnswerOptions()
        var wantsLogProbabilities: Bool?
        var topLogProbabilities: Int?
        var streams: Bool?
        var includesUsage: Bool?
        var isSafe: Bool?
        var user: String?
        var tools: [ToolDefinition] = []
        var toolChoice: JSONValue?
        var isParallel: Bool?
        var format = AnswerFormat.text
    }

    private static let shared: [Field<Body>] = [
        Field("model", \.model, .text(1...200), isRequired: true, "a name that this server offers"),
        Field("messages", \.list, .messages, isRequired: true, "the conversation"),
        AnswerFields.maxTokens(), AnswerFields.topP(), AnswerFields.stop(), AnswerFields.choices(),
        AnswerFields.presencePenalty(), AnswerFields.frequencyPenalty(),
        Field("stream", \.streams, .bool, "answer with server-sent events"), AnswerFields.extras(),
        Field("tools", \.tools, .tools, "functions that the model may call"),
        Field("tool_choice", \.toolChoice, .toolChoice, "none, auto, required (any), or one function"),
        Field("parallel_tool_calls", \.isParallel, .bool, "whether one answer may call several times"),
        Field("response_format", \.format, .responseFormat, "text, any JSON object, or JSON by a schema"),
    ]

    private static let mistral = RequestShape<Body>(
        "a chat request",
        shared + [
            AnswerFields.temperature(1.5), AnswerFields.seed("random_seed"),
            Field("safe_prompt", \.isSafe, .bool, "put Mistral's safety prompt in front"),
            Field(only: .object, "metadata", "kept by nobody, as it changes no answer"),
        ])

    private static let openAI = RequestShape<Body>(
        "a chat request",
        shared + [
            AnswerFields.temperature(), AnswerFields.maxTokens("max_completion_tokens"), AnswerFields.seed(),
            AnswerFields.logitBias(),
            Field("logprobs", \.wantsLogProbabilities, .bool, "report log-probabilities"),
            Field("top_logprobs", \.topLogProbabilities, .integer(0...20), "likeliest tokens to report"),
            Field(
                "stream_options", \.includesUsage, .streamOptions,
                "include_usage: end the stream with the usage"),
            Field("user", \.user, .text(0...512), "for this server's log"),
            AnswerFields.seed("random_seed"),
            Field("safe_prompt", \.isSafe, .bool, "put Mistral's safety prompt in front"),
            // What changes nothing here is taken with the value that says so.
            Field(only: .constant([false], "nothing is stored here"), "store", "false"),
            Field(only: .object, "metadata", "tags, of use only with store"),
            Field("grammar", \.format, .grammar, "GBNF, as llama.cpp reads it"),
            Field("regex", \.format, .regex, "a regular expression for the whole answer"),
            Field(only: .word(["auto", "default"]), "service_tier", "there is one tier"),
            Field(only: .constant([.array(["text"])], "answers are text"), "modalities", "[\"text\"]"),
            Field(only: .text(0...512), "prompt_cache_key", "prompts are shared without it"),
            Field(only: .text(0...512), "safety_identifier", "for this server's log"),
        ] + AnswerFields.llamaCpp())

    static let endpoint = Endpoint(
        method: .post, path: "/v1/chat/completions", dialect: .openAI, summary: "Answer a conversation",
        body: openAI.schema, answer: ChatSchemas.completion, streams: true, handle: respond)

    private static func respond(_ call: Call) async throws -> Response {
        let json = try await call.body()
        let dialect = call.dialect(model: json["model"])
        call.context.notes.update { $0.dialect = dialect }
        var body = Body()
        try (dialect == .mistral ? mistral : openAI).read(json, into: &body)
        if body.includesUsage != nil, body.streams != true {
            throw APIError.invalid("stream_options needs stream: true", at: ["stream_options"])
        }
        if let top = body.topLogProbabilities, body.wantsLogProbabilities != true, top > 0 {
            throw APIError.invalid("top_logprobs needs logprobs: true", at: ["top_logprobs"])
        }
        if body.wantsLogProbabilities == true {
            body.options.topLogProbabilities = body.topLogProbabilities ?? 0
        }
        var input = ChatInput(
            model: body.model, list: body.list, options: body.options, isSafe: body.isSafe ?? false)
        input.offer = try ToolOffer(body.tools, choice: body.toolChoice, isParallel: body.isParallel)
        input.format = body.format
        input.fallbackTemperature = dialect == .mistral ? 0.7 : 1
        let plan = try await input.plan(call)
        let head = Head(model: body.model, dialect: dialect)
        guard body.streams == true else {
            return try await reply(call, plan, head, beginning: body.list.beginning)
        }
        return try stream(
            call, plan, head, beginning: body.list.beginning,
            sendsUsage: dialect == .mistral || body.includesUsage == true)
    }

    /// Answers `plan` in one object.
    static func reply(_ call: Call, _ plan: AnswerPlan, _ head: Head, beginning: String = "") async throws
        -> Response
    {
        let answer = try plan.start()
        let collected = try await call.whileConnected(answer) { try await CollectedAnswer(answer) }
        call.finished(plan, collected.choices.map(\.end), id: head.id)
        return Reply.json(head.answer(collected, plan, beginning: beginning))
    }

    /// Answers `plan` in chunks, as they are made.
    static func stream(
        _ call: Call, _ plan: AnswerPlan, _ head: Head, beginning: String = "", sendsUsage: Bool
    ) throws -> Response {
        let answer = try plan.start()
        return Reply.events(call, dialect: head.dialect) { events in
            try await call.whileConnected(answer) {
                var stream = Stream(head: head, plan: plan, sendsUsage: sendsUsage)
                try await stream.send(answer, beginning: beginning, to: &events)
                call.finished(plan, stream.ends, id: head.id)
                try await stream.sendEnd(to: &events)
            }
        }
    }

    /// What all parts of an answer repeat.
    struct Head: Sendable {
        let id: String
        let created: Int
        let model: String
        let dialect: Dialect

        /// A new answer's head.
        init(model: String, dialect: Dialect) {
            id = (dialect == .mistral ? "" : "chatcmpl-") + Identifiers.random(dialect == .mistral ? 32 : 29)
            created = OpenAIParts.now
            self.model = model
            self.dialect = dialect
        }

        func object(_ kind: String) -> JSONObject {
            [
                "id": .string(id), "object": .string(kind), "created": .int(created), "model": .string(model),
                "system_fingerprint": "fp_sirocco",
            ]
        }

        func answer(_ answer: CollectedAnswer, _ plan: AnswerPlan, beginning: String) -> JSONValue {
            var object = object("chat.completion")
            object["choices"] = .array(
                answer.choices.enumerated().map { index, choice in
                    var message: JSONObject = ["role": "assistant"]
                    let text = beginning + choice.text
                    message["content"] = choice.calls.isEmpty || !text.isEmpty ? .string(text) : .null
                    if dialect == .openAI { message["refusal"] = .null as JSONValue }
                    if !choice.calls.isEmpty {
                        message["tool_calls"] = .array(
                            choice.calls.map { call($0.id, $0.name, $0.arguments) })
                    }
                    return [
                        "index": .int(index), "message": .object(message),
                        "logprobs": plan.options.topLogProbabilities == nil
                            ? .null : OpenAIParts.logProbabilities(choice.records),
                        "finish_reason": OpenAIParts.finishReason(choice.end.reason, dialect),
                    ]
                })
            object["usage"] = OpenAIParts.usage(answer.usage)
            object["sirocco"] = OpenAIParts.extras(plan, answer.choices.map(\.end), id: id)
            return .object(object)
        }

        func call(_ id: String, _ name: String, _ arguments: String) -> JSONValue {
            [
                "id": .string(id), "type": "function",
                "function": ["name": .string(name), "arguments": .string(arguments)],
            ]
        }
    }

    /// An answer on its way out as chunks.
    struct Stream {
        let head: Head
        let plan: AnswerPlan
        let sendsUsage: Bool
        private(set) var ends: [AnswerEnd] = []
        /// The call of each choice that is being written: Mistral's clients want calls whole.
        private var held: [Int: HeldCall] = [:]

        private struct HeldCall {
            var call: Int
            var id: String
            var name: String
            var arguments = ""
        }

        init(head: Head, plan: AnswerPlan, sendsUsage: Bool) {
            self.head = head
            self.plan = plan
            self.sendsUsage = sendsUsage
        }

        mutating func send(_ answer: RunningAnswer, beginning: String, to events: inout EventWriter)
            async throws
        {
            for choice in 0..<plan.choices {
                try await events.send(
                    chunk(choice, ["role": "assistant", "content": .string(beginning)]))
            }
            for try await event in answer.events() {
                switch event {
                case .text(let choice, let text, let records):
                    try await release(choice, to: &events)
                    try await events.send(chunk(choice, ["content": .string(text)], records: records))
                case .callStarted(let choice, let call, let id, let name) where head.dialect == .mistral:
                    try await release(choice, to: &events)
                    held[choice] = HeldCall(call: call, id: id, name: name)
                case .callArguments(let choice, _, let text) where head.dialect == .mistral:
                    held[choice]?.arguments += text
                case .callStarted(let choice, let call, let id, let name):
                    try await events.send(
                        chunk(choice, ["tool_calls": [delta(call, id: id, name: name, "")]]))
                case .prompt: break
                case .callArguments(let choice, let call, let text):
                    try await events.send(chunk(choice, ["tool_calls": [delta(call, text)]]))
                case .finished(let choice, let end):
                    try await release(choice, to: &events)
                    ends.append(end)
                    let reason = OpenAIParts.finishReason(end.reason, head.dialect)
                    let isLast = ends.count == plan.choices && head.dialect == .mistral
                    let usage = isLast ? OpenAIParts.usage(Usage(ends)) : nil
                    try await events.send(chunk(choice, [:], finish: reason, usage: usage))
                }
            }
        }

        /// What comes after the last choice has ended.
        func sendEnd(to events: inout EventWriter) async throws {
            let extras = OpenAIParts.extras(plan, ends, id: head.id)
            if (sendsUsage && head.dialect != .mistral) || extras != nil {
                var object = head.object("chat.completion.chunk")
                object["choices"] = []
                if sendsUsage { object["usage"] = OpenAIParts.usage(Usage(ends)) }
                object["sirocco"] = extras
                try await events.send(.object(object))
            }
            try await events.sendDone()
        }

        private func chunk(
            _ choice: Int, _ delta: JSONObject, records: [TokenRecord] = [], finish: JSONValue = .null,
            usage: JSONValue? = nil
        ) -> JSONValue {
            var object = head.object("chat.completion.chunk")
            object["choices"] = [
                [
                    "index": .int(choice), "delta": .object(delta),
                    "logprobs": plan.options.topLogProbabilities == nil || records.isEmpty
                        ? .null : OpenAIParts.logProbabilities(records),
                    "finish_reason": finish,
                ]
            ]
            if let usage {
                object["usage"] = usage
            } else if sendsUsage {
                object["usage"] = .null as JSONValue
            }
            return .object(object)
        }

        private mutating func release(_ choice: Int, to events: inout EventWriter) async throws {
            guard let call = held.removeValue(forKey: choice) else { return }
            let delta = delta(call.call, id: call.id, name: call.name, call.arguments)
            try await events.send(chunk(choice, ["tool_calls": [delta]]))
        }

        private func delta(_ call: Int, id: String? = nil, name: String? = nil, _ arguments: String)
            -> JSONValue
        {
            var object: JSONObject = ["index": .int(call)]
            var function = JSONObject()
            if let id, let name {
                object["id"] = .string(id)
                object["type"] = "function"
                function["name"] = .string(name)
            }
            function["arguments"] = .string(arguments)
            object["function"] = .object(function)
            return .object(object)
        }
    }
}

extension ValueKind<Bool> {
    /// `{"include_usage": true}`, read as that.
    static let streamOptions = ValueKind(streamOptionsShape.schema) { json, path in
        var options = StreamOptions()
        try streamOptionsShape.read(json, into: &options, at: path)
        return options.includesUsage
    }
}

private struct StreamOptions: Sendable {
    var includesUsage = false
}

private let streamOptionsShape = RequestShape<StreamOptions>(
    "stream_options",
    [
        Field("include_usage", \.includesUsage, .bool, "end the stream with the usage"),
        Field(only: .bool, "include_obfuscation", "no padding is sent either way"),
    ])
