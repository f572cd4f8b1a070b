// Small Python programs from a sentence and three tests: Hugging Face's google-research-datasets/mbpp, full. Source: Austin
// et al., arXiv 2108.07732.

package import DataFiles

/// Its examples are the data set's tasks 2, 3 and 4, as in the paper: they are in the split called prompt.
package struct MBPP: EvaluationTask {
    package static let name = "mbpp"
    package static let summary =
        "small Python programs, which their tests then run; google-research-datasets/mbpp"
    package static let source = DataSource(folder: "full", split: "test", examples: "prompt")
    package static let shots = 3
    package static let shotRule = ShotRule.first
    package static let metrics = ["pass@1"]
    package static let answer: AnswerRule? = AnswerRule(stops: ["[DONE]"])
    package static let runsCode = true

    package init() {}

    package func document(_ row: DataRow) throws(EvaluationError) -> Document {
        let tests = try tests(row)
        let prompt =
            "You are an expert Python programmer, and here is your task: \(try row.text("text")) "
            + "Your code should pass these tests:\n\n\(tests)\n[BEGIN]\n"
        return Document(.answer(prompt: prompt), example: "\(prompt)\(try row.text("code"))\n[DONE]\n\n")
    }

    package func examples(_ rows: [DataRow]) -> [DataRow] {
        let chosen = [2, 3, 4].compactMap { id in rows.first { (try? $0.integer("task_id")) == id } }
        return chosen.count == 3 ? chosen : rows
    }

    package func program(_ answer: String, _ row: DataRow) throws(EvaluationError) -> String {
        "\(answer)\n\(try tests(row))"
    }

    private func tests(_ row: DataRow) throws(EvaluationError) -> String {
        let tests = try row.texts("test_list")
        guard tests.count >= 3 else {
            throw row.error("column test_list: expected 3 tests, found \(tests.count)")
        }
        return tests[..<3].joined(separator: "\n")
    }
}
