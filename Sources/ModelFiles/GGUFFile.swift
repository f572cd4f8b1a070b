// A GGUF model on disk: one mapped file, or several parts opened as one.
// It knows files and names; the format's structure is GGUFParser's, the meaning of keys is the models'.

public import SystemPackage

/// A GGUF model of version 2 or 3, little endian: its metadata, its tensors and their bytes.
///
/// A model in several parts (`name-00001-of-00003.gguf`) opens as one by the path of its first part. A packed file
/// (`PackedForm`) opens as the model it was made of, with matrices whose `layout` is panels.
public final class GGUFFile: Sendable {
    /// The path that was opened.
    public let path: FilePath
    /// The version of the format.
    public let version: Int
    /// Keys and values; those of the first part where there are several.
    public let metadata: GGUFMetadata
    /// What a packed file was made of; nil for a GGUF file.
    package let packed: PackedForm?
    let table: TensorTable

    /// Maps and checks the file at `path`, and all further parts.
    ///
    /// Throws `ModelFileError` when a file cannot be opened or anything in it contradicts its size, its
    /// other parts or the specification. Reads the metadata only, not the tensors' data.
    public init(path: FilePath) throws(ModelFileError) {
        let first = try MappedPart(path: path)
        let contents: GGUFContents
        if PackedForm.isPacked(first.file.bytes) {
            (contents, packed) = try PackedForm.parse(first.file.bytes, file: path.string)
        } else {
            contents = try GGUFContents(parsing: first.file.bytes, file: path.string)
            packed = nil
        }
        self.path = path
        version = Int(contents.version)
        metadata = contents.metadata
        var parts = [first]
        var tensors = contents.tensors
        if let split = try GGUFSplit(contents.metadata, path: path) {
            guard packed == nil else {
                throw ModelFileError(
                    .invalid, file: path.string, item: "key split.count",
                    "this is a packed file, and models in several parts are never packed")
            }
            for number in 1..<split.count {
                let partPath = try split.path(ofPart: number, first: path)
                let part = try MappedPart(path: partPath)
                let contents = try GGUFContents(parsing: part.file.bytes, file: partPath.string)
                try split.check(contents.metadata, isPart: number, path: partPath)
                tensors += contents.tensors.map { $0.moved(toPart: number) }
                parts.append(part)
            }
            try split.check(tensorCount: tensors.count, path: path)
        }
        table = try TensorTable(parts: parts, tensors: tensors)
    }

    /// All tensors, in the order of the file.
    public var tensors: [TensorInfo] { table.tensors }

    /// The tensor of this name.
    public func tensor(named name: String) -> TensorInfo? { table.tensor(named: name) }

    /// The bytes of one of this file's tensors: `byteCount` of them, where they are mapped, so the call reads
    /// nothing. They start at a multiple of the file's alignment (mostly 32; 4096 in a packed file) and lie in the
    /// tensor's `layout`; `stream` gives them in rows.
    ///
    /// Valid while this object lives; the caller keeps it alive around every use.
    public func bytes(of tensor: TensorInfo) -> UnsafeRawBufferPointer { table.bytes(of: tensor) }

    /// The size of the file in bytes, or of all parts together.
    public var byteCount: Int { table.parts.reduce(0) { $0 + $1.file.count } }
}
