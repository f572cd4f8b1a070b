// How does it go on? Hugging Face's Rowan/hellaswag. Source: Zellers et al., arXiv 1905.07830.

package import DataFiles

package struct HellaSwag: EvaluationTask {
    package static let name = "hellaswag"
    package static let summary = "which end of a description is the real one; Rowan/hellaswag"
    package static let source = DataSource(split: "validation", examples: "train")
    package static let metrics = ["acc_norm", "acc"]
    package static let shotRule = ShotRule.random(excludesOwn: true)

    package init() {}

    package func document(_ row: DataRow) throws(EvaluationError) -> Document {
        let situation = try row.text("ctx_a") + " " + row.text("ctx_b").capitalizedAsPython()
        let context = Self.cleaned(try row.text("activity_label") + ": " + situation)
        let endings = try row.texts("endings").map(Self.cleaned)
        let correct = try row.choice("label", of: endings.count)
        return Document(
            .choice(
                endings.map { .init(context: context, continuation: " " + $0, length: $0.pythonLength) },
                correct: correct),
            example: "\(context) \(endings[correct])\n\n")
    }

    /// Without the marks that WikiHow left in the texts. One pass over double spaces, as the harness has it.
    static func cleaned(_ text: String) -> String {
        withoutBrackets(text.strippedAsPython().replacingAsPython(" [title]", with: ". "))
            .replacingAsPython("  ", with: " ")
    }

    /// Without the shortest `[…]` that are on one line: the regular expression `\[.*?\]`.
    private static func withoutBrackets(_ text: String) -> String {
        var rest = text.unicodeScalars[...]
        var result = String.UnicodeScalarView()
        while let open = rest.firstIndex(of: "[") {
            result.append(contentsOf: rest[..<open])
            let line = rest[open...].prefix { $0 != "\n" }
            if let close = line.firstIndex(of: "]") {
                rest = rest[rest.index(after: close)...]
            } else {
                result.append("[")
                rest = rest[rest.index(after: open)...]
            }
        }
        result.append(contentsOf: rest)
        return String(result)
    }
}
