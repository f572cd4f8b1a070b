// Proves the layouts that need no template, and the JSON of messages.

import ChatTemplates
import Testing

@Suite("Layouts and messages")
struct LayoutTests {
    @Test("The Mistral v1 layout encodes the same texts as mistral-common, in the same order")
    func mistralV1() throws {
        let fixture = try Fixture.json("mistral_v1.json")
        let cases = try #require(fixture["cases"]).array
        var compared = 0
        for answer in cases {
            let messages = try #require(answer["messages"]).array.map { try ChatMessage(json: $0) }
            // Mistral's `prefix`, an answer to be continued, gets no end token: not implemented.
            if answer["prefix"]?.isTrue ?? false { continue }
            func pieces() throws(ChatTemplateError) -> [MistralV1Layout.Piece] {
                try MistralV1Layout.pieces(for: messages)
            }
            // mistral-common's normaliser invents an empty user message in front; its validator, like us, refuses.
            let startsWithUser = messages.first { $0.role != .system }?.role == .user
            guard let texts = answer["texts"]?.array, startsWithUser else {
                #expect(throws: ChatTemplateError.self) { try pieces() }
                continue
            }
            let result = try pieces()
            let found = result.compactMap { piece in
                if case .text(let text) = piece { JSONValue.string(text) } else { nil }
            }
            #expect(found == texts)
            #expect(result.first == .control(.bos))
            let ids = try #require(answer["ids"]).array.map(\.int)
            let ends = result.filter { $0 == .control(.eos) }.count
            #expect(ends == ids.filter { $0 == fixture["eos"]?.int }.count)
            #expect((result.last == .control(.eos)) == (ids.last == fixture["eos"]?.int))
            compared += 1
        }
        #expect(compared >= 15)
    }

    @Test("ChatML is there for models without a template")
    func chatML() throws {
        guard case .template(let template) = try InstructLayout.chatML() else {
            Issue.record("no template")
            return
        }
        let messages = [
            ChatMessage(role: .system, content: "s"), ChatMessage(role: .user, content: " a \n"),
            ChatMessage(role: .assistant, body: .none),
        ]
        #expect(
            try template.render(messages).text
                == "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\n a \n<|im_end|>\n"
                + "<|im_start|>assistant\n<|im_end|>\n<|im_start|>assistant\n")
        #expect(try template.render([], addGenerationPrompt: false).text.isEmpty)
    }

    @Test(
        "A message's JSON reads back the same",
        arguments: [
            #"{"role": "user", "content": "hi"}"#,
            #"{"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": {"b": 1, "a": [2.5, "x"]}}}]}"#,
            #"{"role": "tool", "content": "r", "tool_call_id": "a", "name": "f"}"#,
            #"{"role": "user", "content": [{"type": "text", "text": "t"}], "custom": {"z": 1, "a": 2}}"#,
            #"{"role": "assistant", "content": "x", "reasoning_content": "hm"}"#,
        ])
    func messageJSON(text: String) throws {
        #expect(try ChatMessage(json: JSONValue.parse(text)).json.text() == text)
    }

    @Test(
        "JSON that is none is refused with its place",
        arguments: [
            "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "+1", "nul", "\"\\x\"", "\"\\ud800\"",
            "\"\u{01}\"",
            "\"abc", "[1] 2", "{1: 2}", "'a'", "\"\\u12\"", String(repeating: "[", count: 100_000), "1e",
            ".5", "[1 2]",
        ])
    func badJSON(text: String) {
        #expect {
            try JSONValue.parse(text)
        } throws: { error in
            (error as? ChatTemplateError)?.code == .json && "\(error)".hasPrefix("JSON, byte ")
        }
    }

    @Test("JSON keeps order, escapes and numbers")
    func goodJSON() throws {
        let value = try JSONValue.parse(
            " {\"b\": [1, -2.5e3, 12345678901234567890], \"a\": \"\\u00e9\\ud83d\\ude00\\n\", \"b\": null} ")
        #expect(try value.text() == "{\"b\": null, \"a\": \"é😀\\n\"}")
        #expect(try JSONValue.parse("12345678901234567890") == .double(12_345_678_901_234_567_168))
        #expect(try JSONValue.parse("-9223372036854775808") == .int(.min))
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]
        object["a"] = nil
        object["b"] = 5
        #expect(object == ["b": 5, "c": 3])
        #expect(object != ["c": 3, "b": 5])
        #expect(object["c"] == 3)
    }

    @Test(
        "Dates follow the calendar",
        arguments: [
            (0, "1970-01-01 Thu 001 00:00:00"), (951_782_400, "2000-02-29 Tue 060 00:00:00"),
            (-1, "1969-12-31 Wed 365 23:59:59"), (4_107_542_399, "2100-02-28 Sun 059 23:59:59"),
            (1_735_689_599, "2024-12-31 Tue 366 23:59:59"),
        ] as [(Int64, String)])
    func dates(seconds: Int64, expected: String) throws {
        let template = try ChatTemplate(
            source: "{{ strftime_now('%Y-%m-%d %a %j %H:%M:%S') }}", bosToken: "", eosToken: "")
        #expect(try template.render([], date: TemplateDate(unixSeconds: seconds)).text == expected)
    }
}
