// Unicode's normalization form C, from the standard library, which has it as an SPI; Foundation, which has it as
// API, is not for this module. Of characters once assigned the form never changes (Unicode's stability policy), so
// the toolchain's Unicode version matters only for characters newer than it.

@_spi(_Unicode) private import Swift

enum NormalizationForm {
    /// The text in form C, or nil if it surely is already: nothing below U+0300 decomposes otherwise.
    /// Bytes that are not UTF-8 stay as they are.
    static func c(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        // U+0300 is CC 80 in UTF-8: every later scalar begins with a byte of at least CC.
        guard text.contains(where: { $0 >= 0xCC }) else { return nil }
        var normalized: [UInt8] = []
        normalized.reserveCapacity(text.count)
        var index = text.startIndex
        var start = index
        func flush(_ end: Int) {
            for scalar in String(decoding: text[start..<end], as: UTF8.self)._nfc {
                normalized.append(contentsOf: Array(String(scalar).utf8))
            }
        }
        while index < text.endIndex {
            let scalar = text.scalar(at: index, end: text.endIndex)
            if !scalar.isValid {
                flush(index)
                normalized.append(text[index])
                start = index + 1
            }
            index += scalar.length
        }
        flush(index)
        return normalized
    }
}
