// Keeping a model in packed form alone: one copy instead of two, out of which the original can be made again bit for
// bit. Knows manifests and digests; what packing does is `ModelFiles`' business.

import ModelFiles
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ModelStore {
    /// Replaces a model's file by its packed form, after verifying that unpacking gives a file with the manifest's
    /// SHA-256. Does nothing if that was done before. A program that has the file open keeps it until it ends.
    /// - Parameter progress: called with the bytes packed and verified, and the bytes to pack and to verify. What it
    ///   throws ends the work, and leaves the model as it was.
    /// - Throws: `ModelStoreError.damaged` if the digest differs; `ModelFileError` if the model has nothing to pack, or the
    ///   disk no room for both forms.
    public func replaceByPacked(
        _ name: String, progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws -> StoredModel {
        let name = try ModelName(name)
        guard exists(folder(name)) else { throw notYours(name) }
        return try whileLocked(name) {
            let model = try stored(name)
            if model.packedBytes != nil { return model }
            let original = try GGUFFile(path: model.path)
            let file = model.path.lastComponent?.string ?? ""
            let staged = try emptyModelFolder(name).appending(file)
            defer { try? removeAll(staging(name)) }
            // What was packed already for running the model need not be packed again.
            if let made = packed.existing(model.path), link(made.path.string, staged.string) == 0 {
                try progress(made.byteCount, made.byteCount + model.bytes)
            } else {
                try PackedWriter(original).write(to: staged) { try progress($0, $1 + model.bytes) }
            }
            let result = try GGUFFile(path: staged)
            let found = try identify(originalOf: result) {
                try progress(result.byteCount + $0, result.byteCount + model.bytes)
            }
            guard found == FileIdentity(bytes: model.bytes, sha256: model.sha256) else {
                throw ModelStoreError(
                    .damaged, "model \(name.text)", "expected SHA-256 \(model.sha256), found \(found.sha256)",
                    fix: "run `sirocco rm \(name.text)` and get it again")
            }
            try packed.remove(model.path)
            return try putInPlace(
                name,
                Manifest(
                    name: name.text, file: file, bytes: model.bytes, sha256: model.sha256,
                    pulled: model.pulled, source: model.source, licence: model.licence,
                    packedBytes: result.byteCount))
        }
    }
}
