// The module's one error type: what is wrong, where in the file, and what to do about it.
// It knows nothing of files on disk; callers add the file's name.

/// Why a tokenizer could not be built.
///
/// Encoding and decoding never fail: every error is found when the vocabulary is read.
public struct TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of thing went wrong.
    public enum Code: Sendable, Equatable {
        /// The bytes are not what the format says: truncated, out of range, contradictory.
        case malformed
        /// A well-formed tokenizer of a sort this module does not implement.
        case unsupported
        /// A needed key or token is not there.
        case missing
    }

    /// What kind of thing went wrong.
    public let code: Code
    /// Where: a key, a token, a byte offset.
    public let place: String
    /// What was found, and what to do about it.
    public let message: String

    package init(_ code: Code, _ place: String, _ message: String) {
        self.code = code
        self.place = place
        self.message = message
    }

    /// `place: message`.
    public var description: String { "\(place): \(message)" }
}
