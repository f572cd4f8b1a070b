// Owns what a mask promises: it agrees with reading tokens one by one, ends where the document ends, forks, and says
// when it was forced off the road. Knows no front end's details.

import Grammars
import Sampling
import TestSupport
import Testing

/// Pieces as tokenizers have them: every byte, words, JSON's joints, halves of characters, twins, long runs.
let pieces: [[UInt8]] = {
    var pieces = (0...255).map { [UInt8($0)] }
    let words = [
        "\"", "\":", "\": \"", "\",", "\", \"", "\"}", "\"}\n", "{\"", "[{\"", "}]", "}}", "]]", "[[", "],[",
        "{}", "[]",
        "\\\"", "\\n", "\\u00", "name", "age", "\"name\":", " true", "true,", "null", "12", "3.", "0.5", "1e",
        "-1", "  ",
        "\n    ", "a", "b", "aa", "aaa", "aaaa", "aaaaaaaaaaaaaaaa", "ab", "abc", "xyz", "hello", "</",
        "<call>", "all>",
        "call>1", "é", "漢", "😀", "e\":", "t\": ", "kind", "\"kind\": \"", "red", "green", ", ", ",\n", ": ",
        "1", "10", "2024",
        "-01-", "T", ":00", "Z\"", "aaaaaaaa\"", "{\"a\":{\"a\":", "]}", "x\",\"y", "[1,2", "\"\"",
    ]
    pieces += words.map { Array($0.utf8) }
    // Longer than a walk within counters goes.
    pieces += [24, 25, 40].flatMap { length in
        ["a", "b", "é"].map { Array(String(repeating: $0, count: length).utf8) }
            + [Array((String(repeating: "a", count: length) + "\"}").utf8)]
    }
    pieces += [[0xC3], [0xE6, 0xBC], [0xBC, 0xA2], [0xF0, 0x9F], [0x98, 0x80, 0x22], [0xA9, 0x22], []]
    return pieces
}()

let pieceVocabulary = TokenVocabulary(count: pieces.count + 2) { id in
    Int(id) < pieces.count ? pieces[Int(id)] : nil
}
let pieceEnd = Int32(pieces.count)

@Suite("A mask")
struct MaskTests {
    static let grammars: [(String, @Sendable () throws -> Grammar)] = [
        ("json", { try .json() }),
        ("object", { try .jsonObject() }),
        ("regex", { try .regex("(a|ab|abc)*x?[^a]{0,5}") }),
        ("counts", { try .regex("[a-c]{20,40}!(é|漢){3}") }),
        ("nested counts", { try .regex("((a|b{2,90}c){3,70}d){0,80}") }),
        ("balanced", { try .gbnf("root ::= \"[\" root \"]\" | \"[]\" | \"{}\" root?") }),
        ("ambiguous", { try .regex("(a*|aa*|(ab?)*)*b") }),
        ("far counts", { try .schema(#"{"type":"string","minLength":70,"maxLength":150}"#) }),
        ("text", { try .anyText() }),
        ("trigger", { try .triggered(by: .literal("<call>"), then: .regex("[0-9]{2}")) }),
        (
            "schema",
            {
                try .schema(
                    #"""
                    {"type": "object", "required": ["name"], "properties": {
                      "name": {"type": "string", "minLength": 2, "maxLength": 30},
                      "age": {"type": "integer", "minimum": 10, "maximum": 2024},
                      "kind": {"enum": ["red", "green", 1, null, {"a": {"a": 1}}]},
                      "when": {"type": "string", "format": "date-time"},
                      "code": {"type": "string", "pattern": "^a+\"?b*$"},
                      "list": {"type": "array", "items": {"$ref": "#"}, "maxItems": 3}}}
                    """#)
            }
        ),
        (
            "strings",
            {
                try .schema(
                    #"{"type":"array","items":{"type":"string","maxLength":4},"minItems":2,"maxItems":200}"#)
            }
        ),
    ]

    @Test("allows a token exactly if its bytes can be read one by one", arguments: grammars.indices)
    func agreesWithBruteForce(_ index: Int) throws {
        let grammar = try Self.grammars[index].1()
        var generator = SeededGenerator(seed: UInt64(index) + 1)
        for _ in 0..<12 {
            var mask = GrammarMask(grammar, vocabulary: pieceVocabulary, endTokens: [pieceEnd])
            var reader = Recogniser(grammar)
            for _ in 0..<60 {
                let allowed = mask.allowedTokens(count: pieces.count + 2)
                for (id, piece) in pieces.enumerated() {
                    var copy = reader
                    copy.read(piece)
                    let expected = !piece.isEmpty && !copy.mask.isDead
                    let text = String(decoding: piece, as: UTF8.self)
                    try #require(
                        allowed.contains(Int32(id)) == expected,
                        "\(Self.grammars[index].0): \(text.debugDescription)")
                }
                #expect(allowed.contains(pieceEnd) == reader.mask.isComplete)
                #expect(!allowed.contains(pieceEnd + 1))
                // Long pieces are rare among the allowed; take them more often.
                let texts = allowed.filter { $0 < pieceEnd }
                guard
                    let token = (Bool.random(using: &generator) ? texts.suffix(40)[...] : texts[...])
                        .randomElement(using: &generator)
                else { break }
                mask.accept(token)
                reader.read(pieces[Int(token)])
                try #require(!mask.isDead)
            }
        }
    }

    @Test("allows only end tokens where the document must end, and keeps doing so")
    func ends() throws {
        var mask = GrammarMask(
            try .literal("ab"), vocabulary: pieceVocabulary, endTokens: [pieceEnd, pieceEnd + 1])
        #expect(!mask.isComplete && !mask.allows(pieceEnd))
        mask.accept(0x61)
        #expect(mask.allowedTokens(count: pieces.count + 2).allSatisfy { pieces[Int($0)] == [0x62] })
        mask.accept(0x62)
        #expect(mask.isComplete)
        #expect(mask.allowedTokens(count: pieces.count + 2) == [pieceEnd, pieceEnd + 1])
        mask.accept(pieceEnd)
        #expect(mask.progress == .ended && mask.isComplete && !mask.isDead)
        #expect(mask.allowedTokens(count: pieces.count + 2) == [pieceEnd, pieceEnd + 1])
    }

    @Test("is dead after a token that was not allowed, and then lets the answer end")
    func dies() throws {
        for wrong in [Int32(0x62), pieceEnd, pieceEnd + 1, -1, 1 << 30] {
            var mask = GrammarMask(try .literal("ab"), vocabulary: pieceVocabulary, endTokens: [pieceEnd])
            mask.accept(wrong)
            #expect(mask.isDead && !mask.isComplete)
            #expect(mask.allowedTokens(count: pieces.count + 2) == [pieceEnd])
            mask.accept(0x61)
            #expect(mask.isDead)
        }
    }

    @Test("is a value: a copy goes its own way")
    func forks() throws {
        var left = GrammarMask(try .regex("a(b|c)"), vocabulary: byteVocabulary, endTokens: [endToken])
        left.accept(0x61)
        var right = left
        left.accept(0x62)
        #expect(left.isComplete && !right.isComplete)
        right.accept(0x63)
        #expect(right.isComplete)
    }

    @Test("forbids what lies past the vocabulary, and bears fewer logits")
    func sizes() throws {
        var mask = GrammarMask(try .regex("[a-z]"), vocabulary: byteVocabulary, endTokens: [endToken])
        #expect(mask.allowedTokens(count: 1000) == (0x61...0x7A).map { $0 })
        #expect(mask.allowedTokens(count: 0x63) == [0x61, 0x62])
        #expect(mask.allowedTokens(count: 0) == [])
    }

    @Test("a token that is an end token ends, even if it has text")
    func endWithText() throws {
        var mask = GrammarMask(try .regex("a*"), vocabulary: byteVocabulary, endTokens: [0x61])
        #expect(mask.allowedTokens(count: 256) == [0x61])
        mask.accept(0x61)
        #expect(mask.progress == .ended)
    }

    @Test("works in a sampler, where no bias brings a forbidden token back")
    func sampling() throws {
        var sampler = try Sampler(SamplingParameters(temperature: 1, logitBias: [0x7A: 100], seed: 7))
        sampler.mask = GrammarMask(try .regex("(yes|no)"), vocabulary: byteVocabulary, endTokens: [endToken])
        var text: [UInt8] = []
        while true {
            let row = [Float](repeating: 0, count: 259)
            let token = try sampler.sample(logits: row.span).token
            if token == endToken { break }
            text.append(UInt8(token))
        }
        #expect(["yes", "no"].contains(String(decoding: text, as: UTF8.self)))
    }

    @Test("threads that share a grammar find the same")
    func threads() async throws {
        let grammar = try Self.grammars[10].1()
        let answers = await withTaskGroup(of: [Int32].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var mask = GrammarMask(grammar, vocabulary: pieceVocabulary, endTokens: [pieceEnd])
                    var generator = SeededGenerator(seed: 3)
                    var tokens: [Int32] = []
                    for _ in 0..<200 {
                        guard
                            let token = mask.allowedTokens(count: pieces.count + 2).randomElement(
                                using: &generator)
                        else {
                            break
                        }
                        tokens.append(token)
                        mask.accept(token)
                    }
                    return tokens
                }
            }
            var answers: Set<[Int32]> = []
            for await answer in group { answers.insert(answer) }
            return answers
        }
        #expect(answers.count == 1)
    }

    @Test("a vocabulary knows its texts, twins and whether it has every byte")
    func vocabulary() {
        #expect(pieceVocabulary.isByteComplete && byteVocabulary.isByteComplete)
        #expect(!TokenVocabulary(count: 3) { _ in [0x61] }.isByteComplete)
        #expect(TokenVocabulary(count: 0) { _ in nil }.longest == 0)
        #expect(pieceVocabulary.longest == 80)
    }
}
