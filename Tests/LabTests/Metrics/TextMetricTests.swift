// Lengths beside ICU, uniseg and regex; metrics of content beside answers labelled by hand.

import Foundation
import Lab
import Testing

struct TextMetricTests {
    private func measure(_ name: String, _ answer: String, question: String = "q", items: [String] = [])
        -> Lab.Measurement
    {
        Metrics.named(name)!.measure(
            Sample(
                prompt: Prompt(id: "p", text: question, items: items), question: question, answer: answer,
                finish: .stop, tokens: 4, logProbability: -4, seconds: 2))
    }

    private func fixture(_ path: String) throws -> [Substring] {
        let url = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/\(path)")
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    }

    private func text(_ scalars: some StringProtocol) -> String {
        String(
            String.UnicodeScalarView(
                scalars.split(separator: " ").map { Unicode.Scalar(UInt32($0, radix: 16)!)! }))
    }

    @Test("every line of Unicode's WordBreakTest breaks where the standard says")
    func standard() throws {
        let lines = try fixture("word-breaks.txt").dropFirst()
        #expect(lines.count > 1_800)
        for line in lines {
            let pieces = line.split(separator: "|").map { $0.split(separator: " ").count }
            let segments = WordSegments(text(line.replacing("|", with: " "))).segments
            #expect(segments.map(\.range.count) == pieces, "\(line)")
        }
    }

    @Test("3,000 random strings break as uniseg and ICU break them")
    func random() throws {
        for line in try fixture("segments.jsonl").dropFirst() {
            let row = try JSONDecoder().decode(Segments.self, from: Data(line.utf8))
            let ends = WordSegments(text(row.scalars)).segments.map(\.range.upperBound)
            #expect(ends == row.words, "\(row.scalars)")
            if let icu = row.icu { #expect(ends == icu, "\(row.scalars)") }
        }
    }

    @Test("3,000 random strings have as many characters as regex's \\X finds")
    func graphemes() throws {
        for line in try fixture("segments.jsonl").dropFirst() {
            let row = try JSONDecoder().decode(Segments.self, from: Data(line.utf8))
            #expect(measure("characters", text(row.scalars)).value == Double(row.graphemes), "\(row.scalars)")
        }
    }

    @Test(
        "words are counted as a reader expects",
        arguments: [("can't stop 3.14!", 3), ("well-known", 2), ("日本", 2), ("👍 …", 0), ("l’été", 1), ("", 0)])
    func words(answer: String, count: Int) {
        #expect(measure("words", answer).value == Double(count))
    }

    @Test("completeness minds word boundaries, not case and accents")
    func completeness() {
        let items = ["été", "hiver", "Germany|Deutschland", "art"]
        let found = measure("completeness", "L’hiver; ETE, DEUTSCHLAND and a party.", items: items)
        #expect(found.value == 0.5 || found.value == 0.75)
        #expect(found.finding?.contains("art") == true)
        #expect(measure("completeness", "x").value == nil)
    }

    @Test("entries of lists and tables are counted, headers and code are not")
    func listItems() {
        let answer = "- a\n- b\n\n1. c\n\n| h | i |\n|---|---|\n| 1 | 2 |\n\n```\n- no\n```"
        #expect(measure("list-items", answer).value == 4)
    }

    @Test("a loop is a repetition, prose is none, and perplexity is e for one nat a token")
    func numbers() {
        #expect(measure("repetition", String(repeating: "a b c d ", count: 50)).value! > 0.95)
        #expect(measure("repetition", "one two three four five six").value == 0)
        #expect(abs(measure("perplexity", "x").value! - 2.718281828459045) < 1e-12)
        #expect(measure("tokens-per-second", "x").value == 2)
    }

    @Test(
        "labelled answers are told apart", arguments: ["development", "held-out"], ["refusal", "laziness"])
    func labels(half: String, metric: String) throws {
        var right = 0.0
        var found = 0.0
        var wanted = 0.0
        for line in try fixture("labels/\(metric)-\(half).jsonl") {
            let row = try JSONDecoder().decode(Labelled.self, from: Data(line.utf8))
            let isFound =
                measure(metric, row.answer, question: row.question, items: row.items ?? []).value! > 0
            if isFound { found += 1 }
            if row.isWanted { wanted += 1 }
            if isFound && row.isWanted { right += 1 }
        }
        #expect(right / found > 0.9, "precision")
        #expect(right / wanted > 0.85, "recall")
    }
}

private struct Segments: Decodable {
    var scalars: String
    var words: [Int]
    var graphemes: Int
    var icu: [Int]?
}

private struct Labelled: Decodable {
    var kinds: [String]?
    var `class`: String?
    var question: String
    var items: [String]?
    var answer: String

    var isWanted: Bool {
        kinds.map { !$0.isEmpty }
            ?? ["full-refusal", "partial-refusal", "deflection"].contains(self.class ?? "")
    }
}
