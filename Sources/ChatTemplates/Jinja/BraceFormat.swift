// Owns `str.format`: `"{} {name!r:>8}".format(…)`.
// Refuses to know how a field is laid out (`FormatField`) and how values are reached (the renderer).

struct BraceFormat {
    private let renderer: Renderer
    private let arguments: CallArguments
    private var nextPosition = 0
    private var numbering: Numbering?

    private enum Numbering { case automatic, manual }

    static func format(
        _ format: Text, _ arguments: CallArguments, _ renderer: Renderer
    ) throws(ChatTemplateError) -> Text {
        var formatter = BraceFormat(renderer: renderer, arguments: arguments)
        return try formatter.run(format.scalars[...], depth: 0)
    }

    private init(renderer: Renderer, arguments: CallArguments) {
        self.renderer = renderer
        self.arguments = arguments
    }

    private mutating func run(
        _ format: ArraySlice<MarkedScalar>, depth: Int
    ) throws(ChatTemplateError) -> Text {
        guard depth < 2 else { throw ChatTemplateError(.value, "Max string recursion exceeded") }
        var result = Text.empty
        var rest = format
        while let marked = rest.popFirst() {
            switch (marked.scalar, rest.first?.scalar) {
            case ("{", "{"), ("}", "}"):
                rest.removeFirst()
                result.scalars.append(marked)
            case ("{", _):
                guard let end = Self.end(of: rest) else {
                    throw ChatTemplateError(.value, "expected '}' before end of string")
                }
                result.append(try field(rest[..<end], depth: depth))
                try renderer.charge(text: result.count)
                rest = rest[(end + 1)...]
            case ("}", _):
                throw ChatTemplateError(.value, "Single '}' encountered in format string")
            default:
                result.scalars.append(marked)
            }
        }
        return result
    }

    /// Where the brace that is open before `rest` closes.
    private static func end(of rest: ArraySlice<MarkedScalar>) -> Int? {
        var open = 1
        for index in rest.indices {
            if rest[index].scalar == "{" { open += 1 }
            if rest[index].scalar == "}" { open -= 1 }
            if open == 0 { return index }
        }
        return nil
    }

    /// One field without its braces: `name.attribute[item]!conversion:specification`.
    private mutating func field(
        _ field: ArraySlice<MarkedScalar>, depth: Int
    ) throws(ChatTemplateError) -> Text {
        var nameEnd = field.startIndex
        var isInBrackets = false
        while nameEnd < field.endIndex {
            let scalar = field[nameEnd].scalar
            if scalar == "[" { isInBrackets = true }
            if scalar == "]" { isInBrackets = false }
            if !isInBrackets, scalar == ":" || scalar == "!" { break }
            nameEnd += 1
        }
        var value = try resolve(Text(field[..<nameEnd]).string)
        var rest = field[nameEnd...]
        if rest.first?.scalar == "!" {
            rest.removeFirst()
            switch rest.popFirst()?.scalar {
            case "s": value = .text(try renderer.printed(value))
            case "r": value = .text(try renderer.represented(value))
            default: throw ChatTemplateError(.value, "unknown conversion specifier")
            }
            guard rest.isEmpty || rest.first?.scalar == ":" else {
                throw ChatTemplateError(.value, "expected ':' after conversion specifier")
            }
        }
        let specification = rest.isEmpty ? Text.empty : try run(rest.dropFirst(), depth: depth + 1)
        return try format(value, specification)
    }

    private mutating func resolve(_ path: String) throws(ChatTemplateError) -> Value {
        var rest = path[...]
        let head = rest.prefix { $0 != "." && $0 != "[" }
        rest = rest.dropFirst(head.count)
        guard !head.isEmpty || rest.isEmpty else {
            throw ChatTemplateError(.value, "the format field '\(path)' needs a number or a name in front")
        }
        var value = try first(String(head))
        while let mark = rest.popFirst() {
            if mark == "." {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                rest = rest.dropFirst(name.count)
                value = try renderer.attribute(String(name), of: value)
            } else if mark == "[", let end = rest.firstIndex(of: "]") {
                let key = String(rest[..<end])
                rest = rest[rest.index(after: end)...]
                value = try renderer.item(Int(key).map { .int($0) } ?? .trusted(key), of: value)
            } else {
                throw ChatTemplateError(.value, "the format field '\(path)' is malformed")
            }
            if case .undefined(let undefined) = value { throw undefined.error }
        }
        return value
    }

    private mutating func first(_ name: String) throws(ChatTemplateError) -> Value {
        if name.isEmpty || name.allSatisfy({ $0.isASCII && $0.isNumber }) {
            let kind = name.isEmpty ? Numbering.automatic : .manual
            guard numbering ?? kind == kind else {
                throw ChatTemplateError(.value, "cannot mix automatic and manual field numbering")
            }
            numbering = kind
            let position = name.isEmpty ? nextPosition : Int(name) ?? .max
            nextPosition += name.isEmpty ? 1 : 0
            guard position < arguments.positional.count else {
                throw ChatTemplateError(.value, "the format string has more fields than arguments")
            }
            return arguments.positional[position]
        }
        guard let value = arguments.keyword.first(where: { $0.name == name })?.value else {
            throw ChatTemplateError(.undefined, "the format names '\(name)', which is not given")
        }
        return value
    }

    // MARK: The format specification: [[fill]align][sign][#][0][width][,][.precision][type]

    private func format(_ value: Value, _ specification: Text) throws(ChatTemplateError) -> Text {
        if specification.isEmpty { return try renderer.printed(value) }
        let field = try Self.parse(specification)
        switch value {
        case .text(let text):
            guard [nil, "s"].contains(field.type), field.alignment != .afterSign, field.sign == .negativeOnly
            else { throw mismatch(field, value) }
            return field.format(text)
        case .bool where field.type == nil || field.type == "s":
            return field.format(try renderer.printed(value))
        case .int, .bool:
            guard let number = value.number, case .int(let int) = number else { throw mismatch(field, value) }
            switch field.type {
            case nil, "d", "x", "X", "o", "b":
                guard field.precision == nil else {
                    throw ChatTemplateError(.value, "Precision not allowed in integer format specifier")
                }
                return try field.format(int)
            case "f", "F", "e", "E", "g", "G", "%": return try field.format(Double(int))
            default: throw mismatch(field, value)
            }
        case .float(let float): return try field.format(float)
        default:
            throw ChatTemplateError(
                .type, "unsupported format string passed to \(value.typeName).__format__")
        }
    }

    private func mismatch(_ field: FormatField, _ value: Value) -> ChatTemplateError {
        let type = field.type.map(String.init) ?? ""
        return ChatTemplateError(.value, "format code '\(type)' does not fit a \(value.typeName)")
    }

    private static func parse(_ specification: Text) throws(ChatTemplateError) -> FormatField {
        var field = FormatField()
        var rest = specification.scalars[...]
        func alignment(_ scalar: Unicode.Scalar?) -> FormatField.Alignment? {
            switch scalar {
            case "<": .left
            case ">": .right
            case "^": .center
            case "=": .afterSign
            default: nil
            }
        }
        if rest.count > 1, let found = alignment(rest[rest.startIndex + 1].scalar) {
            field.fill = rest.removeFirst()
            field.alignment = found
            rest.removeFirst()
        } else if let found = alignment(rest.first?.scalar) {
            field.alignment = found
            rest.removeFirst()
        }
        switch rest.first?.scalar {
        case "+": field.sign = .always
        case " ": field.sign = .space
        case "-": break
        default: rest = [MarkedScalar("-", isTrusted: true)] + rest
        }
        rest.removeFirst()
        if rest.first?.scalar == "#" {
            field.isAlternate = true
            rest.removeFirst()
        }
        if rest.first?.scalar == "0", field.alignment == nil {
            field.fill = MarkedScalar("0", isTrusted: true)
            field.alignment = .afterSign
        }
        field.width = try size(&rest) ?? 0
        if let mark = rest.first?.scalar, mark == "," || mark == "_" {
            field.grouping = String(mark)
            rest.removeFirst()
        }
        if rest.first?.scalar == "." {
            rest.removeFirst()
            guard let precision = try size(&rest) else {
                throw ChatTemplateError(.value, "Format specifier missing precision")
            }
            field.precision = precision
        }
        field.type = rest.popFirst()?.scalar
        guard rest.isEmpty else { throw ChatTemplateError(.value, "Invalid format specifier") }
        return field
    }

    private static func size(_ rest: inout ArraySlice<MarkedScalar>) throws(ChatTemplateError) -> Int? {
        var size: Int?
        while let value = rest.first?.value, (0x30...0x39).contains(value) {
            rest.removeFirst()
            size = (size ?? 0) * 10 + Int(value - 0x30)
            if let size, size > FormatField.sizeLimit {
                throw ChatTemplateError(.limit, "formatted fields are limited to \(FormatField.sizeLimit)")
            }
        }
        return size
    }
}
