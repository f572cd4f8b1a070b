// Owns the tokens inside `{% … %}` and `{{ … }}`: names, numbers, strings, operators.
// Refuses to know what surrounds the tag.

extension Lexer {
    /// Longest first, so that `**` is not read as two `*`.
    static let operators = [
        "//", "**", "==", "!=", ">=", "<=",
        "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ]

    /// Reads tokens up to and with the closing tag; answers the closing tag's sign.
    mutating func lexTag(closing: String) throws(ChatTemplateError) -> Unicode.Scalar? {
        // Open brackets: while there are any, `}}` closes two of them and not the tag.
        var open: [Unicode.Scalar] = []
        while true {
            var start = position
            while start < source.count, source[start].isPythonSpace { start += 1 }
            advance(to: start)
            guard position < source.count else {
                throw error("unexpected end of template, expected '\(closing)'")
            }
            if open.isEmpty {
                if starts(with: closing) {
                    advance(to: position + 2)
                    return nil
                }
                let sign = source[position]
                let allowed = sign == "-" || (sign == "+" && closing == "%}")
                if allowed, starts(with: closing, at: position + 1) {
                    advance(to: position + 3)
                    return sign
                }
            }
            try lexToken(open: &open)
        }
    }

    private mutating func lexToken(open: inout [Unicode.Scalar]) throws(ChatTemplateError) {
        let scalar = source[position]
        if scalar == "'" || scalar == "\"" { return try lexString(quote: scalar) }
        if ("0"..."9").contains(scalar) { return try lexNumber() }
        if scalar == "_" || scalar.isPythonAlphanumeric { return try lexName() }
        guard let symbol = Self.operators.first(where: { starts(with: $0) }) else {
            throw error("unexpected character '\(scalar)'")
        }
        switch scalar {
        case "(": open.append(")")
        case "[": open.append("]")
        case "{": open.append("}")
        case ")", "]", "}":
            guard let expected = open.popLast() else { throw error("unexpected '\(scalar)'") }
            guard expected == scalar else { throw error("unexpected '\(scalar)', expected '\(expected)'") }
        default: break
        }
        add(.symbol(symbol))
        advance(to: position + symbol.unicodeScalars.count)
    }

    private mutating func lexName() throws(ChatTemplateError) {
        var end = position
        while end < source.count, source[end] == "_" || source[end].isPythonWord { end += 1 }
        guard source[position] == "_" || source[position].properties.isXIDStart else {
            throw error("Invalid character in identifier")
        }
        var name = String.UnicodeScalarView()
        name.append(contentsOf: source[position..<end])
        add(.name(String(name)))
        advance(to: end)
    }

    private mutating func lexNumber() throws(ChatTemplateError) {
        if source[position] == "0", position + 1 < source.count {
            let radix: Int? =
                switch source[position + 1] {
                case "b", "B": 2
                case "o", "O": 8
                case "x", "X": 16
                default: nil
                }
            if let radix {
                let digits = digits(from: position + 2, radix: radix)
                if digits.end > position + 2 {
                    guard let value = Int(digits.text, radix: radix) else { throw tooLarge() }
                    add(.int(value))
                    return advance(to: digits.end)
                }
            }
        }
        let whole = digits(from: position, radix: 10)
        var end = whole.end
        var text = whole.text
        // `x.0.1` has two integers; a number after a dot never has a fraction of its own.
        let followsDot = position > 0 && source[position - 1] == "."
        if !followsDot {
            if let fraction = digitsAfter(".", at: end) {
                text += "." + fraction.text
                end = fraction.end
            }
            if let exponent = exponent(at: end) {
                text += exponent.text
                end = exponent.end
            }
        }
        if end > whole.end {
            guard let value = Double(text) else { throw error("malformed number '\(text)'") }
            add(.float(value))
        } else {
            if text.first == "0" {
                // To jinja2's grammar `007` is three integers, which no tag may hold side by side.
                guard text.allSatisfy({ $0 == "0" }) else { throw error("unexpected number '\(text)'") }
            }
            guard let value = Int(text) else { throw tooLarge() }
            add(.int(value))
        }
        advance(to: end)
    }

    private func tooLarge() -> ChatTemplateError {
        ChatTemplateError(.unsupported, "integers are limited to 64 bits", line: line)
    }

    private func digitsAfter(_ mark: Unicode.Scalar, at index: Int) -> (text: String, end: Int)? {
        guard index < source.count, source[index] == mark else { return nil }
        let digits = digits(from: index + 1, radix: 10)
        return digits.end > index + 1 ? digits : nil
    }

    private func exponent(at index: Int) -> (text: String, end: Int)? {
        guard index < source.count, source[index] == "e" || source[index] == "E" else { return nil }
        var start = index + 1
        var sign = ""
        if start < source.count, source[start] == "+" || source[start] == "-" {
            sign = String(source[start])
            start += 1
        }
        let digits = digits(from: start, radix: 10)
        return digits.end > start ? ("e" + sign + digits.text, digits.end) : nil
    }

    /// Digits with single underscores between them.
    private func digits(from start: Int, radix: Int) -> (text: String, end: Int) {
        var text = ""
        var index = start
        while index < source.count {
            var next = index
            if source[next] == "_", index > start || radix != 10 { next += 1 }
            guard next < source.count, Character(source[next]).isASCII,
                Int(String(source[next]), radix: radix) != nil
            else { break }
            text.unicodeScalars.append(source[next])
            index = next + 1
        }
        return (text, index)
    }

    private mutating func lexString(quote: Unicode.Scalar) throws(ChatTemplateError) {
        var index = position + 1
        var text = Text.empty
        while index < source.count, source[index] != quote {
            if source[index] == "\\" {
                try unescape(at: &index, into: &text)
            } else {
                text.scalars.append(MarkedScalar(source[index], isTrusted: true))
                index += 1
            }
        }
        guard index < source.count else {
            throw error("unexpected character '\(quote)': the string never ends")
        }
        add(.string(text))
        advance(to: index + 1)
    }

    /// Python's `unicode-escape`. An escape that means nothing stays as it is written.
    private func unescape(at index: inout Int, into text: inout Text) throws(ChatTemplateError) {
        guard index + 1 < source.count else { throw error("unexpected character '\\'") }
        let scalar = source[index + 1]
        let simple: Unicode.Scalar?
        switch scalar {
        case "\n":
            index += 2
            return
        case "\\", "'", "\"": simple = scalar
        case "a": simple = "\u{07}"
        case "b": simple = "\u{08}"
        case "f": simple = "\u{0C}"
        case "n": simple = "\n"
        case "r": simple = "\r"
        case "t": simple = "\t"
        case "v": simple = "\u{0B}"
        default: simple = nil
        }
        if let simple {
            text.scalars.append(MarkedScalar(simple, isTrusted: true))
            index += 2
            return
        }
        let (length, radix, start): (ClosedRange<Int>, Int, Int) =
            switch scalar {
            case "x": (2...2, 16, index + 2)
            case "u": (4...4, 16, index + 2)
            case "U": (8...8, 16, index + 2)
            case "0"..."7": (1...3, 8, index + 1)
            case "N": throw ChatTemplateError(.unsupported, "\\N{…} escapes are not supported", line: line)
            default: (0...0, 10, index)
            }
        if length.upperBound == 0 {
            text.append("\\", isTrusted: true)
            index += 1
            return
        }
        var digits = ""
        while digits.count < length.upperBound, start + digits.count < source.count,
            Character(source[start + digits.count]).isASCII,
            Int(String(source[start + digits.count]), radix: radix) != nil
        {
            digits.unicodeScalars.append(source[start + digits.count])
        }
        guard digits.count >= length.lowerBound, let value = UInt32(digits, radix: radix),
            let decoded = Unicode.Scalar(value)
        else { throw error("the escape '\\\(scalar)\(digits)' is no character") }
        text.scalars.append(MarkedScalar(decoded, isTrusted: true))
        index = start + digits.count
    }

    private func starts(with string: String, at index: Int? = nil) -> Bool {
        var index = index ?? position
        for scalar in string.unicodeScalars {
            guard index < source.count, source[index] == scalar else { return false }
            index += 1
        }
        return true
    }
}

extension Unicode.Scalar {
    /// `\w` of Python's regular expressions, without the underscore.
    fileprivate var isPythonWord: Bool { isPythonAlphanumeric || properties.isXIDContinue }
}
