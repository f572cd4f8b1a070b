// Owns `%` formatting of strings: `"%s: %d" % (a, b)`, and the `format` filter.
// Refuses to know how a field is laid out; `FormatField` does.

enum PercentFormat {
    /// - Throws: `type` or `value` where Python would, `unsupported` for conversions this module leaves out.
    static func format(
        _ format: Text, with argument: Value, _ renderer: Renderer
    ) throws(ChatTemplateError) -> Text {
        var formatter = Formatter(format: format, argument: argument, renderer: renderer)
        return try formatter.run()
    }

    private struct Formatter {
        let format: Text
        let argument: Value
        let renderer: Renderer
        var index = 0
        var nextArgument = 0
        var usedMapping = false
        var result = Text.empty

        init(format: Text, argument: Value, renderer: Renderer) {
            self.format = format
            self.argument = argument
            self.renderer = renderer
        }

        mutating func run() throws(ChatTemplateError) -> Text {
            while index < format.count {
                let marked = format.scalars[index]
                index += 1
                guard marked.scalar == "%" else {
                    result.scalars.append(marked)
                    continue
                }
                try formatField()
                try renderer.charge(text: result.count)
            }
            if case .tuple(let items) = argument, nextArgument < items.values.count, !usedMapping {
                throw unusedArguments
            }
            switch argument {
            // What has items is taken for a mapping, which need not be used up.
            case .tuple, .dict, .list, .undefined: break
            case .view(let view) where view.isRange: break
            default: if nextArgument == 0 { throw unusedArguments }
            }
            result.isMarkup = format.isMarkup
            return result
        }

        private var unusedArguments: ChatTemplateError {
            ChatTemplateError(.type, "not all arguments converted during string formatting")
        }

        private mutating func formatField() throws(ChatTemplateError) {
            var field = FormatField()
            let key = try mappingKey()
            var isZeroPadded = false
            flags: while true {
                let flag = try peek()
                switch flag {
                case "-": field.alignment = .left
                case "+": field.sign = .always
                case " ": if field.sign != .always { field.sign = .space }
                case "#": field.isAlternate = true
                case "0": isZeroPadded = true
                default: break flags
                }
                index += 1
            }
            if let width = try size() {
                field.width = width.magnitude == 0 ? 0 : Int(width.magnitude)
                if width < 0 { field.alignment = .left }
            }
            if try peek() == "." {
                index += 1
                field.precision = max(0, try size() ?? 0)
            }
            guard field.width <= FormatField.sizeLimit, field.precision ?? 0 <= FormatField.sizeLimit else {
                throw ChatTemplateError(.limit, "formatted fields are limited to \(FormatField.sizeLimit)")
            }
            while ["l", "h", "L"].contains(try peek()) { index += 1 }
            let conversion = try peek()
            index += 1
            if conversion == "%" {
                result.append("%", isTrusted: format.scalars[index - 1].isTrusted)
                return
            }
            let value: Value
            if let key { value = key } else { value = try takeArgument() }
            if isZeroPadded, field.alignment == nil, !["s", "r", "a", "c"].contains(conversion) {
                field.fill = MarkedScalar("0", isTrusted: true)
                field.alignment = .afterSign
            }
            result.append(try convert(value, conversion, field))
        }

        private func convert(
            _ value: Value, _ conversion: Unicode.Scalar, _ field: FormatField
        ) throws(ChatTemplateError) -> Text {
            var field = field
            if field.alignment == nil { field.alignment = .right }
            field.type = conversion
            switch conversion {
            case "s":
                let text = try renderer.printed(value)
                return field.format(format.isMarkup ? Text(scalars: text.escaped().scalars) : text)
            case "r": return field.format(try renderer.represented(value))
            case "d", "i", "u", "x", "X", "o":
                switch value.number {
                case .int(let int): return try field.format(int)
                case .float(let float) where ["d", "i", "u"].contains(conversion):
                    guard let int = Int(exactly: float.rounded(.towardZero)) else {
                        throw ChatTemplateError(.value, "cannot convert float to integer")
                    }
                    return try field.format(int)
                default: throw needsNumber(conversion, value)
                }
            case "f", "F", "e", "E", "g", "G":
                guard let number = value.number else { throw needsNumber(conversion, value) }
                return try field.format(number.double)
            case "c":
                if case .text(let text) = value, text.count == 1 { return field.format(text) }
                guard case .int(let code) = value.number,
                    let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init)
                else { throw ChatTemplateError(.type, "%c requires an int or a unicode character") }
                // A character made from a number may come from a conversation.
                return field.format(Text(String(scalar), isTrusted: false))
            case "a": throw ChatTemplateError(.unsupported, "the conversion %a is not supported")
            default: throw ChatTemplateError(.value, "unsupported format character '\(conversion)'")
            }
        }

        private func needsNumber(_ conversion: Unicode.Scalar, _ value: Value) -> ChatTemplateError {
            if case .undefined(let undefined) = value { return undefined.error }
            return ChatTemplateError(
                .type, "%\(conversion) format: a number is required, not \(value.typeName)")
        }

        /// `%(name)s`
        private mutating func mappingKey() throws(ChatTemplateError) -> Value? {
            guard try peek() == "(" else { return nil }
            guard case .dict(let dict) = argument else {
                throw ChatTemplateError(.type, "format requires a mapping")
            }
            let start = index + 1
            var open = 0
            while true {
                let scalar = try peek()
                if scalar == "(" { open += 1 }
                if scalar == ")" { open -= 1 }
                index += 1
                if open == 0 { break }
            }
            let key = Text(format.scalars[start..<(index - 1)])
            guard let value = dict.lookup(key) else {
                throw ChatTemplateError(.undefined, "the format names '\(key.string)', which is not given")
            }
            usedMapping = true
            nextArgument += 1
            return value
        }

        private mutating func takeArgument() throws(ChatTemplateError) -> Value {
            defer { nextArgument += 1 }
            if case .tuple(let items) = argument {
                guard nextArgument < items.values.count else { throw notEnough }
                return items.values[nextArgument]
            }
            guard nextArgument == 0 else { throw notEnough }
            return argument
        }

        private var notEnough: ChatTemplateError {
            ChatTemplateError(.type, "not enough arguments for format string")
        }

        /// A width or a precision: digits, or `*` for the next argument.
        private mutating func size() throws(ChatTemplateError) -> Int? {
            if try peek() == "*" {
                index += 1
                guard case .int(let size) = try takeArgument(), size.magnitude < 1 << 31 else {
                    throw ChatTemplateError(.type, "* wants int")
                }
                return size
            }
            var digits = ""
            while case let scalar = try peek(), ("0"..."9").contains(scalar) {
                digits.unicodeScalars.append(scalar)
                index += 1
            }
            guard !digits.isEmpty else { return nil }
            guard let size = Int(digits), size < 1 << 31 else {
                throw ChatTemplateError(.limit, "formatted fields are limited to \(FormatField.sizeLimit)")
            }
            return size
        }

        private func peek() throws(ChatTemplateError) -> Unicode.Scalar {
            guard index < format.count else { throw ChatTemplateError(.value, "incomplete format") }
            return format.scalars[index].scalar
        }
    }
}
