// Holds every format to the same laws: what the format's own programs write is read, what its shape allows is read,
// and no character of any answer is lost, however it is cut.

import ChatTemplates
import Testing

@Suite("Tool call formats")
struct ToolCallFormatTests {
    @Test("Calls that mistral-common and transformers write are read as the calls they were")
    func oracle() throws {
        let fixture = try ToolCallFixture.load()
        let cases = try #require(fixture["written"]).array
        var counts: [String: Int] = [:]
        for written in cases {
            let format = try ToolCallFixture.format(try #require(written["format"]?.string))
            counts[format.name, default: 0] += 1
            let text = try #require(written["text"]?.string)
            let calls = try #require(written["calls"]).array
            let read = answer(text, format, tools: ["get_weather", "search-2", "now"])
            let place = Comment(rawValue: "\(written["by"]?.string ?? ""): \(text)")
            #expect(read.calls.map(\.name) == calls.map { $0["name"]?.string }, place)
            for (found, expected) in zip(read.calls, calls) {
                #expect(found.isComplete, place)
                let arguments = try #require(expected["arguments"]?.string)
                #expect(try JSONValue.parse(found.arguments) == JSONValue.parse(arguments), place)
                if let id = found.id { #expect(id == expected["id"]?.string, place) }
            }
            // Qwen 3 thinks, emptily, before it calls; nobody else says a word.
            let prose = written["by"]?.string == "qwen-3" ? "<think>\n\n</think>\n\n" : ""
            #expect(read.text == prose, place)
        }
        for format in ToolCallFormat.native { #expect(counts[format.name, default: 0] >= 4) }
    }

    @Test(
        "What a shape allows is read back, with every call complete and no text left",
        arguments: ToolCallFormat.all)
    func shapes(format: ToolCallFormat) throws {
        var generator = TestGenerator(state: 1)
        let tools = try TestGenerator.tools.map { try ToolDefinition(name: $0) }
        let arguments = "{\"a\": [1, {\"}\": \"\\\"]\"}], \"b\": null}"
        var seen: Set<Int> = []
        for round in 0..<400 {
            let isControl: (String) -> Bool = { _ in round % 2 == 0 }
            let shape = format.shape(for: tools, parallel: true, isControl: isControl)
            let text = generator.text(of: shape) { arguments }
            let read = answer(text, format, tools: TestGenerator.tools)
            #expect(read.text == "", "\(text)")
            #expect(read.calls.allSatisfy { $0.isComplete && $0.arguments == arguments }, "\(text)")
            seen.insert(read.calls.count)

            let one = generator.text(of: format.shape(for: tools, parallel: false, isControl: isControl)) {
                arguments
            }
            #expect(answer(one, format, tools: TestGenerator.tools).calls.count == 1, "\(one)")

            let triggers = format.triggers(for: tools, parallel: true, isControl: isControl)
            let trigger = try #require(triggers.randomElement(using: &generator))
            var free = trigger.isAtStartOnly ? "" : "Let me see. "
            let prose = free
            free += generator.text(of: .sequence([trigger.marker, trigger.rest])) { arguments }
            let triggered = answer(free, format, tools: TestGenerator.tools)
            #expect(triggered.text == prose, "\(free)")
            #expect(!triggered.calls.isEmpty && triggered.calls.allSatisfy(\.isComplete), "\(free)")
        }
        #expect(seen.count > 3)
    }

    @Test(
        "How an answer is cut changes no event, and nothing but syntax is left out",
        arguments: ToolCallFormat.all)
    func cuts(format: ToolCallFormat) throws {
        var generator = TestGenerator(state: 2)
        var calls = 0
        var broken = 0
        for _ in 0..<5_000 {
            let text = generator.almostCalls(format)
            let whole = joinedEvents([text], format, tools: TestGenerator.tools)
            #expect(joinedEvents(generator.cut(text), format, tools: TestGenerator.tools) == whole, "\(text)")
            #expect(Accounting(format).accounts(for: text, by: whole), "\(text) became \(whole)")
            for case .callEnded(let index, _, let isComplete) in whole {
                calls += 1
                let arguments = whole.compactMap { event in
                    if case .argumentsDelta(index, let text) = event { text } else { nil }
                }.joined()
                if isComplete {
                    let value = try JSONValue.parse(arguments)
                    #expect(value["never"] == nil && arguments.hasPrefix("{"), "\(text)")
                } else {
                    broken += 1
                    #expect(throws: ChatTemplateError.self, "\(text)") { try JSONValue.parse(arguments) }
                }
            }
            let started = whole.filter { if case .callStarted = $0 { true } else { false } }.count
            let ended = whole.filter { if case .callEnded = $0 { true } else { false } }.count
            #expect(started == ended, "\(text)")
        }
        // The texts must reach what is tested.
        #expect(calls > 1000 && broken > 50, "\(calls) calls, \(broken) broken")
    }

    @Test("An answer that ends anywhere loses nothing", arguments: ToolCallFormat.all)
    func truncated(format: ToolCallFormat) throws {
        var generator = TestGenerator(state: 3)
        let tools = try TestGenerator.tools.map { try ToolDefinition(name: $0) }
        let shape = format.shape(for: tools, parallel: true) { _ in true }
        for _ in 0..<60 {
            let text = generator.text(of: shape) { "{\"a\": \"é😀\\n\", \"b\": [1.5, {}]}" }
            for length in 0...text.unicodeScalars.count {
                let part = String(String.UnicodeScalarView(text.unicodeScalars.prefix(length)))
                let events = joinedEvents([part], format, tools: TestGenerator.tools)
                #expect(Accounting(format).accounts(for: part, by: events), "\(part) became \(events)")
            }
        }
    }

    @Test(
        "Arguments are complete where JSON's reader accepts them, and nowhere else",
        arguments: ToolCallFormat.all)
    func scanner(format: ToolCallFormat) throws {
        var generator = TestGenerator(state: 4)
        let fragments = [
            "{", "}", "[", "]", "\"a\"", "\"b\"", ":", ",", " ", "\n", "1", "0", "-", "1.5", "e", "E+2", ".",
            "true", "null",
            "fals", "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\ude00\"", "\"\\x\"", "\"é😀\"",
            "{}", "[]", "\\",
            "\"a\": 1", "\"a\": [2, 3]", "\u{01}", "{\"k\": {}}",
        ]
        let single = try ToolDefinition(name: "f")
        let shape = format.shape(for: [single], parallel: false) { _ in false }
        var accepted = 0
        for _ in 0..<5_000 {
            let json =
                "{"
                + (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                    fragments.randomElement(using: &generator) ?? ""
                }.joined() + "}"
            let text = generator.text(of: shape) { json }
            let read = answer(text, format, tools: ["f"])
            let isWhole = read.calls.count == 1 && read.calls[0].isComplete && read.calls[0].arguments == json
            #expect(isWhole == ((try? JSONValue.parse(json)) != nil), "\(json)")
            accepted += isWhole ? 1 : 0
        }
        #expect(accepted > 150)
        let deep = { (depth: Int) in
            String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
        }
        for depth in [100, 128, 129, 5000] {
            let read = answer(generator.text(of: shape) { deep(depth) }, format, tools: ["f"])
            #expect(read.calls.first?.isComplete == (depth <= 128))
        }
    }

    @Test("Long hostile answers take linear time and keep every byte", arguments: ToolCallFormat.all)
    func hostile(format: ToolCallFormat) {
        for unit in [
            format.opening, format.opening + "{\"arguments\":{\"", " ", "{", format.opening + "f[CALL_ID]",
            "[{\"name\":\"f\",",
        ] {
            let text = String(repeating: unit, count: 200_000 / unit.utf8.count)
            #expect(joinedEvents([text], format, tools: ["f"]) == [.text(text)])
        }
    }
}

/// Finds an answer again in its events: texts, names, arguments and ids in their order, and between the parts of
/// calls nothing but the format's syntax.
struct Accounting {
    private let syntax: [[UInt8]]

    init(_ format: ToolCallFormat) {
        let words = [
            "\"name\"", "\"arguments\"", "\"parameters\"", "\"id\"", "\"type\"", "\"function\"", "{", "}",
            "[", "]", ":", ",", ";",
            "\"", " ", "\n",
        ]
        syntax = (format.controlTokens + words).map { Array($0.utf8) }
    }

    func accounts(for text: String, by events: [ToolCallEvent]) -> Bool {
        var parts: [(words: [UInt8], isText: Bool)] = []
        for event in events {
            switch event {
            case .text(let text): parts.append((Array(text.utf8), true))
            case .callStarted(_, let name): parts.append((Array(name.utf8), false))
            case .argumentsDelta(_, let arguments): parts.append((Array(arguments.utf8), false))
            case .callEnded(_, let id, _): if let id { parts.append((Array(id.utf8), false)) }
            }
        }
        // Arguments and ids may stand before the name they are told after, so the parts of a call are a set.
        let bytes = Array(text.utf8)
        var reached: Set<Place> = [Place(offset: 0, done: 0, ahead: [])]
        var queue = Array(reached)
        while let place = queue.popLast() {
            var index = place.done
            while place.ahead.contains(index) { index += 1 }
            if place.offset == bytes.count, index == parts.count { return true }
            var next: [Place] = []
            if index < parts.count, parts[index].isText {
                if bytes[place.offset...].starts(with: parts[index].words) {
                    next.append(
                        Place(offset: place.offset + parts[index].words.count, done: index + 1, ahead: []))
                }
            } else {
                for candidate in index..<min(index + 4, parts.count) where !place.ahead.contains(candidate) {
                    if parts[candidate].isText { break }
                    let words = parts[candidate].words
                    let isMade = words.elementsEqual("{}".utf8)
                    if bytes[place.offset...].starts(with: words) || isMade {
                        let ahead = place.ahead.union([candidate]).filter { $0 >= index }
                        if bytes[place.offset...].starts(with: words) {
                            next.append(Place(offset: place.offset + words.count, done: index, ahead: ahead))
                        }
                        // A call without arguments has `{}` for them, which stands nowhere.
                        if isMade { next.append(Place(offset: place.offset, done: index, ahead: ahead)) }
                    }
                }
            }
            for word in syntax where bytes[place.offset...].starts(with: word) {
                next.append(Place(offset: place.offset + word.count, done: index, ahead: place.ahead))
            }
            for place in next where reached.insert(place).inserted { queue.append(place) }
        }
        return false
    }

    private struct Place: Hashable {
        var offset: Int
        var done: Int
        var ahead: Set<Int>
    }
}
