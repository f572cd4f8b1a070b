// GPT-2's printable alphabet for the 256 bytes, which byte-level vocabularies are written in: `Ġ` is a space.
// Source: `bytes_to_unicode` in openai/gpt-2's encoder.py.

enum ByteAlphabet {
    /// The scalar that each byte is written as: itself where Latin-1 has a printable character, otherwise the
    /// next free scalar from U+0100 on.
    static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (UInt32(0)...255).map { byte in
            if 0x21...0x7E ~= byte || 0xA1...0xAC ~= byte || 0xAE...0xFF ~= byte { return byte }
            defer { next += 1 }
            return next
        }
    }()

    /// The byte each scalar below U+0144 stands for.
    private static let bytes: [UInt8?] = {
        var bytes = [UInt8?](repeating: nil, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = UInt8(byte) }
        return bytes
    }()

    /// Writes the bytes that a piece spells; false if it has a character outside the alphabet.
    static func decode(_ piece: ArraySlice<UInt8>, into text: inout OutputSpan<UInt8>) -> Bool {
        let bytes = bytes  // a static asks each time whether it is there yet
        var index = piece.startIndex
        while index < piece.endIndex {
            let scalar = piece.scalar(at: index, end: piece.endIndex)
            guard scalar.value < 0x144, let byte = bytes[Int(scalar.value)] else { return false }
            text.append(byte)
            index += scalar.length
        }
        return true
    }

    /// The piece that spells these bytes. Every scalar of the alphabet takes one or two bytes of UTF-8.
    static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var piece: [UInt8] = []
        for byte in bytes {
            let scalar = scalars[Int(byte)]
            if scalar < 0x80 {
                piece.append(UInt8(scalar))
            } else {
                piece.append(UInt8(0xC0 | scalar >> 6))
                piece.append(UInt8(0x80 | scalar & 0x3F))
            }
        }
        return piece
    }
}
