// Owns Mixtral's instruct layout, by pieces: which texts are encoded each on its own, and where control ids go.
// Refuses to know ids and tokenizers. Source: mistral-common's V1 instruct tokenizer, which Mixtral 8x7B was
// trained with; its published Jinja template splices text and so tokenizes spaces differently.

/// The layout of Mistral 7B Instruct v0.1 and Mixtral 8x7B Instruct. `[INST]` is plain text in it; the only control
/// ids are the beginning and the end token, so no text of a user can become one.
public enum MistralV1Layout {
    public enum Control: Sendable, Equatable {
        case bos
        case eos
    }

    /// A stretch of the prompt.
    public enum Piece: Sendable, Equatable {
        case control(Control)
        /// Text to be encoded by itself, without control tokens: each piece starts anew, with the tokenizer's
        /// dummy prefix.
        case text(String)
    }

    /// Lays a conversation out.
    ///
    /// Neighbours of one role merge, joined by a blank line. System messages, wherever they stand, are joined in
    /// front of the first user message; one between two user messages keeps those apart, as in mistral-common.
    /// - Parameter messages: the conversation; ends with a user message, or with an assistant message.
    /// - Throws: `conversation` for a conversation that does not start with the user, for roles, tool calls and
    ///   content parts that this layout has no place for, and for empty answers.
    public static func pieces(for messages: [ChatMessage]) throws(ChatTemplateError) -> [Piece] {
        let (system, turns) = try turns(of: messages)
        guard turns.first?.role == .user else {
            throw ChatTemplateError(
                .conversation,
                "the Mistral v1 layout starts with a user message; this conversation has "
                    + (turns.first.map { "one of role '\($0.role)' first" } ?? "none"))
        }
        var pieces: [Piece] = [.control(.bos)]
        for (index, turn) in turns.enumerated() {
            if turn.role == .user {
                let prefix = index == 0 ? system.map { $0 + "\n\n" } ?? "" : ""
                pieces.append(.text("[INST] " + prefix + turn.text + " [/INST]"))
            } else {
                guard !turn.text.isEmpty else {
                    throw ChatTemplateError(.conversation, "an assistant message has no content")
                }
                pieces.append(.text(turn.text))
                pieces.append(.control(.eos))
            }
        }
        return pieces
    }

    private typealias Turn = (role: Role, text: String)

    /// The joined system prompt, if any says something, and the turns with same-role neighbours merged.
    private static func turns(
        of messages: [ChatMessage]
    ) throws(ChatTemplateError) -> (system: String?, turns: [Turn]) {
        var system: [String] = []
        var turns: [Turn] = []
        var previous: Role?
        for message in messages {
            defer { previous = message.role }
            guard message.toolCalls.isEmpty, message.role != .tool else {
                throw ChatTemplateError(.conversation, "the Mistral v1 layout has no tools; v3 has")
            }
            switch message.role {
            case .system:
                if !message.content.isEmpty { system.append(message.content) }
            case .user, .assistant:
                if previous == message.role {
                    // Empty messages leave no blank line behind.
                    let parts = [turns[turns.count - 1].text, message.content].filter { !$0.isEmpty }
                    turns[turns.count - 1].text = parts.joined(separator: "\n\n")
                } else {
                    turns.append((message.role, message.content))
                }
            default:
                throw ChatTemplateError(
                    .conversation,
                    "the Mistral v1 layout has no role '\(message.role)'; use system, user, assistant")
            }
        }
        return (system.isEmpty ? nil : system.joined(separator: "\n\n"), turns)
    }
}
