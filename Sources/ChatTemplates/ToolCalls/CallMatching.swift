// Owns which result answers which call of a conversation, and the ids that say so. Refuses to know templates.

enum CallMatching {
    /// The conversation with an id on every call and result, and the tool's name on every result.
    ///
    /// Ids that are missing are filled in; results without one answer calls in their order. With `shortIDs`, an id
    /// that is not nine letters and digits is replaced by one that is, the same for call and result.
    /// - Throws: `conversation`, naming the message, for a result that answers no call before it.
    static func matched(
        _ messages: [ChatMessage], shortIDs: Bool
    ) throws(ChatTemplateError) -> [ChatMessage] {
        var messages = messages
        var open: [(id: String, call: ToolCall)] = []
        var callCount = 0
        for index in messages.indices {
            if !messages[index].toolCalls.isEmpty { open = [] }
            for number in messages[index].toolCalls.indices {
                var call = messages[index].toolCalls[number]
                let written = call.id ?? ToolCallID.text(seed: 0, index: callCount)
                callCount += 1
                call.id =
                    shortIDs && !ToolCallID.isValid(written)
                    ? ToolCallID.text(standingFor: written) : written
                messages[index].toolCalls[number] = call
                open.append((written, call))
            }
            guard messages[index].role == .tool else { continue }
            let id = messages[index].toolCallID
            guard let match = open.firstIndex(where: { id == nil || $0.id == id }) else {
                throw ChatTemplateError(
                    .conversation,
                    "messages[\(index)]" + (id.map { ".tool_call_id: '\($0)'" } ?? ": this result")
                        + " answers no call of the assistant's message before it")
            }
            let call = open.remove(at: match).call
            // Templates print a result as it is, and would print a list as Python shows one.
            if case .parts(let parts) = messages[index].body, parts.allSatisfy({ $0["type"] == "text" }) {
                messages[index].content = messages[index].content
            }
            messages[index].toolCallID = call.id
            if messages[index].name == nil { messages[index].name = call.name }
        }
        return messages
    }

    /// Arguments as an object; nil where they are none, such as text that breaks off. Some clients send no text at all
    /// for no arguments.
    static func object(_ arguments: JSONValue) -> JSONValue? {
        switch arguments {
        case .object: return arguments
        case .string(""): return .object(JSONObject())
        case .string(let text):
            guard let value = try? JSONValue.parse(text), case .object = value else { return nil }
            return value
        default: return nil
        }
    }
}
