// Python functions from their documentation: Hugging Face's openai/openai_humaneval. Source: Chen et al., arXiv 2107.03374.

package import DataFiles

package struct HumanEval: EvaluationTask {
    package static let name = "humaneval"
    package static let summary = "finish a Python function, which its tests then run; openai/openai_humaneval"
    package static let source = DataSource(folder: "openai_humaneval", split: "test", examples: nil)
    package static let metrics = ["pass@1"]
    package static let answer: AnswerRule? = AnswerRule(
        stops: ["\nclass", "\ndef", "\n#", "\nif", "\nprint"], maxTokens: 1024)
    package static let runsCode = true

    package init() {}

    package func document(_ row: DataRow) throws(EvaluationError) -> Document {
        let prompt = try row.text("prompt")
        _ = try (row.text("test"), row.text("entry_point"))
        return Document(.answer(prompt: prompt), example: "\(prompt) \(try check(row))\n\n")
    }

    package func program(_ answer: String, _ row: DataRow) throws(EvaluationError) -> String {
        try row.text("prompt") + answer + "\n" + check(row)
    }

    private func check(_ row: DataRow) throws(EvaluationError) -> String {
        "\(try row.text("test"))\ncheck(\(try row.text("entry_point")))"
    }
}
