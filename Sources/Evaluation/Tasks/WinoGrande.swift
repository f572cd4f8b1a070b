// Whom does the pronoun mean? Hugging Face's allenai/winogrande. Source: Sakaguchi et al., arXiv 1907.10641.

package import DataFiles

/// Scored in part: the choices stand in the context, and the same rest of the sentence is scored after each.
package struct WinoGrande: EvaluationTask {
    package static let name = "winogrande"
    package static let summary = "which of two words fits the gap of a sentence; allenai/winogrande"
    package static let source = DataSource(folder: "winogrande_xl", split: "validation", examples: "train")
    package static let metrics = ["acc"]
    package static let shotRule = ShotRule.random(excludesOwn: true)

    package init() {}

    package func document(_ row: DataRow) throws(EvaluationError) -> Document {
        let sentence = try row.text("sentence")
        let options = [try row.text("option1"), try row.text("option2")]
        guard let gap = sentence.unicodeScalars.firstIndex(of: "_") else {
            throw row.error("column sentence has no gap (_)")
        }
        let answer = try row.text("answer")
        guard answer == "1" || answer == "2" else {
            throw row.error("column answer is \"\(answer)\"; expected 1 or 2 (the test split has no answers)")
        }
        let correct = answer == "1" ? 0 : 1
        let start = String(sentence.unicodeScalars[..<gap])
        let after = sentence.unicodeScalars[sentence.unicodeScalars.index(after: gap)...]
        let end = String(after).strippedAsPython()
        return Document(
            .choice(
                options.map {
                    .init(context: start + $0, continuation: " " + end, length: (start + $0).pythonLength)
                },
                correct: correct),
            example: "\(start)\(options[correct]) \(end)\n\n")
    }
}
