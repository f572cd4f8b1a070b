// Structural laziness: where an answer leaves out, by its form, what it was asked for. What counts is in Laziness/,
// one file for each place to look. Whether what is there is right or good, it does not ask.

/// How many times the answer leaves something out.
struct Laziness: Metric {
    let name = "laziness"
    let summary =
        "Places where the answer leaves out work: elided code, placeholder bodies, cut tables, missing items."
    let unit = "elisions"
    let scale = MetricScale.real

    func measure(_ sample: Sample) -> Measurement {
        let elisions = Elision.all(in: sample)
        // A cut answer might have gone on to leave out more.
        return Measurement(Double(elisions.count), isCensored: sample.isCut, finding: elisions.summary)
    }
}

/// Whether the answer leaves anything out.
struct Lazy: Metric {
    let name = "lazy"
    let summary = "Whether the answer leaves out any work, as `laziness` counts it."
    let unit = ""
    let scale = MetricScale.binary

    func measure(_ sample: Sample) -> Measurement {
        let elisions = Elision.all(in: sample)
        return Measurement(
            elisions.isEmpty ? 0 : 1, isCensored: sample.isCut && elisions.isEmpty, finding: elisions.summary)
    }
}

/// One place where something was left out.
struct Elision: Equatable {
    enum Kind: String, CaseIterable {
        /// A comment, or dots, in place of code: `// ... existing code ...`.
        case elidedCode = "elided-code"
        /// A function whose body does nothing yet: `pass`, `todo!()`, `return null; // TODO`.
        case placeholder
        /// The reader is told to do the work: "you can fill in the rest".
        case leftToReader = "left-to-reader"
        /// A pattern in place of its members: "repeat for the other rows".
        case andSoOn = "and-so-on"
        /// Dots in place of rows, of entries, or of a literal's members.
        case cutTable = "cut-table"
        /// A numbered list that jumps ahead.
        case skippedNumbers = "skipped-numbers"
        /// Not all of the prompt's items are named.
        case missingItems = "missing-items"
    }

    var kind: Kind
    var text: String

    /// All elisions, in the order of the answer's parts.
    static func all(in sample: Sample) -> [Elision] {
        let blocks = MarkdownBlocks(sample.answer).blocks
        var found: [Elision] = []
        for block in blocks {
            switch block.kind {
            case .code(let language, _): found += CodeElisions(in: block.lines, language: language).elisions
            case .table: found += RowElisions(inTable: block.lines).elisions
            case .list, .prose: found += RowElisions(inText: block.lines).elisions
            }
        }
        found += ProseElisions(in: blocks).elisions
        found += RowElisions(skippedIn: blocks).elisions
        // What the question itself says was not left out by the answer: a file with TODOs that was to be renamed in.
        let given = Set(sample.question.split(whereSeparator: \.isNewline).map { String($0.trimmed) })
        found.removeAll { given.contains($0.text) || $0.text.utf8.count > 12 && sample.question.contains($0.text) }
        // An answer that was cut had no chance to name what is missing.
        if !sample.isCut {
            let missing = MissingItems(of: sample.prompt.items, in: sample.answer).items
            if !missing.isEmpty {
                let text = "\(missing.count) of \(sample.prompt.items.count), first \(missing[0])"
                found.append(Elision(kind: .missingItems, text: text))
            }
        }
        return found
    }
}

extension [Elision] {
    /// The first three for a reader: kind and text.
    fileprivate var summary: String? {
        if isEmpty { return nil }
        let shown = prefix(3).map { "\($0.kind.rawValue): \($0.text.prefix(80))" }.joined(separator: "; ")
        return shown + (count > 3 ? "; and \(count - 3) more" : "")
    }
}
