// Owns the ids of tool calls: nine letters and digits, which is what Mistral's templates demand and every other
// client accepts. Refuses to be random: the same request and seed give the same ids.

/// The ids of one answer's calls.
package enum ToolCallID {
    package static let length = 9
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    /// 62⁹, near 2⁵³·⁶.
    private static let count: UInt64 = 13_537_086_546_263_552

    /// The id of an answer's call number `index`. Calls of one seed never share an id: the step has no factor in
    /// common with 62⁹.
    package static func text(seed: UInt64, index: Int) -> String {
        let step: UInt64 = 8_367_103_452_901_837
        let (high, low) = step.multipliedFullWidth(by: UInt64(truncatingIfNeeded: index) % count)
        let offset = count.dividingFullWidth((high, low)).remainder
        return spell((mix(seed) % count + offset) % count)
    }

    /// The stand-in for an id that came from elsewhere, such as OpenAI's `call_…`; always the same for the same id.
    package static func text(standingFor id: String) -> String {
        // FNV-1a: the published offset and prime.
        let hash = id.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return spell(mix(hash) % count)
    }

    /// Whether an id can stand in a Mistral prompt as it is.
    package static func isValid(_ id: String) -> Bool {
        id.utf8.count == length && id.utf8.allSatisfy(isAlphanumeric)
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    private static func spell(_ value: UInt64) -> String {
        var value = value
        var bytes: [UInt8] = []
        for _ in 0..<length {
            bytes.append(alphabet[Int(value % 62)])
            value /= 62
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The finalizer of SplitMix64: near seeds give far ids.
    private static func mix(_ seed: UInt64) -> UInt64 {
        var value = seed &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
