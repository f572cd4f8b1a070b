// Protocol buffers' wire format, as much as reading needs. It knows fields and numbers, no message.

/// Walks the fields of one message. Every length is checked against what is left.
struct WireReader {
    private let bytes: ArraySlice<UInt8>
    private(set) var offset: Int
    private let place: String

    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(ArraySlice<UInt8>)
    }

    struct Field {
        var number: UInt64
        var value: Value
    }

    init(_ bytes: ArraySlice<UInt8>, place: String) {
        self.bytes = bytes
        self.place = place
        offset = bytes.startIndex
    }

    /// The next field, or nil at the message's end.
    mutating func next() throws(TokenizerError) -> Field? {
        if offset == bytes.endIndex { return nil }
        let key = try varint()
        let value: Value
        switch key & 7 {
        case 0: value = .varint(try varint())
        case 1: value = .fixed64(try fixed(8))
        case 2:
            let count = try varint()
            guard count <= bytes.endIndex - offset else {
                throw malformed("a field of \(count) bytes, with \(bytes.endIndex - offset) left")
            }
            value = .bytes(bytes[offset..<offset + Int(count)])
            offset += Int(count)
        case 5: value = .fixed32(UInt32(truncatingIfNeeded: try fixed(4)))
        default: throw malformed("wire type \(key & 7)")
        }
        return Field(number: key >> 3, value: value)
    }

    private mutating func varint() throws(TokenizerError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard offset < bytes.endIndex else { throw malformed("the end of the data within a number") }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw malformed("a number of more than ten bytes")
    }

    private mutating func fixed(_ count: Int) throws(TokenizerError) -> UInt64 {
        guard bytes.endIndex - offset >= count else { throw malformed("the end of the data within a number") }
        var value: UInt64 = 0
        for index in (offset..<offset + count).reversed() { value = value << 8 | UInt64(bytes[index]) }
        offset += count
        return value
    }

    private func malformed(_ found: String) -> TokenizerError {
        TokenizerError(.malformed, "\(place), byte \(offset)", "found \(found); is the file truncated?")
    }
}
