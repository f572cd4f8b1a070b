// The report's tables and lists, and the CSV files with the same numbers in full.

import ChatTemplates

extension Report {
    struct Column {
        var name: String
        var isNumber = true
    }

    func table(
        _ caption: String, _ note: String, _ columns: [Column], _ rows: [(cells: [String], isMain: Bool)]
    ) -> String {
        guard !rows.isEmpty else { return "" }
        let head = columns.map {
            "<th scope=\"col\"\($0.isNumber ? " class=\"n\"" : "")>\(Markup.escaped($0.name))</th>"
        }
        let body = rows.map { row in
            let cells = zip(row.cells, columns).enumerated().map { index, pair in
                let text = Markup.escaped(pair.0)
                if index == 0 { return "<th scope=\"row\">\(text)</th>" }
                return pair.1.isNumber ? "<td class=\"n\">\(text)</td>" : "<td>\(text)</td>"
            }
            return "<tr\(row.isMain ? " class=\"main\"" : "")>\(cells.joined())</tr>"
        }
        return """
            <div class="scroll"><table>
            <caption><b>\(Markup.escaped(caption))</b> \(Markup.escaped(note))</caption>
            <thead><tr>\(head.joined())</tr></thead>
            <tbody>
            \(body.joined(separator: "\n"))
            </tbody></table></div>

            """
    }

    // MARK: Effects

    var effectTables: String {
        let tested = findings.comparisons.filter { $0.role != .level }
        let tests = table(
            "Tests.",
            "p adjusted for the number of hypotheses and models; equivalence at ± the smallest effect of interest.",
            [
                Column(name: "hypothesis", isNumber: false), Column(name: "test", isNumber: false),
                Column(name: "statistic", isNumber: false), Column(name: "p"), Column(name: "adjusted"),
                Column(name: "equivalence p"), Column(name: "± smallest"),
            ], tested.map { ([label($0)] + testCells($0), $0.role == .primary) })
        let effects = table(
            "Effects.", findings.notes.last ?? "",
            [
                Column(name: "comparison", isNumber: false), Column(name: "control"),
                Column(name: "treatment"),
                Column(name: "difference"), Column(name: "interval"), Column(name: "t interval"),
                Column(name: "g"),
                Column(name: "δ"), Column(name: "d"),
            ], findings.comparisons.map { ([label($0)] + effectCells($0), $0.role == .primary) })
        let censored = table(
            "Cut answers.",
            "Gehan's score is P(treatment longer) − P(control longer) where the order is known; means of tokens up to the cut.",
            [
                Column(name: "comparison", isNumber: false), Column(name: "cut, control"),
                Column(name: "cut, treatment"), Column(name: "score"), Column(name: "p"),
                Column(name: "tokens up to the cut"), Column(name: "interval"),
                Column(name: "decides", isNumber: false),
            ],
            tested.compactMap { comparison in
                comparison.censoring.map {
                    ([label(comparison)] + censoringCells($0), comparison.role == .primary)
                }
            })
        let trends = table(
            "All levels.", "Over prompts with every level.",
            [
                Column(name: "metric", isNumber: false), Column(name: "test", isNumber: false),
                Column(name: "statistic", isNumber: false), Column(name: "p"), Column(name: "prompts"),
            ],
            findings.trends.flatMap { trend in
                trend.tests.map { test in
                    (
                        [
                            Self.named(trend.model, findings) + "\(trend.metric.name) by \(trend.factor)",
                            test.name,
                            test.statistic, NumberForm.p(test.p), NumberForm.count(trend.prompts),
                        ], false
                    )
                }
            })
        return tests + effects + censored + trends + list(findings.notes.dropLast().map { $0 })
    }

    func label(_ comparison: Comparison) -> String {
        let mark = comparison.isExploratory ? "EXPLORATORY: " : ""
        return
            "\(mark)\(Self.named(comparison.model, findings))\(comparison.metric.name), \(comparison.contrast.label)"
    }

    private func testCells(_ comparison: Comparison) -> [String] {
        let test = comparison.decidingTest
        return [
            test?.name ?? "none was possible", test?.statistic ?? "", test.map { NumberForm.p($0.p) } ?? "",
            comparison.adjustedP.map(NumberForm.p) ?? "",
            comparison.censoring?.decides == true
                ? "not claimed" : comparison.equivalence.map { NumberForm.p($0.adjustedP ?? $0.p) } ?? "",
            comparison.smallestEffect.value.map { scaled($0, comparison) } ?? "none",
        ]
    }

    private func effectCells(_ comparison: Comparison) -> [String] {
        func interval(_ interval: Interval?) -> String {
            let unit = comparison.metric.isShare ? 100.0 : 1
            return interval.map { NumberForm.interval($0.low * unit, $0.high * unit) } ?? ""
        }
        return [
            comparison.controlMean.map { scaled($0, comparison) } ?? "",
            comparison.treatmentMean.map { scaled($0, comparison) } ?? "",
            comparison.estimate.map { scaled($0, comparison, signed: true) } ?? "",
            interval(comparison.bootstrap ?? comparison.interval), interval(comparison.interval),
            comparison.hedgesG.map { NumberForm.value($0) } ?? "",
            comparison.cliffsDelta.map { NumberForm.value($0) } ?? "",
            comparison.pairedD.map { NumberForm.value($0) } ?? "",
        ]
    }

    private func censoringCells(_ note: CensoringNote) -> [String] {
        [
            NumberForm.percent(note.controlShare), NumberForm.percent(note.treatmentShare),
            note.gehanEstimate.map { NumberForm.signed($0) } ?? "",
            note.gehan.map { NumberForm.p($0.p) } ?? "",
            note.restrictedMean.map {
                let means = NumberForm.together([$0.control, $0.treatment])
                return "\(means[0]) → \(means[1])"
            } ?? "",
            note.restrictedMean.map { NumberForm.interval($0.interval.low, $0.interval.high) } ?? "",
            note.decides ? "yes" : "no",
        ]
    }

    private func scaled(_ value: Double, _ comparison: Comparison, signed: Bool = false) -> String {
        let shown = comparison.metric.isShare ? value * 100 : value
        return (signed ? NumberForm.signed(shown) : NumberForm.value(shown))
            + (comparison.metric.isShare ? " %" : "")
    }

    // MARK: Arms

    var armTables: String {
        findings.panels.map { panel in
            let unit = panel.metric.isShare ? 100.0 : 1
            let end = panel.metric.isShare ? " %" : ""
            func shown(_ value: Double?) -> String { value.map { NumberForm.value($0 * unit) + end } ?? "–" }
            return table(
                "\(Self.named(panel.model, findings))\(panel.metric.axis) by \(panel.factor).",
                panel.metric.summary,
                [
                    Column(name: panel.factor, isNumber: false), Column(name: "answers"),
                    Column(name: "with a value"),
                    Column(name: "mean"), Column(name: "SD"), Column(name: "median"), Column(name: "cut"),
                    Column(name: "filtered"),
                ],
                panel.arms.map { arm in
                    let summary = arm.summary
                    return (
                        [
                            arm.label, NumberForm.count(summary.answers), NumberForm.count(summary.count),
                            shown(summary.mean), shown(summary.deviation), shown(summary.median),
                            summary.censored == 0
                                ? "0" : "\(summary.censored) (\(NumberForm.percent(summary.censoredShare)))",
                            NumberForm.count(summary.filtered),
                        ], false
                    )
                })
        }.joined()
    }

    // MARK: Lists

    var controlNote: String {
        list(
            findings.controlPairs.map { Self.named($0.comparison.model, findings) + Self.pairText($0) },
            isWarning: findings.controlPairs.contains(where: \.differs))
    }

    var registration: String {
        let registration = findings.registration
        let facts = facts(registration.summary)
        let departures =
            registration.departures.isEmpty
            ? "<p>Nothing differs from the frozen plan.</p>\n"
            : "<p class=\"warning\"><span class=\"exploratory\">EXPLORATORY</span> These things differ from the frozen plan:</p>\n"
                + list(registration.departures, isWarning: true)
        let done = findings.coverage
        var lines = [
            "\(NumberForm.count(done.rows)) rows for \(NumberForm.count(done.planned)) planned trials; "
                + "\(NumberForm.count(done.missing)) trials have none, \(NumberForm.count(done.unplanned)) rows belong to none."
        ]
        for (metric, count) in done.unmeasured.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "\(metric) has no value for \(NumberForm.count(count)) answers, which it leaves out.")
        }
        return facts + (registration.hash == nil ? "" : departures) + list(lines)
    }

    var independence: String {
        let found = findings.independence
        let verdict =
            found.problems.isEmpty
            ? "<p>Nothing speaks against it.</p>\n" : list(found.problems, isWarning: true)
        let finishes = found.finishes.sorted { $0.key < $1.key }.map {
            "\($0.key) \(NumberForm.count($0.value))"
        }
        return verdict
            + facts([
                Registration.Line(
                    "seeds",
                    "\(NumberForm.count(found.distinctSeeds)) different in \(NumberForm.count(found.rows)) answers"
                ),
                Registration.Line("texts", "\(NumberForm.count(found.distinctAnswers)) different answers"),
                Registration.Line("why answers ended", finishes.joined(separator: ", ")),
                Registration.Line(
                    "caches",
                    "part of the prompt was cached in \(NumberForm.count(found.cachedPrompts)) answers, which changes none; "
                        + "the server does not say in \(NumberForm.count(found.cacheUnknown))"),
                Registration.Line("answered by", found.backends.joined(separator: "; ")),
            ])
    }

    var examples: String {
        guard !findings.examples.isEmpty else { return "" }
        var arms: [String] = []
        for example in findings.examples where !arms.contains(example.arm) { arms.append(example.arm) }
        return "<p class=\"screen\">Five of each arm, drawn by the plan's seed; nobody chose them.</p>\n"
            + arms.map { arm in
                let own = findings.examples.filter { $0.arm == arm }.map(self.example).joined()
                return "<details>\n<summary><b>\(Markup.escaped(arm))</b></summary>\n\(own)</details>\n"
            }.joined()
    }

    /// Longer texts are cut here; `rows.jsonl` has them whole.
    static let longestText = 4_000

    private func example(_ example: Example) -> String {
        func shown(_ text: String) -> String {
            let start = text.prefix(Self.longestText)
            let more = start.endIndex == text.endIndex ? "" : "\n[… the rest is in rows.jsonl]"
            // One character may be a letter with a million marks.
            return Markup.escaped(String(start.unicodeScalars.prefix(Self.longestText * 2)) + more)
        }
        let measured = example.measured.map { "\($0.name) \($0.text)" }.joined(separator: " · ")
        return """
            <details>
            <summary>\(Markup.escaped(example.prompt)) · \(Markup.escaped(String(measured.prefix(300)))) · ended: \(example.finish.rawValue)</summary>
            <pre class="question" dir="auto">\(shown(example.question))</pre>
            <pre dir="auto">\(shown(example.answer))</pre>
            </details>

            """
    }

    var reproduction: String {
        let commands = findings.reproduction.commands.joined(separator: "\n")
        let shown = commands.isEmpty ? "" : "<pre class=\"commands\">\(Markup.escaped(commands))</pre>\n"
        return shown + facts(findings.reproduction.facts)
    }

    func facts(_ lines: [Registration.Line]) -> String {
        guard !lines.isEmpty else { return "" }
        let items = lines.map { "<dt>\(Markup.escaped($0.name))</dt><dd>\(Markup.escaped($0.text))</dd>" }
        return "<dl class=\"facts\">\n\(items.joined(separator: "\n"))\n</dl>\n"
    }

    func list(_ lines: [String], isWarning: Bool = false) -> String {
        guard !lines.isEmpty else { return "" }
        let items = lines.map { "<li>\(Markup.escaped($0))</li>" }.joined(separator: "\n")
        return "<ul class=\"lines\(isWarning ? " warning" : "")\">\n\(items)\n</ul>\n"
    }
}
