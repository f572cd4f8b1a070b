// Owns a model's chat template: parsed once, rendered per request. The doorway to the engine in `Jinja/`.
// Refuses to know tokenizers: what it renders is text in which trusted and untrusted parts are told apart.

/// A model's `chat_template`: Jinja as transformers sets it up (`trim_blocks`, `lstrip_blocks`, loop controls,
/// `tojson` without HTML escapes, immutable sandbox).
///
/// Strings of the conversation are untrusted wherever the template carries them; only the template's own literals
/// and the special tokens are trusted. A caller lets control tokens be recognised in trusted text alone, so a user
/// who types `<|im_end|>` has typed ten characters.
public struct ChatTemplate: Sendable {
    /// The template's source as given.
    public let source: String
    private let template: Template
    private let specialTokens: [String: String]
    private let limits: ChatTemplateLimits

    /// Parses a template.
    /// - Parameters:
    ///   - source: the model's `tokenizer.chat_template`.
    ///   - bosToken: the text of the model's beginning token; empty where it has none.
    ///   - eosToken: the text of the model's end token; empty where it has none.
    ///   - specialTokens: further trusted variables that transformers passes, such as `pad_token`.
    ///   - limits: what a rendering may cost.
    /// - Throws: `syntax`, `unsupported` or `limit`, with the line.
    public init(
        source: String, bosToken: String, eosToken: String, specialTokens: [String: String] = [:],
        limits: ChatTemplateLimits = .default
    ) throws(ChatTemplateError) {
        self.source = source
        template = try Parser.parse(source, limits: limits)
        self.specialTokens = specialTokens.merging(["bos_token": bosToken, "eos_token": eosToken]) { $1 }
        self.limits = limits
    }

    /// Renders a conversation.
    /// - Parameters:
    ///   - messages: the conversation, oldest first.
    ///   - tools: JSON schemas of the tools on offer; with none the template's `tools` is none.
    ///   - addGenerationPrompt: whether the prompt ends by opening the assistant's turn.
    ///   - variables: further variables such as `enable_thinking`. Their strings are untrusted.
    ///   - date: what `strftime_now` tells. Without one that function is undefined, so that a prompt depends on
    ///     nothing but its arguments; templates that ask whether it is defined then use their fixed date.
    /// - Throws: what the template raises (`raisedByTemplate`), what it does wrong, or a limit, with the line.
    public func render(
        _ messages: [ChatMessage], tools: [JSONValue] = [], addGenerationPrompt: Bool = true,
        variables: [String: JSONValue] = [:], date: TemplateDate? = nil
    ) throws(ChatTemplateError) -> RenderedPrompt {
        var values: [String: Value] = [:]
        for (name, token) in specialTokens { values[name] = .trusted(token) }
        // transformers always passes these; a template may ask whether they are none.
        values["documents"] = Value.none
        for (name, value) in variables { values[name] = try Value(value, isTrusted: false) }
        values["messages"] = try .list(
            try messages.map { message throws(ChatTemplateError) in try Value(message) })
        values["tools"] =
            tools.isEmpty
            ? Value.none
            : try .list(try tools.map { tool throws(ChatTemplateError) in try Value(tool, isTrusted: false) })
        values["add_generation_prompt"] = .bool(addGenerationPrompt)
        let renderer = Renderer(limits: limits, date: date, variables: values)
        let prompt = RenderedPrompt(try renderer.render(template))
        guard prompt.utf8Count <= limits.outputBytes else {
            throw ChatTemplateError(.limit, "the prompt is larger than \(limits.outputBytes) bytes")
        }
        return prompt
    }
}
