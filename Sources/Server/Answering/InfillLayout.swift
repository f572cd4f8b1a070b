// How models that fill in the middle of a text are asked to. Knows vocabularies by the tokens in them, no API.

import Tokenizers

/// The tokens around what stands before and after the gap.
struct InfillLayout: Sendable, Equatable {
    let prefix: String
    let suffix: String
    /// What comes last; nil: the text after the gap stands first, and the model goes on from the text before it.
    let middle: String?
    /// What ends the text in the gap, where that is no end token otherwise.
    var end: String?

    // To add a layout: one row. The first whose tokens are all in the vocabulary is the model's.
    static let known = [
        // StarCoder, SmolLM
        InfillLayout(prefix: "<fim_prefix>", suffix: "<fim_suffix>", middle: "<fim_middle>"),
        // SantaCoder
        InfillLayout(prefix: "<fim-prefix>", suffix: "<fim-suffix>", middle: "<fim-middle>"),
        // Qwen 2.5 Coder, CodeGemma
        InfillLayout(prefix: "<|fim_prefix|>", suffix: "<|fim_suffix|>", middle: "<|fim_middle|>"),
        // Code Llama
        InfillLayout(prefix: "▁<PRE>", suffix: "▁<SUF>", middle: "▁<MID>", end: "▁<EOT>"),
        // DeepSeek Coder
        InfillLayout(prefix: "<｜fim▁begin｜>", suffix: "<｜fim▁hole｜>", middle: "<｜fim▁end｜>"),
        // Codestral, as mistral-common writes it
        InfillLayout(prefix: "[PREFIX]", suffix: "[SUFFIX]", middle: nil),
    ]

    /// The layout that `tokenizer` has the tokens of.
    static func of(_ tokenizer: Tokenizer) -> InfillLayout? {
        known.first { layout in
            [layout.prefix, layout.suffix, layout.middle].compactMap(\.self)
                .allSatisfy { tokenizer.id(ofPiece: $0) != nil }
        }
    }

    /// The prompt's tokens for the gap between `before` and `after`.
    func tokens(before: String, after: String, _ tokenizer: Tokenizer) -> [TokenID] {
        func token(_ piece: String) -> [TokenID] { tokenizer.id(ofPiece: piece).map { [$0] } ?? [] }
        let first = token(prefix) + tokenizer.encode(before)
        let second = token(suffix) + Self.tokens(withinText: after, tokenizer)
        let start = tokenizer.addBOS ? [tokenizer.bos].compactMap(\.self) : []
        guard let middle else { return start + second + first }
        return start + first + second + token(middle)
    }

    /// Tokens of a text that goes on from another: without the space that some tokenizers put in front. Meta's and
    /// Mistral's code do it so, with the same character, that is never merged with its neighbours.
    private static func tokens(withinText text: String, _ tokenizer: Tokenizer) -> [TokenID] {
        guard tokenizer.addsDummyPrefix else { return tokenizer.encode(text) }
        let anchor = tokenizer.encode("☺")
        return Array(tokenizer.encode("☺" + text).dropFirst(anchor.count))
    }
}
