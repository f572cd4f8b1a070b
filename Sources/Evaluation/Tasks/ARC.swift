// AI2's science questions for schools: Hugging Face's allenai/ai2_arc. Source: Clark et al., arXiv 1803.05457.

package import DataFiles

package struct ARCChallenge: EvaluationTask {
    package static let name = "arc_challenge"
    package static let summary = "school science, the harder questions; allenai/ai2_arc, ARC-Challenge"
    package static let source = DataSource(folder: "ARC-Challenge", split: "test", examples: "train")
    package static let metrics = ["acc", "acc_norm"]

    package init() {}

    package func document(_ row: DataRow) throws(EvaluationError) -> Document {
        let context = "Question: \(try row.text("question"))\nAnswer:"
        let (texts, labels) = (try row.texts("choices", "text"), try row.texts("choices", "label"))
        let key = try row.text("answerKey")
        guard texts.count == labels.count, let correct = labels.firstIndex(of: key) else {
            throw row.error(
                "answerKey is \(key), but choices.label has \(labels.joined(separator: ", ")) for "
                    + "\(texts.count) texts")
        }
        return Document(
            .choice(
                texts.map {
                    .init(context: context, continuation: " " + $0, length: $0.pythonLength)
                }, correct: correct),
            example: "\(context) \(texts[correct])\n\n")
    }
}

package struct ARCEasy: EvaluationTask {
    package static let name = "arc_easy"
    package static let summary = "school science, the easier questions; allenai/ai2_arc, ARC-Easy"
    package static let source = DataSource(folder: "ARC-Easy", split: "test", examples: "train")
    package static let metrics = ARCChallenge.metrics

    package init() {}

    package func document(_ row: DataRow) throws(EvaluationError) -> Document {
        try ARCChallenge().document(row)
    }
}
