// A tensor on its way into a file: what it is, and where its bytes come from.
// It knows no file format; both writers share it.

public import Tensors

/// A tensor to be written, whose bytes come in pieces, so that none has to be in memory as a whole.
public struct TensorSource {
    /// Takes the next bytes of a tensor, any number at a time, in order.
    public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// The name in the file.
    public let name: String
    /// How the elements are stored.
    public let format: BlockFormat
    /// The dimensions, outermost first.
    public let shape: [Int]
    let writeBytes: (Sink) throws -> Void

    /// A tensor whose bytes `write` passes on when its turn comes: exactly as many as format and shape say.
    public init(
        name: String, format: BlockFormat, shape: [Int], write: @escaping (_ sink: Sink) throws -> Void
    ) {
        self.name = name
        self.format = format
        self.shape = shape
        writeBytes = write
    }

    /// A tensor whose bytes are in memory.
    public init(name: String, format: BlockFormat, shape: [Int], bytes: [UInt8]) {
        self.init(name: name, format: format, shape: shape) { sink in try bytes.withUnsafeBytes(sink) }
    }

    /// A tensor copied as it is from `file`, in rows even if that is packed, perhaps under another name.
    public init(copying tensor: TensorInfo, of file: GGUFFile, name: String? = nil) {
        self.init(name: name ?? tensor.name, format: tensor.format, shape: tensor.shape) { sink in
            try file.stream(tensor, to: sink)
        }
    }
}

extension TensorSource {
    /// The size of the data; throws when shape and format do not agree.
    func byteCount(file: String) throws(ModelFileError) -> Int {
        guard let size = storedSize(of: shape, format: format) else {
            throw ModelFileError(
                .invalid, file: file, item: item,
                "expected rows of a multiple of \(format.blockElements) elements for \(format), found \(shape)"
            )
        }
        return size.bytes
    }

    /// Streams the data into `file` and makes sure that it is all there.
    func stream(
        into file: inout AtomicFile, byteCount: Int, path: String, wrote: (Int) -> Void
    ) throws {
        let start = file.count
        func failure(_ found: String) -> ModelFileError {
            ModelFileError(
                .invalid, file: path, item: item,
                "expected \(byteCount) bytes for \(format) \(shape), found \(found)")
        }
        try writeBytes { bytes in
            guard file.count - start + bytes.count <= byteCount else { throw failure("more") }
            // Pieces of 16 MiB, so that progress moves while one large tensor is written.
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(1 << 24)
                try file.write(UnsafeRawBufferPointer(rebasing: piece))
                wrote(piece.count)
                rest = rest.dropFirst(piece.count)
            }
        }
        guard file.count - start == byteCount else { throw failure("\(file.count - start)") }
    }

    private var item: String { "tensor \(printable(name))" }
}
