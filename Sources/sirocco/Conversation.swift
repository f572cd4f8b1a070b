// A conversation as data: what /save writes and /load reads.

package import ChatTemplates
import FoundationEssentials
import Glibc
import ModelFiles
import SystemPackage

/// The messages of a chat.
package struct Conversation: Codable, Equatable {
    /// A message, in the shape of OpenAI's API.
    package struct Message: Codable, Equatable {
        package var role: String
        package var content: String
        /// The calls that an assistant's message makes.
        package var tool_calls: [Call]?
        /// The call that a tool's message answers.
        package var tool_call_id: String?
    }

    package struct Call: Codable, Equatable {
        package struct Function: Codable, Equatable {
            package var name: String
            /// JSON text.
            package var arguments: String
        }

        package var id: String
        package var type = "function"
        package var function: Function
    }

    package var system: String?
    package var messages: [Message] = []

    package init() {}

    /// For the model, the system prompt first.
    package var chatMessages: [ChatMessage] {
        (system.map { [ChatMessage(role: .system, content: $0)] } ?? []) + messages.map(\.chatMessage)
    }

    /// The beginning of the last message, on one line.
    var lastLine: String {
        let text = messages.last?.content.split(separator: "\n").first ?? ""
        return text.count > 60 ? text.prefix(60) + "…" : String(text)
    }

    /// Removes the answer to the last question, with the calls and results it took; empty if there is none.
    @discardableResult
    package mutating func dropAnswer() -> [Message] {
        let start = messages.lastIndex { $0.role == "user" }.map { $0 + 1 } ?? 0
        defer { messages.removeSubrange(start...) }
        return Array(messages[start...])
    }

    /// Removes the last message and its answer; false if there is none.
    package mutating func undo() -> Bool {
        let before = messages.count
        dropAnswer()
        if messages.last?.role == "user" { messages.removeLast() }
        return messages.count < before
    }

    package static func read(_ path: String) throws(ConversationError) -> Conversation {
        guard !path.isEmpty else { throw ConversationError("name a file: /load FILE") }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConversationError("\(path): there is no such file")
        }
        let conversation: Conversation
        do { conversation = try JSONDecoder().decode(Conversation.self, from: data) } catch {
            throw ConversationError("\(path): this is not a conversation that /save wrote")
        }
        try conversation.check(path)
        return conversation
    }

    /// Roles are known, and every result answers a call of the message it follows.
    private func check(_ path: String) throws(ConversationError) {
        var open: [String] = []
        for (index, message) in messages.enumerated() {
            let place = "\(path): messages[\(index)]"
            switch message.role {
            case "user": open = []
            case "assistant": open = message.tool_calls?.map(\.id) ?? []
            case "tool":
                guard let id = message.tool_call_id, let call = open.firstIndex(of: id) else {
                    throw ConversationError("\(place): this result answers no call of the message before it")
                }
                open.remove(at: call)
            default:
                throw ConversationError("\(place): role '\(message.role)'; expected user, assistant or tool")
            }
            guard message.role == "assistant" || message.tool_calls == nil else {
                throw ConversationError("\(place): only an assistant calls tools")
            }
        }
    }

    package func write(_ path: String) throws(ConversationError) {
        guard !path.isEmpty else { throw ConversationError("name a file: /save FILE") }
        do { try JSONEncoder.readable.encode(self).write(to: URL(filePath: path), options: .atomic) } catch {
            throw ConversationError("\(path): cannot be written: \(Errno(rawValue: errno))")
        }
    }
}

extension Conversation.Message {
    package init(role: String, content: String) {
        self.init(role: role, content: content, tool_calls: nil, tool_call_id: nil)
    }

    /// An assistant's answer, each call with an id.
    package init(_ answer: ToolCallAnswer, seed: UInt64) {
        let calls = answer.calls.enumerated().map { index, call in
            Conversation.Call(
                id: call.id ?? ToolCallID.text(seed: seed, index: index),
                function: .init(name: call.name, arguments: call.arguments))
        }
        self.init(role: "assistant", content: answer.text, tool_calls: calls.isEmpty ? nil : calls)
    }

    /// What a call came to.
    package init(result: String, of call: Conversation.Call) {
        self.init(role: "tool", content: result, tool_call_id: call.id)
    }

    var chatMessage: ChatMessage {
        let calls = (tool_calls ?? []).map {
            ToolCall(id: $0.id, name: $0.function.name, arguments: .string($0.function.arguments))
        }
        return ChatMessage(
            role: Role(rawValue: role), body: content.isEmpty && !calls.isEmpty ? .none : .text(content),
            toolCalls: calls, toolCallID: tool_call_id)
    }
}

/// Why a conversation cannot be kept or taken up.
package struct ConversationError: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
