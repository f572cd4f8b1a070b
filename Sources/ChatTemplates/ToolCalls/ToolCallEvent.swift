// Owns what a streaming parser tells of an answer, and the answer as a whole once the telling is over.
// Refuses to know formats.

/// A part of an answer as it comes in.
package enum ToolCallEvent: Sendable, Equatable {
    /// Words for the reader.
    case text(String)
    /// A call of an offered tool begins. Calls count from 0.
    case callStarted(index: Int, name: String)
    /// More of the call's arguments: JSON text, exactly as the model wrote it.
    case argumentsDelta(index: Int, String)
    /// The call is over.
    /// - id: as the model wrote it; nil: the format has none, and the caller gives it one (`ToolCallID`).
    /// - isComplete: whether the deltas together are one JSON object. False where the answer was cut or the model
    ///   broke off: then the deltas hold all that it wrote in the arguments' place.
    case callEnded(index: Int, id: String?, isComplete: Bool)
}

/// An answer put together from its events.
package struct ToolCallAnswer: Sendable, Equatable {
    package struct Call: Sendable, Equatable {
        package var name: String
        /// JSON text.
        package var arguments = ""
        package var id: String?
        package var isComplete = false
    }

    package var text = ""
    package var calls: [Call] = []

    package init() {}

    package mutating func add(_ events: [ToolCallEvent]) {
        for event in events {
            switch event {
            case .text(let more): text += more
            case .callStarted(_, let name): calls.append(Call(name: name))
            case .argumentsDelta(let index, let more): calls[index].arguments += more
            case .callEnded(let index, let id, let isComplete):
                calls[index].id = id
                calls[index].isComplete = isComplete
            }
        }
    }

    /// The answer as a message of the conversation, each call with an id.
    /// - Parameter seed: what ids are derived from where the model wrote none.
    package func message(seed: UInt64) -> ChatMessage {
        ChatMessage(
            role: .assistant, body: text.isEmpty && !calls.isEmpty ? .none : .text(text),
            toolCalls: calls.enumerated().map { index, call in
                ToolCall(
                    id: call.id ?? ToolCallID.text(seed: seed, index: index), name: call.name,
                    arguments: .string(call.arguments))
            })
    }
}
