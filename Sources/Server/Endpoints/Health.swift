// GET /health and /ready: whether the process lives, and whether it takes requests.

import ChatTemplates
import Hummingbird

enum Health {
    static let health = Endpoint(
        method: .get, path: "/health", dialect: .openAI, summary: "Whether the server lives",
        answer: schema(["status": ["type": "string"], "version": ["type": "string"]]), isPublic: true
    ) { call in
        Reply.json(["status": "ok", "version": .string(call.service.version)])
    }

    static let ready = Endpoint(
        method: .get, path: "/ready", dialect: .openAI, summary: "Whether the server takes requests",
        answer: schema(["status": ["type": "string"]]), isPublic: true
    ) { call in
        guard call.service.isReady else {
            throw APIError(
                .serviceUnavailable, .unavailable, code: "not_ready",
                call.service.isDraining ? "the server is ending" : "models are being loaded", retryAfter: 1)
        }
        return Reply.json(["status": "ready"])
    }

    private static func schema(_ properties: JSONObject) -> JSONValue {
        [
            "type": "object", "properties": .object(properties),
            "required": .array(properties.members.map { .string($0.key) }),
        ]
    }
}
