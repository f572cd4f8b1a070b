// Owns `tojson`: Python's `json.dumps` as transformers calls it, not jinja2's own filter, which escapes HTML.
// Refuses to know JSON's reading. Punctuation is untrusted, the characters of strings keep their mark.

struct JSONWriter {
    var isASCII = false
    /// What one level of nesting is indented by; nil writes everything on one line.
    var indent: Text?
    var itemSeparator = Text(", ", isTrusted: false)
    var keySeparator = Text(": ", isTrusted: false)
    var sortsKeys = false
    private(set) var text = Text.empty
    private var level = 0

    init() {}

    /// - Throws: `type` for values that JSON cannot hold, as `json.dumps` does.
    mutating func write(_ value: Value) throws(ChatTemplateError) {
        switch value {
        case .none: punctuation("null")
        case .bool(let value): punctuation(value ? "true" : "false")
        case .int(let value): punctuation(String(value))
        case .float(let value): punctuation(Self.number(value))
        case .text(let string): writeQuoted(string)
        case .list(let items), .tuple(let items): try write(items.values)
        case .dict(let dict): try write(dict)
        case .undefined(let undefined) where undefined.code != .undefined: throw undefined.error
        default:
            throw ChatTemplateError(.type, "Object of type \(value.typeName) is not JSON serializable")
        }
    }

    static func text(of json: JSONValue) throws(ChatTemplateError) -> String {
        var writer = JSONWriter()
        try writer.write(try Value(json, isTrusted: false))
        return writer.text.string
    }

    private mutating func punctuation(_ string: String) { text.append(string, isTrusted: false) }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return FloatText.shortest(value)
    }

    private mutating func write(_ values: [Value]) throws(ChatTemplateError) {
        guard !values.isEmpty else { return punctuation("[]") }
        punctuation("[")
        level += 1
        for (index, value) in values.enumerated() {
            if index > 0 { text.append(itemSeparator) }
            breakLine()
            try write(value)
        }
        level -= 1
        breakLine()
        punctuation("]")
    }

    private mutating func write(_ dict: Dict) throws(ChatTemplateError) {
        guard dict.count > 0 else { return punctuation("{}") }
        punctuation("{")
        level += 1
        for (index, entry) in try ordered(dict).enumerated() {
            if index > 0 { text.append(itemSeparator) }
            breakLine()
            writeQuoted(try key(entry.key))
            text.append(keySeparator)
            try write(entry.value)
        }
        level -= 1
        breakLine()
        punctuation("}")
    }

    private func ordered(_ dict: Dict) throws(ChatTemplateError) -> [(key: Value, value: Value)] {
        guard sortsKeys else { return dict.entries }
        let order = try Sorting.order(of: dict.keys, descending: false)
        return order.map { dict.entries[$0] }
    }

    /// JSON's keys are strings; Python writes numbers, booleans and none as their JSON text.
    private func key(_ key: Value) throws(ChatTemplateError) -> Text {
        switch key {
        case .text(let text): text
        case .none: Text("null", isTrusted: false)
        case .bool(let value): Text(value ? "true" : "false", isTrusted: false)
        case .int(let value): Text(String(value), isTrusted: false)
        case .float(let value): Text(Self.number(value), isTrusted: false)
        default:
            throw ChatTemplateError(
                .type, "keys must be str, int, float, bool or None, not \(key.typeName)")
        }
    }

    private mutating func breakLine() {
        guard let indent else { return }
        punctuation("\n")
        for _ in 0..<level { text.append(indent) }
    }

    private mutating func writeQuoted(_ string: Text) {
        punctuation("\"")
        for marked in string.scalars {
            let scalar = marked.scalar
            let escape: String? =
                switch scalar {
                case "\"": "\\\""
                case "\\": "\\\\"
                case "\n": "\\n"
                case "\r": "\\r"
                case "\t": "\\t"
                case "\u{08}": "\\b"
                case "\u{0C}": "\\f"
                default: scalar.value < 0x20 || (isASCII && scalar.value > 0x7E) ? Self.escape(scalar) : nil
                }
            if let escape {
                text.append(escape, isTrusted: marked.isTrusted)
            } else {
                text.scalars.append(marked)
            }
        }
        punctuation("\"")
    }

    /// `\uXXXX`, as a surrogate pair past the basic plane.
    static func escape(_ scalar: Unicode.Scalar) -> String {
        String(scalar).utf16.reduce(into: "") { text, unit in
            let digits = String(unit, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }
    }
}
