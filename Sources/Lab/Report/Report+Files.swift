// The findings' numbers as CSV, with all their digits, and as a few lines for a terminal.

extension Report {
    /// One line per comparison.
    var comparisonsCSV: String {
        let head = [
            "role", "exploratory", "metric", "unit", "model", "factor", "treatment", "control", "prompts",
            "incomplete_prompts", "control_answers", "treatment_answers", "control_mean", "treatment_mean",
            "estimate",
            "standard_error", "low", "high", "interval", "bca_low", "bca_high", "test", "statistic", "p",
            "adjusted_p",
            "smallest_effect", "equivalence_p", "hedges_g", "cliffs_delta", "paired_d", "cut_control",
            "cut_treatment",
            "gehan", "gehan_p",
        ]
        let lines = findings.comparisons.map { one -> String in
            func number(_ value: Double?) -> String { value?.exactText ?? "" }
            var cells = [one.role.rawValue, one.isExploratory ? "1" : "0", one.metric.name, one.metric.unit]
            cells += [one.model ?? "", one.contrast.factor, one.contrast.treatment, one.contrast.control]
            cells += [one.counts.prompts, one.counts.incompletePrompts].map(String.init)
            cells += [one.counts.controlAnswers, one.counts.treatmentAnswers].map(String.init)
            cells += [one.controlMean, one.treatmentMean, one.estimate, one.standardError].map(number)
            cells += [number(one.interval?.low), number(one.interval?.high), one.interval?.method ?? ""]
            cells += [number(one.bootstrap?.low), number(one.bootstrap?.high), one.decidingTest?.name ?? ""]
            cells += [one.decidingTest?.value, one.decidingTest?.p, one.adjustedP].map(number)
            cells += [
                one.smallestEffect.value, one.equivalence?.p, one.hedgesG, one.cliffsDelta, one.pairedD,
            ].map(number)
            let censoring = one.censoring
            cells += [
                censoring?.controlShare, censoring?.treatmentShare, censoring?.gehanEstimate,
                censoring?.gehan?.p,
            ]
            .map(number)
            return CSV.line(cells)
        }
        return CSV.line(head) + lines.joined()
    }

    /// One line per comparison and prompt.
    var promptsCSV: String {
        let lines = findings.comparisons.flatMap { one in
            one.prompts.map { prompt in
                CSV.line([
                    one.metric.name, one.model ?? "", one.contrast.treatment, one.contrast.control,
                    prompt.prompt,
                    prompt.control.exactText, prompt.treatment.exactText, prompt.difference.exactText,
                ])
            }
        }
        let head = [
            "metric", "model", "treatment", "control", "prompt", "control_mean", "treatment_mean",
            "difference",
        ]
        return CSV.line(head) + lines.joined()
    }
}

extension Findings {
    /// The verdict, arms and tests for a terminal, at most 40 lines.
    public var lines: [String] {
        var lines: [String] = []
        for verdict in verdicts {
            lines.append((verdict.isExploratory ? "EXPLORATORY: " : "") + verdict.sentence)
            lines += verdict.cautions.map { "  ! " + $0 }
        }
        lines += registration.departures.prefix(4).map { "  ! departs from the plan: " + $0 }
        if registration.departures.count > 4 {
            lines.append("  ! and \(registration.departures.count - 4) more departures")
        }
        lines += independence.problems.prefix(3).map { "  ! " + $0 }
        var tables: [String] = []
        if let panel = panels.first {
            tables.append("")
            tables += Self.aligned(
                [["\(panel.factor)", "answers", "mean", "SD", "median", "cut"]]
                    + panel.arms.map { arm in
                        let summary = arm.summary
                        func shown(_ value: Double?) -> String { value.map { NumberForm.value($0) } ?? "-" }
                        return [
                            arm.label, NumberForm.count(summary.count), shown(summary.mean),
                            shown(summary.deviation),
                            shown(summary.median), NumberForm.percent(summary.censoredShare),
                        ]
                    })
        }
        let tested = comparisons.filter { $0.role != .level }
        if !tested.isEmpty {
            tables.append("")
            tables += Self.aligned(
                [["comparison", "difference", "95 % interval", "p", "adjusted", "equivalence p"]]
                    + tested.map { one in
                        let interval = one.bootstrap ?? one.interval
                        return [
                            (one.isExploratory ? "EXPLORATORY " : "")
                                + "\(one.metric.name) \(one.contrast.label)"
                                + (verdicts.count > 1 ? " (\(one.model ?? "all"))" : ""),
                            one.estimate.map { NumberForm.signed($0) } ?? "-",
                            interval.map { NumberForm.interval($0.low, $0.high) } ?? "-",
                            one.decidingTest.map { NumberForm.p($0.p) } ?? "-",
                            one.adjustedP.map(NumberForm.p) ?? "-",
                            one.censoring?.decides == true
                                ? "not claimed"
                                : one.equivalence.map { NumberForm.p($0.adjustedP ?? $0.p) } ?? "-",
                        ]
                    })
        }
        let all = (lines + tables).map(Self.plain)
        return all.count <= 40 ? all : all.prefix(39) + ["… \(all.count - 39) more lines: see report.html"]
    }

    /// Control characters of names would act on the terminal.
    private static func plain(_ line: String) -> String {
        String(
            String.UnicodeScalarView(
                line.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }

    /// Columns as wide as their widest cell, the first to the left and numbers to the right.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            "  "
                + zip(row, widths).enumerated().map { index, cell in
                    let space = String(repeating: " ", count: cell.1 - cell.0.count)
                    return index == 0 ? cell.0 + space : space + cell.0
                }.joined(separator: "  ")
        }
    }
}
