// Numbers out of bytes that may be damaged: every read is within bounds, or none.

/// A place in bytes that moves on as it is read.
struct ByteReader {
    let bytes: [UInt8]
    private(set) var index: Int
    let end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        (index, end) = (0, bytes.count)
    }

    /// The bytes of `range`, which lies within `bytes`.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        self.bytes = bytes
        (index, end) = (range.lowerBound, range.upperBound)
    }

    var rest: Range<Int> { index..<end }

    /// The next `count` bytes' place; nil: there are not so many.
    mutating func take(_ count: Int) -> Range<Int>? {
        guard count >= 0, count <= end - index else { return nil }
        defer { index += count }
        return index..<index + count
    }

    /// A number of `width` bytes, up to 8, the lowest first.
    mutating func little(_ width: Int) -> UInt64? {
        take(width).map { range in
            var value: UInt64 = 0
            for place in range.reversed() { value = value << 8 | UInt64(bytes[place]) }
            return value
        }
    }

    /// ULEB128.
    mutating func variable() -> UInt64? {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while index < end, shift < 64 {
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    mutating func zigZag() -> Int64? {
        variable().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    /// `count` numbers of `width` bits, up to 64, packed from the lowest bit on; whole bytes are read.
    mutating func packed(_ count: Int, width: Int) -> [UInt64]? {
        guard width > 0 else { return [UInt64](repeating: 0, count: count) }
        guard let range = take((count * width + 7) / 8) else { return nil }
        var values: [UInt64] = []
        values.reserveCapacity(count)
        var bit = range.lowerBound * 8
        for _ in 0..<count {
            var (value, filled): (UInt64, Int) = (0, 0)
            while filled < width {
                let offset = (bit + filled) & 7
                let taken = min(8 - offset, width - filled)
                let part = UInt64(bytes[(bit + filled) >> 3] >> UInt8(offset)) & ((1 << UInt64(taken)) - 1)
                value |= part << UInt64(filled)
                filled += taken
            }
            values.append(value)
            bit += width
        }
        return values
    }
}
