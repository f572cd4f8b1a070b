// The values of GGUF metadata: 11 scalar types, byte strings and arrays, stored as lean as in the file.
// It knows nothing of files and keys.

/// One metadata value.
public enum GGUFValue: Sendable, Equatable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case uint64(UInt64)
    case int64(Int64)
    case float32(Float)
    case float64(Double)
    case bool(Bool)
    /// Bytes that should be UTF-8; nothing makes sure that they are.
    case string([UInt8])
    case array(GGUFArray)

    /// A string value.
    public static func text(_ text: String) -> GGUFValue { .string(Array(text.utf8)) }
}

/// An array of one type. Large ones (a vocabulary has 128,000 strings) are one block of memory.
public enum GGUFArray: Sendable, Equatable {
    case uint8([UInt8])
    case int8([Int8])
    case uint16([UInt16])
    case int16([Int16])
    case uint32([UInt32])
    case int32([Int32])
    case uint64([UInt64])
    case int64([Int64])
    case float32([Float])
    case float64([Double])
    case bool([Bool])
    case string(GGUFStrings)
    case array([GGUFArray])

    /// The number of elements.
    public var count: Int {
        switch self {
        case .uint8(let a): a.count
        case .int8(let a): a.count
        case .uint16(let a): a.count
        case .int16(let a): a.count
        case .uint32(let a): a.count
        case .int32(let a): a.count
        case .uint64(let a): a.count
        case .int64(let a): a.count
        case .float32(let a): a.count
        case .float64(let a): a.count
        case .bool(let a): a.count
        case .string(let a): a.count
        case .array(let a): a.count
        }
    }
}

/// Many byte strings in one block of memory. Subscripting is O(1) and copies nothing.
public struct GGUFStrings: Sendable, Equatable {
    /// The strings end to end.
    package private(set) var bytes: [UInt8] = []
    /// Where each string stops in `bytes`; it starts where the one before stops.
    package private(set) var ends: [Int] = []

    /// No strings.
    public init() {}

    /// Copies `strings` into one block.
    public init(_ strings: some Sequence<some Sequence<UInt8>>) {
        for string in strings { append(string) }
    }

    /// Copies the UTF-8 of `strings` into one block.
    public init(_ strings: some Sequence<String>) {
        for string in strings { append(string.utf8) }
    }

    /// Adds one string at the end: amortised O(its bytes).
    public mutating func append(_ string: some Sequence<UInt8>) {
        bytes.append(contentsOf: string)
        ends.append(bytes.count)
    }

    init(bytes: [UInt8], ends: [Int]) {
        self.bytes = bytes
        self.ends = ends
    }
}

extension GGUFStrings: RandomAccessCollection {
    /// Always 0.
    public var startIndex: Int { 0 }
    /// The number of strings.
    public var endIndex: Int { ends.count }
    /// The bytes of string `position`; its indices are those of the block, not from 0.
    public subscript(position: Int) -> ArraySlice<UInt8> {
        bytes[(position == 0 ? 0 : ends[position - 1])..<ends[position]]
    }
}

/// The number that stands for a type in a file. (The format is closed: a new type means a new version.)
enum GGUFValueType: UInt32 {
    case uint8 = 0
    case int8 = 1
    case uint16 = 2
    case int16 = 3
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
    case uint64 = 10
    case int64 = 11
    case float64 = 12

    /// The fewest bytes that one value can take in a file.
    var minimumBytes: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64, .string: 8
        case .array: 12
        }
    }
}

extension GGUFArray {
    var elementType: GGUFValueType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .uint64: .uint64
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        case .bool: .bool
        case .string: .string
        case .array: .array
        }
    }
}

extension GGUFValue {
    var type: GGUFValueType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .uint64: .uint64
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        case .bool: .bool
        case .string: .string
        case .array: .array
        }
    }

    /// The type in words, for messages: `uint32`, `array of string`.
    package var typeName: String {
        if case .array(let array) = self { "array of \(array.elementType)" } else { "\(type)" }
    }
}
