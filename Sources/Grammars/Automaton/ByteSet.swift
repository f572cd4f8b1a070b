// Owns sets of bytes and the classes of bytes that an automaton cannot tell apart. Knows no grammar.

/// A set of bytes: 256 bits.
package struct ByteSet: Sendable, Hashable {
    private var words = SIMD4<UInt64>(repeating: 0)

    package init() {}

    package init(_ range: ClosedRange<UInt8>) { insert(range) }

    package init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { insert(byte...byte) }
    }

    package mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
    }

    package func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

    package var isEmpty: Bool { words == SIMD4(repeating: 0) }

    package func subtracting(_ other: ByteSet) -> ByteSet {
        var result = self
        result.words &= ~other.words
        return result
    }

    /// The maximal runs, ascending.
    package var ranges: [ClosedRange<UInt8>] {
        var result: [ClosedRange<UInt8>] = []
        var start: Int?
        for value in 0...256 {
            let inside = value < 256 && contains(UInt8(value))
            if inside, start == nil { start = value }
            if !inside, let low = start {
                result.append(UInt8(low)...UInt8(value - 1))
                start = nil
            }
        }
        return result
    }
}

/// A partition of the bytes: bytes of one class lead to the same place from every state.
package struct ByteClasses: Sendable {
    /// For each byte its class.
    package let classOf: [UInt8]  // [256]
    /// For each class its smallest byte.
    package let representatives: [UInt8]

    package var count: Int { representatives.count }

    /// The coarsest partition that keeps every one of `ranges` whole.
    package init(separating ranges: some Sequence<ClosedRange<UInt8>>) {
        var opens = [Bool](repeating: false, count: 257)
        opens[0] = true
        for range in ranges {
            opens[Int(range.lowerBound)] = true
            opens[Int(range.upperBound) + 1] = true
        }
        var classOf: [UInt8] = []
        var representatives: [UInt8] = []
        for byte in UInt8.min...UInt8.max {
            if opens[Int(byte)] { representatives.append(byte) }
            classOf.append(UInt8(representatives.count - 1))
        }
        self.classOf = classOf
        self.representatives = representatives
    }
}
