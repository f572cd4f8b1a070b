// Owns reading JSON text (RFC 8259), strictly. Nesting is bounded; a hostile text ends in an error, never a trap.
// Refuses to know what the value is for.

extension JSONValue {
    /// Reads one JSON value.
    /// - Throws: `json` with the byte offset for text that is not JSON or nests more than 128 levels; a number that
    ///   is no 64-bit integer becomes a double.
    public static func parse(_ text: String) throws(ChatTemplateError) -> JSONValue {
        var reader = JSONReader(bytes: Array(text.utf8))
        return try reader.readDocument()
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    var index = 0
    var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func readDocument() throws(ChatTemplateError) -> JSONValue {
        let value = try readValue()
        skipSpace()
        guard index == bytes.count else { throw error("unexpected text after the value") }
        return value
    }

    private func error(_ message: String) -> ChatTemplateError {
        ChatTemplateError(.json, "JSON, byte \(index): \(message)")
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }

    private mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ byte: Unicode.Scalar) throws(ChatTemplateError) {
        guard skip(byte) else { throw error("expected '\(byte)'") }
    }

    private mutating func readValue() throws(ChatTemplateError) -> JSONValue {
        skipSpace()
        guard index < bytes.count else { throw error("the text ends where a value should be") }
        switch bytes[index] {
        case UInt8(ascii: "{"):
            return try nested { reader throws(ChatTemplateError) in try reader.readObject() }
        case UInt8(ascii: "["):
            return try nested { reader throws(ChatTemplateError) in try reader.readArray() }
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        default: return try readNumber()
        }
    }

    private mutating func nested(
        _ read: (inout JSONReader) throws(ChatTemplateError) -> JSONValue
    ) throws(ChatTemplateError) -> JSONValue {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Items.depthLimit else {
            throw error("values are nested more than \(Items.depthLimit) levels deep")
        }
        index += 1
        return try read(&self)
    }

    private mutating func readObject() throws(ChatTemplateError) -> JSONValue {
        var object = JSONObject()
        if skip("}") { return .object(object) }
        repeat {
            skipSpace()
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw error("expected a key")
            }
            let key = try readString()
            try expect(":")
            // As in Python, the last of two equal keys wins and the first one's place stays.
            object[key] = try readValue()
        } while skip(",")
        try expect("}")
        return .object(object)
    }

    private mutating func readArray() throws(ChatTemplateError) -> JSONValue {
        var values: [JSONValue] = []
        if skip("]") { return .array(values) }
        repeat { values.append(try readValue()) } while skip(",")
        try expect("]")
        return .array(values)
    }

    private mutating func readWord(_ word: String, _ value: JSONValue) throws(ChatTemplateError) -> JSONValue
    {
        guard bytes[index...].starts(with: word.utf8) else { throw error("expected '\(word)'") }
        index += word.utf8.count
        return value
    }

    private mutating func readNumber() throws(ChatTemplateError) -> JSONValue {
        let start = index
        func isDigit() -> Bool { index < bytes.count && (0x30...0x39).contains(bytes[index]) }
        func readDigits() throws(ChatTemplateError) {
            guard isDigit() else { throw error("expected a value") }
            while isDigit() { index += 1 }
        }
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        let startsWithZero = index < bytes.count && bytes[index] == UInt8(ascii: "0")
        let firstDigit = index
        try readDigits()
        if startsWithZero, index > firstDigit + 1 { throw error("a number may not start with 0") }
        var isInteger = true
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isInteger = false
            index += 1
            try readDigits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            if index < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[index]) {
                index += 1
            }
            try readDigits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let int = Int(text) { return .int(int) }
        guard let double = Double(text) else { throw error("'\(text)' is no number") }
        return .double(double)
    }

    private mutating func readString() throws(ChatTemplateError) -> String {
        index += 1
        var scalars = String.UnicodeScalarView()
        var start = index
        func flush() {
            scalars.append(contentsOf: String(decoding: bytes[start..<index], as: UTF8.self).unicodeScalars)
        }
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                flush()
                index += 1
                return String(scalars)
            case UInt8(ascii: "\\"):
                flush()
                index += 1
                scalars.append(try readEscape())
                start = index
            case ..<0x20: throw error("a control character in a string must be escaped")
            default: index += 1
            }
        }
        throw error("a string never ends")
    }

    private mutating func readEscape() throws(ChatTemplateError) -> Unicode.Scalar {
        guard index < bytes.count else { throw error("a string never ends") }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try readUnit()
            if let scalar = Unicode.Scalar(UInt32(unit)) { return scalar }
            guard UTF16.isLeadSurrogate(unit), bytes[index...].starts(with: [0x5C, 0x75]) else {
                throw error("half of a surrogate pair")
            }
            index += 2
            let second = try readUnit()
            guard UTF16.isTrailSurrogate(second) else { throw error("half of a surrogate pair") }
            return UTF16.decode(UTF16.EncodedScalar([unit, second]))
        default: throw error("unknown escape")
        }
    }

    private mutating func readUnit() throws(ChatTemplateError) -> UInt16 {
        guard index + 4 <= bytes.count, bytes[index] != UInt8(ascii: "+"),
            let unit = UInt16(String(decoding: bytes[index..<(index + 4)], as: UTF8.self), radix: 16)
        else { throw error("expected four hexadecimal digits") }
        index += 4
        return unit
    }
}
