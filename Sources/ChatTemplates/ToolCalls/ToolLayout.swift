// Owns how tools, calls and results get into one model's prompts, and which format its calls come back in.
// Refuses to trust names: what a template can do is found out by rendering small conversations with it.

/// The way of one model with tools.
///
/// A template counts as knowing tools where it shows a tool's name and writes a call in a format that the format's
/// own parser reads back as the same call. Every other model gets the `generic` format: templates that write calls in
/// a way we do not know, too, since a prompt they were not trained on beats calls that nobody can read.
package struct ToolLayout: Sendable {
    /// How the model writes calls.
    package let format: ToolCallFormat
    /// The format's markers that are control tokens of the model's tokenizer. `ToolCallParser` must see them.
    package let controlTokens: Set<String>
    private let traits: Traits

    /// What a template takes, and in which form.
    struct Traits: Sendable, Equatable {
        /// It shows tools and calls by itself.
        var isNative = false
        /// It wants arguments as JSON text, not as an object.
        var wantsText = false
        /// It wants no content, not an empty one, where a message only calls.
        var wantsNone = false
        /// One message may hold several calls.
        var takesSeveralCalls = true
        var takesSystem = true
    }

    /// - Parameters:
    ///   - template: the model's; nil for a layout without one, such as `MistralV1Layout`, which knows no tools.
    ///   - isControl: whether the tokenizer has a control token of this text.
    package init(template: ChatTemplate?, isControl: (String) -> Bool) {
        let probe = template.map(TemplateProbe.init)
        if let probe, let found = probe.nativeFormat() {
            (format, traits) = found
        } else {
            format = .generic
            traits = Traits(takesSystem: probe?.takesSystem ?? true)
        }
        controlTokens = Set(format.controlTokens.filter(isControl))
    }

    /// Whether the template shows tools by itself, and is not told of them in a system text.
    package var isNative: Bool { traits.isNative }

    package func shape(for tools: [ToolDefinition], parallel: Bool) -> ToolCallShape {
        format.shape(for: tools, parallel: parallel, isControl: controlTokens.contains)
    }

    package func triggers(for tools: [ToolDefinition], parallel: Bool) -> [ToolCallTrigger] {
        format.triggers(for: tools, parallel: parallel, isControl: controlTokens.contains)
    }

    package func parser(for tools: [ToolDefinition]) -> ToolCallParser {
        ToolCallParser(format: format, tools: tools.map(\.name))
    }

    /// What to hand to the template, or to the layout, so that tools, calls and results stand in the prompt.
    ///
    /// Arguments may come as objects or as JSON text, ids in any form. Without tools, earlier calls and results
    /// still go in.
    /// - Throws: `conversation`, naming the message: a result that answers no call.
    package func prepare(
        _ messages: [ChatMessage], tools: [ToolDefinition]
    ) throws(ChatTemplateError) -> (messages: [ChatMessage], tools: [JSONValue]) {
        var messages = try CallMatching.matched(messages, shortIDs: format.needsShortIDs)
        guard traits.isNative else { return (try asText(messages, tools), []) }
        if !traits.takesSeveralCalls { messages = Self.oneCallEach(messages) }
        for index in messages.indices where !messages[index].toolCalls.isEmpty {
            if messages[index].body == .none || messages[index].body == .text("") {
                messages[index].body = traits.wantsNone ? .none : .text("")
            }
            for call in messages[index].toolCalls.indices {
                let arguments = messages[index].toolCalls[call].arguments
                messages[index].toolCalls[call].arguments = try form(arguments)
            }
        }
        return (messages, tools.map(\.json))
    }

    /// Arguments as the template wants them. Text that is no object, from a call that was cut off, stays text.
    private func form(_ arguments: JSONValue) throws(ChatTemplateError) -> JSONValue {
        let object = CallMatching.object(arguments) ?? arguments
        if traits.wantsText, case .object = object { return .string(try object.text()) }
        return object
    }

    /// Several calls of one message become a message each, followed by its result: Meta's templates refuse more.
    private static func oneCallEach(_ messages: [ChatMessage]) -> [ChatMessage] {
        var split: [ChatMessage] = []
        var index = 0
        while index < messages.count {
            let message = messages[index]
            index += 1
            guard message.toolCalls.count > 1 else {
                split.append(message)
                continue
            }
            let results = messages[index...].prefix { $0.role == .tool }
            index += results.count
            for (number, call) in message.toolCalls.enumerated() {
                var one = message
                one.toolCalls = [call]
                if number > 0 {
                    one.body = .none
                    one.reasoning = nil
                }
                split.append(one)
                split += results.filter { $0.toolCallID == call.id }
            }
        }
        return split
    }
}

// MARK: - Models that were taught no tools

extension ToolLayout {
    /// Tools in the system text, calls in the assistant's text, results in the user's: roles that every layout has,
    /// taking turns as before. Results in a row are one message, and so are results and the words that follow them.
    private func asText(
        _ messages: [ChatMessage], _ tools: [ToolDefinition]
    ) throws(ChatTemplateError) -> [ChatMessage] {
        var written: [ChatMessage] = []
        var previous: Role?
        for message in messages {
            var message = message
            let role = message.role
            if !message.toolCalls.isEmpty {
                var parts = message.content.isEmpty ? [] : [message.content]
                for call in message.toolCalls { parts.append(try ToolCallFormat.written(call)) }
                message.content = parts.joined(separator: "\n")
                message.toolCalls = []
            } else if role == .tool {
                message = ChatMessage(role: .user, content: ToolCallFormat.written(result: message.content))
            }
            if previous == .tool, role == .tool || role == .user, let last = written.popLast() {
                let separator = role == .tool ? "\n" : "\n\n"
                message = Self.prepending(last.content + separator, to: message)
            }
            written.append(message)
            previous = role
        }
        guard !tools.isEmpty else { return written }
        let text = try ToolCallFormat.instructions(for: tools)
        if traits.takesSystem {
            if let first = written.first, first.role == .system {
                written[0].content = first.content.isEmpty ? text : first.content + "\n\n" + text
            } else {
                written.insert(ChatMessage(role: .system, content: text), at: 0)
            }
        } else if let user = written.firstIndex(where: { $0.role == .user }) {
            written[user] = Self.prepending(text + "\n\n", to: written[user])
        } else {
            throw ChatTemplateError(
                .conversation,
                "messages: tools need a user message: this model has no place for a system text")
        }
        return written
    }

    private static func prepending(_ text: String, to message: ChatMessage) -> ChatMessage {
        var message = message
        if case .parts(let parts) = message.body {
            message.body = .parts([["type": "text", "text": .string(text)]] + parts)
        } else {
            message.content = text + message.content
        }
        return message
    }
}
