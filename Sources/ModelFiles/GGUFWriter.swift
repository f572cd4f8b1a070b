// Writes GGUF version 3, little endian: header, metadata, descriptions, then the data as it comes.
// It knows the format's layout; where bytes come from is the sources' business.

public import SystemPackage
import Tensors

/// Writes a GGUF file from metadata and tensors.
public struct GGUFWriter {
    /// Keys and values. `general.alignment` (uint32, a power of two) changes the alignment from 32.
    public var metadata: GGUFMetadata
    /// The tensors, in the order they will have in the file.
    public var tensors: [TensorSource]

    /// A writer of these keys and tensors.
    public init(metadata: GGUFMetadata = GGUFMetadata(), tensors: [TensorSource] = []) {
        self.metadata = metadata
        self.tensors = tensors
    }

    /// Writes the file under a temporary name in the same folder, syncs it and renames it to `path`, so that
    /// `path` always holds a whole file: the old one or the new one.
    ///
    /// `progress` is called with the bytes written so far and the bytes in all. Throws `ModelFileError` when
    /// names repeat, shapes do not fit formats, a source passes on too much or too little, or the disk
    /// refuses; and whatever a source throws.
    public func write(
        to path: FilePath, progress: (_ written: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        let alignment = try GGUFLayout.alignment(in: metadata, file: path.string)
        let layout = try GGUFLayout(
            metadata: metadata, tensors: tensors, alignment: alignment, file: path.string)
        var file = try AtomicFile(path: path)
        try file.write(layout.header)
        progress(file.count, layout.total)
        for (tensor, size) in zip(tensors, layout.sizes) {
            try file.pad(to: alignment)
            var written = file.count
            try tensor.stream(into: &file, byteCount: size, path: path.string) { piece in
                written += piece
                progress(written, layout.total)
            }
        }
        try file.pad(to: alignment)  // ggml expects the last tensor padded too.
        progress(file.count, layout.total)
        try file.commit()
    }
}

/// Everything before the data, and the sizes of what follows.
private struct GGUFLayout {
    var header: [UInt8] = []
    var sizes: [Int] = []
    var total = 0

    init(
        metadata: GGUFMetadata, tensors: [TensorSource], alignment: Int, file: String
    ) throws(ModelFileError) {
        put(ggufMagic)
        put(UInt32(3))
        put(UInt64(tensors.count))
        put(UInt64(metadata.count))
        for (key, value) in metadata.entries {
            try put(name: key, item: "key \(printable(key))", file: file)
            put(value.type.rawValue)
            put(value)
        }
        var names: Set<String> = []
        var offset = 0
        for tensor in tensors {
            let item = "tensor \(printable(tensor.name))"
            guard names.insert(tensor.name).inserted else {
                throw ModelFileError(.duplicate, file: file, item: item, "two tensors have this name")
            }
            guard (1...GGUFLimits.dimensions).contains(tensor.shape.count), !tensor.shape.contains(0) else {
                throw ModelFileError(
                    .invalid, file: file, item: item,
                    "expected 1 to 4 dimensions and none of them 0, found \(tensor.shape)")
            }
            try put(name: tensor.name, item: item, file: file)
            put(UInt32(tensor.shape.count))
            for dimension in tensor.shape.reversed() { put(UInt64(dimension)) }
            put(tensor.format.ggmlType)
            put(UInt64(offset))
            let size = try tensor.byteCount(file: file)
            sizes.append(size)
            offset = aligned(offset + size, alignment)
        }
        total = aligned(header.count, alignment) + offset
    }

    static func alignment(in metadata: GGUFMetadata, file: String) throws(ModelFileError) -> Int {
        guard let value = metadata["general.alignment"] else { return GGUFLimits.defaultAlignment }
        guard case .uint32(let alignment) = value, alignment.nonzeroBitCount == 1,
            alignment <= GGUFLimits.alignment
        else {
            throw ModelFileError(
                .invalid, file: file, item: "key general.alignment",
                "expected uint32, a power of two up to \(GGUFLimits.alignment), found \(value)")
        }
        return Int(alignment)
    }

    private func aligned(_ offset: Int, _ alignment: Int) -> Int {
        (offset + alignment - 1) / alignment * alignment
    }
}

// MARK: Encoding

extension GGUFLayout {
    private mutating func put<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { header.append(contentsOf: $0) }
    }

    private mutating func put<T: FixedWidthInteger>(_ values: [T]) {
        for value in values { put(value) }
    }

    private mutating func put(bytes: some Collection<UInt8>) {
        put(UInt64(bytes.count))
        header.append(contentsOf: bytes)
    }

    private mutating func put(name: String, item: String, file: String) throws(ModelFileError) {
        guard name.utf8.count <= GGUFLimits.nameBytes else {
            throw ModelFileError(
                .tooLarge, file: file, item: item,
                "expected a name of at most \(GGUFLimits.nameBytes) bytes, found \(name.utf8.count)")
        }
        put(bytes: name.utf8)
    }

    private mutating func put(_ value: GGUFValue) {
        switch value {
        case .uint8(let v): put(v)
        case .int8(let v): put(v)
        case .uint16(let v): put(v)
        case .int16(let v): put(v)
        case .uint32(let v): put(v)
        case .int32(let v): put(v)
        case .uint64(let v): put(v)
        case .int64(let v): put(v)
        case .float32(let v): put(v.bitPattern)
        case .float64(let v): put(v.bitPattern)
        case .bool(let v): put(v ? 1 as UInt8 : 0)
        case .string(let v): put(bytes: v)
        case .array(let v): put(v)
        }
    }

    private mutating func put(_ array: GGUFArray) {
        put(array.elementType.rawValue)
        put(UInt64(array.count))
        switch array {
        case .uint8(let a): header.append(contentsOf: a)
        case .int8(let a): put(a)
        case .uint16(let a): put(a)
        case .int16(let a): put(a)
        case .uint32(let a): put(a)
        case .int32(let a): put(a)
        case .uint64(let a): put(a)
        case .int64(let a): put(a)
        case .float32(let a): put(a.map(\.bitPattern))
        case .float64(let a): put(a.map(\.bitPattern))
        case .bool(let a): header.append(contentsOf: a.map { $0 ? 1 : 0 })
        case .string(let a): for string in a { put(bytes: string) }
        case .array(let a): for nested in a { put(nested) }
        }
    }
}
