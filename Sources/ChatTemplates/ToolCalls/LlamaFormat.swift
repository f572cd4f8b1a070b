// The calls of Llama 3.1, 3.2 and 3.3: a bare JSON object as the whole answer.

extension ToolCallFormat {
    /// `{"name": "f", "parameters": {…}}`, with `<|python_tag|>` in front or not.
    ///
    /// Nothing marks such a call but its place, so it counts only as the first thing of an answer, behind the tag or
    /// behind another call: JSON quoted in the middle of prose stays prose. Several are not in Meta's templates;
    /// models part them by `; ` or a line end.
    package static let llama = ToolCallFormat(
        name: "llama-3", opening: "<|python_tag|>", opensBare: true,
        body: .object(arguments: ["parameters", "arguments"], id: false), grouping: .separate("; "))
}
