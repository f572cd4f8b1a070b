// Elisions that prose owns up to: the reader is told to do the rest, or given a pattern in its place.

/// What an answer's prose says it leaves out.
struct ProseElisions {
    private(set) var elisions: [Elision] = []

    init(in blocks: [MarkdownBlocks.Block]) {
        for block in blocks {
            if case .code = block.kind { continue }
            for sentence in Sentences(block.lines).sentences {
                let words = sentence.text.foldedWords
                if LazinessPhrases.leftToReader.occur(in: words) {
                    elisions.append(Elision(kind: .leftToReader, text: sentence.text))
                } else if LazinessPhrases.andSoOn.occur(in: words) {
                    elisions.append(Elision(kind: .andSoOn, text: sentence.text))
                }
            }
        }
    }
}
