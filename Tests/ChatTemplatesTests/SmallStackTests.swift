// Proves that the depth limits fit a thread's stack of 512 KiB: what they let through runs there.

import ChatTemplates
import Foundation
import Testing

@Suite("The deepest allowed templates fit a small stack")
struct SmallStackTests {
    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    private static let sources = [
        "{{ " + repeated("(", 40) + "1" + repeated(")", 40) + " }}",
        "{{ " + repeated("[", 45) + "1" + repeated("]", 45) + " == [] }}",
        "{{ " + repeated("not ", 90) + "1 }}",
        "{{ 'x'" + repeated("|upper", 90) + " }}",
        repeated("{% if 1 %}", 90) + "x" + repeated("{% endif %}", 90),
        repeated("{% for i in [1] %}", 90) + "x" + repeated("{% endfor %}", 90),
        repeated("{% set x %}", 90) + "x" + repeated("{% endset %}", 90),
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% else %}x{% endif %}{% endmacro %}{{ m(25) }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(999) }}",
        "{% set ns = namespace(s=1) %}{% for i in range(120) %}{% set ns.s = [ns.s] %}{% endfor %}"
            + "{{ ns.s }}{{ ns.s == ns.s }}{{ ns.s < ns.s }}{{ ns.s|tojson }}{{ {'a': ns.s}|tojson(indent=1)|length }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    ]

    @Test("Rendering ends on a thread with 512 KiB", arguments: sources)
    func smallStack(source: String) async {
        let outcome = await withCheckedContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    returning: Outcome { () throws(ChatTemplateError) in
                        try ChatTemplate(source: source, bosToken: "", eosToken: "").render([])
                    })
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        switch outcome {
        case .text(let text): #expect(!text.isEmpty)
        case .error(let error): #expect(error.code == .limit, "\(error)")
        }
    }
}
