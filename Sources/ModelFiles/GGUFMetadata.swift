// Keys and values of a GGUF file in the file's order, and getters that check types.
// It knows nothing of which keys a model needs.

/// The metadata of a GGUF file: an ordered dictionary.
///
/// The typed getters return nil for a key that is absent and throw `wrongType` for a value of another type.
public struct GGUFMetadata: Sendable {
    /// All keys and values, in order.
    public private(set) var entries: [(key: String, value: GGUFValue)] = []
    private var positions: [String: Int] = [:]
    /// The file it was read from, for messages; empty when made in memory.
    package var file = ""

    /// No keys.
    public init() {}

    /// The number of keys.
    public var count: Int { entries.count }

    /// The keys, in order.
    public var keys: some RandomAccessCollection<String> { entries.lazy.map(\.key) }

    /// The value of `key`. Setting keeps the place of a key that exists and puts a new one last; setting nil
    /// removes it (O(n)).
    public subscript(key: String) -> GGUFValue? {
        get { positions[key].map { entries[$0].value } }
        set {
            switch (positions[key], newValue) {
            case (let position?, let value?): entries[position].value = value
            case (nil, let value?):
                positions[key] = entries.count
                entries.append((key, value))
            case (let position?, nil):
                entries.remove(at: position)
                positions[key] = nil
                for later in position..<entries.count { positions[entries[later].key] = later }
            case (nil, nil): break
            }
        }
    }
}

extension GGUFMetadata: Equatable {
    /// Whether both have the same keys and values in the same order, wherever they came from.
    public static func == (a: GGUFMetadata, b: GGUFMetadata) -> Bool {
        a.entries.elementsEqual(b.entries) { $0.key == $1.key && $0.value == $1.value }
    }
}

extension GGUFMetadata {
    /// A string. Throws also when its bytes are not UTF-8; see `bytes(_:)`.
    public func string(_ key: String) throws(ModelFileError) -> String? {
        guard let bytes = try bytes(key) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw failure(key, "expected UTF-8 text, found other bytes")
        }
        return text
    }

    /// The bytes of a string, UTF-8 or not.
    public func bytes(_ key: String) throws(ModelFileError) -> [UInt8]? {
        guard let value = self[key] else { return nil }
        guard case .string(let bytes) = value else { throw wrongType(key, value, expected: "string") }
        return bytes
    }

    /// A value of any integer type.
    public func integer(_ key: String) throws(ModelFileError) -> Int? {
        guard let value = self[key] else { return nil }
        let integer: Int? =
            switch value {
            case .uint8(let v): Int(v)
            case .int8(let v): Int(v)
            case .uint16(let v): Int(v)
            case .int16(let v): Int(v)
            case .uint32(let v): Int(v)
            case .int32(let v): Int(v)
            case .uint64(let v): Int(exactly: v)
            case .int64(let v): Int(v)
            default: throw wrongType(key, value, expected: "an integer")
            }
        guard let integer else { throw failure(key, "expected at most \(Int.max), found \(value)") }
        return integer
    }

    /// A `float32`, or a `float64` rounded to one.
    public func float(_ key: String) throws(ModelFileError) -> Float? {
        switch self[key] {
        case nil: return nil
        case .float32(let v): return v
        case .float64(let v): return Float(v)
        case let other?: throw wrongType(key, other, expected: "float32 or float64")
        }
    }

    /// A truth value.
    public func bool(_ key: String) throws(ModelFileError) -> Bool? {
        switch self[key] {
        case nil: return nil
        case .bool(let v): return v
        case let other?: throw wrongType(key, other, expected: "bool")
        }
    }

    /// An array of strings, one array of bytes each. `packedStrings(_:)` copies nothing.
    public func strings(_ key: String) throws(ModelFileError) -> [[UInt8]]? {
        try packedStrings(key).map { $0.map(Array.init) }
    }

    /// An array of strings as it is stored.
    public func packedStrings(_ key: String) throws(ModelFileError) -> GGUFStrings? {
        switch self[key] {
        case nil: return nil
        case .array(.string(let strings)): return strings
        case let other?: throw wrongType(key, other, expected: "array of string")
        }
    }

    /// An array of `float32`, or of `float64` rounded.
    public func floats(_ key: String) throws(ModelFileError) -> [Float]? {
        switch self[key] {
        case nil: return nil
        case .array(.float32(let a)): return a
        case .array(.float64(let a)): return a.map { Float($0) }
        case let other?: throw wrongType(key, other, expected: "array of float32 or float64")
        }
    }

    /// An array of any integer type.
    public func integers(_ key: String) throws(ModelFileError) -> [Int]? {
        switch self[key] {
        case nil: return nil
        case .array(.uint8(let a)): return a.map { Int($0) }
        case .array(.int8(let a)): return a.map { Int($0) }
        case .array(.uint16(let a)): return a.map { Int($0) }
        case .array(.int16(let a)): return a.map { Int($0) }
        case .array(.uint32(let a)): return a.map { Int($0) }
        case .array(.int32(let a)): return a.map { Int($0) }
        case .array(.int64(let a)): return a.map { Int($0) }
        case .array(.uint64(let a)):
            guard let tooLarge = a.first(where: { $0 > Int.max }) else { return a.map { Int($0) } }
            throw failure(key, "expected at most \(Int.max), found \(tooLarge)")
        case let other?: throw wrongType(key, other, expected: "array of integers")
        }
    }

    private func wrongType(_ key: String, _ value: GGUFValue, expected: String) -> ModelFileError {
        failure(key, "expected \(expected), found \(value.typeName)")
    }

    private func failure(_ key: String, _ problem: String) -> ModelFileError {
        ModelFileError(.wrongType, file: file, item: "key \(printable(key))", problem)
    }
}
