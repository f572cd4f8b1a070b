// Owns the comparison with Python's jsonschema and the public test suite: what they call valid is accepted, what they
// call invalid never. The oracle is Tests/Oracles/grammars_schemas.py.

import ChatTemplates
import Grammars
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite("JSON Schema, beside jsonschema's verdicts")
struct SchemaFixtureTests {
    @Test("random schemas: valid documents are accepted, invalid ones refused")
    func verdicts() throws {
        let cases = try Fixture.schemas()
        #expect(cases.count == 400)
        for test in cases {
            let grammar = try Grammar.jsonSchema(test.schema)
            let schema = try test.schema.text()
            for text in test.valid { #expect(grammar.accepts(text), "\(schema) ✓ \(text)") }
            for text in test.invalid { #expect(!grammar.accepts(text), "\(schema) ✗ \(text)") }
        }
    }

    @Test("the validator of the tests agrees with jsonschema, but for formats")
    func validator() throws {
        for test in try Fixture.schemas() {
            let schema = try test.schema.text()
            if schema.contains("\"format\"") { continue }
            let validator = SchemaValidator(root: test.schema)
            for (texts, verdict) in [(test.valid, true), (test.invalid, false)] {
                for text in texts {
                    let value = try JSONValue.parse(text)
                    #expect(validator.isValid(value) == verdict, "\(schema): \(text)")
                }
            }
        }
    }

    @Test("random schemas × random logits: every document that ends is JSON and valid")
    func documents() throws {
        // More of them, for a check by jsonschema itself: SIROCCO_GRAMMAR_DOCUMENTS=path, then grammars_schemas.py
        // --check path.
        let path = getenv("SIROCCO_GRAMMAR_DOCUMENTS").map { String(cString: $0) }
        let rounds: UInt64 = path == nil ? 4 : 25
        var lines: [String] = []
        var (ended, open) = (0, 0)
        for (index, test) in try Fixture.schemas().enumerated() {
            let grammar = try Grammar.jsonSchema(test.schema)
            let schema = try test.schema.text()
            let validator = SchemaValidator(root: test.schema)
            for round in 0..<rounds {
                guard let bytes = produce(grammar, seed: UInt64(index) << 8 | round) else {
                    open += 1
                    continue
                }
                ended += 1
                let text = try #require(String(validating: bytes, as: UTF8.self))
                let value = try JSONValue.parse(text)
                #expect(validator.isValid(value), "\(schema) ✗ \(text)")
                #expect(grammar.accepts(text))
                lines.append(try JSONValue.object(["schema": test.schema, "text": .string(text)]).text())
            }
        }
        // Free strings may run on past any budget; most documents end.
        #expect(ended > 9 * open, "\(ended) ended, \(open) did not")
        guard let path, let file = fopen(path, "w") else { return }
        for line in lines { fputs(line + "\n", file) }
        fclose(file)
    }

    /// A document of random tokens, in which closing tokens grow more likely; nil past the budget.
    private func produce(_ grammar: Grammar, seed: UInt64) -> [UInt8]? {
        var generator = SeededGenerator(seed: seed)
        var mask = GrammarMask(grammar, vocabulary: pieceVocabulary, endTokens: [pieceEnd])
        var bytes: [UInt8] = []
        for step in 0..<600 {
            let allowed = mask.allowedTokens(count: pieces.count + 2)
            if allowed.isEmpty {
                Issue.record("nothing is allowed after \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                return nil
            }
            let closing = allowed.filter { $0 == pieceEnd || [0x22, 0x5D, 0x7D].contains(pieces[Int($0)].last) }
            let hurries = !closing.isEmpty && Int.random(in: 0..<60, using: &generator) < step
            guard let token = (hurries ? closing : allowed).randomElement(using: &generator) else { return nil }
            mask.accept(token)
            if mask.progress == .ended { return bytes }
            if mask.isDead {
                Issue.record("dead after \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                return nil
            }
            bytes += pieces[Int(token)]
        }
        return nil
    }

    /// Documents of the suite that are valid but that no grammar here writes.
    static let otherSpellings: Set<String> = []

    @Test("the public test suite: nothing invalid is accepted; what is valid is, or a keyword is named")
    func suite() throws {
        var (compiled, refused, accepted) = (0, 0, 0)
        for group in try Fixture.array("suite.json") {
            let schema = group["schema"] ?? .null
            guard case .array(let tests)? = group["tests"] else { continue }
            let written = try schema.text()
            let grammar: Grammar
            do {
                grammar = try .jsonSchema(schema)
            } catch {
                refused += 1
                if error.code == .matchesNothing {
                    // Then no document may be valid.
                    for test in tests where test["valid"] == .bool(true) {
                        let name = "\(group["name"].string): \(test["name"].string)"
                        #expect(Self.otherSpellings.contains(name), "\(name): \(test["text"].string)")
                    }
                }
                #expect([.unsupported, .matchesNothing].contains(error.code), "\(group["name"].string): \(error)")
                continue
            }
            compiled += 1
            for test in tests {
                let name = "\(group["name"].string): \(test["name"].string)"
                let text = test["text"].string
                let isAccepted = grammar.accepts(text)
                if test["valid"] == .bool(true) {
                    #expect(isAccepted != Self.otherSpellings.contains(name), "\(name): \(text) by \(written)")
                    if isAccepted { accepted += 1 }
                } else {
                    #expect(!isAccepted, "\(name): \(text) by \(written)")
                }
            }
        }
        #expect(compiled > 150 && accepted > 300, "\(compiled) compiled, \(refused) refused, \(accepted) accepted")
    }
}
