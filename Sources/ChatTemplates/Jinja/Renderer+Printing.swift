// Owns `str` and `repr`: how values become text.
// Refuses to know JSON. Quotes, brackets and commas around untrusted values are untrusted: their arrangement is the
// sender's choice. Numbers and `True` are trusted; nothing can be spelled with them.

extension Renderer {
    /// Python's `str(value)`, and what printing shows.
    func printed(_ value: Value) throws(ChatTemplateError) -> Text {
        switch value {
        case .undefined(let undefined):
            if undefined.code == .unsupported { throw undefined.error }
            return .empty
        case .text(let text): return Text(scalars: text.scalars)
        default: return try represented(value)
        }
    }

    /// The filters' view of their operand: a string as it is (markup stays markup), the rest as `str`.
    func text(of value: Value) throws(ChatTemplateError) -> Text {
        if case .text(let text) = value { return text }
        return try printed(value)
    }

    /// Python's `repr(value)`.
    func represented(_ value: Value) throws(ChatTemplateError) -> Text {
        var writer = ReprWriter()
        try writer.write(value)
        try charge(text: writer.text.count)
        return writer.text
    }
}

/// Writes `repr`. The values' nesting is bounded, so is the recursion.
private struct ReprWriter {
    var text = Text.empty

    mutating func write(_ value: Value) throws(ChatTemplateError) {
        switch value {
        case .none: text.append("None", isTrusted: true)
        case .bool(let value): text.append(value ? "True" : "False", isTrusted: true)
        case .int(let value): text.append(String(value), isTrusted: true)
        case .float(let value): text.append(FloatText.shortest(value), isTrusted: true)
        case .undefined(let undefined):
            if undefined.code == .unsupported { throw undefined.error }
            text.append("Undefined", isTrusted: true)
        case .text(let string):
            if string.isMarkup { punctuation("Markup(") }
            writeQuoted(string)
            if string.isMarkup { punctuation(")") }
        case .list(let items): try write(items.values, "[", "]")
        case .tuple(let items): try write(items.values, "(", items.values.count == 1 ? ",)" : ")")
        case .dict(let dict): try write(dict)
        case .view(let view): try write(view)
        case .generator, .namespace, .loop, .callable:
            throw ChatTemplateError(
                .unsupported, "printing a \(value.typeName) is not supported; its text has no fixed form")
        }
    }

    private mutating func punctuation(_ string: String) { text.append(string, isTrusted: false) }

    private mutating func write(_ values: [Value], _ opening: String, _ closing: String)
        throws(ChatTemplateError)
    {
        punctuation(opening)
        for (index, value) in values.enumerated() {
            if index > 0 { punctuation(", ") }
            try write(value)
        }
        punctuation(closing)
    }

    private mutating func write(_ dict: Dict) throws(ChatTemplateError) {
        punctuation("{")
        for (index, entry) in dict.entries.enumerated() {
            if index > 0 { punctuation(", ") }
            try write(entry.key)
            punctuation(": ")
            try write(entry.value)
        }
        punctuation("}")
    }

    private mutating func write(_ view: View) throws(ChatTemplateError) {
        guard case .range(let start, let stop, let step) = view.kind else {
            punctuation("dict_\(view.kind)(")
            try write(view.items.values, "[", "]")
            return punctuation(")")
        }
        punctuation("range(\(start), \(stop)" + (step == 1 ? ")" : ", \(step))"))
    }

    private mutating func writeQuoted(_ string: Text) {
        let hasSingle = string.scalars.contains { $0.value == 0x27 }
        let hasDouble = string.scalars.contains { $0.value == 0x22 }
        let quote: Unicode.Scalar = hasSingle && !hasDouble ? "\"" : "'"
        punctuation(String(quote))
        for marked in string.scalars {
            let scalar = marked.scalar
            let shown: String? =
                switch scalar {
                case "\n": "\\n"
                case "\r": "\\r"
                case "\t": "\\t"
                case "\\": "\\\\"
                case quote: "\\\(quote)"
                default: scalar.isPythonPrintable ? nil : hexEscape(scalar)
                }
            if let shown {
                text.append(shown, isTrusted: marked.isTrusted)
            } else {
                text.scalars.append(marked)
            }
        }
        punctuation(String(quote))
    }

    private func hexEscape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let (mark, width) =
            switch scalar.value {
            case ..<0x100: ("x", 2)
            case ..<0x10000: ("u", 4)
            default: ("U", 8)
            }
        return "\\" + mark + String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}

extension Text {
    /// markupsafe's `escape`: a markup string stays as it is.
    func escaped() -> Text {
        guard !isMarkup else { return self }
        var result = Text(scalars: [], isMarkup: true)
        result.scalars.reserveCapacity(count)
        for marked in scalars {
            switch marked.scalar {
            case "&": result.append("&amp;", isTrusted: marked.isTrusted)
            case "<": result.append("&lt;", isTrusted: marked.isTrusted)
            case ">": result.append("&gt;", isTrusted: marked.isTrusted)
            case "'": result.append("&#39;", isTrusted: marked.isTrusted)
            case "\"": result.append("&#34;", isTrusted: marked.isTrusted)
            default: result.scalars.append(marked)
            }
        }
        return result
    }
}
