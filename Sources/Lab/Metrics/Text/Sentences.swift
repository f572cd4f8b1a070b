// An answer's prose, sentence by sentence, with quotations set apart. Boundaries are rough: only phrases are looked for.

/// The sentences of some lines of prose.
struct Sentences {
    struct Sentence {
        /// Without what stands in quotation marks or in code.
        var text: String
        /// The line, counted from 0.
        var line: Int

        var isQuestion: Bool { text.last == "?" || text.hasSuffix("?)") || text.hasSuffix("？") }
    }

    private(set) var sentences: [Sentence] = []

    /// A sentence ends at a full stop, a question or exclamation mark before white space, and at the line's end.
    init(_ lines: [Substring]) {
        for (number, written) in lines.enumerated() {
            let line = withoutQuotations(written)[...]
            var start = line.startIndex
            var index = line.startIndex
            while index < line.endIndex {
                let next = line.index(after: index)
                let isEnd = ".!?…。！？".contains(line[index]) && (next == line.endIndex || line[next].isWhitespace)
                if isEnd || next == line.endIndex {
                    append(line[start..<next], line: number)
                    start = next
                }
                index = next
            }
        }
    }

    private mutating func append(_ part: Substring, line: Int) {
        let text = part.trimmed
        if text.isEmpty { return }
        sentences.append(Sentence(text: String(text), line: line))
    }
}

/// Text without what somebody else says in it: quotations, and code within a line.
///
/// A quotation may run over several sentences but ends with its paragraph, so that one stray mark hides little.
func withoutQuotations(_ text: some StringProtocol) -> String {
    let pairs: [Character: [Character]] = [
        "\"": ["\""], "“": ["”", "\""], "„": ["“", "”"], "«": ["»"], "»": ["«"], "‹": ["›"], "`": ["`"], "「": ["」"],
    ]
    var result = ""
    var index = text.startIndex
    while index < text.endIndex {
        let character = text[index]
        let rest = text[text.index(after: index)...]
        if let closes = pairs[character],
            let end = rest.prefix(while: { !$0.isNewline }).firstIndex(where: closes.contains)
        {
            // Something was said here.
            result += " … "
            index = text.index(after: end)
        } else {
            result.append(character)
            index = text.index(after: index)
        }
    }
    return result
}
