// A training example as detectors see it: turns of text, whatever file they came from.

/// One example: a conversation, or a text that is a single turn.
public struct Document: Sendable {
    /// What names it in outputs: the record's own id, or its place in the input.
    public var id: String
    public var turns: [Turn]

    public init(id: String, turns: [Turn]) {
        self.id = id
        self.turns = turns
    }
}

/// What one speaker said.
public struct Turn: Sendable {
    public var role: Role
    /// UTF-8 as meant, with no escapes of the file left in it. Invalid bytes may occur and match nothing.
    public var text: [UInt8]

    public init(role: Role, text: [UInt8]) {
        self.role = role
        self.text = text
    }

    public init(_ role: Role, _ text: String) {
        self.init(role: role, text: Array(text.utf8))
    }
}

/// Who speaks.
public enum Role: String, Codable, Sendable {
    case system, user, assistant, tool
    /// Nobody in particular: a web page, a book.
    case text
}
