// Owns hostile input: grammars made to cost time or memory, and noise. What they cost is bounded, and they end in a
// grammar or in an error. Knows no valid documents.

import ChatTemplates
import Grammars
import TestSupport
import Testing

@Suite("A hostile grammar costs bounded time")
struct LimitsTests {
    /// Generous, since machines are shared; what these inputs would cost without limits is minutes to years.
    static let patience = Duration.seconds(10)

    static let hostile: [(String, @Sendable () throws -> Grammar)] = [
        ("nested stars", { try .regex("((((a*)*)*)*)*b") }),
        ("exponential subsets", { try .regex("(a|b)*a(a|b){200}") }),
        ("exponential pattern", { try .schema(#"{"type":"string","pattern":"a.{200}$"}"#) }),
        ("nested counts", { try .regex("(((a{100000}){100000}){100000}){100000}") }),
        ("ambiguous counts", { try .regex("((a{1,1000}){1,1000}){1,1000}b") }),
        ("ways that multiply", { try .regex("((.{1,900}){1,900}[a-z ]{1,900}){1,900}") }),
        ("nullable counts", { try .regex("((a?){0,1000}){0,1000}") }),
        ("alternatives", { try .regex(Array(repeating: "a*b", count: 20_000).joined(separator: "|")) }),
        ("shorthands", { try .regex("[" + String(repeating: "\\d\\W", count: 50_000) + "]") }),
        ("deep groups", { try .regex(String(repeating: "(", count: 100_000)) }),
        (
            "many rules",
            { try .gbnf((0..<50_000).map { "r\($0) ::= \"a\" r\($0 + 1)" }.joined(separator: "\n")) }
        ),
        (
            "long chain of rules",
            {
                try .gbnf(
                    "root ::= r0 \"z\"\n"
                        + (0..<5000).map { "r\($0) ::= r\($0 + 1) \"b\"" }.joined(separator: "\n")
                        + "\nr5000 ::= \"a\"")
            }
        ),
        ("mutual left recursion", { try .gbnf("root ::= a\na ::= b \"x\" | \"y\"\nb ::= a \"z\" | \"\" a") }),
        ("large counts", { try .gbnf("root ::= ((\"ab\" | \"c\"){0,100000} \"d\"){0,100000}") }),
        (
            "deep schema",
            {
                let depth = 120
                return try .schema(
                    String(repeating: #"{"items":"#, count: depth) + "true"
                        + String(repeating: "}", count: depth))
            }
        ),
        (
            "long chain of references",
            {
                let links = (0..<9000).map {
                    ##""d\##($0)":{"type":"array","items":{"$ref":"#/$defs/d\##($0 + 1)"}}"##
                }
                return try .schema(
                    ##"{"$ref":"#/$defs/d0","$defs":{"##.dropLast() + "{" + links.joined(separator: ",")
                        + ##","d9000":{}}}"##)
            }
        ),
        (
            "alternatives that multiply",
            {
                let choice =
                    #"{"anyOf":["#
                    + (0..<10).map { #"{"properties":{"p\#($0)":{"type":"null"}}}"# }.joined(separator: ",")
                    + "]}"
                return try .schema(
                    #"{"allOf":["# + Array(repeating: choice, count: 12).joined(separator: ",") + "]}")
            }
        ),
        (
            "many optional properties",
            {
                let properties = (0..<3000).map { #""property\#($0)":{"type":"string"}"# }.joined(
                    separator: ",")
                return try .schema(
                    #"{"type":"object","properties":{\#(properties)},"additionalProperties":false}"#)
            }
        ),
        (
            "many constants",
            { try .schema(#"{"enum":["# + (0..<20_000).map { "\"v\($0)\"" }.joined(separator: ",") + "]}") }
        ),
        (
            "intersections",
            {
                let patterns = (2..<14).map { #"{"pattern":"^(a{\#($0)})*$"}"# }.joined(separator: ",")
                return try .schema(#"{"type":"string","allOf":[\#(patterns)]}"#)
            }
        ),
        (
            "huge bounds",
            { try .schema(#"{"type":"number","minimum":-1e308,"maximum":1e308,"multipleOf":999}"#) }
        ),
        (
            "references to oneself",
            { try .schema(##"{"anyOf":[{"$ref":"#"},{"$ref":"#"},{"items":{"$ref":"#"}}]}"##) }
        ),
    ]

    @Test("to compile, and for the first masks", arguments: hostile.indices)
    func bounded(_ index: Int) throws {
        let clock = ContinuousClock()
        let (name, make) = Self.hostile[index]
        var outcome = "compiled"
        let time = clock.measure {
            do {
                var mask = GrammarMask(try make(), vocabulary: pieceVocabulary, endTokens: [pieceEnd])
                var generator = SeededGenerator(seed: 1)
                for _ in 0..<20 {
                    let allowed = mask.allowedTokens(count: pieces.count + 2)
                    guard let token = allowed.randomElement(using: &generator) else {
                        Issue.record("\(name): nothing is allowed")
                        break
                    }
                    mask.accept(token)
                    #expect(!mask.isDead, "\(name)")
                    if mask.progress != .open { break }
                }
            } catch {
                outcome = "\(error)"
                #expect(error is GrammarError, "\(name): \(error)")
                #expect(outcome.count < 400)
            }
        }
        #expect(time < Self.patience, "\(name): \(time), \(outcome)")
    }

    @Test("noise as a grammar is an error or a grammar, never a crash or a hang")
    func noise() {
        var generator = SeededGenerator(seed: 11)
        let letters = Array("ab\"\\[](){}*+?|^$-,:=.#<>!019 \n\tdwsuxpkPé漢\u{2028}😀".unicodeScalars)
        let words = [
            "::=", "root", "root ::= ", "\\u00", "{2,3}", "(?:", "[^", "\\d", "a", "\"x\"", "(?<n>", "{,",
            "\\U0001F600",
        ]
        for _ in 0..<4000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<24, using: &generator) {
                if Bool.random(using: &generator), let word = words.randomElement(using: &generator) {
                    text.append(contentsOf: word.unicodeScalars)
                } else if let letter = letters.randomElement(using: &generator) {
                    text.append(letter)
                }
            }
            for compile in [Grammar.regex, Grammar.gbnf, { try Grammar.gbnf("root ::= " + $0) }]
                as [(String) throws -> Grammar]
            {
                do {
                    _ = Recogniser(try compile(String(text)))
                } catch {
                    #expect(error is GrammarError)
                }
            }
        }
    }

    @Test("noise as a schema is an error or a grammar, never a crash or a hang")
    func schemaNoise() throws {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<4000 {
            let schema = Self.randomValue(depth: 0, &generator)
            do {
                _ = Recogniser(try Grammar.jsonSchema(schema))
            } catch {
                #expect(error.place != .none)
            }
        }
    }

    private static let keywords = [
        "type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "properties", "required",
        "additionalProperties",
        "items", "prefixItems", "minItems", "maxItems", "minLength", "maxLength", "pattern", "format",
        "minimum",
        "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "$defs", "$id", "uniqueItems", "x",
    ]

    private static func randomValue(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 4 ? 7 : 12), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .int([0, 1, 3, -1, .max, .min, 100_000].randomElement(using: &generator) ?? 0)
        case 3:
            return .double(
                [0.5, -1e300, 1e-300, .leastNonzeroMagnitude, .infinity, .nan].randomElement(
                    using: &generator) ?? 0)
        case 4, 5:
            let texts = [
                "string", "integer", "object", "array", "#", "#/properties/x", "#/$defs", "date", "a+",
                "^x{2}$", "",
            ]
            return .string(texts.randomElement(using: &generator) ?? "")
        case 6, 7:
            return .array(
                (0..<Int.random(in: 0..<4, using: &generator)).map { _ in
                    randomValue(depth: depth + 1, &generator)
                })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<4, using: &generator) {
                object[keywords.randomElement(using: &generator) ?? "x"] = randomValue(
                    depth: depth + 1, &generator)
            }
            return .object(object)
        }
    }
}
