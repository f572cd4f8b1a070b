// GET /api/tags, /api/ps and /api/version, POST /api/show and /api/embed: the rest of Ollama's API that concerns
// models as they are. What changes them (pull, create, delete…) is `sirocco`'s, on the command line.

import ChatTemplates
import FoundationEssentials
import Hummingbird
import Inference
import Logging

enum OllamaModels {
    static let tags = Endpoint(
        method: .get, path: "/api/tags", dialect: .ollama, summary: "The models on offer", answer: list
    ) { call in
        let models = call.visibleModels.flatMap { settings in
            let facts = call.facts(settings)
            return ([settings.name] + settings.aliases).map { JSONValue.object(entry($0, facts)) }
        }
        return Reply.json(["models": .array(models)])
    }

    static let ps = Endpoint(
        method: .get, path: "/api/ps", dialect: .ollama, summary: "The models in memory", answer: list
    ) { call in
        let visible = Set(call.visibleModels.map(\.name))
        let models = call.service.pool.loaded.filter { visible.contains($0.name) }.map { model in
            var object = entry(model.name, call.facts(model.settings))
            object["size_vram"] = 0
            object["context_length"] = .int(model.engine.context)
            // They stay until others need the memory. Ollama too names a far day for models that stay.
            object["expires_at"] = "9999-12-31T23:59:59Z"
            return JSONValue.object(object)
        }
        return Reply.json(["models": .array(models)])
    }

    static let version = Endpoint(
        method: .get, path: "/api/version", dialect: .ollama, summary: "The server's version",
        answer: ["type": "object", "properties": ["version": ["type": "string"]], "required": ["version"]]
    ) { call in
        Reply.json(["version": .string(call.service.version)])
    }

    private struct ShowBody: Sendable {
        var model: String?
        var name: String?
    }

    private static let showShape = RequestShape<ShowBody>(
        "a show request",
        [
            Field("model", \.model, .text(1...200), "a name that this server offers"),
            Field("name", \.name, .text(1...200), "the same, as it was called once"),
            Field(only: .constant([false], "vocabularies are not shown"), "verbose", "false"),
        ])

    static let show = Endpoint(
        method: .post, path: "/api/show", dialect: .ollama, summary: "One model", body: showShape.schema,
        answer: [
            "type": "object",
            "properties": [
                "details": ["type": "object"], "model_info": ["type": "object"],
                "template": ["type": "string"],
                "capabilities": ["type": "array", "items": ["type": "string"]],
            ],
            "required": ["details", "model_info", "capabilities"],
        ]
    ) { call in
        let body = try await call.body(showShape, initial: ShowBody())
        guard let wanted = body.model ?? body.name else {
            throw APIError.invalid("model: this field is required", at: ["model"], code: "missing_parameter")
        }
        let name = call.ollamaName(wanted)
        let settings = try call.settings(of: name)
        guard let facts = call.facts(settings) else {
            throw APIError(
                .serviceUnavailable, .unavailable, code: "model_unavailable",
                "the model '\(name)' cannot be read; the server's log says why", retryAfter: 30)
        }
        var object: JSONObject = ["modified_at": .string(OllamaAnswer.time(facts.modified))]
        object["template"] = .string(facts.template ?? "")
        object["parameters"] = .string(parameters(settings.defaults))
        if let system = settings.defaults.system { object["system"] = .string(system) }
        object["details"] = details(facts)
        object["model_info"] = .object(facts.metadata)
        object["capabilities"] = .array(call.capabilities(settings, facts))
        return Reply.json(.object(object))
    }

    private static func parameters(_ defaults: ModelDefaults) -> String {
        [
            defaults.temperature.map { "temperature \($0)" }, defaults.topP.map { "top_p \($0)" },
            defaults.minP.map { "min_p \($0)" }, defaults.maxTokens.map { "num_predict \($0)" },
        ].compactMap(\.self).joined(separator: "\n")
    }

    private static func entry(_ name: String, _ facts: ModelFacts?) -> JSONObject {
        var object: JSONObject = ["name": .string(name), "model": .string(name)]
        guard let facts else { return object }
        object["modified_at"] = .string(OllamaAnswer.time(facts.modified))
        object["size"] = .int(facts.bytes)
        object["digest"] = .string(facts.digest)
        object["details"] = details(facts)
        return object
    }

    private static func details(_ facts: ModelFacts) -> JSONValue {
        let millions = (Double(facts.parameters) / 1e5).rounded() / 10
        let size = millions < 1000 ? "\(millions)M" : "\((millions / 100).rounded() / 10)B"
        return [
            "parent_model": "", "format": .string(facts.format), "family": .string(facts.family),
            "families": [.string(facts.family)], "parameter_size": .string(size),
            "quantization_level": .string(facts.quantization),
        ]
    }

    private static let list: JSONValue = [
        "type": "object",
        "properties": [
            "models": [
                "type": "array",
                "items": [
                    "type": "object",
                    "properties": ["name": ["type": "string"], "model": ["type": "string"]],
                    "required": ["name", "model"],
                ],
            ]
        ],
        "required": ["models"],
    ]
}

enum OllamaEmbed {
    private struct Body: Sendable {
        var model = ""
        var inputs: [String] = []
        var truncates = false
        var dimensions: Int?
        var settings = OllamaSettings()
    }

    private static let shape = RequestShape<Body>(
        "an embed request",
        [
            Field("model", \.model, .text(1...200), isRequired: true, "a name that this server offers"),
            Field("input", \.inputs, .oneOrList(of: .string, count: 1...256), isRequired: true, "texts"),
            Field("truncate", \.truncates, .bool, "cut texts that are too long; else they are errors"),
            Field("dimensions", \.dimensions, .integer(1...(1 << 20)), "the model's width, and nothing else"),
            Field(
                "options", \.settings, .object(OllamaSettings.shape, initial: .init()), "only num_ctx matters"
            ),
            Field(only: .keepAlive, "keep_alive", "any time but 0; models stay until others need the memory"),
        ])

    static let endpoint = Endpoint(
        method: .post, path: "/api/embed", dialect: .ollama, summary: "Texts as vectors", body: shape.schema,
        answer: [
            "type": "object",
            "properties": ["model": ["type": "string"], "embeddings": ["type": "array"]],
            "required": ["model", "embeddings"],
        ]
    ) { call in
        let body = try await call.body(shape, initial: Body())
        let start = ContinuousClock.now
        let lease = try await call.lease(call.ollamaName(body.model))
        let loading = ContinuousClock.now - start
        _ = try body.settings.options(in: lease.model.engine.context, of: lease.model.name)
        try lease.model.check(dimensions: body.dimensions)
        let texts = try body.inputs.enumerated().map { index, text in
            let tokens = lease.model.tokens(embedding: text)
            guard !tokens.isEmpty else {
                throw APIError.invalid("input[\(index)] is empty", at: ["input"] / index)
            }
            return body.truncates ? Array(tokens.prefix(lease.model.engine.context)) : tokens
        }
        let vectors = try await call.embed(texts, lease)
        let count = texts.reduce(0) { $0 + $1.count }
        call.context.notes.update { $0.promptTokens = count }
        let total = (ContinuousClock.now - call.context.arrival) / .seconds(1)
        return Reply.json([
            "model": .string(body.model),
            "embeddings": .array(vectors.map { .array($0.map { .double(Double($0)) }) }),
            "total_duration": .int(Int(total * 1e9)), "load_duration": .int(Int(loading / .seconds(1) * 1e9)),
            "prompt_eval_count": .int(count),
        ])
    }
}

extension Call {
    /// What a model's files say; nil, and a line in the log, where they cannot be read.
    fileprivate func facts(_ settings: ModelSettings) -> ModelFacts? {
        do { return try service.facts.facts(path: try service.pool.path(settings)) } catch {
            context.logger.error(
                "model cannot be read", metadata: ["model": "\(settings.name)", "error": "\(error)"])
            return nil
        }
    }

    fileprivate func capabilities(_ settings: ModelSettings, _ facts: ModelFacts) -> [JSONValue] {
        let loaded = service.pool.loaded.first { $0.name == settings.name }
        var all: [JSONValue] = ["completion", "embedding"]
        if loaded?.loaded.promptFormat != nil || facts.template != nil { all.append("tools") }
        if let loaded, InfillLayout.of(loaded.tokenizer) != nil { all.append("insert") }
        return all
    }
}
