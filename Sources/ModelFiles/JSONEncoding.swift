// The two ways in which everything above writes JSON: for people, and a line at a time. Keys are sorted in both, so that
// the same value is the same text.

package import FoundationEssentials

extension JSONEncoder {
    /// Indented. Numbers that JSON does not have are "inf", "-inf" and "nan".
    package static var readable: JSONEncoder {
        let encoder = compact
        encoder.outputFormatting.insert(.prettyPrinted)
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }

    /// On one line. Numbers that JSON does not have are errors.
    package static var compact: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
