// Owns the table of filters and the filters on single values: text, numbers, JSON.
// Those on sequences are in `Filters+Sequences.swift`. Refuses to know how arguments were written.

/// To add a filter: one row here, named as jinja2 names it, and one in the oracle's conformance table.
enum Filters {
    typealias Filter = @Sendable (Renderer, Value, CallArguments) throws(ChatTemplateError) -> Value

    static let all: [String: Filter] = [
        "abs": abs, "attr": attr, "batch": batch,
        "capitalize": { r, v, a throws(ChatTemplateError) in
            try plain("capitalize", r, v, a) { $0.capitalized() }
        },
        "center": center, "count": length, "d": fallback, "default": fallback, "dictsort": dictsort,
        "e": escape, "escape": escape, "first": first, "float": float, "forceescape": forceEscape,
        "format": format, "groupby": groupBy, "indent": indent, "int": int, "items": items, "join": join,
        "last": last, "length": length, "list": list,
        "lower": { r, v, a throws(ChatTemplateError) in try plain("lower", r, v, a) { $0.lowercased() } },
        "map": map, "max": { r, v, a throws(ChatTemplateError) in try extreme("max", r, v, a) },
        "min": { r, v, a throws(ChatTemplateError) in try extreme("min", r, v, a) },
        "reject": { r, v, a throws(ChatTemplateError) in try select(r, v, a, keeps: false) },
        "rejectattr": { r, v, a throws(ChatTemplateError) in try selectAttribute(r, v, a, keeps: false) },
        "replace": replace, "reverse": reverse, "round": round, "safe": safe,
        "select": { r, v, a throws(ChatTemplateError) in try select(r, v, a, keeps: true) },
        "selectattr": { r, v, a throws(ChatTemplateError) in try selectAttribute(r, v, a, keeps: true) },
        "slice": slice, "sort": sort, "string": string, "sum": sum, "title": title, "tojson": tojson,
        "trim": trim, "truncate": truncate, "unique": unique,
        "upper": { r, v, a throws(ChatTemplateError) in try plain("upper", r, v, a) { $0.uppercased() } },
        "wordcount": wordcount,
    ]

    // MARK: Text

    private static func plain(
        _ name: String, _ renderer: Renderer, _ value: Value, _ arguments: CallArguments,
        _ transform: (Text) -> Text
    ) throws(ChatTemplateError) -> Value {
        _ = try arguments.bind(name, [])
        let text = try renderer.text(of: value)
        try renderer.charge(text: text.count)
        return .text(transform(text))
    }

    private static func trim(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("trim", ["chars"])
        let text = try r.text(of: value)
        try r.charge(text: text.count)
        return .text(text.trimmed(of: try bound.optionalText(0)))
    }

    private static func replace(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("replace", ["old", "new", "count"], required: 2)
        var limit = -1
        if let count = bound.optional(2), case .int(let count) = count.number { limit = count }
        let text = try r.printed(value)
        return .text(
            try Methods.replace(r, text, try r.printed(bound[0]), try r.printed(bound[1]), limit: limit))
    }

    /// jinja2's own title case: a word starts after white space, a hyphen or an opening bracket.
    private static func title(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("title", [])
        let text = try r.text(of: value)
        try r.charge(text: text.count)
        var result = Text.empty
        var word = Text.empty
        func flush() {
            guard let first = word.scalars.first else { return }
            result.append(Text(scalars: [first]).uppercased())
            result.append(Text(word.scalars.dropFirst()).lowercased())
            word = .empty
        }
        for marked in text.scalars {
            let scalar = marked.scalar
            if scalar.isPythonSpace || ["-", "(", "{", "[", "<"].contains(scalar) {
                flush()
                result.scalars.append(marked)
            } else {
                word.scalars.append(marked)
            }
        }
        flush()
        return .text(result)
    }

    private static func center(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let width = try arguments.bind("center", ["width"]).int(0, default: 80)
        let text = try r.text(of: value)
        try r.charge(text: max(width, text.count))
        return .text(Methods.centered(text, width: width, fill: MarkedScalar(" ", isTrusted: true)))
    }

    private static func indent(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("indent", ["width", "first", "blank"])
        let indention: Text
        if let width = bound.optional(0), case .text(let text) = width {
            indention = text
        } else {
            let width = max(0, try bound.int(0, default: 4))
            try r.charge(text: width)
            indention = Text(String(repeating: " ", count: width), isTrusted: true)
        }
        guard case .text(var text) = value else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw ChatTemplateError(.type, "indent() needs a string, not \(value.typeName)")
        }
        // The added line break makes a last empty line count, as in jinja2.
        text.append("\n", isTrusted: true)
        let lines = text.lines()
        let (length, overflow) = lines.count.multipliedReportingOverflow(by: indention.count)
        try r.charge(text: overflow ? .max : text.count + length)
        var result = bound.bool(1) ? indention : Text.empty
        for (index, line) in lines.enumerated() {
            if index > 0 {
                result.append("\n", isTrusted: true)
                if bound.bool(2) || !line.isEmpty { result.append(indention) }
            }
            result.append(line)
        }
        return .text(result)
    }

    private static func truncate(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("truncate", ["length", "killwords", "end", "leeway"])
        let length = try bound.int(0, default: 255)
        let end = try bound.optionalText(2) ?? Text("...", isTrusted: true)
        let leeway = try bound.int(3, default: 5)
        guard length >= end.count, leeway >= 0 else {
            throw ChatTemplateError(
                .value, "truncate(): length must be at least that of the end, leeway at least 0")
        }
        let (most, overflow) = length.addingReportingOverflow(leeway)
        // jinja2 asks for the length of whatever it is given, and only then treats it as a string.
        guard case .int(let count) = try self.length(r, value, CallArguments()) else { return value }
        if overflow || count <= most { return value }
        guard case .text(let text) = value else {
            throw ChatTemplateError(.type, "truncate() needs a string, not \(value.typeName)")
        }
        try r.charge(text: text.count)
        var kept = Text(text.scalars.prefix(length - end.count))
        if !bound.bool(1), let space = kept.scalars.lastIndex(where: { $0.value == 0x20 }) {
            kept = Text(kept.scalars[..<space])
        }
        kept.append(end)
        return .text(kept)
    }

    private static func wordcount(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("wordcount", [])
        let text = try r.text(of: value)
        try r.charge(text: text.count)
        var words = 0
        var isInWord = false
        for marked in text.scalars {
            let isWord = marked.value == 0x5F || marked.scalar.isPythonAlphanumeric
            if isWord, !isInWord { words += 1 }
            isInWord = isWord
        }
        return .int(words)
    }

    private static func format(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        guard arguments.positional.isEmpty || arguments.keyword.isEmpty else {
            throw ChatTemplateError(.type, "can't handle positional and keyword arguments at the same time")
        }
        let argument: Value
        if arguments.keyword.isEmpty {
            argument = try .tuple(arguments.positional)
        } else {
            var dict = Dict()
            for (name, value) in arguments.keyword { try dict.set(.trusted(name), value) }
            argument = .dict(dict)
        }
        return .text(try PercentFormat.format(try r.text(of: value), with: argument, r))
    }

    private static func string(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("string", [])
        return .text(try r.text(of: value))
    }

    private static func safe(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("safe", [])
        return .text(Text(scalars: try r.printed(value).scalars, isMarkup: true))
    }

    private static func escape(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("escape", [])
        let text = try r.text(of: value)
        try r.charge(text: text.count)
        return .text(text.escaped())
    }

    private static func forceEscape(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("forceescape", [])
        let text = try r.printed(value)
        try r.charge(text: text.count)
        return .text(text.escaped())
    }

    private static func tojson(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"])
        var writer = JSONWriter()
        writer.isASCII = bound.bool(0)
        writer.sortsKeys = bound.bool(3)
        switch bound.optional(1) {
        case nil, .some(.none): break
        case .text(let indent): writer.indent = indent
        case .some:
            let width = max(0, try bound.int(1, default: 0))
            try r.charge(text: width)
            writer.indent = Text(String(repeating: " ", count: width), isTrusted: false)
        }
        if writer.indent != nil { writer.itemSeparator = Text(",", isTrusted: false) }
        if let separators = bound.optional(2), separators.isTruthy || !separators.equals(.none) {
            let pair = try r.elements(of: separators)
            guard pair.count == 2, case .text(let item) = pair[0], case .text(let key) = pair[1] else {
                throw ChatTemplateError(.value, "tojson(): 'separators' must be a pair of strings")
            }
            writer.itemSeparator = item
            writer.keySeparator = key
        }
        try r.chargeForWalking(value)
        try writer.write(value)
        try r.charge(text: writer.text.count)
        return .text(writer.text)
    }

    // MARK: Values

    private static func fallback(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("default", ["default_value", "boolean"])
        let isMissing = value.isUndefined || (bound.bool(1) && !value.isTruthy)
        return isMissing ? bound.optional(0) ?? .text(.empty) : value
    }

    private static func attr(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let name = try arguments.bind("attr", ["name"], required: 1).text(0)
        // Unlike `a.b`, this never looks at a dictionary's items.
        if case .dict = value { return try r.attribute(name.string, of: .dict(Dict())) }
        return try r.attribute(name.string, of: value)
    }

    private static func int(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("int", ["default", "base"])
        let fallback = bound.optional(0) ?? .int(0)
        switch value {
        case .undefined(let undefined): throw undefined.error
        case .text(let text):
            if let int = PythonNumber.int(text.string, base: try bound.int(1, default: 10)) {
                return .int(int)
            }
            guard let float = PythonNumber.float(text.string) else { return fallback }
            return try whole(float, fallback)
        default:
            switch value.number {
            case .int(let int): return .int(int)
            case .float(let float): return try whole(float, fallback)
            case nil: return fallback
            }
        }
    }

    /// Python's integers have no bound; a float beyond ours is an error, not the fallback.
    private static func whole(_ float: Double, _ fallback: Value) throws(ChatTemplateError) -> Value {
        if !float.isFinite { return fallback }
        guard let int = Int(exactly: float.rounded(.towardZero)) else {
            throw ChatTemplateError(.value, "an integer does not fit 64 bits")
        }
        return .int(int)
    }

    private static func float(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let fallback = try arguments.bind("float", ["default"]).optional(0) ?? .float(0)
        switch value {
        case .undefined(let undefined): throw undefined.error
        case .text(let text): return PythonNumber.float(text.string).map { .float($0) } ?? fallback
        default: return value.number.map { .float($0.double) } ?? fallback
        }
    }

    private static func abs(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("abs", [])
        switch value.number {
        case .int(let int) where int >= 0: return .int(int)
        case .int: return try Arithmetic.negate(value)
        case .float(let float): return .float(float.magnitude)
        case nil:
            if case .undefined(let undefined) = value { throw undefined.error }
            throw ChatTemplateError(.type, "bad operand type for abs(): '\(value.typeName)'")
        }
    }

    private static func round(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("round", ["precision", "method"])
        let precision = try bound.int(0, default: 0)
        let method = try bound.optionalText(1)?.string ?? "common"
        guard ["common", "ceil", "floor"].contains(method) else {
            throw ChatTemplateError(.value, "method must be common, ceil or floor")
        }
        guard let number = value.number else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw ChatTemplateError(.type, "type \(value.typeName) doesn't define __round__ method")
        }
        guard precision.magnitude <= 300 else {
            throw ChatTemplateError(.unsupported, "round() supports at most 300 digits")
        }
        if method == "common" { return try PythonNumber.round(number, places: precision) }
        let scale = try FloatPower.power(10, Double(precision))
        let scaled = number.double * scale
        return .float(scaled.rounded(method == "ceil" ? .up : .down) / scale)
    }
}
