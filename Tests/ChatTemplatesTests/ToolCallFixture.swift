// Reads Fixtures/tool_calls.json, and makes random answers with and without calls. Owns no test.

import ChatTemplates
import Testing

enum ToolCallFixture {
    static func load() throws -> JSONValue { try Fixture.json("tool_calls.json") }

    static func template(_ name: String, in fixture: JSONValue) throws -> ChatTemplate {
        guard let source = fixture["templates"]?[name]?.string else { return try Fixture.template(name) }
        return try ChatTemplate(source: source, bosToken: "<s>", eosToken: "</s>")
    }

    static func format(_ name: String) throws -> ToolCallFormat {
        guard let format = ToolCallFormat.all.first(where: { $0.name == name }) else {
            throw Fixture.Missing(name: name)
        }
        return format
    }
}

extension ToolCallFormat: CustomTestStringConvertible {
    public var testDescription: String { name }
}

/// What a parser makes of `text`, cut as `pieces` has it: events with neighbouring texts and deltas joined.
func joinedEvents(_ pieces: [String], _ format: ToolCallFormat, tools: [String]) -> [ToolCallEvent] {
    var parser = ToolCallParser(format: format, tools: tools)
    var events: [ToolCallEvent] = []
    for event in pieces.flatMap({ parser.append($0) }) + parser.finish() {
        switch (events.last, event) {
        case (.text(let old), .text(let new)): events[events.count - 1] = .text(old + new)
        case (.argumentsDelta(let index, let old), .argumentsDelta(let next, let new)) where index == next:
            events[events.count - 1] = .argumentsDelta(index: index, old + new)
        default: events.append(event)
        }
    }
    return events
}

func answer(_ text: String, _ format: ToolCallFormat, tools: [String]) -> ToolCallAnswer {
    var answer = ToolCallAnswer()
    answer.add(joinedEvents([text], format, tools: tools))
    return answer
}

/// SplitMix64, for repeatable tests.
struct TestGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension TestGenerator {
    static let tools = ["f", "get_weather", "search-2"]

    /// Texts that look like calls more or less: a format's own syntax, near misses, and prose.
    mutating func almostCalls(_ format: ToolCallFormat) -> String {
        let fragments =
            format.controlTokens + format.controlTokens + [
                "{\"name\": \"f\", \"arguments\": {\"a\": 1}}",
                "{\"name\": \"get_weather\", \"parameters\": {\"b\": [\"}\", {}]}}",
                "{\"name\": \"nobody\", \"arguments\": {}}",
                "{\"arguments\": {\"x\": \"\\ud83d\\ude00\"}, \"name\": \"f\"}",
                "{\"name\": \"f\"}",
                "{\"type\": \"function\", \"name\": \"search-2\", \"parameters\": {}, \"id\": \"abcdefghi\"}",
                "{\"name\": \"f\", \"arguments\": {\"a\": tru}}", "f", "get_weather", "{\"a\": \"é漢😀\"}", "{",
                "}", "[", "]",
                ", ", "; ", "\n", " ", "\"", "abc", "Grüße 😀", "\"id\": \"q\"", ", \"id\": \"123456789\"}",
                "{}", "{\"k\": -1.5e3}",
                "<tool", "[TOOL", "\\", "[{", "}]", "}}",
            ]
        let tools = Self.tools.compactMap { try? ToolDefinition(name: $0) }
        let shape = format.shape(for: tools, parallel: true) { _ in true }
        var written = ""
        for _ in 0..<Int.random(in: 1...14, using: &self) {
            var fragment = fragments.randomElement(using: &self) ?? ""
            if Int.random(in: 0..<6, using: &self) == 0 {
                let arguments = ["{}", "{\"a\": [1, \"}\"]}", "{\"a\": tru}", "{\"é\": 1"]
                let chosen = arguments.randomElement(using: &self) ?? ""
                fragment = text(of: shape) { chosen }
                // A call, or one that breaks off.
                let count = fragment.unicodeScalars.count
                let length = Bool.random(using: &self) ? count : Int.random(in: 0...count, using: &self)
                fragment = String(String.UnicodeScalarView(fragment.unicodeScalars.prefix(length)))
            }
            written += fragment
        }
        return written
    }

    /// The text in pieces, cut anywhere between scalars.
    mutating func cut(_ text: String) -> [String] {
        var pieces: [String] = []
        var piece = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            piece.append(scalar)
            if Int.random(in: 0..<3, using: &self) == 0 {
                pieces.append(String(piece))
                piece = .init()
            }
        }
        return pieces + [String(piece)]
    }

    /// A text of the shape, with `arguments` where a schema allows any document.
    mutating func text(of shape: ToolCallShape, arguments: () -> String) -> String {
        switch shape {
        case .text(let text), .control(let text): return text
        case .alphanumerics(let count):
            return String((0..<count).map { _ in "abzAZ019".randomElement(using: &self) ?? "a" })
        case .json: return arguments()
        case .sequence(let parts): return parts.map { text(of: $0, arguments: arguments) }.joined()
        case .choice(let parts):
            return text(of: parts.randomElement(using: &self) ?? .text(""), arguments: arguments)
        case .repeated(let part, let separator):
            var written = text(of: part, arguments: arguments)
            while Bool.random(using: &self) {
                written += text(of: separator, arguments: arguments) + text(of: part, arguments: arguments)
            }
            return written
        }
    }
}
