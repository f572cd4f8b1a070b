// Owns sets of Unicode scalars and their spelling as UTF-8 byte sequences: no overlong forms, no surrogates.
// Knows no syntax of character classes.

/// A set of Unicode scalars, as sorted ranges with gaps between them.
package struct ScalarSet: Sendable, Hashable {
    package private(set) var ranges: [ClosedRange<UInt32>] = []

    package init() {}

    package init(_ ranges: [ClosedRange<UInt32>]) { self.ranges = Self.normalised(ranges) }

    package init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    /// Every scalar value: all code points but the surrogates.
    package static let all = ScalarSet([0...0xD7FF, 0xE000...0x10FFFF])

    package var isEmpty: Bool { ranges.isEmpty }

    package mutating func insert(_ range: ClosedRange<UInt32>) {
        ranges = Self.normalised(ranges + [range])
    }

    package func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    package var complement: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return ScalarSet(result)
    }

    private static func normalised(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            // Surrogates are no scalars: cut them out of whatever a class says.
            for part in [range.clamped(to: 0...0xD7FF), range.clamped(to: 0xE000...0x10FFFF)]
            where part.lowerBound >= range.lowerBound && part.upperBound <= range.upperBound {
                if let last = result.last, last.upperBound &+ 1 >= part.lowerBound {
                    result[result.count - 1] = last.lowerBound...max(last.upperBound, part.upperBound)
                } else {
                    result.append(part)
                }
            }
        }
        return result
    }
}

extension ScalarSet {
    /// One scalar of the set, as UTF-8.
    package var expression: Expression {
        var ascii = ByteSet()
        var sequences: [[ClosedRange<UInt8>]] = []
        for range in ranges {
            if range.lowerBound < 0x80 {
                ascii.insert(UInt8(range.lowerBound)...UInt8(min(range.upperBound, 0x7F)))
            }
            for (length, limits) in Self.lengths {
                let low = max(range.lowerBound, limits.lowerBound)
                let high = min(range.upperBound, limits.upperBound)
                if low <= high { Self.split(low, high, length, into: &sequences) }
            }
        }
        var choices = sequences.map { Expression.sequence($0.map { .bytes(ByteSet($0)) }) }
        if !ascii.isEmpty { choices.insert(.bytes(ascii), at: 0) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    /// Scalars by the number of continuation bytes; the gap of the surrogates is already cut out.
    private static let lengths: [(Int, ClosedRange<UInt32>)] = [
        (1, 0x80...0x7FF), (2, 0x800...0xFFFF), (3, 0x10000...0x10FFFF),
    ]

    /// Splits low...high, of one encoded length, into products of byte ranges.
    private static func split(
        _ low: UInt32, _ high: UInt32, _ length: Int, into sequences: inout [[ClosedRange<UInt8>]]
    ) {
        for place in stride(from: length, to: 0, by: -1) {
            let mask = UInt32(1) << UInt32(6 * place) - 1
            guard low & ~mask != high & ~mask else { continue }
            if low & mask != 0 {
                split(low, low | mask, length, into: &sequences)
                return split((low | mask) + 1, high, length, into: &sequences)
            }
            if high & mask != mask {
                split(low, (high & ~mask) - 1, length, into: &sequences)
                return split(high & ~mask, high, length, into: &sequences)
            }
        }
        let lead: UInt32 = [0, 0xC0, 0xE0, 0xF0][length]
        var bytes = [UInt8(lead | low >> UInt32(6 * length))...UInt8(lead | high >> UInt32(6 * length))]
        for place in stride(from: length - 1, through: 0, by: -1) {
            let shift = UInt32(6 * place)
            bytes.append(UInt8(0x80 | low >> shift & 0x3F)...UInt8(0x80 | high >> shift & 0x3F))
        }
        sequences.append(bytes)
    }
}
