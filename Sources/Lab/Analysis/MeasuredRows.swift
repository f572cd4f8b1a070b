// Every row measured by every metric, and the table as CSV. It compares nothing.

/// Rows and what each metric made of them.
package struct MeasuredRows: Sendable {
    package let metrics: [any Metric]
    package let rows: [Row]
    /// By row, then by metric.
    package let measurements: [[Measurement]]

    /// - Parameter question: the user's message of a trial, factors' texts included.
    package init(
        _ rows: [Row], metrics: [any Metric], prompts: [Prompt], question: (Trial) throws -> String
    ) throws {
        let byID = Dictionary(prompts.map { ($0.id, $0) }) { first, _ in first }
        self.metrics = metrics
        self.rows = rows
        measurements = try rows.map { row in
            guard let prompt = byID[row.trial.prompt] else {
                throw LabError(
                    .badRun,
                    "row \(row.trial.index): the plan has no prompt '\(row.trial.prompt)'; is this the plan's own run?"
                )
            }
            let sample = Sample(
                prompt: prompt, question: try question(row.trial), answer: row.answer, finish: row.finish,
                tokens: row.tokens, logProbability: row.logProbability, seconds: row.seconds)
            return metrics.map { $0.measure(sample) }
        }
    }

    /// The column of a metric; throws for one that was not measured.
    package func column(_ name: String) throws -> Int {
        guard let column = metrics.firstIndex(where: { $0.name == name }) else {
            throw LabError(
                .analysis,
                "metric '\(name)' is not among those measured "
                    + "(\(metrics.map(\.name).joined(separator: ", "))); add it to the plan's `metrics`, or ask with --also"
            )
        }
        return column
    }

    /// One line per row: what was asked of whom, how the answer ended, and for each metric its value, whether it is
    /// censored, and what was found. RFC 4180; numbers have all their digits; answers themselves stay in rows.jsonl.
    package var csv: String {
        let factors = Set(rows.flatMap { $0.trial.cell.levels.keys }).sorted()
        var head = ["index", "model"] + factors
        head += [
            "control_copy", "prompt", "repetition", "seed", "finish", "prompt_tokens", "cached_tokens",
            "tokens",
        ]
        head += ["seconds", "request_digest", "backend"]
        for metric in metrics { head += [metric.name, metric.name + "_censored", metric.name + "_finding"] }
        var lines = [CSV.line(head)]
        for (row, measured) in zip(rows, measurements) {
            let trial = row.trial
            var cells = [String(trial.index), trial.cell.model]
            cells += factors.map { trial.cell.levels[$0] ?? "" }
            cells += [
                trial.cell.isControlCopy ? "1" : "0", trial.prompt, String(trial.repetition),
                String(trial.seed),
            ]
            cells += [row.finish.rawValue, String(row.promptTokens), row.cachedTokens.map(String.init) ?? ""]
            cells += [String(row.tokens), row.seconds.exactText, row.requestDigest, row.backend]
            for measurement in measured {
                cells += [
                    measurement.value?.exactText ?? "", measurement.isCensored ? "1" : "0",
                    measurement.finding ?? "",
                ]
            }
            lines.append(CSV.line(cells))
        }
        return lines.joined()
    }
}

/// Comma-separated values by RFC 4180.
package enum CSV {
    package static func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",") + "\r\n"
    }

    /// Quoted where it must be. A text that a spreadsheet would run as a formula is led by an apostrophe: answers and
    /// findings are a model's words.
    private static func cell(_ text: String) -> String {
        let isFormula = text.first.map { "=@\t\r".contains($0) } ?? false
        let isSigned = (text.first == "+" || text.first == "-") && Double(text) == nil
        let safe = isFormula || isSigned ? "'" + text : text
        guard safe.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else {
            return safe
        }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
