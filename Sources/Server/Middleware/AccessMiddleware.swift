// Who may come in: keys, rates, and pages of other origins in a browser. Knows no endpoint but whether it is public.

import HTTPTypes
import Hummingbird

struct AccessMiddleware: RouterMiddleware {
    typealias Context = CallContext
    let service: Service

    func handle(
        _ request: Request, context: CallContext,
        next: @concurrent (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        let settings = service.settings
        try checkOrigin(request, settings)
        if request.method == .options, let origin = request.headers[.origin] {
            return preflight(origin)
        }
        var context = context
        let keyring = service.keyring
        if !keyring.isEmpty {
            if let presented = Self.presentedKey(request), let key = keyring.find(presented) {
                context.key = key
            } else if !isPublic(request, settings) {
                throw APIError(
                    .unauthorized, .authentication, code: "invalid_api_key",
                    Self.presentedKey(request) == nil
                        ? "an API key is needed: Authorization: Bearer …" : "this API key is not known here")
            }
        }
        guard request.method != .get, request.method != .head else { return try await next(request, context) }
        try service.enter()
        let ticket = Ticket(service, context)
        if let key = context.key { try service.rates.take(key) }
        var response = try await next(request, context)
        guard response.body.contentLength == nil else { return withExtendedLifetime(ticket) { response } }
        let body = response.body
        response.body = ResponseBody { writer in
            defer { withExtendedLifetime(ticket) {} }
            try await body.write(writer)
        }
        return response
    }

    /// The key that came with a request, in OpenAI's or Anthropic's header.
    private static func presentedKey(_ request: Request) -> String? {
        if let key = request.headers[.xAPIKey] { return key }
        guard let header = request.headers[.authorization] else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    private func isPublic(_ request: Request, _ settings: ServerSettings) -> Bool {
        let path = request.uri.path
        if path == "/metrics", settings.hidesMetrics { return false }
        let method = request.method == .head ? .get : request.method
        return Endpoints.all.contains { $0.isPublic && $0.path == path && $0.method == method }
    }

    /// A page that the user visits must not speak to a server on their own machine: neither with a simple form (its
    /// browser names the origin) nor by a name of its own that resolves to this address (the host gives it away).
    private func checkOrigin(_ request: Request, _ settings: ServerSettings) throws {
        let host = request.head.authority ?? ""
        if settings.isLoopback, !settings.allowsAnyHost, !Self.isLocal(host) {
            throw APIError(
                HTTPResponse.Status(code: 421, reasonPhrase: "Misdirected Request"), .invalidRequest,
                code: "wrong_host",
                "this server answers as localhost only; --host makes it known elsewhere")
        }
        guard let origin = request.headers[.origin], !settings.origins.contains(origin),
            !settings.origins.contains("*")
        else { return }
        guard origin == "http://\(host)" || origin == "https://\(host)" else {
            throw APIError(
                .forbidden, .authentication, code: "origin_not_allowed",
                "pages from this origin may not use this server; `origins` in the configuration lists those that may"
            )
        }
    }

    static func isLocal(_ authority: String) -> Bool {
        let authority = authority.lowercased()
        let host =
            authority.hasPrefix("[")
            ? authority.prefix { $0 != "]" }.dropFirst() : authority.prefix { $0 != ":" }
        return host == "localhost" || host == "::1" || host.hasSuffix(".localhost")
            || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }

    private func preflight(_ origin: String) -> Response {
        Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET, POST, OPTIONS",
                .accessControlAllowHeaders: "authorization, content-type, x-api-key, anthropic-version",
                .accessControlMaxAge: "600",
            ])
    }
}

/// Keeps a request counted as running until the last holder lets go. Then its key is charged, however it ended: who
/// leaves before the end has had the tokens.
private final class Ticket: @unchecked Sendable {
    private let service: Service
    private let context: CallContext
    init(_ service: Service, _ context: CallContext) {
        self.service = service
        self.context = context
    }
    deinit {
        if let key = context.key {
            let notes = context.notes.value
            service.rates.charge(key, tokens: notes.promptTokens + notes.answerTokens)
        }
        service.leave()
    }
}

extension HTTPField.Name {
    static let xAPIKey = HTTPField.Name("X-Api-Key")!
}
