// SHA-256 of models, computed once: of the store's from their manifests, of others remembered by their files' stamps.
// Knows which files make a model; why anybody asks, others know.

import Crypto
import FoundationEssentials
import ModelFiles
public import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ModelStore {
    /// SHA-256 of the model at `path`, 64 lower-case hexadecimal digits. Of a GGUF file that is the file's own; of a
    /// packed file, that of the file it was made of; of a model in several files, what `sha256sum FILES | sha256sum`
    /// says, with the files' names in order and without their folder.
    ///
    /// A model of the store is known by its manifest. Other files are read in full once, which takes seconds for each
    /// gigabyte, and again when their size, time or inode has changed.
    /// - Throws: `ModelStoreError`, `ModelFileError`, or `CancellationError`.
    public func digest(_ path: FilePath) throws -> String {
        let real = realPath(path) ?? path
        if let model = try list().first(where: { realPath($0.path) == real }) { return model.sha256 }
        let files = try filesOfModel(at: path)
        guard files.count != 1 else { return try digest(ofFile: files[0]) }
        var list = ""
        for file in files {
            list += "\(try digest(ofFile: file))  \(file.lastComponent?.string ?? "")\n"
        }
        return SHA256.hash(data: Data(list.utf8)).hexadecimal
    }

    /// The model of the store with this digest.
    public func model(digest: String) throws(ModelStoreError) -> StoredModel? {
        try list().first { $0.sha256 == digest }
    }

    private func filesOfModel(at path: FilePath) throws(ModelStoreError) -> [FilePath] {
        if path.extension == "gguf" || fileSize(path) != nil && path.extension != "safetensors" {
            let parts = GGUFParts(path)?.paths ?? [path]
            guard let missing = parts.first(where: { fileSize($0) == nil }) else { return parts }
            throw ModelStoreError(.unknownModel, missing.string, "there is no such file")
        }
        let folder = fileSize(path) == nil ? path : path.removingLastComponent()
        // What a model's answers depend on: weights, shapes, tokenizer, template.
        let kinds: Set<String> = ["safetensors", "json", "model", "jinja"]
        let files = try contents(folder).map { folder.appending($0) }
            .filter { kinds.contains($0.extension ?? "") && fileSize($0) != nil }
        guard !files.isEmpty else {
            throw ModelStoreError(.unknownModel, path.string, "there is no model here")
        }
        return files
    }

    private func digest(ofFile path: FilePath) throws -> String {
        guard let stamp = FileStamp(path: path.string) else {
            throw ModelStoreError(.unknownModel, path.string, "there is no such file")
        }
        let record = DigestRecord(realPath(path) ?? path, stamp)
        let place = directory.removingLastComponent().appending("digests").appending(record.fileName)
        if let known = DigestRecord.read(place), known.isSameFile(as: record), let digest = known.sha256 {
            return digest
        }
        let packed = (try? GGUFFile(path: path)).flatMap { $0.packed == nil ? nil : $0 }
        let found = try packed.map { try identify(originalOf: $0) { _ in } } ?? identify(path) { _ in }
        guard FileStamp(path: path.string) == stamp else {
            throw ModelStoreError(.damaged, path.string, "this file is being changed", fix: "try again later")
        }
        // A digest that cannot be kept is computed again the next time.
        try? record.write(to: place, found.sha256)
        return found.sha256
    }
}

/// What was found out of one file, and how it looked then.
private struct DigestRecord: Codable {
    var path: String
    var bytes: Int
    var inode: UInt64
    var seconds: Int64
    var nanoseconds: Int64
    var sha256: String?

    init(_ path: FilePath, _ stamp: FileStamp) {
        self.path = path.string
        bytes = stamp.bytes
        inode = stamp.inode
        seconds = stamp.seconds
        nanoseconds = stamp.nanoseconds
    }

    var fileName: String { SHA256.hash(data: Data(path.utf8)).hexadecimal + ".json" }

    func isSameFile(as other: DigestRecord) -> Bool {
        path == other.path && bytes == other.bytes && inode == other.inode && seconds == other.seconds
            && nanoseconds == other.nanoseconds
    }

    static func read(_ place: FilePath) -> DigestRecord? {
        FileManager.default.contents(atPath: place.string).flatMap {
            try? JSONDecoder().decode(DigestRecord.self, from: $0)
        }
    }

    func write(to place: FilePath, _ sha256: String) throws {
        var record = self
        record.sha256 = sha256
        try makeFolder(place.removingLastComponent())
        try JSONEncoder().encode(record).write(to: URL(filePath: place.string), options: .atomic)
    }
}

/// The parts of a model in several GGUF files: `name-00001-of-00003.gguf`.
private struct GGUFParts {
    let paths: [FilePath]

    /// Nil: the name does not speak of parts.
    init?(_ path: FilePath) {
        guard let stem = path.stem?.utf8, let all = path.stem, stem.count > 15,
            case let tail = all.suffix(15), tail.hasPrefix("-"), tail.dropFirst(6).hasPrefix("-of-"),
            let count = Int(tail.suffix(5)), (1...99999).contains(count),
            Int(tail.dropFirst().prefix(5)) != nil
        else { return nil }
        func digits(_ number: Int) -> String {
            String(repeating: "0", count: 5 - String(number).utf8.count) + String(number)
        }
        let folder = path.removingLastComponent()
        paths = (1...count).map {
            folder.appending("\(all.dropLast(15))-\(digits($0))-of-\(digits(count)).gguf")
        }
    }
}

/// The path without symbolic links: nil if nothing is there.
private func realPath(_ path: FilePath) -> FilePath? {
    guard let real = realpath(path.string, nil) else { return nil }
    defer { free(real) }
    return FilePath(platformString: real)
}
