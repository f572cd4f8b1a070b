// Calls for models whose template knows no tools, such as Mixtral 8x7B and SmolLM2: a system text asks for them.

extension ToolCallFormat {
    /// Hermes' tags. Of all formats they are the one that most training data carries, and they consist of ordinary
    /// characters, so a tokenizer without tokens of its own for them can write them; no user's text that merely holds
    /// JSON is mistaken for a call, as it would be without tags.
    package static let generic = ToolCallFormat(
        name: "generic", opening: hermes.opening, padding: hermes.padding, closing: hermes.closing,
        body: hermes.body, grouping: hermes.grouping)

    /// What a model without tools in its template is told.
    static func instructions(for tools: [ToolDefinition]) throws(ChatTemplateError) -> String {
        var lines = [
            "You can call these functions. Each line is one of them, with the JSON Schema of its arguments:",
            "<tools>",
        ]
        for tool in tools { lines.append(try tool.json.text()) }
        lines += [
            "</tools>",
            "To call a function, write its name and its arguments as JSON between these tags, once for each call:",
            "<tool_call>",
            "{\"name\": <function-name>, \"arguments\": <arguments-object>}",
            "</tool_call>",
            "What it returned comes back between <tool_response> and </tool_response>. "
                + "Where no function helps, answer without one.",
        ]
        return lines.joined(separator: "\n")
    }

    /// An earlier call, as the model wrote it.
    ///
    /// Arguments that are no object, because the answer was cut, stay as they were.
    static func written(_ call: ToolCall) throws(ChatTemplateError) -> String {
        let name = try JSONValue.string(call.name).text()
        let arguments =
            switch (CallMatching.object(call.arguments), call.arguments) {
            case (let object?, _): try object.text()
            case (nil, .string(let text)): text
            case (nil, let other): try other.text()
            }
        return "<tool_call>\n{\"name\": \(name), \"arguments\": \(arguments)}\n</tool_call>"
    }

    static func written(result: String) -> String { "<tool_response>\n\(result)\n</tool_response>" }
}
