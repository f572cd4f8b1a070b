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

    /// Takes `count` strings, each after its length in 8 bytes. A vocabulary has several 100,000, and a user waits
    /// for them: the first walk checks them and finds the total, the second copies into one block.
    mutating func strings(_ count: Int) throws(CursorFailure) -> GGUFStrings {
        let start = offset
        var total = 0
        for _ in 0..<count {
            if remaining >= 8, case let length = length(at: offset), length <= remaining - 8 {
                offset += 8 + Int(length)
                total += Int(length)
            } else {
                _ = try take(try integer("a string's length"), "a string")  // says what is wrong
            }
        }
        var block: [UInt8] = []
        let ends = [Int](unsafeUninitializedCapacity: count) { ends, initialized in
            block = [UInt8](unsafeUninitializedCapacity: total) { block, initialized in
                initialized = copyStrings(from: start, into: UnsafeMutableRawBufferPointer(block), ends)
            }
            initialized = count
        }
        return GGUFStrings(bytes: block, ends: ends)
    }

    private func length(at offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Copies as many strings as `ends` has room for, known to be sound, and returns the number of bytes.
    private func copyStrings(
        from start: Int, into block: UnsafeMutableRawBufferPointer, _ ends: UnsafeMutableBufferPointer<Int>
    ) -> Int {
        var source = start
        var target = 0
        for index in 0..<ends.count {
            let length = Int(length(at: source))
            source += 8
            if length <= 16, source + 16 <= bytes.count, target + 16 <= block.count {
                // Most strings are as short as this. What is copied too much, the next string overwrites.
                block.storeBytes(
                    of: bytes.loadUnaligned(fromByteOffset: source, as: SIMD2<UInt64>.self),
                    toByteOffset: target, as: SIMD2<UInt64>.self)
            } else {
                UnsafeMutableRawBufferPointer(rebasing: block[target...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[source..<source + length]))
            }
            source += length
            target += length
            ends.initializeElement(at: index, to: target)
        }
        return target
    }
}
