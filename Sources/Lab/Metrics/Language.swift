// Whether an answer is in the language that its prompt wants. How languages are told apart is Text/LanguageGuess.swift's.

/// Whether the answer is in `prompt.language`; nothing for prompts without one, and for answers too short to tell.
///
/// Code is not read, and quotations are not where anything else is left. Languages of one script that is not Latin are
/// not told apart: an answer in Russian passes for Ukrainian. Of a mixed answer, the language of most of it counts.
struct Language: Metric {
    let name = "language"
    let summary = "Whether the answer is in the prompt's language; nothing for prompts without one."
    let unit = ""
    let scale = MetricScale.binary

    func measure(_ sample: Sample) -> Measurement {
        guard let tag = sample.prompt.language else { return Measurement(nil) }
        // "pt-BR" asks for "pt": regions are not told apart.
        let wanted = tag.prefix { $0 != "-" && $0 != "_" }.lowercased()
        guard LanguageGuess.knows(wanted) else {
            return Measurement(nil, finding: "no profile of “\(tag.prefix(20))”")
        }
        let lines = MarkdownBlocks(sample.answer).textLines
        let own = lines.map { withoutQuotations($0) }.joined(separator: "\n")
        var found = LanguageGuess(own).languages
        if found.isEmpty { found = LanguageGuess(lines.joined(separator: "\n")).languages }
        guard let first = found.first else { return Measurement(nil, finding: "too few letters to tell") }
        return Measurement(found.contains(wanted) ? 1 : 0, finding: found.contains(wanted) ? wanted : first)
    }
}
