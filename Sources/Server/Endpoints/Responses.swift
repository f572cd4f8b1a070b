// POST /v1/responses: OpenAI's Responses API for text and functions. Nothing is stored, so nothing can be gone back to.

import ChatTemplates
import Hummingbird

enum Responses {
    struct Body: Sendable, HasAnswerOptions {
        var model = ""
        var list = MessageList()
        var instructions: String?
        var tools: [ToolDefinition] = []
        var toolChoice: JSONValue?
        var isParallel: Bool?
        var format = AnswerFormat.text
        var options = AnswerOptions()
        var topLogProbabilities: Int?
        var includes: [String] = []
        var metadata: JSONValue?
        var user: String?
        var streams: Bool?
    }

    private static let honoured: [Field<Body>] = [
        Field("model", \.model, .text(1...200), isRequired: true, "a name that this server offers"),
        Field(
            "input", \.list, .responseInput, isRequired: true, "a text, or messages, calls and their outputs"),
        Field("instructions", \.instructions, .string, "a system prompt in front of the input"),
        AnswerFields.maxTokens("max_output_tokens"), AnswerFields.temperature(), AnswerFields.topP(),
        Field("text", \.format, .textConfiguration, "format: text, any JSON object, or JSON by a schema"),
        Field("tools", \.tools, .responseTools, "functions that the model may call"),
        Field("tool_choice", \.toolChoice, .responseToolChoice, "none, auto, required, or one function"),
        Field("parallel_tool_calls", \.isParallel, .bool, "whether one answer may call several times"),
        Field("top_logprobs", \.topLogProbabilities, .integer(0...20), "likeliest tokens to report"),
        Field(
            "include", \.includes,
            .list(of: .word(["message.output_text.logprobs", "reasoning.encrypted_content"])),
            "log-probabilities; reasoning, of which there is none"),
        Field("stream", \.streams, .bool, "answer with server-sent events"),
        Field("metadata", \.metadata, .object, "given back with the answer"),
        Field("user", \.user, .text(0...512), "for this server's log"),
    ]

    /// What changes nothing here is taken with the value that says so.
    private static let neutral: [Field<Body>] = [
        Field(
            only: .constant([false], "nothing is stored here; leave it out, or say false"), "store", "false"),
        Field(
            only: .constant([.null], "nothing is stored here; send the conversation as input"),
            "previous_response_id", "null"),
        Field(only: .constant([false], "answers are made while the client waits"), "background", "false"),
        Field(only: .word(["disabled"]), "truncation", "an input that does not fit is an error"),
        Field(only: .object(Reasoning.shape, initial: Reasoning()), "reasoning", "effort none"),
        Field(
            only: .object(StreamOptions.shape, initial: StreamOptions()), "stream_options",
            "include_obfuscation"),
        Field(only: .word(["auto", "default"]), "service_tier", "there is one tier"),
        Field(only: .text(0...512), "prompt_cache_key", "prompts are shared without it"),
        Field(only: .text(0...512), "safety_identifier", "for this server's log"),
    ]

    private static let shape = RequestShape<Body>(
        "a responses request", honoured + neutral + [AnswerFields.seed(), AnswerFields.extras()])

    static let endpoint = Endpoint(
        method: .post, path: "/v1/responses", dialect: .openAI, summary: "Answer an input with items",
        body: shape.schema, answer: ResponsesAnswer.schema, streams: true, handle: respond)

    private static func respond(_ call: Call) async throws -> Response {
        let json = try await call.body()
        var body = Body()
        try shape.read(json, into: &body)
        if body.includes.contains("message.output_text.logprobs") || body.topLogProbabilities ?? 0 > 0 {
            body.options.topLogProbabilities = body.topLogProbabilities ?? 0
        }
        var input = ChatInput(model: body.model, list: body.list, options: body.options)
        if let instructions = body.instructions {
            input.list.messages.insert(ChatMessage(role: .system, content: instructions), at: 0)
        }
        input.offer = try ToolOffer(
            body.tools, choice: ResponseTools.choice(body.toolChoice), isParallel: body.isParallel)
        input.format = body.format
        let plan = try await input.plan(call)
        let answer = try plan.start()
        let initial = ResponsesAnswer(plan: plan, request: json)
        guard body.streams == true else {
            return Reply.json(try await call.whole(answer, into: initial).response)
        }
        return Reply.events(call, dialect: .openAI) { events in
            var begun = initial
            for event in begun.begin() { try await events.send(event.value, name: event.name) }
            try await call.grow(begun, by: answer) { try await events.send($0.value, name: $0.name) }
        }
    }
}

private struct Reasoning: Sendable {
    static let shape = RequestShape<Reasoning>(
        "reasoning",
        [
            Field(only: .word(["none"]), "effort", "models here think in their answers, or not at all"),
            Field(only: .word(["auto"]), "summary", "there is nothing to sum up"),
        ])
}

private struct StreamOptions: Sendable {
    static let shape = RequestShape<StreamOptions>(
        "stream_options", [Field(only: .bool, "include_obfuscation", "no padding is sent either way")])
}
