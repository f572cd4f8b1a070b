// Owns finding out what a template does with tools, by rendering small conversations with it.
// Refuses to read a template's source: templates say the same thing in a hundred ways.

struct TemplateProbe {
    private let template: ChatTemplate

    init(_ template: ChatTemplate) { self.template = template }

    private static let name = "probe_tool"
    private static let arguments: JSONValue = ["probe_key": "probe value"]
    private static let question = ChatMessage(role: .user, content: "probe question")
    private static let tools: [JSONValue] = [
        [
            "type": "function",
            "function": [
                "name": .string(name), "description": "probe description",
                "parameters": [
                    "type": "object",
                    "properties": ["probe_key": ["type": "string", "description": "probe"]],
                    "required": ["probe_key"],
                ],
            ],
        ]
    ]

    /// Whether a system message gets into the prompt.
    var takesSystem: Bool {
        let words = "probe system"
        let system = ChatMessage(role: .system, content: words)
        return render([system, Self.question], tools: [])?.contains(words) ?? false
    }

    /// The format in which the template writes calls, and how it wants to be asked; nil: it shows no tools, or writes
    /// calls in no format of the list.
    func nativeFormat() -> (ToolCallFormat, ToolLayout.Traits)? {
        guard let prompt = render([Self.question], tools: Self.tools, opensTurn: true),
            prompt.contains(Self.name)
        else { return nil }
        for (wantsText, wantsNone) in [(false, false), (false, true), (true, false), (true, true)] {
            var traits = ToolLayout.Traits(isNative: true, wantsText: wantsText, wantsNone: wantsNone)
            guard let one = answer(calls: 1, traits, after: prompt) else { continue }
            for format in ToolCallFormat.native where reads(one, calls: 1, format) {
                let two = answer(calls: 2, traits, after: prompt)
                traits.takesSeveralCalls = two.map { reads($0, calls: 2, format) } ?? false
                return (format, traits)
            }
        }
        return nil
    }

    /// What the template writes for a message of so many calls, from where it differs from the prompt before it.
    private func answer(calls: Int, _ traits: ToolLayout.Traits, after prompt: String) -> String? {
        guard let text = try? Self.arguments.text() else { return nil }
        let called = (0..<calls).map { index in
            ToolCall(
                id: "probeid0\(index)", name: Self.name,
                arguments: traits.wantsText ? .string(text) : Self.arguments)
        }
        let message = ChatMessage(
            role: .assistant, body: traits.wantsNone ? .none : .text(""), toolCalls: called)
        guard let whole = render([Self.question, message], tools: Self.tools) else { return nil }
        var common = Array(zip(whole.utf8, prompt.utf8).prefix { $0 == $1 }.map(\.0))
        if common.count < prompt.utf8.count {
            // QwQ's prompt goes on with `<think>` where a call begins with `<tool_call>`: the sign they share is the
            // call's.
            while let last = common.last, last != UInt8(ascii: "\n") { common.removeLast() }
        }
        return String(decoding: whole.utf8.dropFirst(common.count), as: UTF8.self)
    }

    private func reads(_ answer: String, calls: Int, _ format: ToolCallFormat) -> Bool {
        var parser = ToolCallParser(format: format, tools: [Self.name])
        var read = ToolCallAnswer()
        read.add(parser.append(answer))
        read.add(parser.finish())
        return read.calls.count == calls
            && read.calls.allSatisfy {
                $0.isComplete && (try? JSONValue.parse($0.arguments)) == Self.arguments
            }
    }

    /// The prompt; nil where the template refuses the conversation or has no place for it.
    private func render(_ messages: [ChatMessage], tools: [JSONValue], opensTurn: Bool = false) -> String? {
        // Some templates cannot do without a date; any will do.
        try? template.render(
            messages, tools: tools, addGenerationPrompt: opensTurn, date: TemplateDate(unixSeconds: 0)
        ).text
    }
}
