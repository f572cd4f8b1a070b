// Owns the list of ways in which models write calls, and what a way consists of. Each has a file of its own.
// Refuses to read or write calls: `ToolCallParser` and `ToolCallShape` do, for all of them.

/// How a model writes calls of tools.
package struct ToolCallFormat: Sendable, Equatable {
    /// What stands for one call.
    package enum Body: Sendable, Equatable {
        /// `{"name": …, ARGUMENTS: {…}}`.
        /// - arguments: what the arguments are called; the first is written, any is read.
        /// - id: whether calls are written with an `"id"` of nine letters and digits. One is always read.
        case object(arguments: [String], id: Bool)
        /// `name[CALL_ID]id[ARGS]{…}`, the id optional.
        case named(callID: String, arguments: String)
    }

    /// How several calls of an answer stand together.
    package enum Grouping: Sendable, Equatable {
        /// Each with its own markers, this text between two.
        case separate(String)
        /// One list behind one marker: `[{…}, {…}]`.
        case list
    }

    package let name: String
    /// Stands in front of a call, or of the list.
    package let opening: String
    /// Whether a call may do without the opening, as the first thing of an answer or behind another call.
    package var opensBare = false
    /// What is written between the opening and the call, and between the call and the closing.
    package var padding = ""
    package var closing: String?
    package let body: Body
    package let grouping: Grouping
    /// Whether templates refuse ids that are not nine letters and digits.
    package var needsShortIDs = false

    /// The texts that may be control tokens of the model's tokenizer. A caller that leaves control tokens out of an
    /// answer's text must pass these on to `ToolCallParser`.
    package var controlTokens: [String] {
        var tokens = [opening]
        if let closing { tokens.append(closing) }
        if case .named(let callID, let arguments) = body { tokens += [callID, arguments] }
        return tokens
    }

    /// Formats that a template may use by itself. `generic` is for all other models.
    // To add a format: a file beside this one, a line here, a case in Tests/Oracles/tool_calls.py. The suite "Tool call
    // formats" holds every one to the same laws; a body of a new kind also needs its states in `ToolCallParser`.
    package static let native: [ToolCallFormat] = [mistralList, mistralNamed, hermes, llama]

    /// Every format.
    package static let all = native + [generic]
}
