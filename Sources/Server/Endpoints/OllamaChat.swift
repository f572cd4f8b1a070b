// POST /api/chat and /api/generate: Ollama's API.

import ChatTemplates
import Hummingbird
import Inference

enum OllamaChat {
    private struct Body: OllamaBody {
        var common = OllamaCommon()
        var list = MessageList()
        var tools: [ToolDefinition] = []
    }

    private static let shape = RequestShape<Body>(
        "a chat request",
        Body.sharedFields + [
            Field("messages", \.list, .ollamaMessages, "the conversation; none: the model is loaded"),
            Field("tools", \.tools, .tools, "functions that the model may call"),
        ])

    static let endpoint = Endpoint(
        method: .post, path: "/api/chat", dialect: .ollama, summary: "Answer a conversation",
        body: shape.schema, answer: Ollama.answer("message", ["type": "object"]), streams: true
    ) { call in
        let body = try await call.body(shape, initial: Body())
        let name = call.ollamaName(body.common.model)
        let start = ContinuousClock.now
        let lease = try await call.lease(name)
        let loading = ContinuousClock.now - start
        guard !body.list.messages.isEmpty else {
            return Reply.json(OllamaAnswer.loaded(body.common.model, isChat: true))
        }
        var input = ChatInput(model: name, list: body.list, options: try body.common.options(lease))
        input.offer.tools = body.tools
        input.format = body.common.format
        input.fallbackTemperature = Ollama.temperature
        let plan = try await input.plan(call, lease)
        return try await Ollama.reply(
            call, OllamaAnswer(model: body.common.model, plan: plan, isChat: true, loading: loading),
            streams: body.common.streams)
    }
}

enum OllamaGenerate {
    private struct Body: OllamaBody {
        var common = OllamaCommon()
        var prompt = ""
        var suffix: String?
        var system: String?
        var isRaw = false
    }

    private static let own: [Field<Body>] = [
        Field("prompt", \.prompt, .string, "the text; none: the model is loaded"),
        Field("suffix", \.suffix, .string, "the text after the gap, for models that fill in the middle"),
        Field("system", \.system, .string, "a system prompt"),
        Field("raw", \.isRaw, .bool, "continue the prompt as it stands, without the chat template"),
        Field(
            only: .constant([""], "the model's own chat template is used; raw: true leaves it out"),
            "template", ""),
        Field(
            only: .constant([.array([])], "send the conversation to /api/chat"), "context", "an empty list"),
        Field(only: .constant([.array([])], "this model reads text only"), "images", "an empty list"),
    ]

    private static let shape = RequestShape<Body>("a generate request", Body.sharedFields + own)

    static let endpoint = Endpoint(
        method: .post, path: "/api/generate", dialect: .ollama, summary: "Answer a prompt",
        body: shape.schema, answer: Ollama.answer("response", ["type": "string"]), streams: true
    ) { call in
        let body = try await call.body(shape, initial: Body())
        let name = call.ollamaName(body.common.model)
        let start = ContinuousClock.now
        let lease = try await call.lease(name)
        let loading = ContinuousClock.now - start
        guard !body.prompt.isEmpty || body.suffix != nil else {
            return Reply.json(OllamaAnswer.loaded(body.common.model, isChat: false))
        }
        let plan = try await plan(body, lease, call)
        return try await Ollama.reply(
            call, OllamaAnswer(model: body.common.model, plan: plan, isChat: false, loading: loading),
            streams: body.common.streams)
    }

    private static func plan(_ body: Body, _ lease: ModelLease, _ call: Call) async throws -> AnswerPlan {
        let options = try body.common.options(lease)
        guard body.isRaw || body.suffix != nil || lease.model.loaded.promptFormat == nil else {
            var input = ChatInput(model: lease.model.name, options: options)
            input.list.messages = [ChatMessage(role: .user, content: body.prompt)]
            if let system = body.system {
                input.list.messages.insert(ChatMessage(role: .system, content: system), at: 0)
            }
            input.format = body.common.format
            input.fallbackTemperature = Ollama.temperature
            return try await input.plan(call, lease)
        }
        if body.system?.isEmpty == false {
            throw APIError.unsupported(
                "system: a prompt that is continued as it stands has none", at: ["system"])
        }
        let prompt = try lease.model.tokens(before: body.prompt, after: body.suffix)
        var plan = try AnswerPlan(call, lease, prompt: prompt, options: options)
        plan.format = body.common.format
        plan.continuesText = true
        plan.fallbackTemperature = Ollama.temperature
        return plan
    }
}

/// What Ollama's endpoints share.
enum Ollama {
    /// Ollama's default.
    static let temperature = 0.8

    static func answer(_ key: String, _ schema: JSONValue) -> JSONValue {
        [
            "type": "object",
            "properties": .object([
                "model": ["type": "string"], "created_at": ["type": "string"], key: schema,
                "done": ["type": "boolean"], "done_reason": ["enum": ["stop", "length", "load"]],
                "total_duration": ["type": "integer"], "load_duration": ["type": "integer"],
                "prompt_eval_count": ["type": "integer"], "prompt_eval_duration": ["type": "integer"],
                "eval_count": ["type": "integer"], "eval_duration": ["type": "integer"],
            ]),
            "required": ["model", "created_at", .string(key), "done"],
        ]
    }

    static func reply(_ call: Call, _ initial: OllamaAnswer, streams: Bool) async throws -> Response {
        let answer = try initial.plan.start()
        guard streams else {
            return Reply.json(try await call.whole(answer, into: initial).whole)
        }
        return Reply.lines(call, dialect: .ollama) { lines in
            try await call.grow(initial, by: answer) { try await lines.send($0) }
        }
    }
}

extension Call {
    /// A model's name without the tag that Ollama's clients put behind names without one.
    func ollamaName(_ name: String) -> String {
        guard name.hasSuffix(":latest"), (try? service.pool.settings(of: name)) == nil else { return name }
        return String(name.dropLast(7))
    }
}
