// How a conversation becomes tokens for one model. It joins a chat template with a tokenizer; neither of
// them knows the other.

import ChatTemplates
import Tokenizers

/// A model's way to write conversations.
public struct PromptFormat: Sendable {
    private enum Layout {
        case template(ChatTemplate)
        /// Mixtral's and Mistral 7B's first format. `[INST]` is plain text there, and each message is
        /// encoded by itself: encoding the rendered template in one piece gives other tokens.
        case mistralV1(bos: TokenID, eos: TokenID)
    }

    private let layout: Layout

    init(template source: String, tokenizer: Tokenizer, path: String) throws(EngineError) {
        if source.contains("[INST]"), !source.contains("<<SYS>>"), tokenizer.id(ofPiece: "[INST]") == nil,
            tokenizer.addsDummyPrefix, let bos = tokenizer.bos, let eos = tokenizer.eos
        {
            layout = .mistralV1(bos: bos, eos: eos)
            return
        }
        func text(_ id: TokenID?) -> String { id.map(tokenizer.piece) ?? "" }
        do {
            layout = .template(
                try ChatTemplate(source: source, bosToken: text(tokenizer.bos), eosToken: text(tokenizer.eos))
            )
        } catch {
            throw EngineError(.badModel, "\(path): the chat template: \(error.description)")
        }
    }

    /// What the format is called, for people.
    public var name: String {
        switch layout {
        case .template: "the file's chat template"
        case .mistralV1: "Mistral v1"
        }
    }

    /// How tools get into prompts, and calls out of answers.
    func toolLayout(_ tokenizer: Tokenizer) -> ToolLayout {
        let template: ChatTemplate? = if case .template(let template) = layout { template } else { nil }
        return ToolLayout(template: template) { text in
            tokenizer.id(ofPiece: text).map { tokenizer.kind($0) == .control } ?? false
        }
    }

    /// The tokens that ask for an answer to the last of `messages`. What the conversation says can never
    /// become a control token.
    /// - Parameter tools: as `ToolLayout` prepared them together with `messages`.
    func tokens(
        _ messages: [ChatMessage], tools: [JSONValue], _ tokenizer: Tokenizer
    ) throws(EngineError) -> [TokenID] {
        do {
            switch layout {
            case .template(let template):
                let segments = try template.render(messages, tools: tools).segments
                // A template that wants BOS writes it; one that does not must not get it.
                return tokenizer.encode(
                    segments.map { TextSegment($0.text, mayContainControl: $0.isTrusted) }, addBOS: false)
            case .mistralV1(let bos, let eos):
                return try MistralV1Layout.pieces(for: messages).flatMap { piece in
                    switch piece {
                    case .control(.bos): [bos]
                    case .control(.eos): [eos]
                    case .text(let text): tokenizer.encode(text)
                    }
                }
            }
        } catch { throw EngineError(.badRequest, error.description) }
    }
}
