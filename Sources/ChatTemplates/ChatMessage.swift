// Owns a conversation: messages, their roles, tool calls. Refuses to know how any model lays them out.

/// Who speaks. A string to templates; the roles named here are trusted parts of a prompt, others are data.
public struct Role: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible
{
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }

    public static let system = Role(rawValue: "system")
    public static let developer = Role(rawValue: "developer")
    public static let user = Role(rawValue: "user")
    public static let assistant = Role(rawValue: "assistant")
    /// The result of a tool call.
    public static let tool = Role(rawValue: "tool")

    /// The roles this program knows. Templates paste a role into control tokens (Phi-3: `'<|' + role + '|>'`), so
    /// these must count as trusted; a role that came in with a request must not.
    public static let known: Set<Role> = [.system, .developer, .user, .assistant, .tool]

    public var description: String { rawValue }
}

/// One message of a conversation, in the shape of OpenAI's and transformers' APIs.
public struct ChatMessage: Sendable, Equatable {
    /// What a message says.
    public enum Content: Sendable, Equatable {
        case text(String)
        /// Typed parts, `{"type": "text", "text": …}`, for templates that understand them.
        case parts([JSONValue])
        /// Templates see `none`: an assistant's message that only calls tools.
        case none
    }

    public var role: Role
    public var body: Content
    /// The calls an assistant makes.
    public var toolCalls: [ToolCall]
    /// The call that a `tool` message answers.
    public var toolCallID: String?
    /// The speaker's or the tool's name.
    public var name: String?
    /// An assistant's reasoning, kept apart from its answer. Templates see `reasoning_content` and `thinking`.
    public var reasoning: String?
    /// Further fields a template may read, after the standard ones.
    public var extra: JSONObject

    public init(
        role: Role, content: String, toolCalls: [ToolCall] = [], toolCallID: String? = nil,
        name: String? = nil,
        reasoning: String? = nil
    ) {
        self.init(
            role: role, body: .text(content), toolCalls: toolCalls, toolCallID: toolCallID, name: name,
            reasoning: reasoning)
    }

    public init(
        role: Role, body: Content, toolCalls: [ToolCall] = [], toolCallID: String? = nil, name: String? = nil,
        reasoning: String? = nil, extra: JSONObject = JSONObject()
    ) {
        self.role = role
        self.body = body
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
        self.name = name
        self.reasoning = reasoning
        self.extra = extra
    }

    /// The message's text: of parts, those of type `text`, one per line.
    public var content: String {
        get {
            switch body {
            case .text(let text): text
            case .none: ""
            case .parts(let parts):
                parts.compactMap { part in
                    guard case .object(let object) = part, case .string(let text) = object["text"] else {
                        return nil
                    }
                    return text
                }.joined(separator: "\n")
            }
        }
        set { body = .text(newValue) }
    }
}

/// One call of a tool by an assistant.
public struct ToolCall: Sendable, Equatable {
    public var id: String?
    public var name: String
    /// Usually an object. Some templates want the arguments as JSON text: pass `.string`.
    public var arguments: JSONValue

    public init(id: String? = nil, name: String, arguments: JSONValue) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
