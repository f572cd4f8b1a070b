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
                let isEnd = Self.isFinal(line[index]) && (next == line.endIndex || line[next].isWhitespace)
                if isEnd || next == line.endIndex {
                    append(line[start..<next], line: number)
                    start = next
                }
                index = next
            }
        }
    }

    private static func isFinal(_ character: Character) -> Bool {
        switch character {
        case ".", "!", "?", "…", "。", "！", "？": true
        default: false
        }
    }

    private mutating func append(_ part: Substring, line: Int) {
        let text = part.trimmed
        if text.isEmpty { return }
        sentences.append(Sentence(text: String(text), line: line))
    }
}

/// What may close a quotation, by what opens it.
private let pairs: [Character: [Character]] = [
    "\"": ["\""], "“": ["”", "\""], "„": ["“", "”"], "«": ["»"], "»": ["«"], "‹": ["›"], "`": ["`"], "「": ["」"],
]

/// Text without what somebody else says in it: quotations, and code within a line.
///
/// A quotation may run over several sentences but ends with its paragraph, so that one stray mark hides little.
func withoutQuotations(_ text: some StringProtocol) -> String {
    var result = ""
    // Marks that nothing closes before the line ends: each is looked for once, so that a line of marks costs no more
    // than any other.
    var unclosed: Set<Character> = []
    var index = text.startIndex
    while index < text.endIndex {
        let character = text[index]
        index = text.index(after: index)
        if character.isNewline { unclosed = [] }
        guard let closes = pairs[character], !unclosed.contains(character) else {
            result.append(character)
            continue
        }
        let end = text[index...].firstIndex { $0.isNewline || closes.contains($0) }
        if let end, !text[end].isNewline {
            // Something was said here.
            result += " … "
            index = text.index(after: end)
        } else {
            unclosed.insert(character)
            result.append(character)
        }
    }
    return result
}
