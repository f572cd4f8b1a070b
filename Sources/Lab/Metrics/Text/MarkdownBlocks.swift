// An answer's parts: code in fences, tables, lists and prose. It renders nothing and knows no inline markup.

/// What an answer is made of, in order.
struct MarkdownBlocks {
    struct Block {
        var kind: Kind
        var lines: [Substring]
    }

    enum Kind: Equatable {
        case prose
        /// Entries with what belongs to them; `ListEntry` reads a line.
        case list
        /// The header and the line below it included.
        case table
        /// The fence's first word in lower case; the fences are not among the lines. An answer that ends before its
        /// fence does, as cut ones do, leaves it open.
        case code(language: String, isClosed: Bool)
    }

    private(set) var blocks: [Block] = []

    init(_ text: String) {
        let text = text.utf8.allSatisfy({ $0 < 0x80 }) ? text : text.boundingMarks
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var index = 0
        while index < lines.count {
            let line = lines[index]
            if let fence = Fence(line) {
                let end = lines[(index + 1)...].firstIndex(where: fence.isClosed(by:))
                let body = lines[(index + 1)..<(end ?? lines.count)]
                blocks.append(
                    Block(
                        kind: .code(language: fence.language, isClosed: end != nil), lines: Array(body)))
                index = (end ?? lines.count - 1) + 1
            } else if Self.isTable(at: index, in: lines) {
                let end = lines[index...].firstIndex { !$0.contains("|") } ?? lines.count
                blocks.append(Block(kind: .table, lines: Array(lines[index..<end])))
                index = end
            } else {
                append(line, follows: index > 0 ? lines[index - 1] : "")
                index += 1
            }
        }
    }

    /// All lines but those of code.
    var textLines: [Substring] {
        blocks.flatMap { block in
            if case .code = block.kind { return [Substring]() }
            return block.lines
        }
    }

    /// A line of prose or of a list: entries open lists; what is indented, or follows without a blank line, stays.
    private mutating func append(_ line: Substring, follows previous: Substring) {
        let isBlank = line.allSatisfy(\.isWhitespace)
        let kind: Kind
        if ListEntry(line) != nil {
            kind = .list
        } else if blocks.last?.kind == .list,
            isBlank || line.first!.isWhitespace || !previous.allSatisfy(\.isWhitespace)
        {
            kind = .list
        } else {
            kind = .prose
        }
        if blocks.last?.kind == kind {
            blocks[blocks.count - 1].lines.append(line)
        } else {
            blocks.append(Block(kind: kind, lines: [line]))
        }
    }

    /// A row of cells above a row of dashes, or two rows that both open and close with a bar.
    private static func isTable(at index: Int, in lines: [Substring]) -> Bool {
        guard lines[index].contains("|"), index + 1 < lines.count else { return false }
        let next = lines[index + 1]
        guard next.contains("|") || next.contains("-") else { return false }
        if TableRow(next)?.isRule ?? false { return true }
        return TableRow(lines[index])?.isFramed ?? false && TableRow(next)?.isFramed ?? false
    }
}

/// The line that opens a block of code.
private struct Fence {
    var mark: Character
    var length: Int
    var language: String

    init?(_ line: Substring) {
        let text = line.drop(while: \.isWhitespace)
        guard let first = text.first, first == "`" || first == "~" else { return nil }
        mark = first
        length = text.prefix { $0 == first }.count
        guard length >= 3 else { return nil }
        let info = text.dropFirst(length)
        // A line such as ```code``` is code within a line.
        if first == "`", info.contains("`") { return nil }
        language = info.drop(while: \.isWhitespace).prefix {
            !$0.isWhitespace && $0 != "{" && $0 != ":" && $0 != ","
        }.lowercased()
    }

    func isClosed(by line: Substring) -> Bool {
        let text = line.trimmed
        return text.count >= length && text.allSatisfy { $0 == mark }
    }
}

/// A line that opens an entry of a list: a bullet or a number.
struct ListEntry {
    /// Nil: a bullet.
    var number: Int?
    /// Columns before the marker, tabs counted as four.
    var indent: Int
    var text: Substring

    init?(_ line: Substring) {
        let body = line.drop { $0 == " " || $0 == "\t" }
        indent = line[..<body.startIndex].reduce(0) { $0 + ($1 == "\t" ? 4 : 1) }
        guard let first = body.first else { return nil }
        var rest: Substring
        if "-*+•‣◦–".contains(first) {
            rest = body.dropFirst()
        } else {
            let digits = body.prefix { $0.isASCII && $0.isNumber }
            guard (1...9).contains(digits.count) else { return nil }
            rest = body[digits.endIndex...]
            guard let mark = rest.first, mark == "." || mark == ")" else { return nil }
            number = Int(digits)
            rest = rest.dropFirst()
        }
        guard let space = rest.first, space == " " || space == "\t" else { return nil }
        text = rest.trimmed
        // A line of dashes or stars parts sections.
        if text.isEmpty || number == nil && text.allSatisfy({ $0 == first || $0 == " " }) { return nil }
    }
}

/// A row of a table.
struct TableRow {
    var cells: [Substring]
    /// Whether a bar opens and closes the line.
    var isFramed: Bool

    init?(_ line: Substring) {
        var text = line.trimmed
        guard text.contains("|") else { return nil }
        isFramed = text.count >= 3 && text.first == "|" && text.last == "|"
        if text.first == "|" { text = text.dropFirst() }
        if text.last == "|" { text = text.dropLast() }
        cells = text.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmed)
    }

    /// The row of dashes below the header.
    var isRule: Bool {
        cells.allSatisfy { cell in
            cell.contains("-") && cell.allSatisfy { $0 == "-" || $0 == ":" }
        }
    }
}
