// Mistral's calls from tokenizer v3 to v7 (Mistral 7B v0.3, Mixtral 8x22B, Nemo, Small 3.1): one JSON list.

extension ToolCallFormat {
    /// `[TOOL_CALLS] [{"name": "f", "arguments": {…}, "id": "a1B2c3D4e"}]`.
    ///
    /// Source: mistral-common's `InstructTokenizerV3`. The blank is the dummy prefix of its SentencePiece models;
    /// Tekken's have none.
    package static let mistralList = ToolCallFormat(
        name: "mistral-v3", opening: "[TOOL_CALLS]", body: .object(arguments: ["arguments"], id: true),
        grouping: .list, needsShortIDs: true)
}
