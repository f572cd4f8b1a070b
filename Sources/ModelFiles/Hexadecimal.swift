// Bytes and hashes as lower-case hexadecimal digits, as digests are written everywhere.

extension Sequence<UInt8> {
    /// Two digits for each byte.
    package var hexadecimal: String {
        reduce(into: "") { text, byte in
            text += byte < 16 ? "0" : ""
            text += String(byte, radix: 16)
        }
    }
}

extension UInt64 {
    /// All 16 digits.
    package var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
