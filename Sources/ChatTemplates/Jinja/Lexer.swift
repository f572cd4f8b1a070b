// Owns cutting a template's source into text and tags, with the white space control of jinja2 as transformers
// sets it up (trim_blocks and lstrip_blocks on). Inside tags, `Lexer+Tags.swift` goes on.
// Refuses to know statements and expressions.

struct Lexer {
    let source: [Unicode.Scalar]
    var position = 0
    var line = 1
    var tokens: [Token] = []
    /// Whether the text before `position` ends in a line break, or is the start: `lstrip_blocks` needs it.
    private var isAtLineStart = true

    private init(_ source: String) {
        var scalars: [Unicode.Scalar] = []
        var previous: Unicode.Scalar?
        for scalar in source.unicodeScalars {
            // jinja2 reads every kind of line break as `\n`.
            if scalar == "\n", previous == "\r" {
                previous = scalar
                continue
            }
            scalars.append(scalar == "\r" ? "\n" : scalar)
            previous = scalar
        }
        // One line break at the end of a template is no part of it.
        if scalars.last == "\n" { scalars.removeLast() }
        self.source = scalars
    }

    /// - Throws: `syntax` for tags that never end, characters no tag may hold, malformed literals.
    static func tokens(of source: String) throws(ChatTemplateError) -> [Token] {
        var lexer = Lexer(source)
        while try lexer.lexTextAndTag() {}
        lexer.add(.end)
        return lexer.tokens
    }

    enum Tag { case block, variable, comment }

    /// One stretch of text and the tag after it; false at the end of the source.
    private mutating func lexTextAndTag() throws(ChatTemplateError) -> Bool {
        let start = position
        guard let (tag, tagStart) = nextTag(from: position) else {
            addData(start..<source.count)
            advance(to: source.count)
            return false
        }
        let sign = self.sign(at: tagStart + 2)
        let afterOpening = tagStart + 2 + (sign == nil ? 0 : 1)
        addData(start..<textEnd(start..<tagStart, tag: tag, sign: sign))
        advance(to: afterOpening)
        switch tag {
        case .comment:
            guard let end = find("#}", from: position) else {
                throw error("Missing end of comment tag")
            }
            // The sign belongs to the closing tag, as in `-#}`; a lone `{#-#}` has it at its opening.
            let closingSign = end > position ? self.sign(at: end - 1) : nil
            advance(to: end + 2)
            trimAfterTag(sign: closingSign)
        case .block:
            if let end = rawTagEnd(from: position, name: "raw") {
                advance(to: end.position)
                if end.sign == "-" { skipSpaces() }
                try lexRaw()
            } else {
                add(.blockBegin)
                let closingSign = try lexTag(closing: "%}")
                add(.blockEnd)
                trimAfterTag(sign: closingSign)
            }
        case .variable:
            add(.variableBegin)
            let closingSign = try lexTag(closing: "}}")
            add(.variableEnd)
            if closingSign == "-" { skipSpaces() } else { isAtLineStart = false }
        }
        return true
    }

    /// Where text before a tag ends, once white space control has had its say.
    private func textEnd(_ range: Range<Int>, tag: Tag, sign: Unicode.Scalar?) -> Int {
        if sign == "-" {
            var end = range.upperBound
            while end > range.lowerBound, source[end - 1].isPythonSpace { end -= 1 }
            return end
        }
        guard sign == nil, tag != .variable else { return range.upperBound }
        // lstrip_blocks: a tag alone on its line so far takes the white space before it away.
        let lineStart = source[range].lastIndex(of: "\n").map { $0 + 1 }
        guard let start = lineStart ?? (isAtLineStart ? range.lowerBound : nil) else {
            return range.upperBound
        }
        return source[start..<range.upperBound].allSatisfy(\.isPythonSpace) ? start : range.upperBound
    }

    /// What follows `%}` and `#}`: `-` eats all white space, nothing eats one line break (trim_blocks), `+` none.
    private mutating func trimAfterTag(sign: Unicode.Scalar?) {
        isAtLineStart = false
        if sign == "-" {
            skipSpaces()
        } else if sign == nil, position < source.count, source[position] == "\n" {
            advance(to: position + 1)
            isAtLineStart = true
        }
    }

    private mutating func skipSpaces() {
        var end = position
        while end < source.count, source[end].isPythonSpace { end += 1 }
        isAtLineStart = end > position && source[end - 1] == "\n"
        advance(to: end)
    }

    /// The body of `{% raw %}` up to and with `{% endraw %}`.
    private mutating func lexRaw() throws(ChatTemplateError) {
        let start = position
        // The opening tag ends in `%}`, or in white space that a `-` ate.
        isAtLineStart = start > 0 && source[start - 1] == "\n"
        var from = position
        while let opening = find("{%", from: from) {
            let sign = self.sign(at: opening + 2)
            let afterOpening = opening + 2 + (sign == nil ? 0 : 1)
            if let end = rawTagEnd(from: afterOpening, name: "endraw") {
                addData(start..<textEnd(start..<opening, tag: .block, sign: sign))
                advance(to: end.position)
                trimAfterTag(sign: end.sign)
                return
            }
            from = opening + 2
        }
        throw error("Missing end of raw directive")
    }

    /// Where a `raw` or `endraw` tag ends, if one starts here.
    private func rawTagEnd(from start: Int, name: String) -> (position: Int, sign: Unicode.Scalar?)? {
        var index = start
        while index < source.count, source[index].isPythonSpace { index += 1 }
        for scalar in name.unicodeScalars {
            guard index < source.count, source[index] == scalar else { return nil }
            index += 1
        }
        while index < source.count, source[index].isPythonSpace { index += 1 }
        // `{% raw +%}` is no raw tag to jinja2; `{% endraw +%}` is one.
        let sign = self.sign(at: index)
        if sign == "+", name == "raw" { return nil }
        if sign != nil { index += 1 }
        guard index + 1 < source.count, source[index] == "%", source[index + 1] == "}" else { return nil }
        return (index + 2, sign)
    }

    private func nextTag(from start: Int) -> (Tag, Int)? {
        var index = start
        while index + 1 < source.count {
            if source[index] == "{" {
                switch source[index + 1] {
                case "%": return (.block, index)
                case "{": return (.variable, index)
                case "#": return (.comment, index)
                default: break
                }
            }
            index += 1
        }
        return nil
    }

    private func find(_ pair: StaticString, from start: Int) -> Int? {
        let bytes = (Unicode.Scalar(pair.utf8Start[0]), Unicode.Scalar(pair.utf8Start[1]))
        var index = start
        while index + 1 < source.count {
            if source[index] == bytes.0, source[index + 1] == bytes.1 { return index }
            index += 1
        }
        return nil
    }

    private func sign(at index: Int) -> Unicode.Scalar? {
        guard index < source.count, source[index] == "-" || source[index] == "+" else { return nil }
        return source[index]
    }

    private mutating func addData(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        add(.data(Text(scalars: source[range].map { MarkedScalar($0, isTrusted: true) })))
    }

    mutating func add(_ kind: Token.Kind) {
        tokens.append(Token(kind: kind, line: line))
    }

    /// Moves on and counts lines.
    mutating func advance(to end: Int) {
        for index in position..<end where source[index] == "\n" { line += 1 }
        position = end
    }

    func error(_ message: String) -> ChatTemplateError {
        ChatTemplateError(.syntax, message, line: line)
    }
}
