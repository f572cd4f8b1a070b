// What every metric of `Metrics.all` must keep to, whatever it measures.

import Glibc
import Lab
import Testing

struct MetricConformanceTests {
    static let hostile: [String] = [
        "", " \n\t\r\n", "```", "~~~python\ndef f(", "a" + String(repeating: "\u{301}", count: 5_000),
        "\u{0}\u{1}\u{7f}\u{feff}\u{202e}", "|", "|-|", "- ", "1.", "999999999. x", "\"“„«`", "...", "…",
        "👩‍👩‍👧🇩🇪🇫", "def f():\n", "{}{}{}", "```js\nfunction f() {",
    ]

    @Test("names are unique and of lower-case words joined by hyphens")
    func names() {
        let names = Metrics.all.map(\.name)
        #expect(Set(names).count == names.count)
        for metric in Metrics.all {
            #expect(metric.name.allSatisfy { $0.isASCII && ($0.isLowercase || $0 == "-") })
            #expect(!metric.summary.isEmpty && !metric.summary.contains("\n"))
            #expect(Metrics.named(metric.name)?.name == metric.name)
        }
    }

    @Test("hostile answers are measured without a trap, twice the same, within the scale", arguments: hostile)
    func hostileAnswers(answer: String) {
        for finish in [Row.Finish.stop, .length, .filtered] {
            let prompt = Prompt(id: "p", text: "q", items: ["a", "", "b|c"], language: "en")
            let sample = Sample(
                prompt: prompt, question: "q", answer: answer, finish: finish, tokens: 3, logProbability: -2,
                seconds: 1)
            for metric in Metrics.all {
                let measurement = metric.measure(sample)
                #expect(measurement == metric.measure(sample), "\(metric.name)")
                guard let value = measurement.value else { continue }
                switch metric.scale {
                case .share: #expect((0...1).contains(value), "\(metric.name)")
                case .binary: #expect(value == 0 || value == 1, "\(metric.name)")
                case .length:
                    #expect(value >= 0, "\(metric.name)")
                    #expect(measurement.isCensored == (finish == .length), "\(metric.name)")
                case .real: #expect(value.isFinite, "\(metric.name)")
                }
            }
        }
    }

    /// What once took the square of its length, or might: marks that nothing closes, rows before dots, functions
    /// within functions.
    static let repeated = [
        "lorem ipsum dolor ", "Why not? I cannot. ", "`", "« “ ", "...\n", "a, b\n...\n", "- ...\n", "\n", "| a | b |\n",
        "\u{301}\u{316}", "🇩", "👩\u{200d}", "a'\u{301}", "1. a\n2. b\n9. c\n", "```python\ndef f():\n", "  def f(): pass\n",
        "```js\nvoid f() {\n", "```\n}\n", "// ...\n", "# ", "def f(\n", "  \"\"\"\n", "l’été ", "日本語",
    ]

    @Test("four times the text takes about four times as long, never sixteen", arguments: repeated)
    func linearTime(unit: String) {
        // The fence's first line opens the block; the rest is repeated within it.
        let opening = unit.hasPrefix("```") ? unit.prefix { $0 != "\n" } + "\n" : ""
        let body = unit.dropFirst(opening.count)
        for metric in Metrics.all {
            func seconds(bytes: Int) -> Double {
                let answer = opening + String(repeating: String(body), count: bytes / body.utf8.count)
                let sample = Sample(
                    prompt: Prompt(id: "p", text: "q", items: ["a b"], language: "en"), question: "q", answer: answer,
                    finish: .stop, tokens: 3, logProbability: -2, seconds: 1)
                // Of this thread alone: other tests run beside this one.
                let start = clock(CLOCK_THREAD_CPUTIME_ID)
                _ = metric.measure(sample)
                return clock(CLOCK_THREAD_CPUTIME_ID) - start
            }
            // The first call fills tables.
            _ = seconds(bytes: 1_000)
            let short = seconds(bytes: 10_000)
            let long = seconds(bytes: 40_000)
            #expect(long < 8 * short + 0.03, "\(metric.name): \(short) s, then \(long) s")
        }
    }

    private func clock(_ id: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(id, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
