// What the modules below throw, as a client is told of it. Nothing of this machine gets out: no path, no address.

import ChatTemplates
import Hummingbird
import Inference
import Logging

extension APIError {
    /// Nobody reads it but a client that closed only its own direction. nginx logs the same number.
    static let clientGone = APIError(
        HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request"), .invalidRequest,
        code: "client_closed",
        "the connection was closed before the answer was there; keep it open in both directions")

    fileprivate init(_ error: EngineError) {
        switch error.code {
        case .badRequest, .nothingAllowed: self = .invalid(error.description)
        case .promptTooLong: self = .invalid(error.description, code: "context_length_exceeded")
        case .busy:
            self = APIError(
                .tooManyRequests, .overloaded, code: "queue_full", error.description,
                retryAfter: max(1, Int((error.retryAfterSeconds ?? 1).rounded(.up))))
        case .deadline:
            self = APIError(.gatewayTimeout, .timeout, code: "deadline", error.description)
        case .stopped:
            self = APIError(
                .serviceUnavailable, .unavailable, code: "shutting_down", "the server is ending",
                retryAfter: 5)
        case .badLogits:
            self = APIError(
                .internalServerError, .server, code: "model_error", "the model failed: \(error.description)")
        case .badModel:
            // Says where the file lies, which is nobody's business out there.
            self = APIError(
                .internalServerError, .server, code: "model_error", "the model cannot do this")
        }
    }
}

extension CallContext {
    /// The error as this request's client is told of it. What is none of the client's is a fault of the server, and logged.
    func failure(_ error: any Error) -> APIError {
        switch error {
        case let error as APIError: return error
        case let error as EngineError: return APIError(error)
        case let error as ChatTemplateError: return .invalid(error.description)
        case is CancellationError: return .clientGone
        default:
            logger.error("request failed", metadata: ["request": "\(id)", "error": "\(error)"])
            return .server(id)
        }
    }
}
