// Reading vocabularies: the same one out of different files, and refusals that say what is wrong.

import Testing
import Tokenizers

@Suite struct SpecificationTests {
    private func mixtralAsGGUF(
        addSpacePrefix: Bool? = nil, scores: (([Float]) -> [Float]?) = { $0 }, model: String = "llama",
        bos: TokenID? = 1
    ) throws -> TokenizerSpecification {
        let specification = try TokenizerSpecification.sentencePieceModel(Fixtures.bytes("mixtral.model"))
        guard case .scores(let ranks) = specification.merges else {
            fatalError("SentencePiece files have scores")
        }
        return try .gguf(
            model: model, pre: nil,
            tokens: specification.pieces,
            scores: scores(ranks), types: specification.kinds.map { Int32($0.rawValue) }, merges: nil,
            bos: bos,
            eos: 2, unknown: 0, addBOS: nil, addEOS: nil, addSpacePrefix: addSpacePrefix)
    }

    @Test("The vocabulary in GGUF's keys encodes as the one in tokenizer.model")
    func ggufSentencePiece() throws {
        let tokenizer = try Tokenizer(mixtralAsGGUF())
        #expect(tokenizer.addBOS && tokenizer.bos == 1 && tokenizer.endOfGeneration == [2])
        for example in try OracleFile(Fixtures.url("mixtral.tsv")).cases {
            #expect(tokenizer.encode(bytes: example.bytes) == example.ids)
        }
        #expect(try Tokenizer(mixtralAsGGUF(addSpacePrefix: false)).encode("a") != tokenizer.encode("a"))
    }

    @Test("A prompt gets no end token by itself, even from a vocabulary that wants one")
    func noEndToken() throws {
        var specification = try mixtralAsGGUF()
        specification.addEOS = true
        let tokenizer = try Tokenizer(specification)
        let hello = [TextSegment("hello", mayContainControl: false)]
        #expect(tokenizer.addEOS)
        #expect(tokenizer.encode(hello) == [1] + tokenizer.encode("hello"))
        #expect(tokenizer.encode(hello, addEOS: true) == [1] + tokenizer.encode("hello") + [2])
    }

    @Test("Markers that a template spells out cannot come from a user, however the file lists them")
    func reservedMarkers() throws {
        func tokenizer(template: String?) throws -> Tokenizer {
            let pieces = ["a", "<|turn|>", "<think>", "  "]
            var specification = try TokenizerSpecification.gguf(
                model: "gpt2", pre: "gpt-2", tokens: PieceTable(pieces.map { Array($0.utf8) }), scores: nil,
                types: [1, 4, 4, 4], merges: PieceTable(), bos: nil, eos: nil, unknown: nil, addBOS: nil,
                addEOS: nil,
                addSpacePrefix: nil)
            if let template { specification.reserveMarkers(of: template) }
            return try Tokenizer(specification)
        }
        let text = "a<|turn|>a<think>"
        #expect(try tokenizer(template: nil).encode(text) == [0, 1, 0, 2])
        let careful = try tokenizer(template: "{{ '<|turn|>' }}  {{ messages }}")
        #expect(
            careful.kind(1) == .control && careful.kind(2) == .userDefined && careful.kind(3) == .userDefined)
        #expect(!careful.encode(text).contains(1) && careful.encode(text).contains(2))
        #expect(careful.encode([TextSegment(text, mayContainControl: true)]) == [0, 1, 0, 2])
    }

    @Test("What GGUF's keys lack or get wrong is said by name")
    func ggufErrors() throws {
        expectError("tokenizer.ggml.scores") { _ = try mixtralAsGGUF(scores: { _ in nil }) }
        expectError("token scores: expected 32000") {
            _ = try Tokenizer(mixtralAsGGUF(scores: { Array($0.dropLast()) }))
        }
        expectError("not a number") { _ = try Tokenizer(mixtralAsGGUF(scores: { [.nan] + $0.dropFirst() })) }
        expectError("tokenizer.ggml.model: 'bert'") { _ = try mixtralAsGGUF(model: "bert") }
        expectError("tokenizer.ggml.merges") { _ = try mixtralAsGGUF(model: "gpt2") }
        expectError("bos token: number 32000") { _ = try Tokenizer(mixtralAsGGUF(bos: 32000)) }
        expectError("bos token: number -1") { _ = try Tokenizer(mixtralAsGGUF(bos: -1)) }

        func byteLevel(pre: String?, merges: [String], types: [Int32]? = nil) throws -> Tokenizer {
            try Tokenizer(
                .gguf(
                    model: "gpt2", pre: pre, tokens: PieceTable(["a", "b", "ab"].map { Array($0.utf8) }),
                    scores: nil,
                    types: types, merges: PieceTable(merges.map { Array($0.utf8) }), bos: nil, eos: nil,
                    unknown: nil, addBOS: nil, addEOS: nil,
                    addSpacePrefix: nil))
        }
        #expect(try byteLevel(pre: "gpt-2", merges: ["a b"]).encode("abba") == [2, 1, 0])
        expectError("tokenizer.ggml.pre: the file is too old") { _ = try byteLevel(pre: nil, merges: []) }
        expectError("'chatglm-bpe' is not one of gpt2, ") {
            _ = try byteLevel(pre: "chatglm-bpe", merges: [])
        }
        for merge in ["ab", "", " ", "a ", "  "] {
            expectError("tokenizer.ggml.merges[0]") { _ = try byteLevel(pre: "gpt-2", merges: [merge]) }
        }
        expectError("merge 1: 'b' and 'a'") { _ = try byteLevel(pre: "gpt-2", merges: ["a b", "b a"]) }
        expectError("token_type: expected one for each of 3") {
            _ = try byteLevel(pre: "gpt-2", merges: [], types: [1])
        }
        expectError("token_type[2]: expected 0 to 6, found 7") {
            _ = try byteLevel(pre: "gpt-2", merges: [], types: [1, 1, 7])
        }
    }

    @Test(
        "Every GGUF name of a pre-tokenizer is accepted",
        arguments: ["gpt-2", "smollm", "llama-bpe", "qwen2", "tekken", "gpt-4o"])
    func ggufNames(_ name: String) throws {
        #expect(throws: Never.self) {
            try TokenizerSpecification.gguf(
                model: "gpt2", pre: name, tokens: PieceTable([[0x61]]), scores: nil, types: nil,
                merges: PieceTable(), bos: nil,
                eos: nil,
                unknown: nil, addBOS: nil, addEOS: nil, addSpacePrefix: nil)
        }
    }

    @Test("A tokenizer.json names its special tokens, or its configuration does")
    func huggingFaceSpecials() throws {
        let json = try Fixtures.bytes("llama3.tokenizer.json")
        let own = try TokenizerSpecification.huggingFace(tokenizerJSON: json)
        let bos = try Tokenizer(own).id(ofPiece: "<s>")
        #expect(own.addBOS && own.bos == bos)
        let config =
            #"{"bos_token": {"content": "<|im_start|>"}, "eos_token": "<|im_end|>", "add_bos_token": false}"#
        let configured = try TokenizerSpecification.huggingFace(
            tokenizerJSON: json, config: Array(config.utf8))
        let tokenizer = try Tokenizer(configured)
        #expect(!configured.addBOS && configured.bos == tokenizer.id(ofPiece: "<|im_start|>"))
        #expect(configured.eos == tokenizer.id(ofPiece: "<|im_end|>"))
        #expect(tokenizer.endOfGeneration.count == 3)  // <|im_end|>, <|endoftext|>, <|eot_id|>
    }

    @Test(
        "A tokenizer.json with rules we do not know is refused",
        arguments: [
            (
                #""type":"ByteLevel","add_prefix_space":false,"trim"#, #""type":"Punctuation","trim"#,
                "pre_tokenizer"
            ),
            (#"\\p{N}{1,3}"#, #"\\p{N}{1,4}"#, "see PreTokenizer.swift"),
            (#""behavior":"Isolated""#, #""behavior":"Removed""#, "pre_tokenizer: 'Split'"),
            (#""normalizer":null"#, #""normalizer":{"type":"NFKC"}"#, "normalizer: 'NFKC'"),
            (#""type":"BPE""#, #""type":"WordPiece""#, "'WordPiece' is not implemented"),
            (#""continuing_subword_prefix":null"#, #""continuing_subword_prefix":"@@""#, "marked subwords"),
            (#""dropout":null"#, #""dropout":0.1"#, "at random"),
            (#""rstrip":false"#, #""rstrip":true"#, "asks for rstrip"),
            (#""merges":"#, #""mergers":"#, "model.type"),
            (#""Ġt":"#, #""Ġt":-"#, "model.vocab['Ġt']"),
            (#""Ġt":"#, #""Ġt":9999"#, "one numbered 9999"),
            (#"["Ġ","t"]"#, #"["Ġ","t","h"]"#, "model.merges["),
            (#"["Ġ","t"]"#, #"["Ġ","中"]"#, "not in the vocabulary"),
        ])
    func huggingFaceRefusals(_ original: String, _ replacement: String, _ message: String) throws {
        let json = String(decoding: try Fixtures.bytes("llama3.tokenizer.json"), as: UTF8.self)
        try #require(json.contains(original))
        let changed = json.replacing(original, with: replacement)
        expectError(message) { _ = try Tokenizer(.huggingFace(tokenizerJSON: Array(changed.utf8))) }
    }

    @Test("Pieces that differ only by canonical equivalence stay two tokens", arguments: [true, false])
    func canonicalEquivalence(_ fusesUnknown: Bool) throws {
        let json = """
            {"model": {"type": "BPE", "byte_fallback": false, "unk_token": "<unk>", "fuse_unk": \(fusesUnknown),
            "merges": [], "vocab": {"<unk>": 0, "\\u00c5": 1, "\\u212b": 2, "▁": 3}}, "normalizer":
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, "added_tokens": []}
            """
        let tokenizer = try Tokenizer(.huggingFace(tokenizerJSON: Array(json.utf8)))
        #expect(tokenizer.encode("\u{C5}\u{212B} xy") == [1, 2, 3, 0] + (fusesUnknown ? [] : [0]))
    }

    @Test(
        "Broken JSON is refused with its place",
        arguments: [
            "", "{", "[", "nul", "\"", "\"\\", "\"\\u12", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\x\"",
            "{\"a\"}",
            "{\"a\":}", "{a:1}", "[1,]", "[1 2]", "{} {}", "1e", "--1", "\"\u{1}\"",
            String(repeating: "[", count: 100_000),
        ])
    func brokenJSON(_ text: String) {
        expectError("tokenizer.json, byte") {
            _ = try TokenizerSpecification.huggingFace(tokenizerJSON: Array(text.utf8))
        }
        expectError("tekken.json, byte") { _ = try TokenizerSpecification.tekken(Array(text.utf8)) }
    }

    private func expectError(
        _ message: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
        let error = #expect(throws: TokenizerError.self, sourceLocation: sourceLocation, performing: body)
        #expect(
            error?.description.contains(message) == true, "\(String(describing: error))",
            sourceLocation: sourceLocation)
    }
}
