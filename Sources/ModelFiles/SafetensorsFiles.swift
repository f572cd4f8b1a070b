// A safetensors model on disk: one file, or shards with their index, opened as one.
// It knows files and names; a file's structure is SafetensorsHeader's.

public import SystemPackage

/// A model in safetensors: its tensors and their bytes.
public final class SafetensorsFiles: Sendable {
    /// The path that was opened.
    public let path: FilePath
    /// The free text entries of the files' `__metadata__`; the first file wins where they differ.
    public let metadata: [String: String]
    /// Tensors that are there and sound but of a type without a block format (`F8_E4M3`, `U8`, `BOOL`, …):
    /// their safetensors types by name. They are not among `tensors`.
    public let unreadable: [String: String]
    private let table: TensorTable

    /// Opens `path`: a `.safetensors` file, an index (`….safetensors.index.json`), or a model folder that
    /// holds either.
    ///
    /// Of several shards the index decides which tensors there are and where; others in the shards are left
    /// out. Throws `ModelFileError` when anything is missing or contradicts the files.
    public init(path: FilePath) throws(ModelFileError) {
        self.path = path
        let file = isFolder(path) ? try SafetensorsFiles.entry(ofFolder: path) : path
        if file.extension == "json" {
            let opened = try SafetensorsFiles.open(index: try SafetensorsIndex(path: file))
            (table, metadata, unreadable) = opened
        } else {
            let part = try MappedPart(path: file)
            let contents = try SafetensorsContents(parsing: part.file.bytes, file: file.string)
            table = try TensorTable(parts: [part], tensors: contents.tensors)
            metadata = contents.metadata
            unreadable = contents.unreadable
        }
    }

    /// All tensors, in the order of the files and of their places within.
    public var tensors: [TensorInfo] { table.tensors }

    /// The tensor of this name.
    public func tensor(named name: String) -> TensorInfo? { table.tensor(named: name) }

    /// The bytes of one of these files' tensors: `byteCount` of them, where they are mapped, so the call reads
    /// nothing. Their start need not be a multiple of the element's size: use unaligned loads.
    ///
    /// Valid while this object lives; the caller keeps it alive around every use.
    public func bytes(of tensor: TensorInfo) -> UnsafeRawBufferPointer { table.bytes(of: tensor) }

    /// The size of all files in bytes, without the index.
    public var byteCount: Int { table.parts.reduce(0) { $0 + $1.file.count } }

    private static func open(index: SafetensorsIndex) throws(ModelFileError) -> (
        TensorTable, metadata: [String: String], unreadable: [String: String]
    ) {
        var parts: [MappedPart] = []
        var tensors: [TensorInfo] = []
        var metadata: [String: String] = [:]
        var unreadable: [String: String] = [:]
        for (number, shard) in index.shards.enumerated() {
            let part = try MappedPart(path: shard.path)
            let contents = try SafetensorsContents(parsing: part.file.bytes, file: shard.path.string)
            let known = contents.tensors.filter { shard.names.contains($0.name) }
            let unknown = contents.unreadable.filter { shard.names.contains($0.key) }
            if known.count + unknown.count != shard.names.count {
                let found = Set(known.map(\.name)).union(unknown.keys)
                let missing = shard.names.filter { !found.contains($0) }.min() ?? ""
                throw ModelFileError(
                    .missing, file: shard.path.string, item: "tensor \(printable(missing))",
                    "the index says it is in this file, and it is not",
                    fix: "do all files belong to one model?")
            }
            tensors += known.map { $0.moved(toPart: number) }
            unreadable.merge(unknown) { first, _ in first }
            metadata.merge(contents.metadata) { first, _ in first }
            parts.append(part)
        }
        return (try TensorTable(parts: parts, tensors: tensors), metadata, unreadable)
    }
}
