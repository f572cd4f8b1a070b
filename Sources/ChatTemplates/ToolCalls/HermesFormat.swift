// The calls of Nous' Hermes 2 and 3, and of Qwen 2.5 and 3: JSON in tags.

extension ToolCallFormat {
    /// `<tool_call>\n{"name": "f", "arguments": {…}}\n</tool_call>`, one pair of tags for each call.
    ///
    /// SmolLM2 was taught to write a list between one pair; that is read too.
    package static let hermes = ToolCallFormat(
        name: "hermes", opening: "<tool_call>", padding: "\n", closing: "</tool_call>",
        body: .object(arguments: ["arguments"], id: false), grouping: .separate("\n"))
}
