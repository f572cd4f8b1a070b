// Models made of other models, as NAME@FORMAT asks for them: one file for each original and format, made once. Knows
// places, locks and names; how a file is made is its caller's business.

import FoundationEssentials
import ModelFiles
public import SystemPackage

/// A model that was made of another one.
public struct DerivedModel: Sendable, Equatable {
    /// SHA-256 of the original.
    public let original: String
    /// The format, in lower case.
    public let format: String
    public let path: FilePath
    public let bytes: Int
}

extension ModelStore {
    /// The folder of derived models, beside the store's.
    var derivedFolder: FilePath { directory.removingLastComponent().appending("derived") }

    /// The model that is made of the one with SHA-256 `original` in `format`: what is there, or what `make` writes to the
    /// path that it is given.
    /// - Parameter bytes: the most that it will take, or nil where that is not known.
    /// - Throws: `ModelStoreError` and what `make` throws.
    public func derived(
        from original: String, format: String, bytes: Int? = nil, make: (FilePath) throws -> Void
    ) throws -> FilePath {
        let format = format.lowercased()
        let target = derivedFolder.appending("\(original)-\(format).gguf")
        if exists(target) { return target }
        try makeFolder(derivedFolder)
        let place = "the \(format) form of model \(original.prefix(12))"
        guard let lock = try FileLock(derivedFolder.appending(".\(original)-\(format).lock")) else {
            throw ModelStoreError(
                .nameTaken, place, "another program is making it", fix: "try again when that is done")
        }
        defer { extendLifetime(lock) }
        // Whoever held the lock may have made it.
        if exists(target) { return target }
        try removeAbandoned(target)
        if let bytes, let available = availableBytes(derivedFolder), available < bytes {
            throw ModelStoreError(
                .noSpace, derivedFolder.string,
                "\(bytes >> 20) MiB are needed and \(available >> 20) MiB are left", fix: "make room")
        }
        try make(target)
        return target
    }

    /// What is there, by original and format.
    /// - Throws: `ModelStoreError` if the folder cannot be read.
    public func derivedModels() throws(ModelStoreError) -> [DerivedModel] {
        try contents(derivedFolder).compactMap { name in
            guard !name.hasPrefix("."), name.hasSuffix(".gguf"), let dash = name.firstIndex(of: "-"),
                name[..<dash].count == 64
            else { return nil }
            let path = derivedFolder.appending(name)
            return DerivedModel(
                original: String(name[..<dash]),
                format: String(name[name.index(after: dash)...].dropLast(".gguf".count)), path: path,
                bytes: fileSize(path) ?? 0)
        }
    }

    /// How a user calls it: by the original's name in the store, or the beginning of its digest.
    public func name(of derived: DerivedModel) -> String {
        let model = (try? list())?.first { $0.sha256 == derived.original }
        return "\(model?.name ?? String(derived.original.prefix(12)))@\(derived.format)"
    }

    /// Removes a derived model and its packed weights. A program that has it open keeps it until it ends.
    /// - Throws: `ModelStoreError`.
    public func remove(_ derived: DerivedModel) throws(ModelStoreError) {
        try packed.remove(derived.path)
        try removeAll(derived.path)
    }

    /// Removes what was derived from a model that goes, unless another of the store's is the same file.
    func removeDerived(from model: StoredModel) throws(ModelStoreError) {
        guard try !list().contains(where: { $0.sha256 == model.sha256 && $0.name != model.name }) else {
            return
        }
        for derived in try derivedModels() where derived.original == model.sha256 { try remove(derived) }
    }

    /// What a killed program left of `target`, whose lock is held.
    private func removeAbandoned(_ target: FilePath) throws(ModelStoreError) {
        let name = target.lastComponent?.string ?? ""
        for file in try contents(derivedFolder)
        where file.hasPrefix(".\(name).") && file.hasSuffix(".partial") {
            try? removeAll(derivedFolder.appending(file))
        }
    }
}
