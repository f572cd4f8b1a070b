// The report of an experiment as one page that needs nothing else: no script, no network, no fonts. What it shows
// comes from Findings; its parts are in Report+Figures and Report+Tables, its looks in PageStyle.

import ChatTemplates
package import Foundation
import ModelFiles

/// A report, and the files beside it.
public struct Report: Sendable {
    package let findings: Findings
    /// By file name, without `.svg`.
    package let figures: [Figure]

    package init(_ findings: Findings) {
        self.findings = findings
        figures = Self.figures(of: findings)
    }

    /// A picture with its caption; drawn twice, for wide pages and for narrow ones.
    package struct Figure: Sendable {
        package var name: String
        package var section: Section
        package var heading: String
        package var caption: String
        package var wide: Drawing
        package var narrow: Drawing

        package enum Section: Sendable { case effect, data, sequence, control }
    }

    /// The page.
    package var html: String {
        let title = Markup.escaped(findings.registration.name)
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width,initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(title): report of an experiment</title>
            <style>
            \(Palette.stylesheet)
            \(PageStyle.stylesheet)
            </style>
            </head>
            <body>
            <main>
            \(head)
            \(verdicts)
            \(numbers)
            \(section("The effect", figures(.effect) + effectTables))
            \(section("The answers", figures(.data) + armTables))
            \(section("While answers came in", figures(.sequence)))
            \(section("Control against its copy", controlNote + figures(.control)))
            \(section("What was registered, and what was done", registration))
            \(section("Are the answers samples?", independence))
            \(section("Answers drawn at random", examples))
            \(section("How to do this again", reproduction))
            </main>
            </body>
            </html>

            """
    }

    /// Writes `report.html`, `figures/*.svg` and the CSV files given, each under a temporary name first: a reader sees an
    /// old file or a new one, never half of one.
    /// - Parameter tables: contents by file name, such as `measurements.csv`.
    package func write(to folder: URL, tables: [String: String] = [:]) throws {
        let pictures = folder.appending(path: "figures")
        do {
            try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
        } catch {
            throw LabError(
                .file,
                "\(pictures.path): cannot be made (\(error.localizedDescription)); choose a folder that can be written to"
            )
        }
        for figure in figures {
            try Self.replace(pictures.appending(path: figure.name + ".svg"), with: figure.wide.file)
        }
        for (name, text) in tables { try Self.replace(folder.appending(path: name), with: text) }
        try Self.replace(folder.appending(path: "comparisons.csv"), with: comparisonsCSV)
        try Self.replace(folder.appending(path: "prompts.csv"), with: promptsCSV)
        try Self.replace(
            folder.appending(path: "findings.json"),
            with: String(decoding: try JSONEncoder.readable.encode(findings), as: UTF8.self))
        try Self.replace(folder.appending(path: "report.html"), with: html)
    }

    private static func replace(_ file: URL, with text: String) throws {
        let unfinished = file.deletingLastPathComponent()
            .appending(path: ".\(file.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
        do {
            try Data(text.utf8).write(to: unfinished)
            guard rename(unfinished.path, file.path) == 0 else {
                throw LabError(.file, "\(file.path): \(String(cString: strerror(errno)))")
            }
        } catch {
            try? FileManager.default.removeItem(at: unfinished)
            if let error = error as? LabError { throw error }
            throw LabError(
                .file,
                "\(file.path): cannot be written (\(error.localizedDescription)); is the disk full, or the folder another's?"
            )
        }
    }

    // MARK: Parts

    func section(_ heading: String, _ content: String) -> String {
        content.isEmpty ? "" : "<section>\n<h2>\(Markup.escaped(heading))</h2>\n\(content)</section>\n"
    }

    func figures(_ section: Figure.Section) -> String {
        figures.filter { $0.section == section }.map { figure in
            """
            <figure>
            <div class="on-wide">\(figure.wide.inline(id: figure.name))</div>
            <div class="on-narrow">\(figure.narrow.inline(id: figure.name + "-n"))</div>
            <figcaption><b>\(Markup.escaped(figure.heading))</b> \(Markup.escaped(figure.caption))</figcaption>
            </figure>

            """
        }.joined()
    }

    private var head: String {
        let registration = findings.registration
        let when = registration.frozenAt.map { " on \(Markup.escaped($0))" } ?? ""
        let hash = registration.hash.map {
            "Plan frozen\(when), SHA-256 <code>\(Markup.escaped($0))</code>"
        }
        return """
            <header>
            <p class="kicker">\(Markup.escaped(registration.name))</p>
            <h1>\(Markup.escaped(registration.question))</h1>
            <p class="hash">\(hash ?? "No plan was frozen before the first answer.")</p>
            </header>
            """
    }

    private var verdicts: String {
        findings.verdicts.map { verdict in
            let mark = verdict.isExploratory ? "<span class=\"exploratory\">EXPLORATORY</span> " : ""
            let cautions = verdict.cautions.map { "<li>\(Markup.escaped($0))</li>" }.joined(separator: "\n")
            return """
                <section class="verdict \(verdict.outcome.name.split(separator: " ")[0])">
                <p class="outcome">\(mark)\(Markup.escaped(outcome(verdict)))</p>
                <p class="sentence">\(Markup.escaped(verdict.sentence))</p>
                \(cautions.isEmpty ? "" : "<ul class=\"cautions\">\n\(cautions)\n</ul>")
                </section>

                """
        }.joined()
    }

    private func outcome(_ verdict: Verdict) -> String {
        let name = verdict.outcome.name.prefix(1).uppercased() + verdict.outcome.name.dropFirst()
        guard findings.verdicts.count > 1, let model = verdict.model else { return name }
        return "\(model): \(name)"
    }

    /// The four numbers that a hurried reader wants, for the first verdict.
    private var numbers: String {
        guard let main = findings.comparisons.first(where: { $0.role == .primary }),
            let estimate = main.estimate
        else {
            return ""
        }
        let unit = main.metric.isShare ? 100.0 : 1
        let suffix = main.metric.isShare ? " points" : main.metric.suffix
        var cells: [(String, String, String)] = []
        let share =
            (main.controlMean.flatMap {
                $0 == 0 ? nil : " (\(NumberForm.signed(estimate / abs($0) * 100)) %)"
            }) ?? ""
        // Means of cut lengths stay out of the front row.
        if let censoring = main.censoring, censoring.decides {
            return Self.numberList(censoredNumbers(main, censoring))
        }
        cells.append(("difference", NumberForm.signed(estimate * unit) + suffix, main.contrast.label + share))
        if let interval = main.bootstrap ?? main.interval {
            cells.append(
                (
                    "\(NumberForm.percent(interval.confidence)) interval",
                    NumberForm.interval(interval.low * unit, interval.high * unit), interval.method
                ))
        }
        if let test = main.decidingTest {
            cells.append(("p", NumberForm.p(main.adjustedP ?? test.p), test.name))
        }
        let answers = main.counts.controlAnswers + main.counts.treatmentAnswers
        cells.append(
            ("prompts", NumberForm.count(main.counts.prompts), "\(NumberForm.count(answers)) answers"))
        if let smallest = main.smallestEffect.value {
            cells.append(
                (
                    "smallest effect of interest", "±" + NumberForm.value(smallest * unit) + suffix,
                    main.smallestEffect.stated
                ))
        }
        return Self.numberList(cells)
    }

    private func censoredNumbers(_ main: Comparison, _ censoring: CensoringNote) -> [(String, String, String)]
    {
        var cells = [(String, String, String)]()
        if let score = censoring.gehanEstimate {
            cells.append(("P(longer) − P(shorter)", NumberForm.signed(score), main.contrast.label))
        }
        if let test = censoring.gehan {
            cells.append(("p", NumberForm.p(main.adjustedP ?? test.p), test.name))
        }
        if let restricted = censoring.restrictedMean {
            cells.append(
                (
                    "tokens up to the cut", NumberForm.signed(restricted.difference),
                    NumberForm.interval(restricted.interval.low, restricted.interval.high)
                ))
        }
        let shares = [censoring.controlShare, censoring.treatmentShare].map(NumberForm.percent)
        cells.append(("answers cut", "\(shares[0]), \(shares[1])", "control, treatment"))
        cells.append(("prompts", NumberForm.count(main.counts.prompts), ""))
        return cells
    }

    private static func numberList(_ cells: [(String, String, String)]) -> String {
        let items = cells.map {
            "<div><dt>\(Markup.escaped($0.0))</dt><dd>\(Markup.escaped($0.1))<small>\(Markup.escaped($0.2))</small></dd></div>"
        }
        return "<dl class=\"numbers\">\n\(items.joined(separator: "\n"))\n</dl>"
    }
}
