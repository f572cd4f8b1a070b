// Which file of a sharded safetensors model holds which tensor, and what to open in a model folder.
// It reads names only; the shards' contents are SafetensorsFiles' business.

package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The `weight_map` of an index file.
package struct SafetensorsIndex {
    /// The shards by name, each with the tensors that the index puts into it.
    package let shards: [(path: FilePath, names: Set<String>)]

    private struct Contents: Decodable {
        var weights: [String: String]
        /// Keys as decoded; fewer than the text has when one is repeated.
        var keys: Int
        var innerKeys = 0

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            weights = try container.decode([String: String].self, forKey: "weight_map")
            keys = container.allKeys.count
            for key in container.allKeys {
                guard let inner = try? container.nestedContainer(keyedBy: AnyKey.self, forKey: key) else {
                    continue
                }
                innerKeys += inner.allKeys.count
            }
        }
    }

    init(path: FilePath) throws(ModelFileError) {
        let file = try MappedFile(path: path)
        try self.init(json: file.bytes, path: path)
    }

    /// Reads the text of an index that lies at `path`.
    package init(json text: UnsafeRawBufferPointer, path: FilePath) throws(ModelFileError) {
        let place = path.string
        guard text.count <= SafetensorsLimits.headerBytes else {
            throw ModelFileError(
                .tooLarge, file: place,
                "expected an index of at most \(SafetensorsLimits.headerBytes) bytes, found \(text.count)")
        }
        let outline = try JSONOutline.checked(text, file: place)
        let contents = try decodeJSON(Contents.self, from: text, file: place)
        guard outline.keys == contents.keys, outline.innerKeys == contents.innerKeys else {
            throw ModelFileError(.duplicate, file: place, item: "index", "a tensor's name occurs twice")
        }
        let weights = contents.weights
        guard !weights.isEmpty else {
            throw ModelFileError(
                .invalid, file: place, item: "weight_map", "expected tensor names, found none")
        }
        var names: [String: Set<String>] = [:]
        for (tensor, file) in weights {
            // A zero byte would end the name early where the system reads it.
            guard !file.utf8.contains(0), FilePath.Component(file)?.kind == .regular else {
                throw ModelFileError(
                    .invalid, file: place, item: "tensor \(printable(tensor))",
                    "expected the name of a file in the same folder, found \(printable(file))")
            }
            names[file, default: []].insert(tensor)
        }
        let folder = path.removingLastComponent()
        shards = names.sorted { $0.key < $1.key }.map { (folder.appending($0.key), $0.value) }
    }
}

extension SafetensorsFiles {
    /// The index or file to open in a model folder: an index rather than a file, `model` rather than other
    /// names, since Mistral's folders hold the weights a second time as `consolidated`.
    static func entry(ofFolder folder: FilePath) throws(ModelFileError) -> FilePath {
        let names = try fileNames(in: folder)
        let indices = names.filter { $0.hasSuffix(".safetensors.index.json") }
        let files = names.filter { $0.hasSuffix(".safetensors") }
        for preferred in ["model.safetensors.index.json", "model.safetensors", "consolidated.safetensors"]
        where names.contains(preferred) {
            return folder.appending(preferred)
        }
        switch (indices.count, files.count) {
        case (1, _): return folder.appending(indices[0])
        case (0, 1): return folder.appending(files[0])
        case (0, 0):
            throw ModelFileError(
                .missing, file: folder.string,
                "expected a .safetensors file or an index in this folder, found none")
        default:
            throw ModelFileError(
                .missing, file: folder.string,
                "expected one model in this folder, found \((indices + files).map { printable($0) })",
                fix: "name the file to open")
        }
    }
}

/// Whether `path` is a folder; false also where nothing is, so that opening it tells why.
func isFolder(_ path: FilePath) -> Bool {
    var status = stat()
    return stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The names in a folder, sorted.
private func fileNames(in folder: FilePath) throws(ModelFileError) -> [String] {
    guard let listing = opendir(folder.string) else {
        throw ModelFileError(
            .cannotOpen, file: folder.string, "cannot list the folder: \(Errno(rawValue: errno))")
    }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
        names.append(
            withUnsafeBytes(of: &entry.pointee.d_name) { name in
                String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            })
    }
    return names.sorted()
}
