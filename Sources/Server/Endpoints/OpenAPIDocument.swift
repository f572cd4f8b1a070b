// GET /openapi.json: the OpenAPI 3.1 document, made of the endpoints and of the fields that read their requests.

import ChatTemplates
import HTTPTypes
import Hummingbird

enum OpenAPIDocument {
    static let endpoint = Endpoint(
        method: .get, path: "/openapi.json", dialect: .openAI, summary: "This API, described",
        answer: ["type": "object"], isPublic: true
    ) { call in
        Reply.json(document(Endpoints.all, version: call.service.version))
    }

    static func document(_ endpoints: [Endpoint], version: String) -> JSONValue {
        var paths = JSONObject()
        for endpoint in endpoints {
            var path: JSONObject = if case .object(let known)? = paths[endpoint.path] { known } else { [:] }
            path[endpoint.method.rawValue.lowercased()] = operation(endpoint)
            paths[endpoint.path] = .object(path)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Sirocco", "version": .string(version),
                "description": """
                Language models behind OpenAI's, Mistral's, Anthropic's and Ollama's API. A field that is not \
                honoured is an error.
                """,
            ],
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "key": ["type": "apiKey", "in": "header", "name": "x-api-key"],
                ],
                "responses": .object(responses),
            ],
            // The last: a server without keys asks for none.
            "security": [["bearer": []], ["key": []], .object([:])],
        ]
    }

    private static func operation(_ endpoint: Endpoint) -> JSONValue {
        var operation: JSONObject = [
            "operationId": .string(identifier(endpoint)), "summary": .string(endpoint.summary),
            "tags": [.string(endpoint.dialect.rawValue)],
        ]
        if endpoint.isPublic { operation["security"] = [] }
        let names = endpoint.path.split(separator: "/").filter { $0.hasPrefix("{") }
        if !names.isEmpty {
            operation["parameters"] = .array(
                names.map { name in
                    [
                        "name": .string(String(name.dropFirst().dropLast())), "in": "path",
                        "required": true, "schema": ["type": "string"],
                    ]
                })
        }
        if let body = endpoint.body {
            operation["requestBody"] = ["required": true, "content": ["application/json": ["schema": body]]]
        }
        var content = JSONObject()
        if let answer = endpoint.answer { content["application/json"] = ["schema": answer] }
        if endpoint.answer == nil { content[endpoint.answerType] = ["schema": ["type": "string"]] }
        if endpoint.streams {
            let type = endpoint.dialect == .ollama ? "application/x-ndjson" : "text/event-stream"
            // What one event is differs by API; readers of this document that check events want an object.
            content[type] = [:]
        }
        operation["responses"] = [
            "200": ["description": "The answer.", "content": .object(content)],
            "default": ["$ref": .string("#/components/responses/\(endpoint.dialect.rawValue)")],
        ]
        return .object(operation)
    }

    /// `postV1ChatCompletions`, `getV1ModelsId`.
    private static func identifier(_ endpoint: Endpoint) -> String {
        let words = endpoint.path.split { !$0.isLetter && !$0.isNumber }
        return endpoint.method.rawValue.lowercased()
            + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The errors of each API, shown by the errors themselves.
    private static var responses: JSONObject {
        var responses = JSONObject()
        for dialect in Dialect.allCases {
            // Under /v1 the model's name decides between OpenAI's and Mistral's errors.
            let shapes = dialect == .openAI || dialect == .mistral ? [Dialect.openAI, .mistral] : [dialect]
            let bodies = shapes.flatMap { shape in
                [APIError.invalid("…", at: ["field"]), .server("…")].map {
                    shape.body(of: $0, requestID: "…")
                }
            }
            responses[dialect.rawValue] = [
                "description": "An error, as this API's clients expect it.",
                "headers": ["X-Request-Id": ["schema": ["type": "string"]]],
                "content": ["application/json": ["schema": ["anyOf": .array(bodies.map(schema))]]],
            ]
        }
        return responses
    }

    /// The schema of values like `example`. What may be null in one error is a text in another.
    private static func schema(_ example: JSONValue) -> JSONValue {
        switch example {
        case .object(let object):
            var properties = JSONObject()
            for (key, value) in object.members { properties[key] = schema(value) }
            return [
                "type": "object", "properties": .object(properties),
                "required": .array(object.members.map { .string($0.key) }),
            ]
        case .array(let items): return ["type": "array", "items": items.first.map(schema) ?? true]
        case .string, .null: return ["type": ["string", "integer", "null"]]
        default: return true
        }
    }
}
