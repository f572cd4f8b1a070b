// Owns the module's one error type: what went wrong, on which line of the template, and what to do.
// Refuses to know how templates are parsed or run.

/// Why a chat template could not be parsed or rendered, or a conversation does not fit a layout.
public struct ChatTemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure, for callers that react differently to each.
    public enum Code: String, Sendable, CaseIterable {
        /// The template's source is not valid Jinja.
        case syntax
        /// Valid Jinja that this module does not implement.
        case unsupported
        /// A name, attribute or item was used that does not exist.
        case undefined
        /// An operation was applied to values of the wrong type.
        case type
        /// An operation met a value it cannot work on: division by zero, an overflow, a bad format string.
        case value
        /// The template tried what the sandbox forbids, such as changing a list in place.
        case security
        /// A limit of `ChatTemplateLimits` was reached.
        case limit
        /// The template itself refused the conversation, with `raise_exception`.
        case raisedByTemplate
        /// A text is not valid JSON.
        case json
        /// The conversation does not fit an instruct layout: wrong first role, tools where none exist.
        case conversation
        /// A tool's definition, or the choice of one, is not what the API asks for.
        case tool
    }

    public let code: Code
    /// The line of the template's source, from 1; nil where no template is involved.
    public internal(set) var line: Int?
    /// What happened and, where there is one, the way out. For `raisedByTemplate` the template's own words.
    public let message: String

    package init(_ code: Code, _ message: String, line: Int? = nil) {
        self.code = code
        self.message = message
        self.line = line
    }

    public var description: String {
        switch (code, line) {
        case (.json, _), (.conversation, _), (.tool, _): message
        case (_, .some(let line)): "chat template, line \(line): \(message)"
        case (_, .none): "chat template: \(message)"
        }
    }

    /// The same error with a line, unless it already has one.
    func at(line: Int) -> ChatTemplateError {
        guard self.line == nil else { return self }
        var copy = self
        copy.line = line
        return copy
    }
}
