// Owns the methods of strings, named and behaving as Python's `str` has them.
// Refuses to know how text is searched or cased; `Text` does.

extension Methods {
    /// To add a method of strings: one row here, and one in the oracle's conformance table.
    static let ofText: [String: Method] = {
        var table: [String: Method] = [
            "strip": trim(.both), "lstrip": trim(.start), "rstrip": trim(.end),
            "upper": map { $0.uppercased() }, "lower": map { $0.lowercased() },
            "casefold": map { $0.lowercased() },
            "title": map { $0.titlecased() }, "capitalize": map { $0.capitalized() },
            "swapcase": map { $0.swappingCase() },
            "startswith": affix { $0.hasPrefix($1) }, "endswith": affix { $0.hasSuffix($1) },
            "split": split, "rsplit": rsplit, "splitlines": splitlines, "join": join,
            "replace": Method { r, receiver, arguments throws(ChatTemplateError) in
                let bound = try arguments.bind("replace", ["old", "new", "count"], required: 2)
                let limit = try bound.int(2, default: -1)
                return .text(
                    try replace(r, try text(receiver), try bound.text(0), try bound.text(1), limit: limit))
            },
            "partition": partition(fromEnd: false), "rpartition": partition(fromEnd: true),
            "removeprefix": Method { r, receiver, arguments throws(ChatTemplateError) in
                let (text, prefix) = (
                    try text(receiver), try arguments.bind("removeprefix", ["prefix"]).text(0)
                )
                return .text(text.hasPrefix(prefix) ? Text(text.scalars.dropFirst(prefix.count)) : text)
            },
            "removesuffix": Method { r, receiver, arguments throws(ChatTemplateError) in
                let (text, suffix) = (
                    try text(receiver), try arguments.bind("removesuffix", ["suffix"]).text(0)
                )
                return .text(text.hasSuffix(suffix) ? Text(text.scalars.dropLast(suffix.count)) : text)
            },
            "format": Method { r, receiver, arguments throws(ChatTemplateError) in
                .text(try BraceFormat.format(try text(receiver), arguments, r))
            },
            "zfill": zfill, "expandtabs": expandtabs,
            "isspace": test { $0.everyScalar(\.isPythonSpace) },
            "isalpha": test { $0.everyScalar(\.isPythonAlpha) },
            "isdigit": test { $0.everyScalar(\.isPythonDigit) },
            "isdecimal": test { $0.everyScalar(\.isPythonDecimal) },
            "isnumeric": test { $0.everyScalar(\.isPythonNumeric) },
            "isalnum": test { $0.everyScalar(\.isPythonAlphanumeric) },
            "isascii": test { $0.scalars.allSatisfy { $0.value < 0x80 } },
            "isprintable": test { $0.scalars.allSatisfy(\.scalar.isPythonPrintable) },
            "islower": test { $0.everyCasedScalar(\.properties.isLowercase) },
            "isupper": test { $0.everyCasedScalar(\.properties.isUppercase) },
            "istitle": test { text in
                text.everyCasedScalar { _ in true } && text == text.titlecased()
            },
        ]
        for (name, isFromEnd, throwsWhenAbsent) in [
            ("find", false, false), ("rfind", true, false), ("index", false, true), ("rindex", true, true),
        ] {
            table[name] = find(name, isFromEnd: isFromEnd, throwsWhenAbsent: throwsWhenAbsent)
        }
        table["count"] = count
        for name in ["ljust", "rjust", "center"] { table[name] = justify(name) }
        return table
    }()

    private static func text(_ value: Value) throws(ChatTemplateError) -> Text {
        guard case .text(let text) = value else { throw ChatTemplateError(.type, "not a string") }
        return text
    }

    private static func map(_ transform: @escaping @Sendable (Text) -> Text) -> Method {
        Method { r, receiver, arguments throws(ChatTemplateError) in
            _ = try arguments.bind("this method", [])
            let text = try text(receiver)
            try r.charge(text: text.count)
            return .text(transform(text))
        }
    }

    private static func test(_ test: @escaping @Sendable (Text) -> Bool) -> Method {
        Method { r, receiver, arguments throws(ChatTemplateError) in
            _ = try arguments.bind("this method", [])
            let text = try text(receiver)
            try r.charge(text: text.count)
            return .bool(test(text))
        }
    }

    private static func trim(_ ends: Text.Ends) -> Method {
        Method { r, receiver, arguments throws(ChatTemplateError) in
            let characters = try arguments.bind("strip", ["chars"]).optionalText(0)
            let text = try text(receiver)
            try r.charge(text: text.count)
            return .text(text.trimmed(ends, of: characters))
        }
    }

    /// `startswith` and `endswith`: one string or a tuple of them, optionally within a slice.
    private static func affix(_ matches: @escaping @Sendable (Text, Text) -> Bool) -> Method {
        Method { r, receiver, arguments throws(ChatTemplateError) in
            let bound = try arguments.bind("startswith", ["affix", "start", "end"], required: 1)
            let whole = try text(receiver)
            let range = try range(bound, count: whole.count, from: 1)
            guard let range else { return .bool(false) }
            let part = range.count == whole.count ? whole : Text(whole.scalars[range])
            if case .tuple(let items) = bound[0] {
                for item in items.values where matches(part, try text(item)) { return .bool(true) }
                return .bool(false)
            }
            return .bool(matches(part, try bound.text(0)))
        }
    }

    /// Python's start and end arguments; nil where the start lies past the end.
    private static func range(
        _ bound: BoundArguments, count: Int, from index: Int
    ) throws(ChatTemplateError) -> Range<Int>? {
        func position(_ index: Int, _ fallback: Int) throws(ChatTemplateError) -> Int {
            if let value = bound.optional(index), case .none = value { return fallback }
            let position = try bound.int(index, default: fallback)
            return position < 0 ? max(0, position < -count ? 0 : position + count) : position
        }
        let (start, end) = (try position(index, 0), min(try position(index + 1, count), count))
        return start <= end ? start..<end : nil
    }

    private static func find(_ name: String, isFromEnd: Bool, throwsWhenAbsent: Bool) -> Method {
        Method { r, receiver, arguments throws(ChatTemplateError) in
            let bound = try arguments.bind(name, ["sub", "start", "end"], required: 1)
            let whole = try text(receiver)
            let needle = try bound.text(0)
            try r.charge(text: whole.count)
            let found = try range(bound, count: whole.count, from: 1).flatMap { range in
                isFromEnd ? whole.lastIndex(of: needle, in: range) : whole.firstIndex(of: needle, in: range)
            }
            if found == nil, throwsWhenAbsent { throw ChatTemplateError(.value, "substring not found") }
            return .int(found ?? -1)
        }
    }

    private static let count = Method { r, receiver, arguments throws(ChatTemplateError) in
        let bound = try arguments.bind("count", ["sub", "start", "end"], required: 1)
        let whole = try text(receiver)
        let needle = try bound.text(0)
        try r.charge(text: whole.count)
        guard let range = try range(bound, count: whole.count, from: 1) else { return .int(0) }
        return .int(needle.isEmpty ? range.count + 1 : whole.occurrences(of: needle, in: range).count)
    }

    /// Python's `replace`, paid for before the result exists. A negative limit is none.
    static func replace(
        _ r: Renderer, _ text: Text, _ old: Text, _ new: Text, limit: Int
    ) throws(ChatTemplateError) -> Text {
        let limit = limit < 0 ? Int.max : limit
        try r.charge(text: text.count)
        let matches = old.isEmpty ? min(text.count + 1, limit) : text.occurrences(of: old, limit: limit).count
        let (added, overflow) = matches.multipliedReportingOverflow(by: new.count)
        try r.charge(text: overflow ? .max : text.count + added)
        return text.replacing(old, with: new, limit: limit)
    }

    private static let split = Method { r, receiver, arguments throws(ChatTemplateError) in
        let (text, separator, limit) = try splitArguments(r, receiver, arguments)
        let parts = separator.map { text.split(on: $0, limit: limit) } ?? text.splitOnWhitespace(limit: limit)
        return try .list(parts.map { .text($0) })
    }

    /// Splits the mirrored text and mirrors the parts back.
    private static let rsplit = Method { r, receiver, arguments throws(ChatTemplateError) in
        let (text, separator, limit) = try splitArguments(r, receiver, arguments)
        let mirrored = text.reversed()
        let parts =
            separator.map { mirrored.split(on: $0.reversed(), limit: limit) }
            ?? mirrored.splitOnWhitespace(limit: limit)
        return try .list(parts.reversed().map { .text($0.reversed()) })
    }

    private static func splitArguments(
        _ r: Renderer, _ receiver: Value, _ arguments: CallArguments
    ) throws(ChatTemplateError) -> (Text, Text?, Int) {
        let bound = try arguments.bind("split", ["sep", "maxsplit"])
        let (text, separator) = (try text(receiver), try bound.optionalText(0))
        if separator?.isEmpty == true { throw ChatTemplateError(.value, "empty separator") }
        let limit = try bound.int(1, default: -1)
        // Every code point may become a part of its own.
        try r.charge(text: text.count)
        let parts = separator.map { text.occurrences(of: $0).count } ?? text.count / 2
        try r.charge(list: min(limit < 0 ? .max : limit, parts))
        return (text, separator, limit < 0 ? .max : limit)
    }

    private static let splitlines = Method { r, receiver, arguments throws(ChatTemplateError) in
        let keeps = try arguments.bind("splitlines", ["keepends"]).bool(0)
        let text = try text(receiver)
        try r.charge(text: text.count)
        let lines = text.lines(keepingBreaks: keeps)
        try r.charge(list: lines.count)
        return try .list(lines.map { .text($0) })
    }

    private static let join = Method { r, receiver, arguments throws(ChatTemplateError) in
        let bound = try arguments.bind("join", ["iterable"], required: 1)
        let separator = try text(receiver)
        var pieces: [Text] = []
        var length = 0
        for item in try r.elements(of: bound[0]) {
            guard case .text(let piece) = item else {
                throw ChatTemplateError(
                    .type, "sequence item \(pieces.count): expected str instance, \(item.typeName) found")
            }
            length += piece.count + separator.count
            try r.charge(1 + (piece.count + separator.count) >> 3)
            guard length <= r.limits.textLength else {
                throw r.fail(.limit, "join() makes too long a string")
            }
            pieces.append(piece)
        }
        return .text(Text.joined(pieces, separator: separator))
    }

    private static func partition(fromEnd: Bool) -> Method {
        Method { r, receiver, arguments throws(ChatTemplateError) in
            let separator = try arguments.bind("partition", ["sep"], required: 1).text(0)
            let text = try text(receiver)
            try r.charge(text: text.count)
            if separator.isEmpty { throw ChatTemplateError(.value, "empty separator") }
            guard let start = fromEnd ? text.lastIndex(of: separator) : text.firstIndex(of: separator) else {
                let empty = Value.text(.empty)
                return try .tuple(fromEnd ? [empty, empty, .text(text)] : [.text(text), empty, empty])
            }
            return try .tuple([
                .text(Text(text.scalars[..<start])),
                .text(Text(text.scalars[start..<(start + separator.count)])),
                .text(Text(text.scalars[(start + separator.count)...])),
            ])
        }
    }

    private static func justify(_ name: String) -> Method {
        Method { r, receiver, arguments throws(ChatTemplateError) in
            let bound = try arguments.bind(name, ["width", "fillchar"], required: 1)
            let fill = try bound.optional(1) == nil ? Text(" ", isTrusted: true) : bound.text(1)
            guard let filler = fill.scalars.first, fill.count == 1 else {
                throw ChatTemplateError(.type, "The fill character must be exactly one character long")
            }
            let (text, width) = (try text(receiver), try bound.int(0, default: 0))
            try r.charge(text: max(width, text.count))
            var field = FormatField()
            field.fill = filler
            field.width = width
            switch name {
            case "ljust": return .text(field.pad(text, default: .left))
            case "rjust": return .text(field.pad(text, default: .right))
            default: return .text(centered(text, width: width, fill: filler))
            }
        }
    }

    /// Python's `center` gives the odd space to the left only where text and width are both odd in a way
    /// `str.format` does not share.
    static func centered(_ text: Text, width: Int, fill: MarkedScalar) -> Text {
        let missing = width - text.count
        guard missing > 0 else { return text }
        let left = missing / 2 + (missing & width & 1)
        return Text(
            scalars: Array(repeating: fill, count: left) + text.scalars
                + Array(repeating: fill, count: missing - left))
    }

    private static let zfill = Method { r, receiver, arguments throws(ChatTemplateError) in
        let width = try arguments.bind("zfill", ["width"], required: 1).int(0, default: 0)
        let text = try text(receiver)
        try r.charge(text: max(width, text.count))
        let hasSign = text.scalars.first.map { $0.value == 0x2B || $0.value == 0x2D } ?? false
        var field = FormatField()
        field.fill = MarkedScalar("0", isTrusted: true)
        field.width = width
        return .text(field.pad(text, signLength: hasSign ? 1 : 0, default: .afterSign))
    }

    private static let expandtabs = Method { r, receiver, arguments throws(ChatTemplateError) in
        let size = try arguments.bind("expandtabs", ["tabsize"]).int(0, default: 8)
        let text = try text(receiver)
        try r.charge(text: text.count)
        var result = Text.empty
        var column = 0
        for marked in text.scalars {
            switch marked.scalar {
            case "\t":
                guard size > 0 else { continue }
                let spaces = size - column % size
                try r.charge(text: result.count + spaces)
                for _ in 0..<spaces { result.scalars.append(MarkedScalar(" ", isTrusted: marked.isTrusted)) }
                column += spaces
            case "\n", "\r":
                result.scalars.append(marked)
                column = 0
            default:
                result.scalars.append(marked)
                column += 1
            }
        }
        return .text(result)
    }
}
