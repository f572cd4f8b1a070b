// The one error type of this module.

/// Why a model cannot be prepared for inference or a request cannot be served.
public struct EngineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of problem, for programs.
    public enum Code: String, Sendable {
        /// A file cannot be read or does not hold what it should.
        case badModel
        /// The prompt does not fit.
        case promptTooLong
        /// The request contradicts itself or the model.
        case badRequest
        /// The model computed something that is not a number.
        case badLogits
        /// The request's mask and bias leave no token to choose.
        case nothingAllowed
        /// As many requests wait as may; `retryAfterSeconds` says when to come again.
        case busy
        /// The request's time was up before there was an answer.
        case deadline
        /// The engine is shutting down.
        case stopped
    }

    public let code: Code
    /// One line for a person: what, where, and how to mend it.
    public let description: String
    /// With code `busy`: when there will be room, as far as the latest requests tell.
    public let retryAfterSeconds: Double?

    package init(_ code: Code, _ description: String, retryAfterSeconds: Double? = nil) {
        self.code = code
        self.description = description
        self.retryAfterSeconds = retryAfterSeconds
    }
}
