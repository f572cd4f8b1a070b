// How each API spells an error, so that its own clients raise their own exceptions. Knows no endpoint.

import ChatTemplates
import Hummingbird

/// The API that a request speaks, as far as errors are concerned.
package enum Dialect: String, Sendable, CaseIterable {
    case openAI, mistral, anthropic, ollama

    /// The error as this API's clients expect it.
    func body(of error: APIError, requestID: String) -> JSONValue {
        switch self {
        case .openAI:
            [
                "error": [
                    "message": .string(error.message), "type": .string(error.kind.rawValue),
                    "param": JSONValue(error.path) { .string($0.description) }, "code": .string(error.code),
                ]
            ]
        case .mistral where status(of: error) == .unprocessableContent: ["detail": [mistralDetail(error)]]
        case .mistral:
            [
                "object": "error", "message": .string(error.message), "type": .string(error.kind.rawValue),
                "param": JSONValue(error.path) { .string($0.description) }, "code": .string(error.code),
            ]
        case .anthropic:
            [
                "type": "error",
                "error": ["type": .string(anthropicType(error)), "message": .string(error.message)],
                "request_id": .string(requestID),
            ]
        case .ollama: ["error": .string(error.message)]
        }
    }

    /// Mistral's API answers a body that does not fit its fields with 422; the others use 400.
    func status(of error: APIError) -> HTTPResponse.Status {
        self == .mistral && error.status == .badRequest && error.path != nil
            ? .unprocessableContent : error.status
    }

    /// In the words of pydantic, whose validation Mistral's API shows.
    private func mistralDetail(_ error: APIError) -> JSONValue {
        let steps = error.path?.steps ?? []
        let place =
            ["body"]
            + steps.map { step -> JSONValue in
                switch step {
                case .key(let key): .string(key)
                case .index(let index): .int(index)
                }
            }
        let (type, message) =
            switch error.code {
            case "unknown_parameter": ("extra_forbidden", "Extra inputs are not permitted")
            case "missing_parameter": ("missing", "Field required")
            default: (error.code, error.message)
            }
        return ["type": .string(type), "loc": .array(place), "msg": .string(message)]
    }

    private func anthropicType(_ error: APIError) -> String {
        switch error.kind {
        case .server, .unavailable: "api_error"
        default: error.kind.rawValue
        }
    }

    func response(_ error: APIError, requestID: String) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let seconds = error.retryAfter { headers[.retryAfter] = String(seconds) }
        if error.status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: status(of: error), headers: headers,
            body: ResponseBody(
                byteBuffer: ByteBuffer(bytes: body(of: error, requestID: requestID).compactBytes)))
    }
}
