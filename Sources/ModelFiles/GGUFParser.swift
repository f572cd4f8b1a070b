// GGUF's structure: header, metadata, tensor descriptions, and the checks that make all of it safe to use.
// It sees bytes only: mapping, several parts and looking tensors up belong to GGUFFile.
// Source of the format: docs/gguf.md in the ggml repository.

/// What one GGUF file says, with every count, offset and size checked against the bytes it came from.
package struct GGUFContents {
    package var version: UInt32
    package var metadata: GGUFMetadata
    package var alignment: Int
    package var tensors: [TensorInfo]

    /// Parses `bytes`, a whole file. `file` is for messages.
    package init(parsing bytes: UnsafeRawBufferPointer, file: String) throws(ModelFileError) {
        var parser = GGUFParser(bytes: bytes, file: file)
        self = try parser.parse()
    }

    init(version: UInt32, metadata: GGUFMetadata, alignment: Int, tensors: [TensorInfo]) {
        self.version = version
        self.metadata = metadata
        self.alignment = alignment
        self.tensors = tensors
    }
}

/// Limits that no real file comes near; past them a file is damaged or hostile.
package enum GGUFLimits {
    /// The specification's longest key; tensor names in it are even shorter (64).
    package static let nameBytes = 65_535
    /// Everything before the tensors' data. The largest vocabularies take about 20 MB.
    package static let headerBytes = 1 << 30
    /// Arrays within arrays. No known file has any.
    package static let arrayDepth = 4
    /// ggml's GGML_MAX_DIMS.
    package static let dimensions = 4
    /// A power of two from 1 up to this; 32 unless the file says otherwise.
    package static let alignment = 1 << 24
    package static let defaultAlignment = 32
}

let ggufMagic: UInt32 = 0x4655_4747  // "GGUF", read as little endian

/// One pass over one file.
struct GGUFParser {
    /// The size of the file whose beginning is read.
    let fileBytes: Int
    let file: String
    var cursor: ByteCursor
    /// What is being read, for messages: a closure, so that nothing is built unless it fails.
    var item: Item = .header

    enum Item {
        case header
        case keyNumber(Int)
        case key(String)
        case tensorNumber(Int)
        case tensor(String)

        var text: String? {
            switch self {
            case .header: "header"
            case .keyNumber(let number): "key number \(number)"
            case .key(let key): "key \(printable(key))"
            case .tensorNumber(let number): "tensor number \(number)"
            case .tensor(let name): "tensor \(printable(name))"
            }
        }
    }

    /// - Parameter fileBytes: the size of the file, where `bytes` are not all of it but its header at least.
    init(bytes: UnsafeRawBufferPointer, file: String, fileBytes: Int? = nil) {
        self.fileBytes = fileBytes ?? bytes.count
        self.file = file
        cursor = ByteCursor(bytes, limit: GGUFLimits.headerBytes)
    }

    mutating func parse() throws(ModelFileError) -> GGUFContents {
        do {
            let version = try header()
            let tensorCount: UInt64 = try cursor.integer("the number of tensors")
            let keyCount: UInt64 = try cursor.integer("the number of keys")
            // A key takes 14 bytes at least (length, one byte of name, type, value), a tensor 33 (length,
            // one byte of name, rank, one dimension, type, offset): a count that cannot be true ends here.
            let tensors = try cursor.require(tensorCount, of: 33, "the tensors' descriptions")
            let keys = try cursor.require(keyCount, of: 14, "the keys")
            let metadata = try self.metadata(count: keys)
            let alignment = try self.alignment(in: metadata)
            let stated = try descriptions(count: tensors)
            let placed = try place(stated, alignment: alignment)
            return GGUFContents(
                version: version, metadata: metadata, alignment: alignment, tensors: placed)
        } catch {
            throw located(error)
        }
    }

    // MARK: Header

    mutating func header() throws(CursorFailure) -> UInt32 {
        let magic: UInt32 = try cursor.integer("the magic number")
        guard magic == ggufMagic else {
            throw failure(.invalid, at: 0, "expected the magic number GGUF; this is not a GGUF file")
        }
        let version: UInt32 = try cursor.integer("the version")
        switch version {
        case 2, 3: return version
        case 1:
            throw failure(
                .unsupported, at: 4,
                "expected version 2 or 3, found version 1 of August 2023; convert the model again")
        case let v where v & 0xffff == 0:
            throw failure(
                .unsupported, at: 4,
                "expected little-endian numbers, found big-endian ones (version \(v.byteSwapped)); "
                    + "convert it with the gguf package's gguf-convert-endian")
        default:
            throw failure(
                .unsupported, at: 4, "expected version 2 or 3, found \(version); is there a newer Sirocco?")
        }
    }

    // MARK: Metadata

    mutating func metadata(count: Int) throws(CursorFailure) -> GGUFMetadata {
        var metadata = GGUFMetadata()
        metadata.file = file
        for number in 0..<count {
            item = .keyNumber(number)
            let start = cursor.offset
            let key = try name("the key")
            item = .key(key)
            guard metadata[key] == nil else { throw failure(.duplicate, at: start, "the key occurs twice") }
            metadata[key] = try value(of: try type("the value's type"))
        }
        item = .header
        return metadata
    }

    mutating func name(_ what: StaticString) throws(CursorFailure) -> String {
        let start = cursor.offset
        let length: UInt64 = try cursor.integer("a string's length")
        let bytes = try cursor.take(length, what)
        // Reads as zeros where a download left a hole, so it pays to be strict.
        guard length > 0 else { throw failure(.invalid, at: start, "expected a name, found an empty one") }
        guard bytes.count <= GGUFLimits.nameBytes else {
            throw failure(
                .tooLarge, at: start,
                "expected a name of at most \(GGUFLimits.nameBytes) bytes, found \(length)")
        }
        guard let name = String(validating: bytes, as: UTF8.self) else {
            throw failure(.invalid, at: start, "expected a name in UTF-8, found other bytes")
        }
        return name
    }

    mutating func type(_ what: StaticString) throws(CursorFailure) -> GGUFValueType {
        let start = cursor.offset
        let number: UInt32 = try cursor.integer(what)
        guard let type = GGUFValueType(rawValue: number) else {
            throw failure(.invalid, at: start, "expected a value type from 0 to 12, found \(number)")
        }
        return type
    }

    mutating func value(of type: GGUFValueType) throws(CursorFailure) -> GGUFValue {
        switch type {
        case .uint8: .uint8(try cursor.integer("a value"))
        case .int8: .int8(try cursor.integer("a value"))
        case .uint16: .uint16(try cursor.integer("a value"))
        case .int16: .int16(try cursor.integer("a value"))
        case .uint32: .uint32(try cursor.integer("a value"))
        case .int32: .int32(try cursor.integer("a value"))
        case .uint64: .uint64(try cursor.integer("a value"))
        case .int64: .int64(try cursor.integer("a value"))
        case .float32: .float32(Float(bitPattern: try cursor.integer("a value")))
        case .float64: .float64(Double(bitPattern: try cursor.integer("a value")))
        case .bool: .bool(try bools(1)[0])
        case .string: .string(Array(try cursor.take(try cursor.integer("a string's length"), "a string")))
        case .array: .array(try array(depth: 1))
        }
    }

    mutating func bools(_ count: UInt64) throws(CursorFailure) -> [Bool] {
        let start = cursor.offset
        let values = try cursor.array(count) { (raw: UInt8) in raw }
        if let wrong = values.firstIndex(where: { $0 > 1 }) {
            throw failure(.invalid, at: start + wrong, "expected 0 or 1 for a bool, found \(values[wrong])")
        }
        return values.map { $0 == 1 }
    }

    mutating func array(depth: Int) throws(CursorFailure) -> GGUFArray {
        guard depth <= GGUFLimits.arrayDepth else {
            throw failure(
                .tooLarge, at: cursor.offset,
                "expected arrays nested at most \(GGUFLimits.arrayDepth) deep, found more")
        }
        let type = try type("an array's type")
        let count: UInt64 = try cursor.integer("an array's length")
        let checked = try cursor.require(count, of: type.minimumBytes, "an array")
        switch type {
        case .uint8: return .uint8(try cursor.array(count) { (raw: UInt8) in raw })
        case .int8: return .int8(try cursor.array(count) { (raw: Int8) in raw })
        case .uint16: return .uint16(try cursor.array(count) { (raw: UInt16) in raw })
        case .int16: return .int16(try cursor.array(count) { (raw: Int16) in raw })
        case .uint32: return .uint32(try cursor.array(count) { (raw: UInt32) in raw })
        case .int32: return .int32(try cursor.array(count) { (raw: Int32) in raw })
        case .uint64: return .uint64(try cursor.array(count) { (raw: UInt64) in raw })
        case .int64: return .int64(try cursor.array(count) { (raw: Int64) in raw })
        case .float32: return .float32(try cursor.array(count) { (raw: UInt32) in Float(bitPattern: raw) })
        case .float64: return .float64(try cursor.array(count) { (raw: UInt64) in Double(bitPattern: raw) })
        case .bool: return .bool(try bools(count))
        case .string: return .string(try cursor.strings(checked))
        case .array:
            var arrays: [GGUFArray] = []
            for _ in 0..<checked { arrays.append(try array(depth: depth + 1)) }
            return .array(arrays)
        }
    }

    mutating func alignment(in metadata: GGUFMetadata) throws(CursorFailure) -> Int {
        let key = "general.alignment"
        item = .key(key)
        switch metadata[key] {
        case nil: return GGUFLimits.defaultAlignment
        case .uint32(let value)? where value.nonzeroBitCount == 1 && value <= GGUFLimits.alignment:
            return Int(value)
        case let other?:
            let found = if case .uint32(let value) = other { "\(value)" } else { other.typeName }
            throw failure(
                .invalid, at: nil,
                "expected uint32, a power of two up to \(GGUFLimits.alignment), found \(found)")
        }
    }
}

// MARK: Messages

extension GGUFParser {
    func failure(_ code: ModelFileError.Code, at offset: Int?, _ problem: String) -> CursorFailure {
        CursorFailure(code: code, offset: offset, problem: problem)
    }

    func located(_ failure: CursorFailure) -> ModelFileError {
        ModelFileError(
            failure.code, file: file, item: item.text, offset: failure.offset, failure.problem)
    }
}
