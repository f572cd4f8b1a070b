// Owns the choice of how a conversation becomes a prompt: the model's own template, or a layout known by name.
// Refuses to guess: a model without a template gets a layout because its caller chose one.

/// How a model wants its conversations laid out.
public enum InstructLayout: Sendable {
    /// The template that came with the model.
    case template(ChatTemplate)
    /// Mistral 7B Instruct v0.1 and Mixtral 8x7B Instruct, by pieces: `MistralV1Layout`.
    case mistralV1

    /// ChatML, for models trained on it whose files carry no template.
    /// - Throws: never in practice; the source is fixed and tested.
    public static func chatML() throws(ChatTemplateError) -> InstructLayout {
        .template(try ChatTemplate(source: chatMLSource, bosToken: "", eosToken: "<|im_end|>"))
    }

    private static let chatMLSource = """
        {%- for message in messages -%}
        {{ '<|im_start|>' + message.role + '\\n' + (message.content or '') + '<|im_end|>\\n' }}
        {%- endfor -%}
        {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif -%}
        """
}
