// Shows, format by format, which events an answer becomes: streaming, near misses, calls that break off.

import ChatTemplates
import Testing

@Suite("Tool call parser")
struct ToolCallParserTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let format: ToolCallFormat
        let text: String
        let events: [ToolCallEvent]
        init(_ format: ToolCallFormat, _ text: String, _ events: [ToolCallEvent]) {
            self.format = format
            self.text = text
            self.events = events
        }
        var testDescription: String { "\(format.name): \(text)" }
    }

    private static func call(
        _ arguments: String, _ index: Int = 0, name: String = "f", id: String? = nil, isComplete: Bool = true
    ) -> [ToolCallEvent] {
        [
            .callStarted(index: index, name: name), .argumentsDelta(index: index, arguments),
            .callEnded(index: index, id: id, isComplete: isComplete),
        ]
    }

    static let rows: [Row] = [
        // A call, text before it and after it.
        Row(
            .hermes, "Hm.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call>\nSo.",
            [.text("Hm.\n")] + call("{\"a\": 1}") + [.text("\nSo.")]),
        Row(
            .mistralList, "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {}, \"id\": \"123456789\"}] ok",
            call("{}", id: "123456789") + [.text(" ok")]),
        // Arguments keep their spelling.
        Row(.mistralNamed, "[TOOL_CALLS]f[ARGS]{ \"a\" :1.50 }", call("{ \"a\" :1.50 }")),
        // Several calls, in one list, one behind the other, and as SmolLM2 was taught to write them.
        Row(
            .mistralList, "[TOOL_CALLS][{\"name\":\"f\",\"arguments\":{}},{\"name\":\"g\",\"arguments\":{}}]",
            call("{}") + call("{}", 1, name: "g")),
        Row(
            .mistralNamed, "[TOOL_CALLS]f[CALL_ID]abcdefghi[ARGS]{}[TOOL_CALLS]g[ARGS]{}",
            call("{}", id: "abcdefghi") + call("{}", 1, name: "g")),
        Row(
            .llama, "{\"name\": \"f\", \"parameters\": {}}; {\"name\": \"g\", \"parameters\": {}}\n",
            call("{}") + call("{}", 1, name: "g")),
        Row(
            .generic,
            "<tool_call>[{\"name\": \"f\", \"arguments\": {}}, {\"name\": \"g\", \"arguments\": {}}]</tool_call>",
            call("{}") + call("{}", 1, name: "g")),
        // Fields in another order, none for the arguments, a type.
        Row(
            .hermes, "<tool_call>{\"arguments\": {\"a\": [2]}, \"id\": \"x\", \"name\": \"f\"}</tool_call>",
            call("{\"a\": [2]}", id: "x")),
        Row(.hermes, "<tool_call>{\"name\": \"f\"}</tool_call>", call("{}")),
        Row(
            .llama, "<|python_tag|>{\"type\": \"function\", \"name\": \"f\", \"parameters\": {}}", call("{}")),
        // What is no call: prose about markers, other tools, other fields, JSON in the middle of a sentence.
        Row(.hermes, "Write <tool_call> and then JSON.", [.text("Write <tool_call> and then JSON.")]),
        Row(
            .hermes, "<tool_call>{\"name\": \"h\", \"arguments\": {}}</tool_call>",
            [.text("<tool_call>{\"name\": \"h\", \"arguments\": {}}</tool_call>")]),
        Row(
            .hermes, "<tool_call>{\"name\": \"f\", \"note\": 1}</tool_call>",
            [.text("<tool_call>{\"name\": \"f\", \"note\": 1}</tool_call>")]),
        Row(
            .hermes, "<tool_call>{\"name\": \"f\", \"arguments\": \"{}\"}</tool_call>",
            [.text("<tool_call>{\"name\": \"f\", \"arguments\": \"{}\"}</tool_call>")]),
        Row(
            .llama, "So: {\"name\": \"f\", \"parameters\": {}}",
            [.text("So: {\"name\": \"f\", \"parameters\": {}}")]),
        Row(.llama, "<|python_tag|>print(1)", [.text("<|python_tag|>print(1)")]),
        Row(.mistralNamed, "[TOOL_CALLS]h[ARGS]{}", [.text("[TOOL_CALLS]h[ARGS]{}")]),
        // A real call right behind a false one.
        Row(
            .hermes, "<tool_call><tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>",
            [.text("<tool_call>")] + call("{}")),
        Row(
            .mistralList, "[TOOL_CALLS][TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}]",
            [.text("[TOOL_CALLS]")] + call("{}")),
        // Arguments that stop being JSON: all that stands in their place is told, and the call is incomplete.
        Row(
            .hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": nope}}</tool_call> x",
            call("{\"a\": nope}}", isComplete: false) + [.text(" x")]),
        Row(
            .mistralNamed, "[TOOL_CALLS]f[ARGS]{\"a\" 1}[TOOL_CALLS]g[ARGS]{}",
            call("{\"a\" 1}", isComplete: false) + call("{}", 1, name: "g")),
        Row(.llama, "{\"name\": \"f\", \"parameters\": {a: 1}}", call("{a: 1}}", isComplete: false)),
        // Answers cut by a token limit: before a call is one, in its arguments, behind them.
        Row(.hermes, "<tool_call>{\"name\": \"f\", \"argu", [.text("<tool_call>{\"name\": \"f\", \"argu")]),
        Row(
            .hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"b",
            call("{\"a\": \"b", isComplete: false)),
        Row(.hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {}", call("{}")),
        Row(.hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {}}\n", call("{}")),
        // Arguments are whole, but what follows is no end of a call.
        Row(
            .hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {}, \"x\": 1}</tool_call>",
            call("{}") + [.text(", \"x\": 1}</tool_call>")]),
        Row(
            .mistralList, "[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}, {\"name\": \"h\"}]",
            call("{}") + [.text(", {\"name\": \"h\"}]")]),
    ]

    @Test("An answer becomes these events, in one piece and letter by letter", arguments: rows)
    func events(row: Row) {
        #expect(joinedEvents([row.text], row.format, tools: ["f", "g"]) == row.events)
        #expect(joinedEvents(row.text.map { String($0) }, row.format, tools: ["f", "g"]) == row.events)
    }

    @Test("A call is told as it streams: its name before its arguments, these as they come, its end at once")
    func streaming() {
        var parser = ToolCallParser(format: .hermes, tools: ["f"])
        #expect(parser.append("Well, <b>") == [.text("Well, <b>")])
        #expect(parser.append("<tool_call>\n{\"name\": \"f\"").isEmpty)
        #expect(
            parser.append(", \"arguments\": {\"a") == [
                .callStarted(index: 0, name: "f"), .argumentsDelta(index: 0, "{\"a"),
            ])
        #expect(parser.append("\": 1") == [.argumentsDelta(index: 0, "\": 1")])
        #expect(parser.append("}") == [.argumentsDelta(index: 0, "}")])
        #expect(parser.append("}") == [.callEnded(index: 0, id: nil, isComplete: true)])
        #expect(parser.append("\n</tool_call>").isEmpty)
        #expect(parser.finish().isEmpty)
    }

    @Test("Text that may begin a call is held back no longer than it may, and never more than 16 KiB")
    func held() {
        var parser = ToolCallParser(format: .hermes, tools: ["f"])
        #expect(parser.append("a <tool_c") == [.text("a ")])
        #expect(parser.append("ar") == [.text("<tool_car")])
        let spaces = String(repeating: " ", count: 16_384)
        #expect(parser.append("<tool_call>" + spaces) == [.text("<tool_call>" + spaces)])
        #expect(parser.finish().isEmpty)
    }

    @Test("An answer as a message has an id for every call, and reads back from its JSON")
    func message() throws {
        let read = answer(
            "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {}}, {\"name\": \"f\", \"arguments\": {}, \"id\": \"abc\"}]",
            .mistralList, tools: ["f"])
        let message = read.message(seed: 5)
        #expect(message.toolCalls.map(\.id) == [ToolCallID.text(seed: 5, index: 0), "abc"])
        #expect(message.body == .none)
        #expect(try ChatMessage(json: message.json) == message)
    }
}
