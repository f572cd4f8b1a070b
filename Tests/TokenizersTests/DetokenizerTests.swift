// Streaming text: whole characters only, and in all the same text as at once.

import Testing
import Tokenizers

@Suite struct DetokenizerTests {
    static let files = Fixtures.oracleFiles

    @Test("Any tokens: the parts together are the whole, and the whole is the bytes' text", arguments: files)
    func randomTokens(_ file: String) throws {
        let tokenizer = try Tokenizer(OracleFile(Fixtures.url(file)).specification)
        var generator = SeededGenerator(state: 7)
        let bytes = (0..<TokenID(tokenizer.vocabularySize)).filter { tokenizer.bytes(of: $0).count == 1 }
        for round in 0..<300 {
            let ids = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                // Single bytes make broken characters of every sort.
                round % 2 == 0
                    ? bytes.randomElement(using: &generator)!
                    : TokenID.random(in: 0..<TokenID(tokenizer.vocabularySize), using: &generator)
            }
            var detokenizer = Detokenizer(tokenizer, skipLeadingSpace: false)
            let parts = ids.map { detokenizer.append($0) } + [detokenizer.finish()]
            #expect(
                parts.joined() == String(decoding: ids.flatMap { tokenizer.bytes(of: $0) }, as: UTF8.self))

            detokenizer = Detokenizer(tokenizer)
            #expect(
                ids.map { detokenizer.append($0) }.joined() + detokenizer.finish() == tokenizer.decode(ids))
        }
    }

    @Test("Valid text: no part has half a character, and the text comes back", arguments: files)
    func roundTrip(_ file: String) throws {
        let oracle = try OracleFile(Fixtures.url(file))
        let tokenizer = try Tokenizer(oracle.specification)
        var checked = 0
        for example in oracle.cases where example.mode == .text {
            let text = String(decoding: example.bytes, as: UTF8.self)
            guard comesBack(text, file) else { continue }
            checked += 1
            var detokenizer = Detokenizer(tokenizer)
            let parts = example.ids.map { detokenizer.append($0) } + [detokenizer.finish()]
            // Compared as bytes: Swift's == calls canonically equivalent strings equal.
            #expect(Array(parts.joined().utf8) == example.bytes)
            guard !text.unicodeScalars.contains("\u{FFFD}") else { continue }
            #expect(parts.allSatisfy { !$0.unicodeScalars.contains("\u{FFFD}") })
        }
        #expect(checked > 100)
    }

    /// Whether the vocabulary keeps this text: `▁` is a space to SentencePiece, Qwen 2 normalises to NFC,
    /// SmolLM2 lacks some control characters.
    private func comesBack(_ text: String, _ file: String) -> Bool {
        switch file {
        case "mixtral.tsv", "llama2.tokenizer.tsv": !text.contains("▁")
        case "metaspace.tokenizer.tsv": !text.contains("▁") && !text.hasPrefix(" ")
        case "qwen2.tokenizer.tsv", "qwen35.tokenizer.tsv": text.utf8.allSatisfy { $0 < 0xCC }
        case "smollm2.tsv":
            text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0xE000 || $0 == "\n" }
        default: true
        }
    }

    @Test("Bytes come out as soon as they are certain")
    func streaming() throws {
        let tokenizer = try Fixtures.mixtral.get()
        var detokenizer = Detokenizer(tokenizer)
        func byte(_ value: TokenID) -> TokenID { value + 3 }
        let steps: [(UInt8, String)] = [
            (0xF0, ""), (0x9F, ""), (0x98, ""), (0x80, "😀"),
            (0xE2, ""), (0x82, ""), (0x41, "\u{FFFD}A"),  // a euro sign that was never completed
            (0xE0, ""), (0x80, "\u{FFFD}\u{FFFD}"),  // overlong: both bytes are wrong at once
            (0xC3, ""), (0xC3, "\u{FFFD}"), (0xA9, "é"), (0xFF, "\u{FFFD}"), (0xED, ""),
            (0xA0, "\u{FFFD}\u{FFFD}"),
            (0xF4, ""), (0x8F, ""),
        ]
        for (value, text) in steps { #expect(detokenizer.append(byte(TokenID(value))) == text) }
        #expect(detokenizer.finish() == "\u{FFFD}")
        #expect(detokenizer.finish() == "")
    }

    @Test("The first space is the encoder's in an answer and the model's in a continuation")
    func leadingSpace() throws {
        let tokenizer = try Fixtures.mixtral.get()
        let ids = tokenizer.encode("Paris is")
        #expect(tokenizer.decode(ids) == "Paris is")
        #expect(tokenizer.decode([1] + ids) == "Paris is")
        var detokenizer = Detokenizer(tokenizer, skipLeadingSpace: false)
        #expect(ids.map { detokenizer.append($0) }.joined() == " Paris is")
    }

    @Test(
        "Decoding agrees with sentencepiece where it decodes well-formed text",
        arguments: [
            ([1, 28705, 28705, 733, 16289], "  [INST"), ([1, 733, 1, 733], "[ ["), ([13, 733], "\n ["),
            ([0, 733], " \u{2047}  ["), ([35, 733], "  ["),
        ] as [([TokenID], String)])
    func sentencePieceDecoding(_ ids: [TokenID], _ text: String) throws {
        #expect(try Fixtures.mixtral.get().decode(ids) == text)
    }
}
