// Elisions in tables, lists and rows of values: dots in place of rows, and numbers that jump.

/// What tables and lists leave out.
struct RowElisions {
    private(set) var elisions: [Elision] = []

    init(inTable lines: [Substring]) {
        for line in lines {
            guard let row = TableRow(line) else { continue }
            let hasDots = row.cells.contains(where: Self.isDots)
            if hasDots && row.cells.allSatisfy({ $0.isEmpty || Self.isDots($0) })
                || Self.namesMore(line.foldedWords) && row.cells.filter({ !$0.isEmpty }).count == 1
            {
                elisions.append(Elision(kind: .cutTable, text: String(line.trimmed)))
            }
        }
    }

    init(inText lines: [Substring]) {
        var seen = 0
        for (index, line) in lines.enumerated() {
            let entry = ListEntry(line)
            let text = entry?.text ?? line.trimmed
            let isRemark = text.utf8.count <= Self.longestRemark && Self.namesMore(text.foldedWords)
            let isElided =
                entry != nil || seen > 0
                ? Self.isDots(text) || isRemark && (entry != nil || text.hasPrefix("..."))
                : (Self.isDots(text) || isRemark) && Self.areRows(lines[..<index])
            if isElided { elisions.append(Elision(kind: .cutTable, text: String(line.trimmed))) }
            if entry != nil { seen += 1 }
        }
    }

    /// Numbered lists that count up by one, and then by more, with no dots between to say so.
    init(skippedIn blocks: [MarkdownBlocks.Block]) {
        // Of each depth, the last two numbers.
        var last: [Int: (before: Int?, number: Int)] = [:]
        for block in blocks {
            if case .code = block.kind { continue }
            for line in block.lines {
                if Self.isDots(line.trimmed) { last = [:] }
                guard let entry = ListEntry(line), let number = entry.number else { continue }
                if Self.isDots(entry.text) {
                    last[entry.indent] = nil
                    continue
                }
                let known = last[entry.indent]
                // Years and quotations of paragraphs jump from the start; a list first counts.
                if let known, known.before == known.number - 1, number > known.number + 1, known.number < 1000
                {
                    elisions.append(
                        Elision(kind: .skippedNumbers, text: "\(known.number) is followed by \(number)"))
                }
                last[entry.indent] = (known?.number, number)
                // A deeper list ends where its parent goes on.
                last = last.filter { $0.key <= entry.indent }
            }
        }
    }

    private static let longestGap = 8
    /// In bytes; six words are never more.
    private static let longestRemark = 160

    static func isDots(_ text: Substring) -> Bool {
        guard !text.isEmpty else { return false }
        if text == "⋮" || text.folded == "etc" || text.folded == "etc." { return true }
        return text.allSatisfy { ".…[]()".contains($0) } && (text.contains("...") || text.contains("…"))
    }

    /// "and 48 more", "70 more rows", "remaining rows": few words, all about what is not there.
    static func namesMore(_ words: [String]) -> Bool {
        guard words.count <= 6 else { return false }
        return more.firstMatch(in: words)?.lowerBound == 0
    }

    private static let more = Phrases(
        """
        0*|1*|2*|3*|4*|5*|6*|7*|8*|9*|many|several more|others|other|autres|weitere|mas|altri|altre
        and|et|und|y|e 0*|1*|2*|3*|4*|5*|6*|7*|8*|9* more|others|other|autres|weitere|mas|altri
        remaining|other|additional|more|further rows|entries|lines|items|records|data
        rest of the? rows|entries|lines|items|list|table|data
        autres lignes
        weitere|restliche|ubrige zeilen|eintrage
        resto|demas de_las|de_los|las? filas|lineas
        altre righe
        """)

    /// Whether the lines end in at least two rows of values: as many commas, semicolons or tabs in each.
    ///
    /// Blank lines between them are passed over, but no more than a reader would take for one gap.
    static func areRows(_ lines: ArraySlice<Substring>) -> Bool {
        let rows = lines.suffix(longestGap).filter { !$0.trimmed.isEmpty }.suffix(2)
        guard rows.count == 2 else { return false }
        for mark: Character in [",", ";", "\t"] {
            let counts = rows.map { row in row.count { $0 == mark } }
            let ends = rows.contains { $0.trimmed.last.map { ".!?{}[(;:".contains($0) || $0 == "," } ?? true }
            if counts[0] > 0, counts[0] == counts[1], !ends { return true }
        }
        return false
    }
}
