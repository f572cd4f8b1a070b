// POST /v1/fim/completions: Mistral's API for the text between two others.

import ChatTemplates
import Hummingbird
import Inference
import Tokenizers

enum FillInMiddle {
    private struct Body: Sendable, HasAnswerOptions {
        var model = ""
        var prompt = ""
        var suffix: String?
        var options = AnswerOptions()
        var streams: Bool?
    }

    private static let shape = RequestShape<Body>(
        "a fill-in-the-middle request",
        [
            Field("model", \.model, .text(1...200), isRequired: true, "a name that this server offers"),
            Field("prompt", \.prompt, .string, isRequired: true, "the text before the gap"),
            Field("suffix", \.suffix, .string, "the text after it"),
            Field("stream", \.streams, .bool, "answer with server-sent events"),
            Field(only: .constant([0], "answers end where the model ends them"), "min_tokens", "0"),
            Field(only: .object, "metadata", "kept by nobody, as it changes no answer"),
            AnswerFields.maxTokens(), AnswerFields.temperature(1.5), AnswerFields.topP(), AnswerFields.stop(),
            AnswerFields.seed("random_seed"), AnswerFields.extras(),
        ])

    static let endpoint = Endpoint(
        method: .post, path: "/v1/fim/completions", dialect: .mistral, summary: "Fill the gap in a text",
        body: shape.schema, answer: ChatSchemas.completion, streams: true, handle: respond)

    private static func respond(_ call: Call) async throws -> Response {
        call.context.notes.update { $0.dialect = .mistral }
        let body = try await call.body(shape, initial: Body())
        let lease = try await call.lease(body.model)
        var plan = try AnswerPlan(
            call, lease, prompt: try lease.model.tokens(before: body.prompt, after: body.suffix),
            options: body.options)
        plan.fallbackTemperature = 0.7
        plan.continuesText = true
        if let end = InfillLayout.of(lease.model.tokenizer)?.end.flatMap(lease.model.tokenizer.id(ofPiece:)) {
            plan.moreEndTokens = [end]
        }
        let head = ChatCompletions.Head(model: body.model, dialect: .mistral)
        guard body.streams == true else { return try await ChatCompletions.reply(call, plan, head) }
        return try ChatCompletions.stream(call, plan, head, sendsUsage: true)
    }
}

extension ServedModel {
    /// The prompt for the text after `before`, and before `after` if that is given.
    func tokens(before: String, after: String?) throws -> [TokenID] {
        if let layout = InfillLayout.of(tokenizer), layout.middle == nil || after?.isEmpty == false {
            return layout.tokens(before: before, after: after ?? "", tokenizer)
        }
        guard after?.isEmpty ?? true else {
            throw APIError.unsupported(
                "suffix: the vocabulary of '\(name)' has no tokens to mark a gap with; leave the suffix out to "
                    + "continue the prompt", at: ["suffix"])
        }
        return loaded.tokens(continuing: before)
    }
}
