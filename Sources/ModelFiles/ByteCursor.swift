// A position in bytes nobody trusts: every read is checked against the end before it happens.
// It knows sizes and byte order; it knows nothing of what is read.

/// What a cursor reports; the parser adds the file and the item.
struct CursorFailure: Error {
    var code: ModelFileError.Code
    var offset: Int?
    var problem: String
}

/// Reads little-endian values one after the other.
struct ByteCursor {
    private let bytes: UnsafeRawBufferPointer
    private let isCut: Bool
    private(set) var offset = 0

    /// Reads the first `limit` of `bytes`, which are a whole file.
    init(_ bytes: UnsafeRawBufferPointer, limit: Int) {
        self.bytes = UnsafeRawBufferPointer(rebasing: bytes.prefix(limit))
        isCut = bytes.count > limit
    }

    /// The bytes not yet read.
    var remaining: Int { bytes.count - offset }

    /// Takes the next `count` items of at least `size` bytes each.
    mutating func take(_ count: UInt64, of size: Int = 1, _ what: StaticString) throws(CursorFailure)
        -> UnsafeRawBufferPointer
    {
        let count = try require(count, of: size, what)
        let taken = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count * size)])
        offset += taken.count
        return taken
    }

    /// Checks that `count` items of at least `size` bytes each can still follow, before memory is set aside
    /// for them.
    func require(_ count: UInt64, of size: Int, _ what: StaticString) throws(CursorFailure) -> Int {
        guard count <= UInt64(remaining / size) else {
            let wanted = size == 1 ? "\(count) bytes" : "\(count) × \(size) bytes"
            let end = isCut ? "to the limit of \(bytes.count)" : "to the end of the file"
            throw CursorFailure(
                code: isCut ? .tooLarge : .truncated, offset: offset,
                problem: "expected \(wanted) for \(what), found \(remaining) bytes \(end)")
        }
        return Int(count)
    }

    mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ what: StaticString) throws(CursorFailure)
        -> T
    {
        T(littleEndian: try take(1, of: MemoryLayout<T>.size, what).loadUnaligned(as: T.self))
    }

    /// Takes `count` numbers, converted by `convert`: one check, one block of memory.
    mutating func array<Raw: FixedWidthInteger & BitwiseCopyable, Value>(
        _ count: UInt64, _ convert: (Raw) -> Value
    ) throws(CursorFailure) -> [Value] {
        let size = MemoryLayout<Raw>.size
        let taken = try take(count, of: size, "an array")
        return [Value](unsafeUninitializedCapacity: taken.count / size) { values, initialized in
            for position in 0..<values.count {
                let raw = taken.loadUnaligned(fromByteOffset: position * size, as: Raw.self)
                values.initializeElement(at: position, to: convert(Raw(littleEndian: raw)))
            }
            initialized = values.count
        }
    }
}
