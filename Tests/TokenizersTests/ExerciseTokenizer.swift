// What the mutation test and the fuzzer (Tests/Fuzz/tokenizers.swift) do with a vocabulary file.

import Tokenizers

enum VocabularyFormat: UInt8, CaseIterable, Sendable {
    case sentencePiece, huggingFace, huggingFaceCharacters, tekken
}

/// Reads the file, builds the tokenizer, encodes and decodes with it. Throws what reading throws; all else
/// that is not as promised is a trap.
func exerciseTokenizer(_ bytes: [UInt8], as format: VocabularyFormat) throws(TokenizerError) {
    let tokenizer: Tokenizer
    switch format {
    case .sentencePiece: tokenizer = try Tokenizer(.sentencePieceModel(bytes))
    case .huggingFace, .huggingFaceCharacters: tokenizer = try Tokenizer(.huggingFace(tokenizerJSON: bytes))
    case .tekken: tokenizer = try Tokenizer(.tekken(bytes))
    }
    let text =
        "The naïve  café's 12345 \n\t\u{1F600}\u{301}中文 <s></s><|im_end|>[INST] don't aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    let segments = [TextSegment(text, mayContainControl: true), TextSegment(text, mayContainControl: false)]
    let count = TokenID(tokenizer.vocabularySize)
    for id in tokenizer.encode(segments) + tokenizer.encode(bytes: Array(bytes.prefix(2000))) {
        precondition(0 <= id && id < count, "a token that the vocabulary does not have")
    }
    for id in tokenizer.encode(text) {
        precondition(tokenizer.kind(id) != .control, "a control token out of plain text")
    }
    _ = tokenizer.decode(stride(from: -3, through: count + 3, by: max(1, Int(count) / 100)))
}
