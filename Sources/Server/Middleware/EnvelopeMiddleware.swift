// The outermost layer: a request's id, its errors in its API's shape, its line in the log, its numbers. Knows no
// endpoint.

import HTTPTypes
import Hummingbird
import Logging

struct EnvelopeMiddleware: RouterMiddleware {
    typealias Context = CallContext
    let service: Service

    func handle(
        _ request: Request, context: CallContext,
        next: @concurrent (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        let visit = Visit(service, request, context)
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let failure = apiError(error, request, context)
            visit.failure = failure
            response = Self.dialect(request, context).response(failure, requestID: context.id)
            // What is left of the body would be read as the next request.
            if ["body_too_large", "body_timeout", "broken_body"].contains(failure.code) {
                response.headers[.connection] = "close"
            }
        }
        response.headers[.xRequestID] = context.id
        if let origin = allowedOrigin(request) {
            response.headers[.accessControlAllowOrigin] = origin
            response.headers[.vary] = "Origin"
        }
        visit.status = response.status.code
        // What follows a HEAD's head would be read as the next answer.
        if request.method == .head { response = response.createHeadResponse() }
        guard response.body.contentLength == nil else { return response }
        // The visit ends when the stream has been written, or was given up.
        let body = response.body
        response.body = ResponseBody { writer in
            try await body.write(writer)
            withExtendedLifetime(visit) {}
        }
        return response
    }

    /// Whose errors this request understands.
    static func dialect(_ request: Request, _ context: CallContext) -> Dialect {
        if let dialect = context.notes.value.dialect { return dialect }
        let path = request.uri.path
        if path.hasPrefix("/api/") { return .ollama }
        return path.hasPrefix("/v1/messages") ? .anthropic : .openAI
    }

    private func allowedOrigin(_ request: Request) -> String? {
        guard let origin = request.headers[.origin] else { return nil }
        let origins = service.settings.origins
        return origins.contains(origin) ? origin : origins.contains("*") ? "*" : nil
    }

    private func apiError(_ error: any Error, _ request: Request, _ context: CallContext) -> APIError {
        switch error {
        case let error as HTTPError where error.status == .notFound: return notFound(request)
        case let error as HTTPError:
            return APIError(
                error.status, .invalidRequest, code: "http_error",
                error.body ?? "this request cannot be served")
        default: return context.failure(error)
        }
    }

    /// A path that exists with another method is told so.
    private func notFound(_ request: Request) -> APIError {
        let path = request.uri.path
        let parts = path.split(separator: "/")
        let methods = Endpoints.all.filter { endpoint in
            let pattern = endpoint.path.split(separator: "/")
            return pattern.count == parts.count
                && zip(pattern, parts).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }.map(\.method.rawValue)
        let shown = path.count > 100 ? path.prefix(100) + "…" : path[...]
        guard methods.isEmpty else {
            return APIError(
                .methodNotAllowed, .invalidRequest, code: "method_not_allowed",
                "\(shown) takes \(methods.joined(separator: ", ")), not \(request.method.rawValue)")
        }
        return APIError(
            .notFound, .notFound, code: "unknown_url",
            "there is no \(request.method.rawValue) \(shown) here; see /openapi.json")
    }
}

/// One request from its head to the end of its answer: then it is logged and counted.
private final class Visit: @unchecked Sendable {
    // Set before the visit is shared with the stream's writer, read when the last of them lets go.
    var status = 0
    var failure: APIError?
    private let service: Service
    private let method: String
    private let path: String
    private let context: CallContext

    init(_ service: Service, _ request: Request, _ context: CallContext) {
        self.service = service
        method = request.method.rawValue
        path = request.uri.path
        self.context = context
    }

    deinit {
        let seconds = (ContinuousClock.now - context.arrival) / .seconds(1)
        let endpoint = context.endpointPath ?? "none"
        let metrics = service.metrics
        metrics.add(to: ServerMetrics.requests, ["endpoint": endpoint, "status": String(status)])
        metrics.observe(seconds, in: ServerMetrics.duration, ["endpoint": endpoint])
        let notes = context.notes.value
        var metadata: Logger.Metadata = [
            "request": "\(context.id)", "method": "\(method)", "path": "\(path.prefix(200))",
            "status": "\(status)",
            "seconds": "\((seconds * 10000).rounded() / 10000)",
        ]
        if let key = context.key { metadata["key"] = "\(key.name)" }
        if let model = notes.model { metadata["model"] = "\(model)" }
        if notes.promptTokens > 0 { metadata["prompt_tokens"] = "\(notes.promptTokens)" }
        if notes.answerTokens > 0 { metadata["answer_tokens"] = "\(notes.answerTokens)" }
        if let finish = notes.finish { metadata["finish"] = "\(finish)" }
        if let failure { metadata["error"] = "\(failure.code)" }
        context.logger.info("request", metadata: metadata)
    }
}

extension HTTPField.Name {
    static let xRequestID = HTTPField.Name("X-Request-Id")!
}
