// Proves which format a template gets, and that tools, calls and results stand in prompts as transformers puts them.

import ChatTemplates
import Foundation
import Testing

@Suite("Tools in prompts")
struct ToolLayoutTests {
    @Test(
        "Every template gets the format that it writes calls in; those that write none of ours get the generic one"
    )
    func detection() throws {
        let fixture = try ToolCallFixture.load()
        let formats = try #require(fixture["formats"]).dictionary
        let generated = try #require(fixture["templates"]).dictionary.keys
        let own = [
            "alpaca", "chatml", "command-r-tools", "deepseek-v3", "gemma-1", "gemma-3", "glm-4", "gpt-oss",
            "granite-3",
            "hermes-tools", "llama-2", "llama-3", "llama-3.1-tools", "mistral-v1", "mistral-v3-tekken",
            "mistral-v3-tools",
            "mistral-v7", "mixtral-instruct", "phi-4-mini-tools", "qwen-2.5", "qwen-3", "smollm2", "smollm3",
            "zephyr",
        ]
        var native = 0
        for name in own + generated {
            let layout = ToolLayout(template: try ToolCallFixture.template(name, in: fixture)) { _ in true }
            let expected = formats[name]?.string
            #expect(layout.format.name == expected ?? "generic", "\(name)")
            #expect(layout.isNative == (expected != nil), "\(name)")
            #expect(layout.controlTokens == Set(layout.format.controlTokens))
            native += expected == nil ? 0 : 1
        }
        #expect(native == formats.count)
        // QwQ opens a thought in the prompt, which begins with the same sign as a call does.
        let hermes = try Fixture.text("templates/qwen-2.5.jinja")
        let thinking = hermes.replacing(
            "assistant\\n' }}\n{%- endif", with: "assistant\\n<think>\\n' }}\n{%- endif")
        #expect(thinking != hermes)
        let thinker = try ChatTemplate(source: thinking, bosToken: "", eosToken: "")
        #expect(ToolLayout(template: thinker) { _ in true }.format == .hermes)
        let none = ToolLayout(template: nil) { $0 == "</tool_call>" }
        #expect(none.format == .generic && none.controlTokens == ["</tool_call>"])
    }

    @Test(
        "A conversation as OpenAI's clients send it becomes the prompt that transformers makes of the same objects"
    )
    func prompts() throws {
        let fixture = try ToolCallFixture.load()
        let tools = try ToolDefinition.list(json: try #require(fixture["tools"]))
        let conversations = try #require(fixture["conversations"])
        let cases = try #require(fixture["prompts"]).array
        for answer in cases {
            let name = try #require(answer["template"]?.string)
            let title = try #require(answer["conversation"]?.string)
            let template = try ToolCallFixture.template(name, in: fixture)
            let messages = try #require(conversations[title]).array.map { try ChatMessage(json: $0) }
            let layout = ToolLayout(template: template) { _ in true }
            let prepared = try layout.prepare(messages, tools: tools)
            let text = try template.render(prepared.messages, tools: prepared.tools, date: oracleDate).text
            #expect(text == answer["expected"]?.string, "\(name) / \(title)")
        }
        #expect(cases.count >= 60)
    }

    @Test(
        "Over real templates: prompts agree with transformers, calls are read (tool_calls.py --templates DIR --out FILE)",
        .enabled(if: ProcessInfo.processInfo.environment["SIROCCO_TOOL_TEMPLATES"] != nil))
    func sweep() throws {
        let path = try #require(ProcessInfo.processInfo.environment["SIROCCO_TOOL_TEMPLATES"])
        let data = try #require(FileManager.default.contents(atPath: path))
        let fixture = try JSONValue.parse(String(decoding: data, as: UTF8.self))
        let tools = try ToolDefinition.list(json: try #require(fixture["tools"]))
        var layouts: [String: ToolLayout] = [:]
        for (name, source) in try #require(fixture["templates"]).dictionary.sorted(by: { $0.key < $1.key }) {
            guard
                let template = try? ChatTemplate(
                    source: source.string ?? "", bosToken: "<s>", eosToken: "</s>")
            else { continue }
            let layout = ToolLayout(template: template) { _ in true }
            layouts[name] = layout
            print("sweep: \(name): \(layout.format.name)")
        }
        for answer in try #require(fixture["prompts"]).array {
            guard let name = answer["template"]?.string, let layout = layouts[name], layout.isNative,
                let expected = answer["expected"]?.string
            else { continue }
            let title = try #require(answer["conversation"]?.string)
            let messages = try #require(fixture["conversations"]?[title]).array.map {
                try ChatMessage(json: $0)
            }
            let prepared = try layout.prepare(messages, tools: tools)
            let template = try ToolCallFixture.template(name, in: fixture)
            let text = try template.render(prepared.messages, tools: prepared.tools, date: oracleDate).text
            #expect(text == expected, "\(name) / \(title)")
        }
        for written in try #require(fixture["written"]).array {
            guard let name = written["by"]?.string, let layout = layouts[name], layout.isNative else {
                continue
            }
            let read = answer(
                try #require(written["text"]?.string), layout.format,
                tools: ["get_weather", "search-2", "now"])
            #expect(
                read.calls.map(\.name) == written["calls"]?.array.map { $0["name"]?.string ?? "" },
                "\(name): \(written["text"]?.string ?? "")")
        }
    }

    private static let weather: [ChatMessage] = [
        ChatMessage(role: .user, content: "Weather?"),
        ChatMessage(
            role: .assistant, content: "Let me see.",
            toolCalls: [
                ToolCall(id: "call_1", name: "get", arguments: "{\"city\": \"Zürich\"}"),
                ToolCall(id: "call_2", name: "get", arguments: ["city": "Rome"]),
            ]),
        ChatMessage(role: .tool, content: "21", toolCallID: "call_1"),
        ChatMessage(role: .tool, content: "30", toolCallID: "call_2"),
    ]

    private static func tool() throws -> ToolDefinition {
        try ToolDefinition(
            name: "get", description: "Gets it.",
            parameters: ["type": "object", "properties": ["city": ["type": "string"]]])
    }

    @Test("The Mistral v1 layout takes tools, calls and results as text of its own roles")
    func generic() throws {
        let layout = ToolLayout(template: nil) { _ in false }
        let system = ChatMessage(role: .system, content: "Be brief.")
        let later = [ChatMessage(role: .user, content: "And now?")]
        let prepared = try layout.prepare([system] + Self.weather + later, tools: [Self.tool()])
        #expect(prepared.tools.isEmpty)
        let pieces = try MistralV1Layout.pieces(for: prepared.messages)
        let texts = pieces.compactMap { if case .text(let text) = $0 { text } else { nil } }
        try #require(texts.count == 3)
        #expect(
            texts[0] == """
                [INST] Be brief.

                You can call these functions. Each line is one of them, with the JSON Schema of its arguments:
                <tools>
                {"type": "function", "function": {"name": "get", "description": "Gets it.", "parameters": \
                {"type": "object", "properties": {"city": {"type": "string"}}}}}
                </tools>
                To call a function, write its name and its arguments as JSON between these tags, once for each call:
                <tool_call>
                {"name": <function-name>, "arguments": <arguments-object>}
                </tool_call>
                What it returned comes back between <tool_response> and </tool_response>. Where no function helps, \
                answer without one.

                Weather? [/INST]
                """)
        #expect(
            texts[1] == """
                Let me see.
                <tool_call>
                {"name": "get", "arguments": {"city": "Zürich"}}
                </tool_call>
                <tool_call>
                {"name": "get", "arguments": {"city": "Rome"}}
                </tool_call>
                """)
        #expect(
            texts[2] == """
                [INST] <tool_response>
                21
                </tool_response>
                <tool_response>
                30
                </tool_response>

                And now? [/INST]
                """)
        // What the model is shown of its own calls is what it is to write.
        #expect(
            answer(texts[1], .generic, tools: ["get"]).calls.map(\.arguments) == [
                "{\"city\": \"Zürich\"}", "{\"city\": \"Rome\"}",
            ])
        #expect(answer(texts[0], .generic, tools: ["get"]).calls.isEmpty)
    }

    @Test(
        "Templates that want turns to alternate, or know no system text, take generic tools",
        arguments: ["mistral-v1", "mixtral-instruct", "gemma-1", "llama-2", "smollm2", "zephyr", "phi-4"])
    func alternation(name: String) throws {
        let template = try Fixture.template(name)
        let layout = ToolLayout(template: template) { _ in false }
        let conversation =
            Self.weather + [
                ChatMessage(role: .user, content: "And?"), ChatMessage(role: .assistant, content: "Warm."),
            ]
        let prepared = try layout.prepare(conversation, tools: [Self.tool()])
        #expect(prepared.tools.isEmpty)
        let prompt = try template.render(prepared.messages).text
        #expect(prompt.contains("<tools>\n{\"type\": \"function\""))
        #expect(prompt.contains("{\"city\": \"Rome\"}}\n</tool_call>"))
        #expect(prompt.contains("<tool_response>\n30\n</tool_response>"))
        let withoutTools = try layout.prepare(conversation, tools: [])
        #expect(!(try template.render(withoutTools.messages).text.contains("<tools>")))
    }

    @Test(
        "Foreign ids become nine letters and digits for Mistral, the same for call and result, and stay elsewhere"
    )
    func ids() throws {
        let fixture = try ToolCallFixture.load()
        let mistral = ToolLayout(template: try ToolCallFixture.template("mistral-v3-tools", in: fixture)) {
            _ in true
        }
        let messages = try mistral.prepare(Self.weather, tools: [Self.tool()]).messages
        let ids = messages[1].toolCalls.compactMap(\.id)
        #expect(ids.count == 2 && Set(ids).count == 2 && ids.allSatisfy(ToolCallID.isValid))
        #expect(messages[2...].map(\.toolCallID) == ids)
        #expect(messages[2...].map(\.name) == ["get", "get"])
        #expect(messages[1].toolCalls.map(\.arguments) == [["city": "Zürich"], ["city": "Rome"]])
        let qwen = ToolLayout(template: try ToolCallFixture.template("qwen-2.5", in: fixture)) { _ in true }
        #expect(
            try qwen.prepare(Self.weather, tools: []).messages[1].toolCalls.map(\.id) == ["call_1", "call_2"])

        // Without ids, results answer in order; arguments that were cut off stay as they are.
        var bare = Self.weather
        for call in 0...1 { bare[1].toolCalls[call].id = nil }
        bare[1].toolCalls[1].arguments = "{\"city\": \"Ro"
        for index in 2...3 { bare[index].toolCallID = nil }
        let filled = try mistral.prepare(bare, tools: []).messages
        #expect(filled[2...].map(\.toolCallID) == filled[1].toolCalls.map(\.id))
        #expect(filled[1].toolCalls[1].arguments == "{\"city\": \"Ro")

        // Results in parts are text to templates, and no arguments at all are an empty object.
        bare[2].body = .parts([["type": "text", "text": "21"], ["type": "text", "text": "now"]])
        bare[1].toolCalls[0].arguments = ""
        let plain = try mistral.prepare(bare, tools: []).messages
        #expect(plain[2].body == .text("21\nnow"))
        #expect(plain[1].toolCalls[0].arguments == [:])
    }

    @Test(
        "A result that answers no call is refused by its place",
        arguments: [
            (2, "call_9", "messages[2].tool_call_id: 'call_9' answers no call"),
            (3, "call_1", "messages[3].tool_call_id: 'call_1' answers no call"),
        ])
    func unmatched(index: Int, id: String, message: String) throws {
        var messages = Self.weather
        messages[index].toolCallID = id
        let layout = ToolLayout(template: nil) { _ in false }
        #expect {
            try layout.prepare(messages, tools: [])
        } throws: { error in
            "\(error)".hasPrefix(message)
        }
        #expect(throws: ChatTemplateError.self) {
            try layout.prepare([ChatMessage(role: .tool, content: "x")], tools: [])
        }
    }
}
