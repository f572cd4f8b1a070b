// Reading scalars out of bytes that may not be UTF-8. It knows the encoding, no property of characters.

/// One step through UTF-8 text.
struct DecodedScalar {
    /// The scalar's value, or `Self.invalid` for a byte that begins no well-formed sequence.
    var value: UInt32
    /// How many bytes it takes; 1 where invalid.
    var length: Int

    /// One past Unicode's last scalar.
    static let invalid: UInt32 = 0x110000

    var isValid: Bool { value != Self.invalid }
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
    /// The scalar at `index`, looking no further than `end`. Well-formedness as in Unicode's table 3-7: no
    /// overlong forms, no surrogates. Of an ill-formed sequence only one byte is taken, as SentencePiece does.
    @inline(__always)
    func scalar(at index: Int, end: Int) -> DecodedScalar {
        let first = UInt32(self[index])
        if first < 0x80 { return DecodedScalar(value: first, length: 1) }
        return multibyteScalar(at: index, end: end, first: first)
    }

    private func multibyteScalar(at index: Int, end: Int, first: UInt32) -> DecodedScalar {
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first <= 0xF4, index + length <= end else {
            return DecodedScalar(value: DecodedScalar.invalid, length: 1)
        }
        var value = first & (0x7F >> UInt32(length))
        for offset in 1..<length {
            let byte = UInt32(self[index + offset])
            guard byte & 0xC0 == 0x80 else { return DecodedScalar(value: DecodedScalar.invalid, length: 1) }
            value = value << 6 | byte & 0x3F
        }
        let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard value >= smallest, value < 0x110000, value & 0xFFFF_F800 != 0xD800 else {
            return DecodedScalar(value: DecodedScalar.invalid, length: 1)
        }
        return DecodedScalar(value: value, length: length)
    }
}
