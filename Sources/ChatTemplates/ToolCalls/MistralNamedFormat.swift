// Mistral's calls since tokenizer v11 (Small 3.2, Magistral, Devstral, Ministral 3): name and arguments apart.

extension ToolCallFormat {
    /// `[TOOL_CALLS]f[CALL_ID]a1B2c3D4e[ARGS]{…}`, again for each call. Tokenizers since v13 leave the id out.
    ///
    /// Source: mistral-common's `InstructTokenizerV11` and `V13`.
    package static let mistralNamed = ToolCallFormat(
        name: "mistral-v11", opening: "[TOOL_CALLS]",
        body: .named(callID: "[CALL_ID]", arguments: "[ARGS]"), grouping: .separate(""),
        needsShortIDs: true)
}
