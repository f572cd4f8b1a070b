// Values of a page out of its bytes. Source: apache/parquet-format, Encodings.md. It knows how values are stored, and
// nothing of nulls and lists. Nil everywhere: the bytes are damaged.

/// Values as they are stored.
enum ParquetValues {
    case bits([Bool])
    case integers([Int64])
    case numbers([Double])
    case bytes([ArraySlice<UInt8>])

    var count: Int {
        switch self {
        case .bits(let values): values.count
        case .integers(let values): values.count
        case .numbers(let values): values.count
        case .bytes(let values): values.count
        }
    }

    /// The values at `places`, which are those of a dictionary; nil: one is not there.
    func picked(_ places: [UInt32]) -> ParquetValues? {
        guard places.allSatisfy({ $0 < count }) else { return nil }
        switch self {
        case .bits(let values): return .bits(places.map { values[Int($0)] })
        case .integers(let values): return .integers(places.map { values[Int($0)] })
        case .numbers(let values): return .numbers(places.map { values[Int($0)] })
        case .bytes(let values): return .bytes(places.map { values[Int($0)] })
        }
    }
}

/// How a page's values are written.
enum ParquetEncoding: Int64 {
    case plain = 0
    case plainDictionary = 2
    case runLength = 3
    case deltaPacked = 5
    case deltaLength = 6
    case deltaBytes = 7
    case dictionary = 8
    case streamSplit = 9

    var isDictionary: Bool { self == .plainDictionary || self == .dictionary }

    /// `count` values of `leaf`; not those of a dictionary's places.
    func decode(_ reader: ByteReader, _ leaf: ParquetLeaf, count: Int) -> ParquetValues? {
        var reader = reader
        // To add an encoding: its number above, its case here.
        switch self {
        case .plain: return Self.plain(&reader, leaf, count)
        case .runLength:
            guard leaf.type == .boolean, let length = reader.little(4).flatMap({ Int(exactly: $0) }),
                let range = reader.take(length)
            else { return nil }
            return Self.runs(ByteReader(reader.bytes, range), width: 1, count: count).map {
                .bits($0.map { $0 != 0 })
            }
        case .deltaPacked:
            guard leaf.type == .int32 || leaf.type == .int64, let values = Self.deltas(&reader, count) else {
                return nil
            }
            return .integers(
                leaf.type == .int32 ? values.map { Int64(Int32(truncatingIfNeeded: $0)) } : values)
        case .deltaLength:
            guard leaf.type == .byteArray else { return nil }
            return Self.lengthsFirst(&reader, count).map { .bytes($0) }
        case .deltaBytes:
            guard leaf.type == .byteArray || leaf.type == .fixedBytes else { return nil }
            return Self.prefixed(&reader, count).map { .bytes($0) }
        case .streamSplit: return Self.streams(&reader, leaf, count)
        case .plainDictionary, .dictionary: return nil
        }
    }

    /// Places in a dictionary: the width, then runs.
    static func places(_ reader: ByteReader, count: Int) -> [UInt32]? {
        guard count > 0 else { return [] }
        var reader = reader
        guard let width = reader.little(1), width <= 32 else { return nil }
        return runs(reader, width: Int(width), count: count)
    }

    /// Runs of one value, and groups of eight that are packed.
    static func runs(_ reader: ByteReader, width: Int, count: Int) -> [UInt32]? {
        var reader = reader
        var values: [UInt32] = []
        values.reserveCapacity(count)
        while values.count < count {
            guard let header = reader.variable(), header >> 1 > 0 else { return nil }
            let left = count - values.count
            if header & 1 == 0 {
                guard let value = reader.little((width + 7) / 8) else { return nil }
                values += repeatElement(
                    UInt32(truncatingIfNeeded: value), count: Int(min(header >> 1, UInt64(left))))
            } else {
                // The last group may be longer than what is left.
                let groups = Int(min(header >> 1, UInt64((left + 7) / 8)))
                guard let packed = reader.packed(groups * 8, width: width) else { return nil }
                values += packed.prefix(left).map { UInt32(truncatingIfNeeded: $0) }
            }
        }
        return values
    }

    private static func plain(_ reader: inout ByteReader, _ leaf: ParquetLeaf, _ count: Int) -> ParquetValues?
    {
        switch leaf.type {
        case .boolean: return reader.packed(count, width: 1).map { .bits($0.map { $0 != 0 }) }
        case .int32, .int64, .float, .double:
            let width = leaf.type == .int32 || leaf.type == .float ? 4 : 8
            guard count <= reader.rest.count / width else { return nil }
            return numbers((0..<count).map { _ in reader.little(width) ?? 0 }, leaf.type)
        case .int96, .fixedBytes:
            let width = leaf.type == .int96 ? 12 : leaf.width
            guard count <= reader.rest.count / width else { return nil }
            return .bytes((0..<count).map { _ in reader.take(width).map { reader.bytes[$0] } ?? [] })
        case .byteArray:
            var values: [ArraySlice<UInt8>] = []
            for _ in 0..<count {
                guard let length = reader.little(4), let range = reader.take(Int(length)) else { return nil }
                values.append(reader.bytes[range])
            }
            return .bytes(values)
        }
    }

    /// Numbers out of their bits.
    private static func numbers(_ bits: [UInt64], _ type: ParquetPhysicalType) -> ParquetValues {
        switch type {
        case .int32: .integers(bits.map { Int64(Int32(truncatingIfNeeded: $0)) })
        case .float: .numbers(bits.map { Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) })
        case .double: .numbers(bits.map { Double(bitPattern: $0) })
        default: .integers(bits.map { Int64(bitPattern: $0) })
        }
    }

    /// Differences to the value before, in blocks of small groups that have a width each.
    private static func deltas(_ reader: inout ByteReader, _ most: Int) -> [Int64]? {
        guard let block = reader.variable(), let groups = reader.variable(), let count = reader.variable(),
            var value = reader.zigZag(), count <= UInt64(most), block <= 1 << 20, groups > 0,
            block % groups == 0,
            block / groups % 8 == 0, block > 0
        else { return nil }
        let size = Int(block / groups)
        var values: [Int64] = []
        values.reserveCapacity(Int(count))
        if count > 0 { values.append(value) }
        while values.count < Int(count) {
            guard let least = reader.zigZag(), let widths = reader.take(Int(groups)) else { return nil }
            for place in widths where values.count < Int(count) {
                let width = Int(reader.bytes[place])
                guard width <= 64, let packed = reader.packed(size, width: width) else { return nil }
                for delta in packed.prefix(Int(count) - values.count) {
                    value = value &+ least &+ Int64(bitPattern: delta)
                    values.append(value)
                }
            }
        }
        return values
    }

    private static func lengthsFirst(_ reader: inout ByteReader, _ count: Int) -> [ArraySlice<UInt8>]? {
        guard let lengths = deltas(&reader, count) else { return nil }
        var values: [ArraySlice<UInt8>] = []
        for length in lengths {
            guard let length = Int(exactly: length), let range = reader.take(length) else { return nil }
            values.append(reader.bytes[range])
        }
        return values
    }

    /// Each value begins as the one before: how far, then what is new.
    private static func prefixed(_ reader: inout ByteReader, _ count: Int) -> [ArraySlice<UInt8>]? {
        guard let shared = deltas(&reader, count), let ends = lengthsFirst(&reader, count),
            shared.count == ends.count
        else { return nil }
        // A few bytes could name a text that grows with every value.
        var (room, last) = (1 << 30, ArraySlice<UInt8>())
        var values: [ArraySlice<UInt8>] = []
        for (shared, end) in zip(shared, ends) {
            guard shared >= 0, shared <= last.count else { return nil }
            last = ArraySlice(Array(last.prefix(Int(shared))) + end)
            room -= last.count
            guard room >= 0 else { return nil }
            values.append(last)
        }
        return values
    }

    /// All first bytes, then all second ones, and so on.
    private static func streams(_ reader: inout ByteReader, _ leaf: ParquetLeaf, _ count: Int)
        -> ParquetValues?
    {
        let width: Int
        switch leaf.type {
        case .int32, .float: width = 4
        case .int64, .double: width = 8
        case .fixedBytes: width = leaf.width
        default: return nil
        }
        guard count <= reader.rest.count / width, let range = reader.take(count * width) else { return nil }
        let (bytes, start) = (reader.bytes, range.lowerBound)
        let values = (0..<count).map { item in (0..<width).map { bytes[start + $0 * count + item] } }
        if leaf.type == .fixedBytes { return .bytes(values.map { $0[...] }) }
        return numbers(values.map { $0.reversed().reduce(0) { $0 << 8 | UInt64($1) } }, leaf.type)
    }
}
