// POST /v1/messages and /v1/messages/count_tokens: Anthropic's API.

import ChatTemplates
import HTTPTypes
import Hummingbird

enum Messages {
    private struct Body: Sendable, HasAnswerOptions {
        var model = ""
        var list = MessageList()
        var system: String?
        var tools: [ToolDefinition] = []
        var toolChoice = AnthropicToolChoice()
        var format = AnswerFormat.text
        var maxTokens = 1
        var options = AnswerOptions()
        var streams: Bool?

        func input() throws -> ChatInput {
            var input = ChatInput(model: model, list: list, options: options)
            input.options.maxTokens = maxTokens
            if let system { input.list.messages.insert(ChatMessage(role: .system, content: system), at: 0) }
            input.offer = try toolChoice.offer(tools)
            input.format = format
            return input
        }
    }

    private static let conversation: [Field<Body>] = [
        Field("model", \.model, .text(1...200), isRequired: true, "a name that this server offers"),
        Field("messages", \.list, .turns, isRequired: true, "the conversation"),
        Field("system", \.system, .blocksOfText, "the system prompt: text, or text blocks"),
        Field("tools", \.tools, .anthropicTools, "tools that the model may use"),
        Field(
            "tool_choice", \.toolChoice, .object(AnthropicToolChoice.shape, initial: .init()),
            "auto, any, tool with a name, or none"),
        Field("output_config", \.format, .outputConfiguration, "format: JSON by a schema"),
        Field(only: .object(Thinking.shape, initial: Thinking()), "thinking", "{\"type\": \"disabled\"}"),
    ]

    private static let answering: [Field<Body>] = [
        Field("max_tokens", \.maxTokens, .integer(1...(.max)), isRequired: true, "most tokens of the answer"),
        Field("stream", \.streams, .bool, "answer with server-sent events"),
        AnswerFields.stop("stop_sequences"), AnswerFields.temperature(1), AnswerFields.topP(),
        AnswerFields.topK(),
        AnswerFields.extras(),
        Field(only: .object(Metadata.shape, initial: Metadata()), "metadata", "user_id, kept by nobody"),
        Field(only: .word(["auto", "standard_only"]), "service_tier", "there is one tier"),
    ]

    private static let shape = RequestShape<Body>("a messages request", conversation + answering)
    private static let countShape = RequestShape<Body>("a count_tokens request", conversation)

    static let endpoint = Endpoint(
        method: .post, path: "/v1/messages", dialect: .anthropic, summary: "Answer a conversation",
        body: shape.schema, answer: MessagesAnswer.schema, streams: true, handle: respond)

    static let count = Endpoint(
        method: .post, path: "/v1/messages/count_tokens", dialect: .anthropic,
        summary: "The tokens of a conversation's prompt", body: countShape.schema,
        answer: [
            "type": "object", "properties": ["input_tokens": ["type": "integer"]],
            "required": ["input_tokens"],
        ]
    ) { call in
        let plan = try await call.body(countShape, initial: Body()).input().plan(call)
        return named(Reply.json(["input_tokens": .int(plan.prompt.count)]), call)
    }

    private static func respond(_ call: Call) async throws -> Response {
        let body = try await call.body(shape, initial: Body())
        let plan = try await body.input().plan(call)
        let answer = try plan.start()
        let initial = MessagesAnswer(id: "msg_" + Identifiers.random(24), model: body.model, plan: plan)
        guard body.streams == true else {
            return named(Reply.json(try await call.whole(answer, into: initial).message), call)
        }
        let response = Reply.events(call, dialect: .anthropic) { events in
            try await events.send(
                ["type": "message_start", "message": initial.message], name: "message_start")
            try await call.grow(initial, by: answer) { name, value in
                try await events.send(value, name: name)
            }
        }
        return named(response, call)
    }

    /// Anthropic's clients look for the request's id in a header of their own.
    private static func named(_ response: Response, _ call: Call) -> Response {
        var response = response
        response.headers[HTTPField.Name("request-id")!] = call.id
        return response
    }
}

private struct Thinking: Sendable {
    static let shape = RequestShape<Thinking>(
        "thinking",
        [Field(only: .word(["disabled"]), "type", "models here think in their answers, or not at all")])
}

private struct Metadata: Sendable {
    static let shape = RequestShape<Metadata>(
        "metadata", [Field(only: .text(0...512), "user_id", "whose request it is")])
}
