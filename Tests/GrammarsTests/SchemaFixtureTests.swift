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
                Issue.record(
                    "nothing is allowed after \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                return nil
            }
            let closing = allowed.filter {
                $0 == pieceEnd || [0x22, 0x5D, 0x7D].contains(pieces[Int($0)].last)
            }
            let hurries =
                !closing.isEmpty && Int.random(in: 0..<(seed % 2 == 0 ? 60 : 400), using: &generator) < step
            guard let token = (hurries ? closing : allowed).randomElement(using: &generator) else {
                return nil
            }
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
    static let otherSpellings = Set(
        """
        const: const with -2.0 matches integer and float types: integer -2 is valid
        const: const with 0 does not match other zero-like types: float zero is valid
        const: const with 1 does not match true: float one is valid
        const: const with object: same object with different property order is valid
        const: float and integers are equal up to 64-bit representation limits: float is valid
        enum: enum with 0 does not match false: float zero is valid
        enum: enum with 1 does not match true: float one is valid
        enum: enum with [0] does not match [false]: [0.0] is valid
        enum: enum with [1] does not match [true]: [1.0] is valid
        type: integer type matches integers: a float with zero fractional part is an integer
        date-time: validation of date-time strings: a valid date-time with a leap second, UTC
        date-time: validation of date-time strings: a valid date-time with a leap second, with minus offset
        date-time: validation of date-time strings: case-insensitive T and Z
        email: validation of e-mail addresses: a quoted string with a @ in the local part is valid
        email: validation of e-mail addresses: a quoted string with a double dot in the local part is valid
        email: validation of e-mail addresses: a quoted string with a space in the local part is valid
        email: validation of e-mail addresses: an IPv4-address-literal after the @ is valid
        email: validation of e-mail addresses: an IPv6-address-literal after the @ is valid
        hostname: validation of host names: maximum label length
        hostname: validation of host names: single label starting with digit
        ipv6: validation of IPv6 addresses: a long valid ipv6
        ipv6: validation of IPv6 addresses: mixed format with double colons between the sections
        ipv6: validation of IPv6 addresses: mixed format with leading double colons (ipv4-mapped ipv6 address)
        ipv6: validation of IPv6 addresses: mixed format with the ipv4 section as decimal octets
        time: validation of time strings: a valid time string with case-insensitive Z
        time: validation of time strings: a valid time string with leap second, Zulu
        time: validation of time strings: valid leap second, large negative time-offset
        time: validation of time strings: valid leap second, large positive time-offset
        time: validation of time strings: valid leap second, negative time-offset
        time: validation of time strings: valid leap second, positive time-offset
        time: validation of time strings: valid leap second, zero time-offset
        uri: validation of URIs: a valid URL \("")
        uri: validation of URIs: a valid URL with many special characters
        """.split(separator: "\n").map(String.init))

    /// The suite's cases for readers that take `format` for a remark; here it always holds.
    private func isOtherSpelling(_ name: String) -> Bool {
        Self.otherSpellings.contains(name) || name.hasSuffix("string is only an annotation by default")
    }

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
                        #expect(isOtherSpelling(name), "\(name): \(test["text"].string)")
                    }
                }
                #expect(
                    [.unsupported, .matchesNothing].contains(error.code), "\(group["name"].string): \(error)")
                continue
            }
            compiled += 1
            for test in tests {
                let name = "\(group["name"].string): \(test["name"].string)"
                let text = test["text"].string
                let isAccepted = grammar.accepts(text)
                if test["valid"] == .bool(true) {
                    #expect(isAccepted != isOtherSpelling(name), "\(name): \(text) by \(written)")
                    if isAccepted { accepted += 1 }
                } else {
                    #expect(!isAccepted, "\(name): \(text) by \(written)")
                }
            }
        }
        #expect(
            compiled > 150 && accepted > 300, "\(compiled) compiled, \(refused) refused, \(accepted) accepted"
        )
    }
}
