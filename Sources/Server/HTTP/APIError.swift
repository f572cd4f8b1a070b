// What a client did wrong or what went wrong here, as one value. How each API spells an error is `ErrorShape`'s
// business.

package import Hummingbird

/// An error that a client is told about: status, what, where and how to mend it.
package struct APIError: Error, Sendable, CustomStringConvertible {
    /// The kinds of error, as programs tell them apart.
    package enum Kind: String, Sendable {
        /// A value is wrong, missing, unknown or not supported.
        case invalidRequest = "invalid_request_error"
        case authentication = "authentication_error"
        case notFound = "not_found_error"
        case tooLarge = "request_too_large"
        case rateLimit = "rate_limit_error"
        /// Too many requests wait already.
        case overloaded = "overloaded_error"
        /// The server is starting or ending.
        case unavailable = "unavailable_error"
        case timeout = "timeout_error"
        case server = "server_error"
    }

    package var status: HTTPResponse.Status
    package var kind: Kind
    /// A word for programs, such as `unknown_parameter`.
    package var code: String
    /// One line for a person.
    package var message: String
    /// Where in the request, if in one place.
    package var path: RequestPath?
    /// Seconds after which to try again.
    package var retryAfter: Int?

    package init(
        _ status: HTTPResponse.Status, _ kind: Kind, code: String, _ message: String,
        at path: RequestPath? = nil,
        retryAfter: Int? = nil
    ) {
        self.status = status
        self.kind = kind
        self.code = code
        self.message = message
        self.path = path
        self.retryAfter = retryAfter
    }

    package var description: String { message }

    /// A value of the request that cannot be used.
    static func invalid(_ message: String, at path: RequestPath? = nil, code: String = "invalid_value")
        -> APIError
    {
        APIError(.badRequest, .invalidRequest, code: code, message, at: path)
    }

    /// A value that is fine elsewhere and cannot be honoured here.
    static func unsupported(_ message: String, at path: RequestPath? = nil) -> APIError {
        invalid(message, at: path, code: "unsupported_value")
    }

    static func unknownModel(_ name: String, known: [String]) -> APIError {
        let list = known.isEmpty ? "" : "; this server has \(known.joined(separator: ", "))"
        return APIError(
            .notFound, .notFound, code: "model_not_found", "there is no model '\(name)'\(list)", at: ["model"]
        )
    }

    /// What a client learns of a fault of ours: nothing but the request's id, by which the log tells more.
    static func server(_ id: String) -> APIError {
        APIError(
            .internalServerError, .server, code: "internal_error",
            "the server made a mistake; its log has more under request \(id)")
    }
}
