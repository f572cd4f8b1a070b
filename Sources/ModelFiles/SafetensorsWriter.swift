// Writes one safetensors file: the JSON header, then the data as it comes.
// It knows the format's layout; where bytes come from is the sources' business.

import FoundationEssentials
public import SystemPackage
import Tensors

/// Writes a safetensors file from tensors of the plain formats (floats and integers, no blocks).
public struct SafetensorsWriter {
    /// Free text entries for `__metadata__`.
    public var metadata: [String: String]
    /// The tensors. The file holds those with larger elements first, so that all are aligned.
    public var tensors: [TensorSource]

    /// A writer of these entries and tensors.
    public init(metadata: [String: String] = [:], tensors: [TensorSource] = []) {
        self.metadata = metadata
        self.tensors = tensors
    }

    /// Writes the file under a temporary name in the same folder, syncs it and renames it to `path`.
    ///
    /// Throws `ModelFileError` when names repeat, a format is not one of safetensors, a source passes on too
    /// much or too little, or the disk refuses; and whatever a source throws.
    public func write(
        to path: FilePath, progress: (_ written: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        // Sorting is stable, so that equal files come from equal input.
        let ordered = tensors.sorted { $0.format.blockBytes > $1.format.blockBytes }
        var header = Header(metadata: metadata)
        var sizes: [Int] = []
        var end = 0
        for tensor in ordered {
            let item = "tensor \(printable(tensor.name))"
            guard let type = SafetensorsType.all.first(where: { $0.format == tensor.format.name }) else {
                throw ModelFileError(
                    .unsupported, file: path.string, item: item,
                    "safetensors has no type for \(tensor.format)")
            }
            let size = try tensor.byteCount(file: path.string)
            let entry = Header.Entry(dtype: type.name, shape: tensor.shape, data_offsets: [end, end + size])
            guard tensor.name != "__metadata__", header.entries.updateValue(entry, forKey: tensor.name) == nil
            else {
                throw ModelFileError(.duplicate, file: path.string, item: item, "two entries have this name")
            }
            sizes.append(size)
            end += size
        }
        var text = try Array(JSONEncoder.compact.encode(header))
        // Spaces up to a multiple of 8 keep the data aligned, as the reference implementation does.
        text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        let total = SafetensorsHeader.lengthBytes + text.count + end

        var file = try AtomicFile(path: path)
        try file.write(withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) })
        try file.write(text)
        progress(file.count, total)
        for (tensor, size) in zip(ordered, sizes) {
            var written = file.count
            try tensor.stream(into: &file, byteCount: size, path: path.string) { piece in
                written += piece
                progress(written, total)
            }
        }
        try file.commit()
    }
}

private struct Header: Encodable {
    var metadata: [String: String]
    var entries: [String: Entry] = [:]

    struct Entry: Encodable {
        var dtype: String
        var shape: [Int]
        var data_offsets: [Int]  // as the format spells it
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        if !metadata.isEmpty { try container.encode(metadata, forKey: "__metadata__") }
        for (name, entry) in entries { try container.encode(entry, forKey: AnyKey(stringValue: name)) }
    }
}
