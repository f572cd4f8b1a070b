// Thrift's compact protocol, as far as Parquet's footer and page headers need it. Source: apache/thrift,
// doc/specs/thrift-compact-protocol.md. It reads values as a tree; what the fields mean, its callers know.

/// A value of Thrift.
enum ThriftValue {
    case bool(Bool)
    case int(Int64)
    case double(UInt64)  // its bits; nobody here needs one
    case bytes([UInt8])
    case list([ThriftValue])
    case fields([Int16: ThriftValue])

    subscript(field: Int16) -> ThriftValue? {
        if case .fields(let fields) = self { fields[field] } else { nil }
    }
    var int: Int64? { if case .int(let value) = self { value } else { nil } }
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var list: [ThriftValue]? { if case .list(let values) = self { values } else { nil } }
    var fields: [Int16: ThriftValue]? { if case .fields(let fields) = self { fields } else { nil } }
    var text: String? {
        if case .bytes(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
    }
}

/// Reads a struct from bytes that may be hostile: it ends in an error, never a trap.
struct ThriftReader {
    /// The bytes are not Thrift; where.
    struct Damaged: Error { let index: Int }

    private static let depthLimit = 32

    let bytes: [UInt8]
    private(set) var index: Int

    init(_ bytes: [UInt8], from index: Int = 0) {
        self.bytes = bytes
        self.index = index
    }

    mutating func readStruct(depth: Int = 0) throws(Damaged) -> ThriftValue {
        guard depth < Self.depthLimit else { throw damaged }
        var fields: [Int16: ThriftValue] = [:]
        var last: Int16 = 0
        while true {
            let header = try readByte()
            if header == 0 { return .fields(fields) }
            if header >> 4 == 0 {
                guard let id = Int16(exactly: try readZigZag()) else { throw damaged }
                last = id
            } else {
                let (id, isTooLarge) = last.addingReportingOverflow(Int16(header >> 4))
                guard !isTooLarge else { throw damaged }
                last = id
            }
            switch header & 0x0F {
            case 1: fields[last] = .bool(true)
            case 2: fields[last] = .bool(false)
            case let type: fields[last] = try readValue(type, depth)
            }
        }
    }

    private mutating func readValue(_ type: UInt8, _ depth: Int) throws(Damaged) -> ThriftValue {
        switch type {
        case 1, 2: return .bool(try readByte() == 1)  // in lists
        case 3: return .int(Int64(Int8(bitPattern: try readByte())))
        case 4, 5, 6: return .int(try readZigZag())
        case 7:
            var bits: UInt64 = 0
            for shift in 0..<8 { bits |= UInt64(try readByte()) << (8 * UInt64(shift)) }
            return .double(bits)
        case 8:
            let count = try readVariable()
            guard count <= UInt64(bytes.count - index) else { throw damaged }
            defer { index += Int(count) }
            return .bytes(Array(bytes[index..<index + Int(count)]))
        case 9, 10:
            let header = try readByte()
            let count = header >> 4 == 15 ? try readVariable() : UInt64(header >> 4)
            // An element takes a byte at least.
            guard count <= UInt64(bytes.count - index), depth < Self.depthLimit else { throw damaged }
            var values: [ThriftValue] = []
            for _ in 0..<count { values.append(try readValue(header & 0x0F, depth + 1)) }
            return .list(values)
        case 11:
            let count = try readVariable()
            guard count <= UInt64(bytes.count - index), depth < Self.depthLimit else { throw damaged }
            guard count > 0 else { return .list([]) }
            let types = try readByte()
            // Parquet has no map that is needed here.
            for _ in 0..<count {
                _ = try readValue(types >> 4, depth + 1)
                _ = try readValue(types & 0x0F, depth + 1)
            }
            return .list([])
        case 12: return try readStruct(depth: depth + 1)
        default: throw damaged
        }
    }

    private var damaged: Damaged { Damaged(index: index) }

    private mutating func readByte() throws(Damaged) -> UInt8 {
        guard index < bytes.count else { throw damaged }
        defer { index += 1 }
        return bytes[index]
    }

    private mutating func readVariable() throws(Damaged) -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while true {
            let byte = try readByte()
            guard shift < 64 else { throw damaged }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    private mutating func readZigZag() throws(Damaged) -> Int64 {
        let value = try readVariable()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
