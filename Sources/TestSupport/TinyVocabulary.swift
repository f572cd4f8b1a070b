// The smallest vocabulary that spells every text: SentencePiece with a token for each byte and a few pieces.

package import ModelFiles

/// A SentencePiece vocabulary of 288 tokens: `<unk>`, `<s>`, `</s>`, 256 bytes, the space, letters, two merges.
package enum TinyVocabulary {
    package static let bos: Int32 = 1
    package static let eos: Int32 = 2

    /// Pieces with their scores and kinds (`tokenizer.ggml.token_type`).
    private static let entries: [(piece: String, score: Float, kind: Int32)] = {
        var entries: [(String, Float, Int32)] = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3)]
        let digits = Array("0123456789ABCDEF")
        for byte in 0..<256 { entries.append(("<0x\(digits[byte / 16])\(digits[byte % 16])>", 0, 6)) }
        for piece in ["th", "▁th", "▁"] + "abcdefghijklmnopqrstuvwxyz".map(String.init) {
            entries.append((piece, -Float(entries.count), 1))
        }
        return entries
    }()

    package static var size: Int { entries.count }

    /// The keys that describe it; `template` is the model's chat template, if it has one.
    package static func metadata(template: String? = nil) -> [(key: String, value: GGUFValue)] {
        var keys: [(key: String, value: GGUFValue)] = [
            ("tokenizer.ggml.model", .text("llama")),
            ("tokenizer.ggml.tokens", .array(.string(GGUFStrings(entries.map(\.piece))))),
            ("tokenizer.ggml.scores", .array(.float32(entries.map(\.score)))),
            ("tokenizer.ggml.token_type", .array(.int32(entries.map(\.kind)))),
            ("tokenizer.ggml.bos_token_id", .uint32(UInt32(bos))),
            ("tokenizer.ggml.eos_token_id", .uint32(UInt32(eos))),
            ("tokenizer.ggml.unknown_token_id", .uint32(0)),
        ]
        if let template { keys.append(("tokenizer.chat_template", .text(template))) }
        return keys
    }
}
