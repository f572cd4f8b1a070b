// Writes the packed form of a GGUF file. Its structure is PackedForm's; where the file is kept and whether there is
// room for it is decided elsewhere.

public import SystemPackage
import Tensors

/// What packing a model means: which of its tensors will lie where and how.
public struct PackedWriter: Sendable {
    private let source: GGUFFile
    private var head: PackedHead
    private let placed: [TensorInfo]

    /// Plans to pack `source`, a GGUF file in one part.
    ///
    /// Throws `ModelFileError.unsupported` where it is packed already, comes in parts, or has nothing to pack.
    public init(_ source: GGUFFile) throws(ModelFileError) {
        func failure(_ problem: String) -> ModelFileError {
            ModelFileError(.unsupported, file: source.path.string, problem)
        }
        guard source.packed == nil else { throw failure("this file is packed already") }
        guard source.table.parts.count == 1 else {
            throw failure("a model in several parts cannot be packed; its parts are mapped as they are")
        }
        guard source.hasSomethingToPack else {
            throw failure("there is nothing to pack: no matrix in a format of blocks has rows in sixteens")
        }
        let tensorBytes = source.tensors.reduce(0) { $0 + $1.byteCount }
        var head = PackedHead(
            originalBytes: source.byteCount, tensors: source.tensors.count,
            frameBytes: source.byteCount - tensorBytes, source: nil)
        var end = head.frame.upperBound
        placed = source.tensors.map { tensor in
            let start = PackedLimits.padded(end)
            end = start + tensor.byteCount
            return tensor.placed(at: start, layout: tensor.canLieInPanels ? .panels : .rows)
        }
        head.fileBytes = end
        self.head = head
        self.source = source
    }

    /// The size of the packed file.
    public var byteCount: Int { head.fileBytes }

    /// Writes the file under a temporary name, syncs it and renames it to `path`.
    ///
    /// - Parameters:
    ///   - path: where.
    ///   - origin: the source's path, where the file is to say which file it was made of and in which state, as a
    ///     cache needs it; nil in a file to be passed on.
    ///   - progress: called with the bytes written and the bytes in all; what it throws ends the work.
    public func write(
        to path: FilePath, origin: String? = nil,
        progress: (_ written: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        var head = head
        let original = source.table.parts[0]
        head.source = origin.map { PackedSource(path: $0, stamp: original.file.stamp) }
        var file = try AtomicFile(path: path, bytes: head.fileBytes)
        try file.write(head.encoded(placed))
        var end = 0
        for tensor in source.tensors.sorted(by: { $0.byteOffset < $1.byteOffset }) {
            try file.write(UnsafeRawBufferPointer(rebasing: original.file.bytes[end..<tensor.byteOffset]))
            end = tensor.byteRange.upperBound
        }
        try file.write(UnsafeRawBufferPointer(rebasing: original.file.bytes[end...]))
        for (tensor, target) in zip(source.tensors, placed) {
            try file.pad(to: PackedLimits.page)
            var read = tensor.byteOffset
            try tensor.pass(source.bytes(of: tensor), in: target.layout) { piece in
                try file.write(piece)
                // Dropped behind: a model may be larger than memory, and its packed form is what is needed next.
                original.file.release(read..<read + piece.count)
                read += piece.count
                try progress(file.count, head.fileBytes)
            }
        }
        try file.commit()
    }
}

extension GGUFFile {
    /// Whether packing would change anything: some matrix can lie in panels and does not.
    package var hasSomethingToPack: Bool {
        packed == nil && table.parts.count == 1 && tensors.contains(where: \.canLieInPanels)
    }
}
