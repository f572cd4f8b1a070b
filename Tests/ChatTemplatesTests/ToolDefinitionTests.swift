// Proves what is taken for a tool, a choice and an id, and which words bad ones get.

import ChatTemplates
import Testing

@Suite("Tool definitions")
struct ToolDefinitionTests {
    @Test("A tool is read as OpenAI's clients send it, and shown to templates without `strict`")
    func reading() throws {
        let json = try JSONValue.parse(
            """
            [{"type": "function", "function": {"name": "a-B_9", "description": null, "strict": true,
              "parameters": {"properties": {"z": {}, "a": {}}}}}, {"type": "function", "function": {"name": "b"}}]
            """)
        let tools = try ToolDefinition.list(json: json)
        #expect(tools.map(\.name) == ["a-B_9", "b"])
        #expect(tools.map(\.strict) == [true, false])
        #expect(
            try tools[0].json.text()
                == #"{"type": "function", "function": {"name": "a-B_9", "description": "", "parameters": {"properties": {"z": {}, "a": {}}}}}"#
        )
        #expect(tools[0].argumentsSchema["type"] == "object")
        #expect(tools[1].argumentsSchema["additionalProperties"] == false)
    }

    @Test(
        "A bad tool is refused by its place",
        arguments: [
            (#"{}"#, "tools: expected a list"),
            (#"[1]"#, "tools[0]: expected an object"),
            (#"[{"function": {"name": "a"}}]"#, "tools[0].type: expected 'function'"),
            (#"[{"type": "web_search"}]"#, "tools[0].type: expected 'function'"),
            (#"[{"type": "function"}]"#, "tools[0].function: expected an object"),
            (#"[{"type": "function", "function": {}}]"#, "tools[0].function.name: expected a string"),
            (
                #"[{"type": "function", "function": {"name": ""}}]"#,
                "tools[0].function.name: '' is no function name"
            ),
            (#"[{"type": "function", "function": {"name": "a b"}}]"#, "tools[0].function.name: 'a b' is no"),
            (#"[{"type": "function", "function": {"name": "é"}}]"#, "tools[0].function.name: 'é' is no"),
            (
                #"[{"type": "function", "function": {"name": "a", "strict": 1}}]"#,
                "tools[0].function.strict: expected true"
            ),
            (
                #"[{"type": "function", "function": {"name": "a", "parameters": []}}]"#,
                "tools[0].function.parameters: expected"
            ),
            (
                #"[{"type": "function", "function": {"name": "a", "parameters": {"type": "array"}}}]"#,
                "tools[0].function.parameters.type: arguments are an object"
            ),
            (
                #"[{"type": "function", "function": {"name": "a", "paramters": {}}}]"#,
                "tools[0].function.paramters: unknown"
            ),
            (
                #"[{"type": "function", "function": {"name": "a"}}, {"type": "function", "function": {"name": "a"}}]"#,
                "tools[1].function.name: 'a' is tools[0]'s name already"
            ),
        ])
    func refused(text: String, message: String) throws {
        #expect {
            try ToolDefinition.list(json: JSONValue.parse(text))
        } throws: { error in
            (error as? ChatTemplateError)?.code == .tool && "\(error)".hasPrefix(message)
        }
        #expect(throws: ChatTemplateError.self) {
            try ToolDefinition(name: String(repeating: "a", count: 65))
        }
    }

    @Test(
        "A choice is read in OpenAI's and Mistral's words, and allows the tools it means",
        arguments: [
            (#""none""#, ToolChoice.none, []), (#""auto""#, .auto, ["a", "b"]),
            (#""required""#, .required, ["a", "b"]),
            (#""any""#, .required, ["a", "b"]),
            (#"{"type": "function", "function": {"name": "b"}}"#, .named("b"), ["b"]),
        ] as [(String, ToolChoice, [String])])
    func choices(text: String, choice: ToolChoice, allowed: [String]) throws {
        let tools = [try ToolDefinition(name: "a"), try ToolDefinition(name: "b")]
        let read = try ToolChoice(json: JSONValue.parse(text), tools: tools)
        #expect(read == choice)
        #expect(read.allowed(of: tools).map(\.name) == allowed)
    }

    @Test(
        "A choice that nobody can honour is refused",
        arguments: [
            (#""sometimes""#, "tool_choice: expected none, auto"), ("1", "tool_choice: expected none, auto"),
            (#"{"type": "function", "function": {"name": "c"}}"#, "tool_choice.function.name: no tool 'c'"),
            (
                #"{"type": "allowed_tools", "function": {"name": "a"}}"#,
                "tool_choice.type: expected 'function'"
            ),
            (#"{"type": "function", "name": "a"}"#, "tool_choice.name: unknown field"),
        ])
    func badChoices(text: String, message: String) throws {
        let tools = [try ToolDefinition(name: "a")]
        #expect {
            try ToolChoice(json: JSONValue.parse(text), tools: tools)
        } throws: { error in
            "\(error)".hasPrefix(message)
        }
        #expect(throws: ChatTemplateError.self) { try ToolChoice(json: "required", tools: []) }
    }

    @Test("Ids are nine letters and digits, the same for the same seed, and never twice in an answer")
    func ids() {
        for seed in [0, 1, 42, UInt64.max] {
            let ids = (0..<2000).map { ToolCallID.text(seed: seed, index: $0) }
            #expect(Set(ids).count == ids.count)
            #expect(ids.allSatisfy(ToolCallID.isValid))
            #expect(ids[7] == ToolCallID.text(seed: seed, index: 7))
        }
        #expect(ToolCallID.text(seed: 1, index: 0) != ToolCallID.text(seed: 2, index: 0))
        let standing = (0..<2000).map { ToolCallID.text(standingFor: "call_\($0)") }
        #expect(Set(standing).count == 2000 && standing.allSatisfy(ToolCallID.isValid))
        #expect(
            !ToolCallID.isValid("12345678") && !ToolCallID.isValid("12345678é")
                && !ToolCallID.isValid("12345678_"))
    }
}
