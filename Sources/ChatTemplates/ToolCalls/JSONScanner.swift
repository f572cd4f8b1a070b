// Owns following one JSON object byte by byte, to know where it ends and where it stops being JSON.
// Refuses to build values: `JSONValue.parse` does, and accepts exactly what this accepts.

/// Reads one JSON object (RFC 8259) as it streams in.
struct JSONScanner: Sendable {
    enum Progress { case more, done, invalid }

    private enum State {
        case start
        case value
        /// After `[`.
        case valueOrEnd
        /// After `{`.
        case keyOrEnd
        case key
        case colon
        case commaOrEnd
        case string, escape
        case hex(left: Int)
        case word(rest: ArraySlice<UInt8>)
        case minus, zero, digits, point, fraction, exponent, exponentSign, exponentDigits
    }

    private var state = State.start
    /// `{` or `[` of what is open.
    private var open: [UInt8] = []
    private var stringIsKey = false
    /// The escape being read, and whether the one before it was the first half of a surrogate pair.
    private var unit: UInt32 = 0
    private var needsTrail = false

    mutating func next(_ byte: UInt8) -> Progress {
        switch state {
        case .start: return byte == UInt8(ascii: "{") ? enter(byte) : .invalid
        case .value: return Self.isSpace(byte) ? .more : beginValue(byte)
        case .valueOrEnd:
            if Self.isSpace(byte) { return .more }
            return byte == UInt8(ascii: "]") ? leave(byte) : beginValue(byte)
        case .keyOrEnd:
            if Self.isSpace(byte) { return .more }
            return byte == UInt8(ascii: "}") ? leave(byte) : beginKey(byte)
        case .key: return Self.isSpace(byte) ? .more : beginKey(byte)
        case .colon:
            if Self.isSpace(byte) { return .more }
            return byte == UInt8(ascii: ":") ? go(.value) : .invalid
        case .commaOrEnd: return afterValue(byte)
        case .string, .escape, .hex: return inString(byte)
        case .word(let rest):
            guard byte == rest.first else { return .invalid }
            return go(rest.count == 1 ? .commaOrEnd : .word(rest: rest.dropFirst()))
        default: return inNumber(byte)
        }
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private mutating func go(_ next: State) -> Progress {
        state = next
        return .more
    }

    private mutating func enter(_ byte: UInt8) -> Progress {
        guard open.count < Items.depthLimit else { return .invalid }
        open.append(byte)
        return go(byte == UInt8(ascii: "{") ? .keyOrEnd : .valueOrEnd)
    }

    private mutating func leave(_ byte: UInt8) -> Progress {
        guard open.popLast() == (byte == UInt8(ascii: "}") ? UInt8(ascii: "{") : UInt8(ascii: "[")) else {
            return .invalid
        }
        return open.isEmpty ? .done : go(.commaOrEnd)
    }

    private mutating func beginKey(_ byte: UInt8) -> Progress {
        guard byte == UInt8(ascii: "\"") else { return .invalid }
        stringIsKey = true
        return go(.string)
    }

    private mutating func beginValue(_ byte: UInt8) -> Progress {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return enter(byte)
        case UInt8(ascii: "\""):
            stringIsKey = false
            return go(.string)
        case UInt8(ascii: "t"): return go(.word(rest: Array("rue".utf8)[...]))
        case UInt8(ascii: "f"): return go(.word(rest: Array("alse".utf8)[...]))
        case UInt8(ascii: "n"): return go(.word(rest: Array("ull".utf8)[...]))
        case UInt8(ascii: "-"): return go(.minus)
        case UInt8(ascii: "0"): return go(.zero)
        case 0x31...0x39: return go(.digits)
        default: return .invalid
        }
    }

    private mutating func afterValue(_ byte: UInt8) -> Progress {
        switch byte {
        case _ where Self.isSpace(byte): return go(.commaOrEnd)
        case UInt8(ascii: ","): return go(open.last == UInt8(ascii: "{") ? .key : .value)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): return leave(byte)
        default: return .invalid
        }
    }
}

// MARK: - Strings and numbers

extension JSONScanner {
    private mutating func inString(_ byte: UInt8) -> Progress {
        switch state {
        case .escape:
            if byte == UInt8(ascii: "u") {
                unit = 0
                return go(.hex(left: 4))
            }
            guard !needsTrail, "\"\\/bfnrt".utf8.contains(byte) else { return .invalid }
            return go(.string)
        case .hex(let left):
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                return .invalid
            }
            unit = unit << 4 | UInt32(digit)
            return left > 1 ? go(.hex(left: left - 1)) : endUnit()
        default:
            if byte == UInt8(ascii: "\\") { return go(.escape) }
            guard !needsTrail, byte >= 0x20 else { return .invalid }
            return byte == UInt8(ascii: "\"") ? go(stringIsKey ? .colon : .commaOrEnd) : .more
        }
    }

    /// A lone half of a surrogate pair names no character.
    private mutating func endUnit() -> Progress {
        let isTrail = (0xDC00...0xDFFF).contains(unit)
        guard isTrail == needsTrail else { return .invalid }
        needsTrail = (0xD800...0xDBFF).contains(unit)
        return go(.string)
    }

    private mutating func inNumber(_ byte: UInt8) -> Progress {
        let isDigit = (0x30...0x39).contains(byte)
        switch state {
        case .minus:
            guard isDigit else { return .invalid }
            return go(byte == UInt8(ascii: "0") ? .zero : .digits)
        case .zero, .digits:
            if isDigit, case .digits = state { return .more }
            if byte == UInt8(ascii: ".") { return go(.point) }
            if byte | 0x20 == UInt8(ascii: "e") { return go(.exponent) }
        case .point: return isDigit ? go(.fraction) : .invalid
        case .fraction:
            if isDigit { return .more }
            if byte | 0x20 == UInt8(ascii: "e") { return go(.exponent) }
        case .exponent:
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { return go(.exponentSign) }
            return isDigit ? go(.exponentDigits) : .invalid
        case .exponentSign: return isDigit ? go(.exponentDigits) : .invalid
        case .exponentDigits: if isDigit { return .more }
        default: return .invalid
        }
        return afterValue(byte)
    }
}
