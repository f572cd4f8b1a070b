// The page holds what a model wrote as text and nothing else, and every picture is well-formed XML.

import Foundation
import Lab
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct ReportTests {
    static let hostile = [
        "<script>alert(1)</script>", "]]></svg><img src=x onerror=alert(1)>", "\u{202E}gnp.exe\u{202C}",
        "\0\u{1B}[2J\u{FFFF}",
        String(repeating: "long ", count: 200_000), "e" + String(repeating: "\u{301}", count: 100_000),
    ]

    @Test("a hostile answer stays text", arguments: hostile.indices)
    func escaped(_ index: Int) throws {
        let plan = Simulated.plan(
            levels: ["may", "</title><script>december"], prompts: 4, samples: 2, smallest: 10)
        let rows = Simulated.rows(plan) {
            ("\(200 + 60 * Simulated.noise($0))|" + Self.hostile[index], .stop)
        }
        let report = Report(try Simulated.analysis(plan, rows).findings)
        let html = report.html
        #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("\u{202E}"))
        #expect(!html.unicodeScalars.contains { $0.value < 9 || $0.value == 0x1B || $0.value == 0xFFFF })
        #expect(html.utf8.count < 1_000_000)
        #expect(!report.figures.isEmpty)
        for figure in report.figures {
            for drawing in [figure.wide, figure.narrow] {
                #expect(XMLParser(data: Data(drawing.file.utf8)).parse(), "\(figure.name)")
            }
        }
    }

    @Test("twelve arms of 400 answers stay under a megabyte, and the terminal under 41 lines")
    func size() throws {
        let levels = (1...12).map { "month \($0)" }
        let plan = Simulated.plan(levels: levels, prompts: 40, samples: 10, smallest: 10)
        let rows = Simulated.rows(plan) { ("\(200 + 60 * Simulated.noise($0))", .stop) }
        let findings = try Simulated.analysis(plan, rows).findings
        #expect(Report(findings).html.utf8.count < 1_000_000)
        #expect(findings.lines.count <= 40)
    }

    @Test("files are written whole, and no temporary one is left")
    func files() throws {
        let plan = Simulated.plan(levels: ["may", "december"], prompts: 6, samples: 2, smallest: 10)
        let analysis = try Simulated.analysis(
            plan, Simulated.rows(plan) { ("\(200 + 60 * Simulated.noise($0))", .stop) })
        let folder = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Report(analysis.findings).write(to: folder, tables: ["measurements.csv": analysis.csv])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(
            names == [
                "comparisons.csv", "figures", "findings.json", "measurements.csv", "prompts.csv",
                "report.html",
            ])
        let csv = try String(contentsOf: folder.appending(path: "measurements.csv"), encoding: .utf8)
        #expect(csv.split(separator: "\r\n").count == 1 + plan.samples * 6 * 3)
        #expect(
            try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "findings.json")))
                is [String: Any])
    }

    @Test(
        "numbers read as they should",
        arguments: [
            (NumberForm.value(-12.345), "−12.3"), (NumberForm.value(0.05123), "0.0512"),
            (NumberForm.value(43210), "43,210"),
            (NumberForm.value(0), "0"), (NumberForm.p(0.0334889), ".0335"),
            (NumberForm.p(0.00001), "< .0001"),
            (NumberForm.interval(-31, 8), "−31.0 to 8.0"), (NumberForm.percent(0.125), "12 %"),
        ])
    func numbers(found: String, expected: String) { #expect(found == expected) }
}
