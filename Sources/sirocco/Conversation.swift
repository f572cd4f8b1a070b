// A conversation as data: what /save writes and /load reads.

import ChatTemplates
import FoundationEssentials
import Glibc
import SystemPackage

/// The messages of a chat.
struct Conversation: Codable, Equatable {
    struct Message: Codable, Equatable {
        var role: String
        var content: String
    }

    var system: String?
    var messages: [Message] = []

    /// For the model, the system prompt first.
    var chatMessages: [ChatMessage] {
        (system.map { [ChatMessage(role: .system, content: $0)] } ?? [])
            + messages.map { ChatMessage(role: Role(rawValue: $0.role), content: $0.content) }
    }

    /// The beginning of the last message, on one line.
    var lastLine: String {
        let text = messages.last?.content.split(separator: "\n").first ?? ""
        return text.count > 60 ? text.prefix(60) + "…" : String(text)
    }

    /// Removes the last answer; false if there is none.
    mutating func dropAnswer() -> Bool {
        guard messages.last?.role == "assistant" else { return false }
        messages.removeLast()
        return true
    }

    /// Removes a last message that nobody answered.
    mutating func dropUnanswered() {
        if messages.last?.role == "user" { messages.removeLast() }
    }

    /// Removes the last message and its answer; false if there is none.
    mutating func undo() -> Bool {
        let dropped = dropAnswer()
        let before = messages.count
        dropUnanswered()
        return dropped || messages.count < before
    }

    static func read(_ path: String) throws(ConversationError) -> Conversation {
        guard !path.isEmpty else { throw ConversationError("name a file: /load FILE") }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConversationError("\(path): there is no such file")
        }
        let conversation: Conversation
        do { conversation = try JSONDecoder().decode(Conversation.self, from: data) } catch {
            throw ConversationError("\(path): this is not a conversation that /save wrote")
        }
        if let bad = conversation.messages.first(where: { !["user", "assistant"].contains($0.role) }) {
            throw ConversationError("\(path): role '\(bad.role)'; expected user or assistant")
        }
        return conversation
    }

    func write(_ path: String) throws(ConversationError) {
        guard !path.isEmpty else { throw ConversationError("name a file: /save FILE") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { try encoder.encode(self).write(to: URL(filePath: path), options: .atomic) } catch {
            throw ConversationError("\(path): cannot be written: \(Errno(rawValue: errno))")
        }
    }
}

/// Why a conversation cannot be kept or taken up.
struct ConversationError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
