// Owns tables of what each front end accepts and refuses. Knows no masks.

import Grammars
import Testing

struct Case: CustomTestStringConvertible, Sendable {
    var source: String
    var accepted: [String]
    var refused: [String]
    var testDescription: String { source }

    init(_ source: String, yes: [String], no: [String]) {
        self.source = source
        accepted = yes
        refused = no
    }

    func check(_ grammar: Grammar) {
        for text in accepted { #expect(grammar.accepts(text), "should accept \(text.debugDescription)") }
        for text in refused { #expect(!grammar.accepts(text), "should refuse \(text.debugDescription)") }
    }
}

@Suite("A regular expression matches whole texts")
struct RegexTests {
    static let cases = [
        Case("", yes: [""], no: ["a"]),
        Case("abc", yes: ["abc"], no: ["ab", "abcd", "xabc"]),
        Case("^abc$", yes: ["abc"], no: ["abcabc", ""]),
        Case("a|bc|", yes: ["a", "bc", ""], no: ["abc", "b"]),
        Case("(ab)+c?", yes: ["ab", "ababc"], no: ["", "c", "aba"]),
        Case("a{2,3}", yes: ["aa", "aaa"], no: ["a", "aaaa"]),
        Case("a{2}b{0}c{1,}", yes: ["aac", "aaccc"], no: ["aa", "aabc"]),
        Case("a{,3}", yes: ["a{,3}"], no: ["aaa"]),
        Case("a*?b+?", yes: ["b", "aabb"], no: ["a"]),
        Case("[a-c-]x[^a-c]", yes: ["axd", "-xé", "bx\n"], no: ["dxd", "axa"]),
        Case(#"\d{3}\.\w\s\S"#, yes: ["123.a  ".replacing("  ", with: " !")], no: ["12a.a !", "123xa !"]),
        Case(#"[^\d]+"#, yes: ["abc"], no: ["1", "\u{0664}"]),
        Case(#"\x41\u00e9\u{1F600}\uD83D\uDE00"#, yes: ["Aé😀😀"], no: ["A"]),
        Case(".", yes: ["a", "é", "漢", "😀"], no: ["", "\n", "ab", "\u{2028}"]),
        Case("(?:a(?<name>b)(?P<other>c))", yes: ["abc"], no: ["ab"]),
        Case("(^a|b)c$", yes: ["ac", "bc"], no: ["c", "acc"]),
        Case("x(^a|b)", yes: ["xb"], no: ["xa"]),
        Case("(a?){3}", yes: ["", "a", "aaa"], no: ["aaaa"]),
        Case("(a{0,1000}){2,1000}", yes: ["", "a", String(repeating: "a", count: 300)], no: ["b"]),
        Case(
            "[a-z]{0,2000}", yes: ["", String(repeating: "q", count: 2000)],
            no: [String(repeating: "q", count: 2001)]),
        Case(
            "(ab|c){100,200}", yes: [String(repeating: "abc", count: 50)],
            no: [String(repeating: "c", count: 99)]),
        Case("(a*)*(b|b*)*", yes: ["", "aaab"], no: ["ba"]),
    ]

    @Test("accepts and refuses", arguments: cases)
    func acceptance(_ test: Case) throws { test.check(try .regex(test.source)) }

    @Test(
        "names what it does not support, with its place",
        arguments: [
            (#"(a)\1"#, GrammarError.Code.unsupported, 4), ("a(?=b)", .unsupported, 2),
            ("(?<!b)a", .unsupported, 1),
            ("(?i)a", .unsupported, 1), (#"ab\b"#, .unsupported, 3), (#"\p{L}"#, .unsupported, 1),
            ("(a", .syntax, 1),
            ("a)", .syntax, 2), ("[a", .syntax, 1), ("[z-a]", .syntax, 4), ("*a", .syntax, 1),
            ("a**", .syntax, 3),
            ("a++", .unsupported, 3), ("a{3,2}", .syntax, 2), ("a{999999999999}", .limit, 2),
            ("[]", .syntax, 2),
            (#"a\"#, .syntax, 2), (#"\uD800"#, .syntax, 1), (#"\u{110000}"#, .syntax, 1),
            ("a^", .matchesNothing, 1),
        ])
    func errors(_ pattern: String, _ code: GrammarError.Code, _ character: Int) {
        let error = errorOf { try .regex(pattern) }
        #expect(error?.code == code)
        #expect(error?.place == .character(character))
    }

    @Test("never produces a byte sequence that is not UTF-8")
    func utf8() throws {
        let grammar = try Grammar.regex("[^a]*")
        for bytes: [UInt8] in [
            [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xE0, 0x80, 0x80], [0xFF],
            [0xC3],
        ] {
            #expect(!grammar.accepts(bytes: bytes))
        }
        for text in ["é", "\u{D7FF}", "\u{E000}", "\u{10FFFF}", "\u{800}", "\u{10000}"] {
            #expect(grammar.accepts(text))
        }
    }
}

@Suite("GBNF is read as llama.cpp reads it")
struct GBNFTests {
    static let cases = [
        Case(#"root ::= "a" | "b""#, yes: ["a", "b"], no: ["", "ab"]),
        Case(
            "# comment\nroot ::= item+ # more\nitem ::= [a-c] \"\\n\"\n", yes: ["a\n", "a\nc\n"],
            no: ["", "a", "d\n"]),
        Case("root ::= (\n  \"x\"\n  | \"y\"\n) \"z\"?", yes: ["x", "yz"], no: ["z", "xy"]),
        Case("root ::= \"a\"\n  | \"b\"\nother ::= \"c\"", yes: ["a", "b"], no: ["c"]),
        Case("root ::= \"(\" root \")\" | \"\"", yes: ["", "()", "((()))"], no: ["(", "())"]),
        Case(#"root ::= [^"\\\x7F\x00-\x1F]{2,3}"#, yes: ["ab", "é漢😀"], no: ["a", "a\"", "abcd", "a\n"]),
        Case(#"root ::= "\u00e9\U0001F600\x41\t\"\\""#, yes: ["é😀A\t\"\\"], no: ["é"]),
        Case("root ::= .{3}", yes: ["a\né"], no: ["ab"]),
        Case(
            "root ::= a{2} b{1,} c{0,1}\na ::= \"a\"\nb::=\"b\"\nc ::= \"c\"", yes: ["aab", "aabbc"],
            no: ["aa", "ab"]),
        Case(
            "root ::= expr\nexpr ::= term (\"+\" term)*\nterm ::= [0-9]+ | \"(\" expr \")\"",
            yes: ["1+(2+33)"], no: ["1+"]),
        Case(
            "root ::= list\nlist ::= \"x\" list | \"x\"", yes: [String(repeating: "x", count: 5000)],
            no: ["", "y"]),
        Case("root ::= empty empty \"a\"\nempty ::= \"\" | \"b\"", yes: ["a", "ba", "bba"], no: ["bbba"]),
    ]

    @Test("accepts and refuses", arguments: cases)
    func acceptance(_ test: Case) throws { test.check(try .gbnf(test.source)) }

    @Test(
        "names what is wrong, with line and column",
        arguments: [
            ("", GrammarError.Code.undefined, 1, 1), ("a ::= \"b\"", .undefined, 1, 1),
            ("root ::= a\n  b", .syntax, 2, 4), ("root ::= \"a\"\n  nope ::= c", .undefined, 2, 12),
            ("root ::= \"a", .syntax, 1, 10), ("root ::= (\"a\"", .syntax, 1, 10),
            ("root = \"a\"", .syntax, 1, 6),
            ("root ::= \"a\"\nroot ::= \"b\"", .syntax, 2, 1), ("root ::= [z-a]", .syntax, 1, 12),
            ("root ::= root \"a\" | \"b\"", .leftRecursion, 1, 1),
            ("root ::= a\na ::= b? a \"x\" | \"y\"\nb ::= \"b\"", .leftRecursion, 2, 1),
            ("root ::= \"a\"{2,1}", .syntax, 1, 13), ("root ::= \"\\q\"", .syntax, 1, 11),
            ("root ::= <think>", .unsupported, 1, 10),
            ("root ::= \"a\" )", .syntax, 1, 14), ("root ::= \"a\"{1000000}", .limit, 1, 13),
        ])
    func errors(_ source: String, _ code: GrammarError.Code, _ line: Int, _ column: Int) {
        let error = errorOf { try .gbnf(source) }
        #expect(error?.code == code)
        #expect(error?.place == .line(line, column: column))
    }

    @Test(
        "a grammar that produces nothing says so",
        arguments: ["root ::= \"a\" root", "root ::= a\na ::= b\nb ::= a"])
    func unproductive(_ source: String) {
        #expect(errorOf { try .gbnf(source) }?.code == .matchesNothing)
    }
}

@Suite("JSON")
struct JSONTests {
    @Test("any value, with bounded space and digits")
    func values() throws {
        Case(
            "json",
            yes: [
                "null", "true", "-0", "0.5e-7", "1e9", "\"\"", "[]", "{}", "[ ]",
                "{\n  \"a\": [1, 2, {\"b\": null}]\n}",
                #""a\n\u00e9\ud83d\ude00\/""#, "\"漢字\"", "[1,2,[3,[4,[5]]]]",
            ],
            no: [
                "", " 1", "01", "1.", ".5", "+1", "1e", "nul", "[1,]", "{\"a\"}", "{a:1}", "\"\u{1}\"",
                #""\ud83d""#,
                #""\ude00""#, #""\x""#, "[1  ,2]", "'a'", "1 ", "[1]]", "\"a\nb\"",
                String(repeating: "1", count: 40),
            ]
        ).check(try .json())
    }

    @Test("an object is no other value")
    func objects() throws {
        Case("object", yes: ["{}", "{\"a\": 1}"], no: ["[]", "1", "\"{}\""]).check(try .jsonObject())
    }

    @Test("nesting ends before a reader's stack does, and everything begun can be ended")
    func nesting() throws {
        let grammar = try Grammar.json()
        let deep = { (depth: Int) in
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(grammar.accepts(deep(100)))
        #expect(!grammar.begins(with: deep(130)))
        let objects = String(repeating: "{\"a\":", count: 200)
        var recogniser = Recogniser(grammar)
        var depth = 0
        for byte in objects.utf8 {
            var next = recogniser
            next.read([byte])
            guard !next.mask.isDead else { break }
            recogniser = next
            if byte == UInt8(ascii: "{") { depth += 1 }
        }
        #expect((100...125).contains(depth))
        recogniser.read("1".utf8)
        for _ in 0..<depth { recogniser.read("}".utf8) }
        #expect(recogniser.mask.isComplete)
    }
}

@Suite("Grammars are put together")
struct CombinationTests {
    @Test("in sequence, by choice, repeatedly")
    func combinators() throws {
        let a = try Grammar.literal("a")
        let digits = try Grammar.regex("[0-9]+")
        Case("sequence", yes: ["a12"], no: ["a", "12", "12a"]).check(try .sequence([a, digits]))
        Case("choice", yes: ["a", "12"], no: ["a12", ""]).check(try .choice([a, digits]))
        Case("repeated", yes: ["aa", "aaa"], no: ["a", "aaaa"]).check(try .repeated(a, min: 2, max: 3))
        let json = try Grammar.json()
        Case("twice", yes: ["[1]|{}"], no: ["[1]|"]).check(try .sequence([json, .literal("|"), json]))
        #expect(errorOf { try .choice([]) }?.code == .matchesNothing)
        #expect(errorOf { try .repeated(a, min: 3, max: 2) }?.code == .syntax)
    }

    @Test("free text until a trigger, after which the grammar holds")
    func trigger() throws {
        let call = try Grammar.sequence([.regex("[0-9]+"), .literal("</call>")])
        let grammar = try Grammar.triggered(by: .literal("<call>"), then: call)
        Case(
            "text",
            yes: [
                "", "hello é", "<call", "<<call>12</call>", "a<call>1</call>b<call>2</call>",
                "<call>1</call><call>",
            ].dropLast() + ["<ca<call>7</call>"],
            no: ["<call>", "<call>x", "<call>1", "a<call>1</call><call>", "<<call>", "<call></call>"]
        ).check(grammar)
        #expect(errorOf { try .triggered(by: .literal(""), then: call) }?.code == .syntax)
    }

    @Test("a control token sets off a grammar, and is read by its id alone")
    func controlToken() throws {
        let call = try Grammar.schema(#"{"type":"integer"}"#)
        let grammar = try Grammar.triggered(
            by: .controlToken(257), then: .sequence([.controlToken(258), call]))
        var mask = GrammarMask(grammar, vocabulary: byteVocabulary, endTokens: [endToken])
        for token in "hi".utf8 { mask.accept(Int32(token)) }
        #expect(mask.isComplete)
        #expect(mask.allows(257) && !mask.allows(258) && mask.allows(endToken))
        mask.accept(257)
        #expect(!mask.isComplete)
        #expect(mask.allowedTokens(count: 259) == [258])
        mask.accept(258)
        #expect(mask.allowedTokens(count: 259) == [0x2D] + (0x30...0x39).map { $0 })
        mask.accept(0x37)
        #expect(mask.isComplete && mask.allows(257) && mask.allows(0x41))
        #expect(errorOf { try .controlToken(-1) }?.code == .undefined)
    }

    @Test("an end token that the grammar names is read by it")
    func namedEnd() throws {
        let grammar = try Grammar.sequence([.literal("a"), .controlToken(endToken), .literal("b")])
        var mask = GrammarMask(grammar, vocabulary: byteVocabulary, endTokens: [endToken])
        mask.accept(0x61)
        #expect(mask.allowedTokens(count: 259) == [endToken])
        mask.accept(endToken)
        #expect(mask.allowedTokens(count: 259) == [0x62])
        mask.accept(0x62)
        mask.accept(endToken)
        #expect(mask.progress == .ended)
    }
}
