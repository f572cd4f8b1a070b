// FNV-1a of 64 bits: tells things apart by accident and not against malice. Published offset and prime.

/// A running hash. (ChatTemplates imports nothing, and has its own for ids of tool calls.)
package struct FNV1a {
    package private(set) var value = Self.offset

    static let offset: UInt64 = 0xcbf2_9ce4_8422_2325
    static let prime: UInt64 = 0x100_0000_01b3

    package init() {}

    package mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* Self.prime }

    package mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
    }
}
