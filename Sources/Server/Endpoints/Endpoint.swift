// What an endpoint is, and the list of them: the router, the OpenAPI document and docs/api.md are made of it.

import ChatTemplates
import Hummingbird

/// One method of one path.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    /// With `{name}` for parts that vary.
    let path: String
    /// Whose errors it speaks.
    let dialect: Dialect
    let summary: String
    /// The schema of the body that it reads.
    var body: JSONValue?
    /// The schema of its answer; nil: no JSON.
    var answer: JSONValue?
    /// The media type of an answer that is no JSON.
    var answerType = "text/plain"
    /// Whether it answers with server-sent events if the body says `stream`.
    var streams = false
    /// Whether it works without a key.
    var isPublic = false
    let handle: @Sendable (Call) async throws -> Response
}

enum Endpoints {
    // To add an endpoint: one file in Endpoints/ that makes it, one row here, one row in docs/api.md.
    static let all: [Endpoint] = [
        ChatCompletions.endpoint, Completions.endpoint, FillInMiddle.endpoint, Embeddings.endpoint,
        Responses.endpoint, Messages.endpoint, Messages.count,
        OllamaChat.endpoint, OllamaGenerate.endpoint, OllamaModels.tags, OllamaModels.ps, OllamaModels.show,
        OllamaModels.version, OllamaEmbed.endpoint,
        ListModels.endpoint, ShowModel.endpoint, Tokenize.endpoint, Detokenize.endpoint,
        ApplyTemplate.endpoint, ShowTrace.endpoint, MetricsPage.endpoint, LabReports.list, LabReports.report,
        OpenAPIDocument.endpoint,
        Health.health, Health.ready,
    ]
}
