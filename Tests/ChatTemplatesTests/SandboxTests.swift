// Proves that a hostile template ends in one error: no trap, no hang, no exhausted stack.

import ChatTemplates
import Testing

@Suite("Templates run in a sandbox")
struct SandboxTests {
    private func outcome(_ source: String, limits: ChatTemplateLimits = .default) -> Outcome {
        Outcome { () throws(ChatTemplateError) in
            try ChatTemplate(source: source, bosToken: "<s>", eosToken: "</s>", limits: limits)
                .render([ChatMessage(role: .user, content: "Hi")])
        }
    }

    private static func nested(_ opening: String, _ middle: String, _ closing: String) -> String {
        String(repeating: opening, count: 50_000) + middle + String(repeating: closing, count: 50_000)
    }

    @Test(
        "Attacks on time, memory and stack reach a limit",
        arguments: [
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
            "{{ 'x' * 99999999999 }}", "{{ [0] * 99999999999 }}", "{{ range(9999999999) }}",
            "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
            "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(100) %}{% set ns.s = ns.s.replace('x', ns.s) %}{% endfor %}",
            "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
            "{% set ns = namespace(s=1) %}{% for i in range(9999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
            "{% set ns = namespace(s=1) %}{% for i in range(9999) %}{% set ns.s = {'a': ns.s} %}{% endfor %}{{ ns.s }}",
            "{% set ns = namespace(s=1) %}{% for i in range(9999) %}{% set ns.s = [ns.s]|select %}{% endfor %}",
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{% macro m(x) %}{{ m([x]) }}{% endmacro %}{{ m(1) }}",
            "{% macro m() %}{{ caller() }}{% endmacro %}{% macro n() %}{% call m() %}{{ n() }}{% endcall %}{% endmacro %}{{ n() }}",
            "{% for x in [[]] recursive %}{{ loop([[]]) }}{% endfor %}",
            "{{ '%999999999d' % 1 }}", "{{ '%*d' % (999999999, 1) }}", "{{ '{:999999999}'.format(1) }}",
            "{{ '{:99999999999999999999}'.format(1) }}", "{{ '%.999999999f' % 1 }}",
            "{{ 'x'|center(9999999999) }}", "{{ 'x'|indent(9999999999, true) }}",
            "{{ 'x'.ljust(9999999999) }}",
            "{{ '1'.zfill(9999999999) }}", "{{ [1]|batch(9999999999, 0)|list }}",
            "{{ [1]|slice(9999999999)|list }}",
            "{{ {'a': 1}|tojson(indent=9999999999) }}", "{{ '\\t'.expandtabs(9999999999) }}",
            "{{ ('x' * 1000000)|list|length }}", "{{ ('x ' * 1000000).split()|length }}",
            SandboxTests.nested("(", "1", ")"), SandboxTests.nested("{{ (", "1", ") }}"),
            "{{ " + SandboxTests.nested("(", "1", ")") + " }}",
            "{{ " + SandboxTests.nested("[", "1", "]") + " }}",
            "{{ " + SandboxTests.nested("not ", "1", "") + " }}",
            "{{ " + SandboxTests.nested("-", "1", "") + " }}",
            "{{ " + SandboxTests.nested("{1:", "1", "}") + " }}",
            "{{ x" + SandboxTests.nested("", "", ".a") + " }}",
            "{{ x" + SandboxTests.nested("", "", "|upper") + " }}",
            "{{ x" + SandboxTests.nested("", "", "()") + " }}",
            "{{ 1" + SandboxTests.nested("", "", " if 1") + " }}",
            "{{ 1" + SandboxTests.nested("", "", " if 1 else 1") + " }}",
            SandboxTests.nested("{% if 1 %}", "", "{% endif %}"),
            SandboxTests.nested("{% for x in y %}", "", "{% endfor %}"),
            "{% set " + SandboxTests.nested("(", "x", ")") + " = 1 %}",
            "{{ x" + SandboxTests.nested("[", "1", "]") + " }}",
            String(repeating: "x", count: 1 << 21),
        ])
    func attacks(source: String) {
        guard case .error(let error) = outcome(source) else {
            if source.hasPrefix("(") { return }  // brackets outside tags are text
            Issue.record("rendered: \(source.prefix(100))")
            return
        }
        #expect([.limit, .syntax].contains(error.code), "\(error): \(source.prefix(100))")
    }

    @Test("Long flat chains are no nesting")
    func chains() {
        for (joint, value) in [
            (" + ", "1"), (" ~ ", "'a'"), (" and ", "1"), (" or ", "0"), (" == ", "1"), (" * ", "1"),
        ] {
            let source = "{{ " + Array(repeating: value, count: 5000).joined(separator: joint) + " }}"
            guard case .text = outcome(source) else {
                Issue.record("\(joint): \(outcome(source))")
                return
            }
        }
        let branches =
            "{% if 0 %}" + String(repeating: "{% elif 0 %}", count: 5000) + "{% else %}x{% endif %}"
        #expect(outcome(branches) == .text("x"))
    }

    @Test("Chains of closures and namespaces are freed without recursion")
    func deepReferences() {
        let namespaces =
            "{% set ns = namespace(p=0) %}{% for i in range(90000) %}{% set ns.p = namespace(p=ns.p) %}{% endfor %}ok"
        #expect(outcome(namespaces) == .text("ok"))
        let macros = """
            {%- set ns = namespace(f=0) %}{% for i in range(50000) %}{% set g = ns.f %}\
            {% macro m() %}{{ g }}{% endmacro %}{% set ns.f = m %}{% endfor %}ok
            """
        #expect(outcome(macros) == .text("ok"))
        #expect(
            outcome("{% set ns = namespace() %}{% set ns.me = ns %}{% set ns.l = [ns] %}ok") == .text("ok"))
    }

    @Test("Searching is linear: a megabyte of near misses takes no noticeable time")
    func linearSearch() {
        let source =
            "{% set a = 'a' * 1000000 %}{% set n = 'a' * 500000 + 'b' %}{{ a.find(n) }}{{ a.rfind(n) }}{{ a.count(n) }}"
        #expect(outcome(source) == .text("-1-10"))
    }

    @Test(
        "The sandbox hides what could change or escape",
        arguments: [
            "{{ [].append(1) }}", "{{ {}.update({}) }}", "{{ messages.clear() }}",
            "{{ ''.__class__.__mro__ }}",
            "{{ messages.__class__() }}", "{% set ns = namespace(__x=1) %}", "{% set messages.x = 1 %}",
        ])
    func hidden(source: String) {
        guard case .error(let error) = outcome(source) else {
            Issue.record("rendered: \(source)")
            return
        }
        #expect([.security, .type].contains(error.code), "\(error)")
    }

    @Test("Each limit is obeyed where it is set")
    func limits() {
        func code(_ source: String, _ change: (inout ChatTemplateLimits) -> Void) -> ChatTemplateError.Code? {
            var limits = ChatTemplateLimits.default
            change(&limits)
            guard case .error(let error) = outcome(source, limits: limits) else { return nil }
            return error.code
        }
        #expect(code("12345", { $0.sourceBytes = 4 }) == .limit)
        #expect(code("12345", { $0.sourceBytes = 5 }) == nil)
        #expect(code("é", { $0.outputBytes = 1 }) == .limit)
        #expect(code("é", { $0.outputBytes = 2 }) == nil)
        #expect(code("{{ 'x' * 9 }}", { $0.textLength = 8 }) == .limit)
        #expect(code("{{ 'x' * 8 }}", { $0.textLength = 8 }) == nil)
        #expect(code("{{ range(9)|length }}", { $0.listLength = 8 }) == .limit)
        #expect(code("{{ range(8)|length }}", { $0.listLength = 8 }) == nil)
        #expect(code("{% for i in range(50) %}{{ i }}{% endfor %}", { $0.steps = 100 }) == .limit)
        #expect(code("{% for i in range(50) %}{{ i }}{% endfor %}", { $0.steps = 1000 }) == nil)
        #expect(code("{{ (((1))) }}", { $0.depth = 3 }) == .limit)
    }

    @Test("Damaged templates end in an answer or an error", arguments: 0..<8)
    func mutations(seed: Int) throws {
        var generator = SplitMix(state: UInt64(seed))
        let names = [
            "gpt-oss", "llama-3.1-tools", "qwen-3", "command-r-tools", "deepseek-v3", "glm-4",
            "mistral-v3-tools", "call-block",
        ]
        let original = Array(try Fixture.text("templates/\(names[seed]).jinja").unicodeScalars)
        let conversation = try Fixture.json("conversations.json")["conversations"]?["tool call answered"]
        let messages = try #require(conversation?["messages"]).array.map { try ChatMessage(json: $0) }
        let tools = conversation?["tools"]?.array ?? []
        let splinters = [
            "{%", "%}", "{{", "}}", "-", "(", ")", "[", "]", "'", "\\", "|", ".", "\n", "é", "not", "if", "0",
            "{#", ":",
        ]
        var limits = ChatTemplateLimits.default
        limits.steps = 100_000
        var rendered = 0
        for _ in 0..<400 {
            var source = original
            for _ in 0...Int.random(in: 0..<3, using: &generator) {
                let start = Int.random(in: 0..<source.count, using: &generator)
                let end = min(source.count, start + Int.random(in: 0..<12, using: &generator))
                let splinter = splinters[Int.random(in: 0..<splinters.count, using: &generator)]
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: source.removeSubrange(start..<end)
                case 1: source.insert(contentsOf: splinter.unicodeScalars, at: start)
                case 2: source.replaceSubrange(start..<end, with: splinter.unicodeScalars)
                default:
                    source.insert(
                        contentsOf: source[start..<end],
                        at: Int.random(in: 0..<source.count, using: &generator))
                }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: source)
            let result = Outcome { () throws(ChatTemplateError) in
                try ChatTemplate(source: String(text), bosToken: "<s>", eosToken: "</s>", limits: limits)
                    .render(messages, tools: tools, date: oracleDate)
            }
            if case .text = result { rendered += 1 }
        }
        // Some damage must be harmless, or the mutator would only ever test the lexer.
        #expect(rendered > 10)
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
