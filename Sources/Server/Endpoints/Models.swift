// GET /v1/models and /v1/models/{id}.

import ChatTemplates
import Hummingbird
import Inference

enum ListModels {
    static let endpoint = Endpoint(
        method: .get, path: "/v1/models", dialect: .openAI, summary: "The models on offer",
        answer: [
            "type": "object",
            "properties": [
                "object": ["const": "list"], "data": ["type": "array", "items": ChatSchemas.model],
            ],
            "required": ["object", "data"],
        ]
    ) { call in
        let data = call.visibleModels.flatMap { settings in
            ([settings.name] + settings.aliases).map { ShowModel.json($0, settings, call.service) }
        }
        return Reply.json(["object": "list", "data": .array(data)])
    }
}

enum ShowModel {
    static let endpoint = Endpoint(
        method: .get, path: "/v1/models/{id}", dialect: .openAI, summary: "One model",
        answer: ChatSchemas.model
    ) { call in
        // A name may have a slash, which a path spells %2F.
        let name = call.context.parameters.get("id")?.percentDecoded ?? ""
        return Reply.json(json(name, try call.settings(of: name), call.service))
    }

    static func json(_ name: String, _ settings: ModelSettings, _ service: Service) -> JSONValue {
        let loaded = service.pool.loaded.first { $0.name == settings.name }
        var object: JSONObject = [
            "id": .string(name), "object": "model", "created": .int(loaded?.created ?? service.started),
            "owned_by": "sirocco",
            "type": "base",  // Mistral's client wants it
        ]
        if name != settings.name { object["root"] = .string(settings.name) }
        var capabilities: JSONObject = [
            "completion_chat": true, "completion_fim": false, "function_calling": true,
        ]
        if let loaded {
            capabilities["completion_chat"] = .bool(loaded.loaded.promptFormat != nil)
            capabilities["completion_fim"] = .bool(InfillLayout.of(loaded.tokenizer) != nil)
            object["max_context_length"] = .int(loaded.engine.context)
        }
        object["capabilities"] = .object(capabilities)
        object["sirocco"] = ["loaded": .bool(loaded != nil)]
        return .object(object)
    }
}

extension Call {
    /// The models that the request's key may use.
    var visibleModels: [ModelSettings] {
        service.pool.settings.filter { context.key?.models?.contains($0.name) ?? true }
    }

    /// The settings of the model called `name`, which may be an alias, if the key may use it.
    func settings(of name: String) throws -> ModelSettings {
        let known = visibleModels
        guard let settings = known.first(where: { $0.answers(to: name) }) else {
            throw APIError.unknownModel(String(name.prefix(200)), known: known.map(\.name))
        }
        return settings
    }

    /// Which of the two APIs under /v1 the client speaks: as the model is configured, else by what Mistral's own client
    /// calls itself, else OpenAI's.
    func dialect(model: JSONValue?) -> Dialect {
        if case .string(let name)? = model, let settings = try? service.pool.settings(of: name),
            let dialect = settings.dialect
        {
            return dialect
        }
        return request.headers[.userAgent]?.lowercased().hasPrefix("mistral-client") == true
            ? .mistral : .openAI
    }

    /// Notes what an answer came to: for the log, the counters and traces. To be called before the client can know that
    /// the answer is at its end.
    func finished(_ plan: AnswerPlan, _ ends: [AnswerEnd], id: String) {
        if plan.options.extras.trace == true {
            service.traces.keep(
                RoutedAnswer(plan, ends, id: id, owner: context.key?.name),
                bytes: service.settings.traceBytes)
        }
        let usage = Usage(ends)
        context.notes.update { notes in
            notes.promptTokens = usage.prompt
            notes.cachedTokens = usage.cached
            notes.answerTokens = usage.answer
            notes.finish = ends.first.map { "\($0.reason)" }
        }
    }
}
