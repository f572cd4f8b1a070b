// What every metric of `Metrics.all` must keep to, whatever it measures.

import Lab
import Testing

struct MetricConformanceTests {
    static let hostile: [String] = [
        "", " \n\t\r\n", "```", "~~~python\ndef f(", "a" + String(repeating: "\u{301}", count: 5_000),
        "\u{0}\u{1}\u{7f}\u{feff}\u{202e}", "|", "|-|", "- ", "1.", "999999999. x", "\"“„«`", "...", "…",
        String(repeating: "lorem ipsum dolor ", count: 60_000), String(repeating: "- ...\n", count: 5_000),
        String(repeating: "`", count: 10_000), "👩‍👩‍👧🇩🇪🇫", "def f():\n", "{}{}{}", "```js\nfunction f() {",
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
                prompt: prompt, question: "q", answer: answer, finish: finish, tokens: 3, logProbability: -2, seconds: 1)
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
}
