// Taking in a file of the user's own, checking what is there, taking it out.

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
    /// Takes a GGUF file into the store: as a hard link, which costs no room, or as a copy if the file lies on
    /// another disk. A hard-linked file must not be edited in place afterwards; `verify` would notice.
    /// - Parameters:
    ///   - path: a GGUF file in one part. Others are run by their path.
    ///   - name: nil takes the file's name without its ending.
    ///   - progress: bytes read, of how many.
    /// - Throws: `ModelStoreError`, `ModelFileError` if this is not a sound GGUF file, or `CancellationError`.
    public func add(
        path: FilePath, as name: String? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> StoredModel {
        guard let size = fileSize(path) else {
            throw ModelStoreError(.unknownModel, path.string, "there is no such file")
        }
        let name = try ModelName(name ?? path.stem ?? "")
        let parts = try GGUFFile(path: path).metadata.integer("split.count") ?? 1
        guard parts <= 1 else {
            throw ModelStoreError(
                .unknownModel, path.string, "this is one of \(parts) parts", fix: "run it by its path instead"
            )
        }
        return try whileLocked(name) {
            let identity = try identify(path) { progress($0, size) }
            if let model = try? stored(name) {
                if model.sha256 == identity.sha256 { return model }
                throw ModelStoreError(
                    .nameTaken, "model \(name.text)",
                    "you have another model of this name, from \(model.source)",
                    fix: "choose another name, or `sirocco rm \(name.text)` first")
            }
            // Under a name of our own: a linked file that was called manifest.json would be written over.
            let file = "\(name.text).gguf"
            try linkOrCopy(path, to: emptyModelFolder(name).appending(file), identity, name)
            return try putInPlace(
                name,
                Manifest(
                    name: name.text, file: file, bytes: identity.bytes, sha256: identity.sha256,
                    pulled: Date(),
                    source: path.string))
        }
    }

    /// Reads a model's file and compares it with what came into the store. Of a model that is there in packed form alone
    /// it compares what unpacking gives.
    /// - Parameter progress: bytes read, of how many.
    /// - Throws: `ModelStoreError.damaged` if it differs, `unknownModel`, or `CancellationError`.
    public func verify(_ name: String, progress: (Int, Int) -> Void = { _, _ in }) throws {
        let name = try ModelName(name)
        guard exists(folder(name)) else { throw notYours(name) }
        let model = try stored(name)
        let found =
            model.packedBytes == nil
            ? try identify(model.path) { progress($0, model.bytes) }
            : try identify(originalOf: try GGUFFile(path: model.path)) { progress($0, model.bytes) }
        guard found == FileIdentity(bytes: model.bytes, sha256: model.sha256) else {
            throw ModelStoreError(
                .damaged, "model \(name.text)",
                "\(model.path): expected SHA-256 \(model.sha256), found \(found.sha256)",
                fix: "run `sirocco rm \(name.text)` and get it again")
        }
    }

    /// Removes a model, sound or damaged, its packed weights, what was derived from it, and what an interrupted pull left. A program that has
    /// the file open keeps it until it ends.
    /// - Throws: `ModelStoreError`.
    public func remove(_ name: String) throws {
        let name = try ModelName(name)
        guard exists(folder(name)) || exists(staging(name)) else { throw notYours(name) }
        try whileLocked(name) {
            if let model = try? stored(name) {
                try packed.remove(model.path)
                try removeDerived(from: model)
            }
            try moveOut(name)
            try removeAll(staging(name))
        }
        syncFolder(directory)
    }

    func notYours(_ name: ModelName) -> ModelStoreError {
        let own = ((try? list()) ?? []).map(\.name)
        return ModelStoreError(
            .unknownModel, "model \(name.text)", "you have no such model", fix: suggestion(name, among: own))
    }

    func whileLocked<Result>(_ name: ModelName, _ body: () throws -> Result) throws -> Result {
        try makeFolder(directory.appending(".staging"))
        guard let lock = try FileLock(lockPath(name)) else {
            throw ModelStoreError(
                .nameTaken, "model \(name.text)", "another program is pulling or removing it",
                fix: "try again later")
        }
        let result = try body()
        extendLifetime(lock)
        return result
    }

    private func linkOrCopy(
        _ source: FilePath, to target: FilePath, _ identity: FileIdentity, _ name: ModelName
    ) throws {
        // AT_SYMLINK_FOLLOW: a link to a symbolic link would dangle with it.
        if linkat(AT_FDCWD, source.string, AT_FDCWD, target.string, AT_SYMLINK_FOLLOW) == 0 { return }
        if let available = availableBytes(directory), available < identity.bytes {
            throw ModelStoreError(
                .noSpace, directory.string,
                "\(identity.bytes >> 20) MiB are needed and \(available >> 20) MiB are left",
                fix: "make room, or run the file by its path")
        }
        var copy = try DigestingFile(path: target, expecting: identity, place: "model \(name.text)")
        let whole = try MappedFile(path: source)
        for start in stride(from: 0, to: whole.count, by: 1 << 20) {
            try Task.checkCancellation()
            try copy.write(
                UnsafeRawBufferPointer(rebasing: whole.bytes[start..<min(start + 1 << 20, whole.count)]))
        }
        try copy.finish()
    }
}
