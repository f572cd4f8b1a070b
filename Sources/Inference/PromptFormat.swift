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

    /// The prompt that asks for an answer to the last of `messages`, cut where trust changes.
    /// - Parameters:
    ///   - tools: as `ToolLayout` prepared them together with `messages`.
    ///   - beginning: text that the answer begins with.
    func text(
        _ messages: [ChatMessage], tools: [JSONValue], beginning: String
    ) throws(EngineError) -> [TextSegment] {
        do {
            var segments: [TextSegment]
            switch layout {
            case .template(let template):
                segments = try template.render(messages, tools: tools).segments.map {
                    TextSegment($0.text, mayContainControl: $0.isTrusted)
                }
            case .mistralV1:
                try refuse(tools)
                segments = try MistralV1Layout.pieces(for: messages).map { piece in
                    switch piece {
                    case .control(.bos): TextSegment("<s>", mayContainControl: true)
                    case .control(.eos): TextSegment("</s>", mayContainControl: true)
                    case .text(let text): TextSegment(text, mayContainControl: false)
                    }
                }
            }
            if !beginning.isEmpty { segments.append(TextSegment(beginning, mayContainControl: false)) }
            return segments
        } catch { throw EngineError(.badRequest, error.description) }
    }

    /// The tokens of `text(_:tools:beginning:)`. What the conversation says can never become a control token.
    func tokens(
        _ messages: [ChatMessage], tools: [JSONValue], beginning: String, _ tokenizer: Tokenizer
    ) throws(EngineError) -> [TokenID] {
        guard case .mistralV1(let bos, let eos) = layout else {
            // A template that wants BOS writes it; one that does not must not get it.
            return tokenizer.encode(
                try text(messages, tools: tools, beginning: beginning), addBOS: false)
        }
        do {
            try refuse(tools)
            let tokens = try MistralV1Layout.pieces(for: messages).flatMap { piece in
                switch piece {
                case .control(.bos): [bos]
                case .control(.eos): [eos]
                case .text(let text): tokenizer.encode(text)
                }
            }
            return beginning.isEmpty ? tokens : tokens + tokenizer.encode(beginning)
        } catch { throw EngineError(.badRequest, error.description) }
    }

    private func refuse(_ tools: [JSONValue]) throws(ChatTemplateError) {
        guard tools.isEmpty else {
            throw ChatTemplateError(.conversation, "the Mistral v1 layout has no tools; v3 has")
        }
    }
}
