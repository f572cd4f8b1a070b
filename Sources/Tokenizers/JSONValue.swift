// A JSON reader for vocabulary files: strings are bytes, and objects keep their members in order.
// It knows JSON and nothing of tokenizers.
//
// Why not JSONDecoder: vocabularies are objects whose keys may differ only by canonical equivalence ("Å" as
// U+00C5 and as U+212B are two pieces), and Swift's String, so any [String: Int], takes them for one key.

/// A parsed JSON text. Strings without escapes are slices of the text: a vocabulary of 128,000 pieces
/// allocates none of them.
enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(ArraySlice<UInt8>)
    case array([JSONValue])
    case object([(key: ArraySlice<UInt8>, value: JSONValue)])

    /// Deeper nesting than any tokenizer has; the parser is recursive, and a thread's stack is not endless.
    private static let deepestAllowed = 64

    /// Parses a whole text. `file` names it in errors.
    init(parsing text: [UInt8], file: String) throws(TokenizerError) {
        var parser = Parser(text: text, file: file)
        self = try parser.value(depth: 0)
        parser.skipSpaces()
        guard parser.index == text.count else { throw parser.malformed("something behind the end") }
    }

    private struct Parser {
        let text: [UInt8]
        let file: String
        var index = 0

        func malformed(_ found: String) -> TokenizerError {
            TokenizerError(.malformed, "\(file), byte \(index)", "found \(found); is the file truncated?")
        }

        mutating func skipSpaces() {
            while index < text.count, [0x20, 0x0A, 0x0D, 0x09].contains(text[index]) { index += 1 }
        }

        /// The next byte that is no space.
        mutating func peek() throws(TokenizerError) -> UInt8 {
            skipSpaces()
            guard index < text.count else { throw malformed("the end of the text") }
            return text[index]
        }

        mutating func value(depth: Int) throws(TokenizerError) -> JSONValue {
            guard depth < JSONValue.deepestAllowed else { throw malformed("nesting too deep") }
            switch try peek() {
            case UInt8(ascii: "{"): return try object(depth: depth)
            case UInt8(ascii: "["): return try array(depth: depth)
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "t"): return try word("true", .bool(true))
            case UInt8(ascii: "f"): return try word("false", .bool(false))
            case UInt8(ascii: "n"): return try word("null", .null)
            default: return try number()
            }
        }

        private mutating func word(_ word: StaticString, _ value: JSONValue) throws(TokenizerError)
            -> JSONValue
        {
            let end = index + word.utf8CodeUnitCount
            guard end <= text.count,
                text[index..<end].elementsEqual(
                    UnsafeBufferPointer(start: word.utf8Start, count: end - index))
            else { throw malformed("neither a value nor its end") }
            index = end
            return value
        }

        private mutating func object(depth: Int) throws(TokenizerError) -> JSONValue {
            var members: [(key: ArraySlice<UInt8>, value: JSONValue)] = []
            index += 1
            if try peek() == UInt8(ascii: "}") {
                index += 1
                return .object(members)
            }
            while true {
                guard try peek() == UInt8(ascii: "\"") else { throw malformed("no key where one must be") }
                let key = try string()
                guard try peek() == UInt8(ascii: ":") else { throw malformed("no colon behind a key") }
                index += 1
                members.append((key, try value(depth: depth + 1)))
                if try endsList(with: UInt8(ascii: "}")) { return .object(members) }
            }
        }

        private mutating func array(depth: Int) throws(TokenizerError) -> JSONValue {
            var elements: [JSONValue] = []
            index += 1
            if try peek() == UInt8(ascii: "]") {
                index += 1
                return .array(elements)
            }
            while true {
                elements.append(try value(depth: depth + 1))
                if try endsList(with: UInt8(ascii: "]")) { return .array(elements) }
            }
        }

        private mutating func endsList(with end: UInt8) throws(TokenizerError) -> Bool {
            let byte = try peek()
            guard byte == end || byte == UInt8(ascii: ",") else {
                throw malformed("neither a comma nor the end")
            }
            index += 1
            return byte == end
        }

        private mutating func number() throws(TokenizerError) -> JSONValue {
            let start = index
            while index < text.count, "+-.0123456789eE".utf8.contains(text[index]) { index += 1 }
            guard index > start, index - start <= 64,
                let number = Double(String(decoding: text[start..<index], as: UTF8.self))
            else { throw malformed("no value") }
            return .number(number)
        }

        private mutating func string() throws(TokenizerError) -> ArraySlice<UInt8> {
            index += 1
            let start = index
            while index < text.count, text[index] != UInt8(ascii: "\""), text[index] != UInt8(ascii: "\\") {
                guard text[index] >= 0x20 else { throw malformed("a control character in a string") }
                index += 1
            }
            guard index < text.count else { throw malformed("the end of the text in a string") }
            if text[index] == UInt8(ascii: "\"") {
                index += 1
                return text[start..<index - 1]
            }
            return try escapedString(text[start..<index])
        }

        /// The rest of a string from its first backslash on.
        private mutating func escapedString(_ beginning: ArraySlice<UInt8>) throws(TokenizerError)
            -> ArraySlice<UInt8>
        {
            var bytes = Array(beginning)
            while index < text.count {
                let byte = text[index]
                index += 1
                switch byte {
                case UInt8(ascii: "\""): return bytes[...]
                case UInt8(ascii: "\\"): try appendEscape(to: &bytes)
                case 0..<0x20: throw malformed("a control character in a string")
                default: bytes.append(byte)
                }
            }
            throw malformed("the end of the text in a string")
        }

        private mutating func appendEscape(to bytes: inout [UInt8]) throws(TokenizerError) {
            guard index < text.count else { throw malformed("the end of the text in a string") }
            let escape = text[index]
            index += 1
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(escape)
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                var value = try hexadecimal()
                if 0xD800..<0xDC00 ~= value, index + 1 < text.count, text[index] == UInt8(ascii: "\\"),
                    text[index + 1] == UInt8(ascii: "u")
                {
                    index += 2
                    let low = try hexadecimal()
                    guard 0xDC00..<0xE000 ~= low else { throw malformed("half a surrogate pair") }
                    value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00)
                }
                guard let scalar = Unicode.Scalar(value) else { throw malformed("half a surrogate pair") }
                bytes.append(contentsOf: Array(String(scalar).utf8))
            default: throw malformed("an unknown escape")
            }
        }

        private mutating func hexadecimal() throws(TokenizerError) -> UInt32 {
            guard index + 4 <= text.count,
                let value = UInt32(String(decoding: text[index..<index + 4], as: UTF8.self), radix: 16)
            else { throw malformed("an escape without four digits") }
            index += 4
            return value
        }
    }
}

extension JSONValue {
    /// An object's member; nil if there is none or this is no object. The last of equal keys counts.
    subscript(key: StaticString) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        let bytes = UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        return members.last { $0.key.elementsEqual(bytes) }?.value
    }

    var members: [(key: ArraySlice<UInt8>, value: JSONValue)]? {
        if case .object(let members) = self { members } else { nil }
    }
    var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    var bytes: ArraySlice<UInt8>? { if case .string(let bytes) = self { bytes } else { nil } }
    var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
    var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    var int: Int? { if case .number(let number) = self { Int(exactly: number) } else { nil } }
}
