// Proves that the depth limits fit a thread's stack of 2 MiB: what they let through runs there.

import ChatTemplates
import Foundation
import Testing

@Suite("The deepest allowed templates fit a small stack")
struct SmallStackTests {
    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    private static let sources = [
        "{{ " + repeated("(", 28) + "1" + repeated(")", 28) + " }}",
        "{{ " + repeated("[", 30) + "1" + repeated("]", 30) + " == [] }}",
        "{{ " + repeated("not ", 60) + "1 }}",
        "{{ 'x'" + repeated("|upper", 60) + " }}",
        repeated("{% if 1 %}", 60) + "x" + repeated("{% endif %}", 60),
        repeated("{% for i in [1] %}", 60) + "x" + repeated("{% endfor %}", 60),
        repeated("{% set x %}", 60) + "x" + repeated("{% endset %}", 60) + "ok",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% else %}x{% endif %}{% endmacro %}{{ m(25) }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(999) }}",
        "{% set ns = namespace(s=1) %}{% for i in range(120) %}{% set ns.s = [ns.s] %}{% endfor %}"
            + "{{ ns.s }}{{ ns.s == ns.s }}{{ ns.s < ns.s }}{{ ns.s|tojson }}{{ {'a': ns.s}|tojson(indent=1)|length }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    ]

    @Test("Rendering ends on a thread with 2 MiB", arguments: sources)
    func smallStack(source: String) async {
        let outcome = await withCheckedContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    returning: Outcome { () throws(ChatTemplateError) in
                        try ChatTemplate(source: source, bosToken: "", eosToken: "").render([])
                    })
            }
            thread.stackSize = 2 << 20
            thread.start()
        }
        switch outcome {
        case .text(let text): #expect(!text.isEmpty)
        case .error(let error): #expect(error.code == .limit, "\(error)")
        }
    }
}
