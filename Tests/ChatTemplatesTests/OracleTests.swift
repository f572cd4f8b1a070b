// Proves that templates render as transformers renders them, against the oracles' fixtures.
// To add a template: its file in Fixtures/templates, its row in PROVENANCE.md, then run chat_templates.py.

import ChatTemplates
import Testing

@Suite("Chat templates agree with transformers")
struct OracleTests {
    @Test("Every template of the fixtures renders every conversation as transformers does")
    func conversations() throws {
        let fixture = try Fixture.json("conversations.json")
        let conversations = try #require(fixture["conversations"])
        let cases = try #require(fixture["cases"]).array
        var templates: [String: ChatTemplate] = [:]
        for answer in cases {
            let name = try #require(answer["template"]?.string)
            let title = try #require(answer["conversation"]?.string)
            let conversation = try #require(conversations[title])
            let template = try templates[name] ?? Fixture.template(name)
            templates[name] = template
            let messages = try #require(conversation["messages"]).array.map { try ChatMessage(json: $0) }
            let outcome = Outcome { () throws(ChatTemplateError) in
                try template.render(
                    messages, tools: conversation["tools"]?.array ?? [],
                    addGenerationPrompt: conversation["add_generation_prompt"]?.isTrue ?? false,
                    variables: conversation["variables"]?.dictionary ?? [:], date: oracleDate)
            }
            #expect(outcome.agrees(with: answer), "\(name) / \(title): \(outcome)")
            if let message = answer["error"]?.string, message.hasPrefix("TemplateError: "),
                case .error(let error) = outcome
            {
                #expect(error.code == .raisedByTemplate)
                #expect("TemplateError: \(error.message)" == message)
                #expect(error.line != nil)
            }
        }
        #expect(templates.count >= 30)
        #expect(cases.count == templates.count * conversations.dictionary.count)
    }

    @Test(
        "Snippets and random templates render as jinja2 renders them, or fail where it fails",
        arguments: [("snippets.json", 1100), ("fuzz.json", 1500)])
    func snippets(name: String, atLeast: Int) throws {
        let fixture = try Fixture.json(name)
        let context = try #require(fixture["context"]).dictionary
        let cases = try #require(fixture["cases"]).array
        #expect(cases.count >= atLeast)
        for answer in cases {
            let source = try #require(answer["source"]?.string)
            let outcome = Outcome { () throws(ChatTemplateError) in
                try ChatTemplate(source: source, bosToken: "<s>", eosToken: "</s>")
                    .render([], variables: context, date: oracleDate)
            }
            #expect(outcome.agrees(with: answer), "\(source.debugDescription): \(outcome)")
        }
    }

    @Test("A rendering without a date has no strftime_now, so Llama 3.1 falls back to its fixed date")
    func withoutDate() throws {
        let messages = [ChatMessage(role: .user, content: "Hi")]
        let llama = try Fixture.template("llama-3.1-tools")
        #expect(try llama.render(messages).text.contains("Date: 26 Jul 2024"))
        #expect(try llama.render(messages, date: oracleDate).text.contains("Date: 14 Nov 2023"))
        let granite = try Fixture.template("granite-3")
        #expect {
            try granite.render(messages)
        } throws: { error in
            (error as? ChatTemplateError)?.message.contains("given no date") == true
        }
    }

    @Test(
        "Errors name the line and what is wrong",
        arguments: [
            ("a\n{% if x %}\n{% nosuch %}", "line 3: Encountered unknown tag 'nosuch'."),
            ("a\n\n{{ 1 + }}", "line 3: unexpected end of print statement"),
            ("{{ s }}\n{{ s|nosuch }}", "line 2: No filter named 'nosuch'."),
            ("{% for x in y %}\n", "line 1: Unexpected end of template"),
            ("\n{{ missing.x }}", "line 2: 'missing' is undefined"),
            ("{% include 'x' %}", "line 1: the tag 'include' is not part of what chat templates may use"),
            ("\n\n{{ [].append(1) }}", "line 3: access to attribute 'append' of 'list' object is unsafe."),
            ("{% macro m() %}\n{{ raise_exception('no') }}{% endmacro %}\n{{ m() }}", "line 2: no"),
        ])
    func messages(source: String, expected: String) throws {
        let outcome = Outcome { () throws(ChatTemplateError) in
            try ChatTemplate(source: source, bosToken: "", eosToken: "").render([], variables: ["s": "x"])
        }
        guard case .error(let error) = outcome else {
            Issue.record("\(source) rendered")
            return
        }
        #expect(error.description.contains(expected), "\(error)")
    }
}
