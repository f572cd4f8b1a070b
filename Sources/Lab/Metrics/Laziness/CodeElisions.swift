// Elisions in a block of code: comments and dots that stand for code. Bodies without work are FunctionBodies.swift's.

/// What one block of code leaves out.
struct CodeElisions {
    private(set) var elisions: [Elision] = []

    private let lines: [Substring]
    private let language: CodeLanguage
    private let name: String

    init(in lines: [Substring], language name: String) {
        self.lines = lines
        self.name = name
        language = CodeLanguage(name)
        // Interactive sessions write dots of their own.
        if lines.contains(where: { $0.hasPrefix(">>> ") }) { return }
        let bodies = FunctionBodies(in: lines, language: language, isStub: name == "pyi")
        var found = bodies.placeholders
        for (index, line) in lines.enumerated() where !bodies.consumed.contains(index) {
            if let kind = kind(of: line, at: index) {
                found.append((index, Elision(kind: kind, text: String(line.trimmed))))
            }
        }
        elisions = found.sorted { $0.0 < $1.0 }.map(\.1)
    }

    private func kind(of line: Substring, at index: Int) -> Elision.Kind? {
        if isDots(line.trimmed) || isRemark(line.trimmed) { return kindOfDots(at: index) }
        let (_, comment) = language.parts(of: line)
        guard let comment else { return nil }
        if CodeComment(comment).isElision { return isData ? .cutTable : .elidedCode }
        return CodeComment(comment).isPlaceholder ? .placeholder : nil
    }

    private var isData: Bool { ["json", "jsonc", "json5", "csv", "tsv"].contains(name) }

    /// `...` as a line of its own; with brackets around or a comma behind.
    private func isDots(_ text: Substring) -> Bool {
        guard text.contains("...") || text.contains("…") else { return false }
        return text.allSatisfy { ".…,;[](){} ".contains($0) }
    }

    /// `... (70 more rows)`, `(remaining rows)`: a line of words where code or data should be.
    private func isRemark(_ text: Substring) -> Bool {
        let isMarked = text.hasPrefix("... ") || text.hasPrefix("… ")
        guard isMarked || text.hasPrefix("(") && text.hasSuffix(")") else { return false }
        if isMarked, language.isIndented || text.hasSuffix(";") { return false }
        let words = text.foldedWords
        return words.count <= 8 && (RowElisions.namesMore(words) || CodeComment(text).isElision)
    }

    private func kindOfDots(at index: Int) -> Elision.Kind? {
        let before = lines[..<index].last { !$0.allSatisfy(\.isWhitespace) }?.trimmed ?? ""
        let isIndented = lines[index].first?.isWhitespace ?? false
        // A list of members goes on behind a comma; rows go on behind rows.
        if isData || RowElisions.areRows(lines[..<index]) { return .cutTable }
        if language.isText { return nil }
        // YAML ends its documents with dots.
        if name == "yaml" || name == "yml", !isIndented { return nil }
        if before.hasSuffix(",") || before.hasSuffix("[") { return .cutTable }
        // A Python body of dots is a stub, which FunctionBodies judges; among other statements they stand for some.
        if language.isIndented, before.hasSuffix(":") || before.isEmpty { return nil }
        return .elidedCode
    }
}

/// A comment's words, and whether they stand for code.
struct CodeComment {
    private let text: Substring
    private let words: [String]

    init(_ text: Substring) {
        self.text = text
        words = text.foldedWords
    }

    /// Whether code was here, or should be: `... existing methods ...`, `rest unchanged`, `...`.
    var isElision: Bool {
        let core = text.trimmed { "([{*#/-<! ".contains($0) || $0.isWhitespace }
        let opens = core.hasPrefix("...") || core.hasPrefix("…")
        let closes = core.hasSuffix("...") || core.hasSuffix("…")
        if words.isEmpty { return opens }
        if words.allSatisfy({ $0 == "etc" || $0 == "usw" || $0 == "ecc" }) { return true }
        // Dots before a few words, as in "... handle the other cases ...": a sentence that goes on has more of them.
        if opens, words.count <= 4 || closes && words.count <= 8 { return true }
        guard let match = LazinessPhrases.elidedComment.firstMatch(in: words) else { return false }
        if opens || closes { return true }
        // The comment is the phrase, with little around it: "rest of the rows" stands for rows, "skip the rest of the
        // rows if one is empty" speaks of them.
        guard match.lowerBound <= 1, words.count - match.upperBound <= 5 else { return false }
        return match.upperBound == words.count || !Self.verbs.contains(words[match.upperBound])
    }

    /// Whether the reader is to write something here.
    var isPlaceholder: Bool { LazinessPhrases.placeholderComment.occur(in: words) }

    /// A mark of work that is left.
    var isToDo: Bool {
        text.contains("TODO") || text.contains("FIXME") || words.first == "todo" || words.first == "fixme"
    }

    private static let verbs: Set<String> = [
        "is", "are", "was", "were", "will", "must", "should", "has", "have", "only", "if", "that", "which",
        "to", "can",
        "gets", "get", "when", "before", "after", "so", "because", "does", "do",
    ]
}

extension Substring {
    /// Without such characters at either end.
    fileprivate func trimmed(_ isTrimmed: (Character) -> Bool) -> Substring {
        guard let first = firstIndex(where: { !isTrimmed($0) }),
            let last = lastIndex(where: { !isTrimmed($0) })
        else { return self[startIndex..<startIndex] }
        return self[first...last]
    }
}
