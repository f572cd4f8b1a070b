// Knowledge in 57 subjects: Hugging Face's cais/mmlu. Source: Hendrycks et al., arXiv 2009.03300.

package import DataFiles

package struct MMLU: EvaluationTask {
    package static let name = "mmlu"
    package static let summary = "knowledge in 57 subjects, four choices; cais/mmlu"
    package static let source = DataSource(folder: "all", split: "test", examples: "dev")
    package static let shotRule = ShotRule.first
    package static let metrics = ["acc"]

    package init() {}

    package func document(_ row: DataRow) throws(EvaluationError) -> Document {
        let subject = try row.text("subject")
        let choices = try row.texts("choices")
        let letters = ["A", "B", "C", "D"]
        guard choices.count == letters.count else {
            throw row.error("column choices: expected 4 texts, found \(choices.count)")
        }
        let correct = try row.choice("answer", of: letters.count)
        var context = try row.text("question").strippedAsPython() + "\n"
        for (letter, choice) in zip(letters, choices) { context += "\(letter). \(choice)\n" }
        context += "Answer:"
        let words = subject.replacingAsPython("_", with: " ")
        return Document(
            .choice(
                letters.map { .init(context: context, continuation: " " + $0, length: 1) }, correct: correct),
            example: "\(context) \(letters[correct])\n\n", group: subject,
            heading: "The following are multiple choice questions (with answers) about \(words).\n\n")
    }
}
