// Owns the module's one error type: what is wrong with a grammar, where, and what to do.
// Refuses to know how grammars are read or run.

/// Why a grammar could not be compiled.
public struct GrammarError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure, for callers that react differently to each.
    public enum Code: String, Sendable, CaseIterable {
        /// The text of a GBNF grammar or of a regular expression is malformed.
        case syntax
        /// A well-formed construct or schema keyword that this module does not implement.
        case unsupported
        /// A rule or a `$ref` that does not exist.
        case undefined
        /// A schema keyword whose value has the wrong type or contradicts the specification.
        case invalidSchema
        /// A rule that would have to be expanded for ever before it reads a byte.
        case leftRecursion
        /// No text can ever match.
        case matchesNothing
        /// A limit of `GrammarLimits` was reached.
        case limit
    }

    /// Where in the source the trouble lies.
    public enum Place: Sendable, Equatable, CustomStringConvertible {
        /// In a GBNF grammar, both from 1.
        case line(Int, column: Int)
        /// In a regular expression: the number of the character, from 1.
        case character(Int)
        /// In a JSON Schema: a JSON pointer as a URI fragment, `#` for the whole.
        case pointer(String)
        /// A grammar made by combining others has no text.
        case none

        public var description: String {
            switch self {
            case .line(let line, let column): "grammar, line \(line), column \(column)"
            case .character(let index): "regex, character \(index)"
            case .pointer(let pointer): "schema, \(pointer)"
            case .none: "grammar"
            }
        }
    }

    public let code: Code
    public internal(set) var place: Place
    /// What is wrong and, where there is one, the way out.
    public let message: String

    package init(_ code: Code, _ place: Place, _ message: String) {
        self.code = code
        self.place = place
        self.message = message
    }

    public var description: String { "\(place): \(message)" }

    /// The same error with a place, unless it already has one.
    func at(_ place: Place) -> GrammarError {
        guard self.place == .none else { return self }
        var copy = self
        copy.place = place
        return copy
    }
}
