// Functions of a block of code whose bodies do no work. It parses no language: it follows braces or indentation.

/// Bodies that are placeholders, and the lines that they take.
struct FunctionBodies {
    private(set) var placeholders: [(line: Int, Elision)] = []
    /// Lines that need no further look.
    private(set) var consumed: Set<Int> = []

    private struct Line {
        var code: Substring
        var comment: Substring?
        var indent: Int
        var raw: Substring

        var isBlank: Bool { code.isEmpty && comment == nil }
    }

    private let lines: [Line]

    /// - Parameter isStub: whether the language is made of signatures alone.
    init(in source: [Substring], language: CodeLanguage, isStub: Bool) {
        lines = source.map { line in
            let parts = language.parts(of: line)
            let indent = line.utf8.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
            return Line(code: parts.code, comment: parts.comment, indent: indent, raw: line)
        }
        if isStub || language.isText || lines.contains(where: { $0.comment?.contains(".pyi") ?? false }) {
            consumed = language.isText ? [] : Set(lines.indices)
            return
        }
        if language.isIndented { findIndented() } else { findBraced() }
    }

    // MARK: Indentation

    private mutating func findIndented() {
        let owners = owners
        for index in lines.indices where Self.isDefinition(lines[index].code) {
            // A signature may take several lines; its body begins behind the colon.
            guard let last = lines[index...].prefix(12).firstIndex(where: { Self.bodyStart($0.code) != nil })
            else { continue }
            let inline = Self.bodyStart(lines[last].code)!
            // A function within a function ends the look at the outer one: that one does define something.
            var end = last + 1
            while end < lines.count, inline.isEmpty,
                lines[end].indent > lines[index].indent && !Self.isDefinition(lines[end].code) || lines[end].isBlank
            { end += 1 }
            let hasInner = end < lines.count && lines[end].indent > lines[index].indent && inline.isEmpty
            let range = last + 1..<end
            var statements = inline.isEmpty ? [] : [inline]
            statements += Self.withoutDocumentation(range.map { lines[$0].code }.filter { !$0.isEmpty })
            let comments = range.compactMap { lines[$0].comment } + (lines[last].comment.map { [$0] } ?? [])
            if hasInner { continue }
            if isAbstract(definition: index, owner: owners[index]), statements.allSatisfy(Self.isStubStatement) {
                consumed.formUnion(range)
            } else if !range.isEmpty || !statements.isEmpty {
                judge(statements, comments, header: index, body: range)
            }
        }
    }

    private static func isDefinition(_ code: Substring) -> Bool {
        code.hasPrefix("def ") || code.hasPrefix("async def ")
    }

    /// What stands behind a signature's colon; nil if the signature goes on.
    private static func bodyStart(_ code: Substring) -> Substring? {
        var depth = 0
        for index in code.indices {
            switch code[index] {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            case ":" where depth <= 0: return code[code.index(after: index)...].trimmed
            default: break
            }
        }
        return nil
    }

    /// Statements behind a leading string.
    private static func withoutDocumentation(_ statements: [Substring]) -> [Substring] {
        for mark in ["\"\"\"", "'''"] where statements.first?.hasPrefix(mark) ?? false {
            if statements[0].count > 5, statements[0].hasSuffix(mark) { return Array(statements.dropFirst()) }
            let end = statements.dropFirst().firstIndex { $0.hasSuffix(mark) } ?? statements.count - 1
            return Array(statements[(end + 1)...])
        }
        return statements
    }

    /// Whether a body is not wanted: overloads, abstract methods, protocols.
    private func isAbstract(definition index: Int, owner: Int?) -> Bool {
        let indent = lines[index].indent
        var above = index - 1
        while above >= 0, lines[above].indent == indent, lines[above].code.hasPrefix("@") {
            if ["overload", "abstract"].contains(where: lines[above].code.contains) { return true }
            above -= 1
        }
        let owner = owner.map { lines[$0].code } ?? ""
        return owner.hasPrefix("class ") && ["Protocol", "ABC", "Abstract", "Interface", "Base"].contains {
            owner.contains($0)
        }
    }

    /// For each line, the last line of code before it that is indented less.
    private var owners: [Int?] {
        var open: [Int] = []
        return lines.indices.map { index in
            if lines[index].code.isEmpty { return nil }
            while let last = open.last, lines[last].indent >= lines[index].indent { open.removeLast() }
            defer { open.append(index) }
            return open.last
        }
    }

    // MARK: Braces

    private mutating func findBraced() {
        let ends = braceEnds
        for index in lines.indices where !consumed.contains(index) {
            let code = lines[index].code
            let isStub = Self.isStubStatement(code) && code != "pass" && code != "..."
            if isStub || Self.saysStub(code) {
                // A line that says so itself, in whatever body.
                placeholders.append((index, Elision(kind: .placeholder, text: String(lines[index].raw.trimmed))))
                consumed.insert(index)
                continue
            }
            guard Self.isFunction(code) else { continue }
            if code.hasSuffix("}") {
                let isEmpty = code.hasSuffix("{}") || code.hasSuffix("{ }")
                if isEmpty, Self.isNamed(code) { judge([], [], header: index, body: index + 1..<index + 1) }
                continue
            }
            // A body that was cut off says nothing.
            guard let end = ends[index] else { continue }
            let range = index + 1..<end
            // Work ends the look: of functions within functions, each line is read for one of them.
            if range.contains(where: { !lines[$0].code.isEmpty && !Self.isIdle(lines[$0].code) }) { continue }
            let statements = range.map { lines[$0].code }.filter { !$0.isEmpty }
            let comments = range.compactMap { lines[$0].comment }
            if statements.isEmpty, comments.isEmpty, !Self.isNamed(code) { continue }
            judge(statements, comments, header: index, body: range)
        }
    }

    /// For each line that opens a body, the line that closes it: the first behind which fewer braces are open than
    /// behind the opening one; nil where the code ends before that.
    private var braceEnds: [Int?] {
        var ends = [Int?](repeating: nil, count: lines.count)
        var depth = 0
        var open: [(line: Int, depth: Int)] = []
        for (index, line) in lines.enumerated() {
            for byte in line.code.utf8 {
                if byte == UInt8(ascii: "{") { depth += 1 } else if byte == UInt8(ascii: "}") { depth -= 1 }
            }
            while let last = open.last, depth < last.depth {
                ends[last.line] = index
                open.removeLast()
            }
            open.append((index, depth))
        }
        return ends
    }

    private static func isFunction(_ code: Substring) -> Bool {
        guard code.contains("("), code.contains(")"), code.hasSuffix("{") || code.hasSuffix("}"), code.contains("{")
        else { return false }
        let first = code.prefix { $0.isLetter || $0 == "_" }
        return !control.contains(first) && !code.hasPrefix("}")
    }

    /// Whether it has a name and is no constructor, whose body is often empty for good reason.
    private static func isNamed(_ code: Substring) -> Bool {
        let head = code.prefix { $0 != "(" }.split(separator: " ")
        guard head.count >= 2, let name = head.last, !name.contains("~") else { return false }
        return head.contains { ["function", "func", "fn", "fun", "void", "int", "string", "String"].contains($0) }
            && name != "function"
    }

    private static let control: Set<Substring> = [
        "if", "for", "while", "switch", "catch", "else", "do", "try", "match", "guard", "loop", "unless", "with", "using",
        "lock", "foreach", "synchronized", "class", "struct", "enum", "interface", "namespace", "impl", "return",
    ]

    // MARK: Judgement

    private mutating func judge(
        _ statements: [Substring], _ comments: [Substring], header: Int, body: Range<Int>
    ) {
        let remarks = comments.map(CodeComment.init)
        // Elided code is found where its comment stands.
        if remarks.contains(where: \.isElision) { return }
        let isStub = !statements.isEmpty && statements.allSatisfy(Self.isStubStatement)
        let isIdle = statements.allSatisfy(Self.isIdle)
        let isMarked = remarks.contains { $0.isToDo || $0.isPlaceholder }
        guard isStub || isIdle && isMarked || statements.isEmpty else { return }
        placeholders.append((header, Elision(kind: .placeholder, text: String(lines[header].raw.trimmed))))
        consumed.formUnion(body)
        consumed.insert(header)
    }

    private static func isIdle(_ code: Substring) -> Bool { isStubStatement(code) || isTrivialReturn(code) }

    private static func isStubStatement(_ code: Substring) -> Bool {
        code == "pass" || code == "..." || code.hasPrefix("raise NotImplementedError") || code.hasPrefix("todo!(")
            || code.hasPrefix("unimplemented!(") || code.hasPrefix("TODO(")
    }

    private static let stubs = [
        "new notimplementedexception", "new unsupportedoperationexception(\"not", "error(\"not implemented",
        "error('not implemented", "error(\"not yet implemented", "fatalerror(\"not implemented",
        "fatalerror(\"unimplemented", "panic(\"not implemented", "panic(\"todo", "panic(\"implement",
        "raise notimplementederror",
    ]

    private static func saysStub(_ code: Substring) -> Bool {
        let folded = code.folded
        guard folded.contains("implement") || folded.contains("todo") || folded.contains("unsupp") else { return false }
        return stubs.contains(where: folded.contains)
    }

    private static func isTrivialReturn(_ code: Substring) -> Bool {
        guard code.hasPrefix("return") else { return false }
        let value = code.dropFirst(6).filter { $0 != ";" && $0 != " " }
        return ["", "null", "None", "nil", "0", "0.0", "-1", "true", "false", "True", "False", "\"\"", "''", "[]", "{}"]
            .contains(String(value)) || value == "undefined" || value == "default"
    }
}
