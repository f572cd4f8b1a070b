// Packed weights of the models that were run: made once, found again by the model's path, thrown away when the model
// changes. Knows when a packed file is up to date and whether there is room for one; what is in it is `ModelFiles`'
// business.

public import ModelFiles
public import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A folder of packed files, one for each model file. A value that names the folder; several processes can share it.
public struct PackedCache: Sendable {
    /// The folder. It is made with the first packed file.
    public let directory: FilePath
    /// Bytes of the disk that packing leaves free.
    private let reserve: Int

    /// Room for logs, histories and whatever else a machine needs to go on.
    package static let standardReserve = 1 << 30

    package init(directory: FilePath, reserve: Int = standardReserve) {
        self.directory = directory
        self.reserve = reserve
    }

    /// Opens the model at `path`: packed if that is there and up to date, else as it is. Nil where this is no GGUF file,
    /// or one that cannot be opened.
    public func open(_ path: FilePath) -> GGUFFile? {
        existing(path) ?? (try? GGUFFile(path: path))
    }

    /// Packs `original`, a model that has something to pack; where that cannot be done it is what there is to run.
    /// - Parameter progress: called with the bytes written and the bytes in all; what it throws is thrown on.
    /// - Returns: the file to run, and why it is not packed, in one line.
    public func packIfPossible(
        _ original: GGUFFile, progress: (Int, Int) throws -> Void
    ) throws -> (file: GGUFFile, problem: String?) {
        do {
            return (try pack(original, progress: progress), nil)
        } catch let error as ModelStoreError {
            return (original, error.description)
        } catch let error as ModelFileError {
            return (original, error.description)
        }
    }

    /// The packed file of the model at `path`, if there is one and it is up to date.
    public func existing(_ path: FilePath) -> GGUFFile? {
        guard let real = realPath(path), let stamp = FileStamp(path: real.string),
            case let target = target(real), exists(target),
            let file = try? GGUFFile(path: target), file.packed?.source?.stamp == stamp
        else { return nil }
        return file
    }

    /// The size of the packed file of the model at `path`, if there is one and it is up to date.
    public func bytes(_ path: FilePath) -> Int? {
        guard let real = realPath(path), case let target = target(real),
            PackedSource(ofPacked: target)?.stamp == FileStamp(path: real.string)
        else { return nil }
        return fileSize(target)
    }

    /// Packs the model at `path` if that has not been done.
    /// - Throws: `ModelStoreError`, `ModelFileError`, and what `progress` throws.
    public func pack(_ path: FilePath, progress: (Int, Int) throws -> Void) throws -> GGUFFile {
        if let file = existing(path) { return file }
        return try pack(try GGUFFile(path: path), progress: progress)
    }

    /// Removes the packed file of the model at `path`, which may be gone itself. A program that has it mapped keeps it
    /// until it ends.
    /// - Returns: whether there was one.
    /// - Throws: `ModelStoreError`.
    @discardableResult
    public func remove(_ path: FilePath) throws(ModelStoreError) -> Bool {
        let target = target(realPath(path) ?? path)
        guard exists(target) else { return false }
        try removeAll(target)
        return true
    }
}

// MARK: - Packing

extension PackedCache {
    private func pack(_ original: GGUFFile, progress: (Int, Int) throws -> Void) throws -> GGUFFile {
        let path = original.path
        guard let real = realPath(path) else {
            throw ModelStoreError(lastErrno(), path, doing: "find this file")
        }
        guard real.string.utf8.count <= PackedSource.longestPath else {
            throw ModelStoreError(.fileSystem, path.string, "this path is too long to be recorded")
        }
        let writer = try PackedWriter(original)
        let target = target(real)
        try makeFolder(directory)
        guard let lock = try FileLock(lockPath(target)) else {
            throw ModelStoreError(.fileSystem, path.string, "another program is packing these weights now")
        }
        defer { extendLifetime(lock) }
        // Whoever held the lock may have made it.
        if let file = existing(path) { return file }
        try tidy(target)
        try checkRoom(for: writer.byteCount, path)
        try writer.write(to: target, origin: real.string, progress: progress)
        return try GGUFFile(path: target)
    }

    private func checkRoom(for bytes: Int, _ path: FilePath) throws(ModelStoreError) {
        let (needed, overflow) = bytes.addingReportingOverflow(reserve)
        guard let available = availableBytes(directory), overflow || available < needed else { return }
        throw ModelStoreError(
            .noSpace, directory.string,
            "packing needs \(bytes >> 20) MiB and leaves \(reserve >> 20) MiB free, and the disk has "
                + "\(available >> 20) MiB left")
    }

    /// Removes what is of no use to anybody: the outdated file that is about to be made anew, what programs left when they
    /// were killed, packed files of models that are gone, and those that this version cannot read.
    /// - Parameter target: its lock is held.
    private func tidy(_ target: FilePath) throws(ModelStoreError) {
        try removeAll(target)
        for name in try contents(directory) {
            let file = directory.appending(name)
            if name.hasSuffix(Self.suffix) {
                if let source = PackedSource(ofPacked: file), !isGone(source.path) { continue }
                try? removeAll(file)
            } else if name.hasSuffix(".partial"), isAbandoned(name, holding: target) {
                try? removeAll(file)
            }
        }
    }

    /// Whether nobody writes the file `.NAME.TAG.partial` any more: who does holds the lock of the file NAME.
    private func isAbandoned(_ partial: String, holding target: FilePath) -> Bool {
        guard let tagged = FilePath(partial).stem, let packed = FilePath(tagged).stem?.dropFirst(),
            packed.hasSuffix(Self.suffix)
        else { return false }
        if packed == target.lastComponent?.string ?? "" { return true }
        do {
            guard let lock = try FileLock(lockPath(FilePath(String(packed)))) else { return false }
            extendLifetime(lock)
            return true
        } catch { return false }
    }

    /// Whether nothing is at `path`. A disk that is not mounted looks the same; its models are packed again, which costs
    /// less than packed files of models that are gone for good, which nobody would miss and nobody would find.
    private func isGone(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)
    }
}

// MARK: - Places

extension PackedCache {
    private static let suffix = ".packed"

    /// The packed file's place. Two paths with one hash would take turns, as the stamps of their files differ.
    private func target(_ real: FilePath) -> FilePath {
        var hash = FNV1a()
        hash.add(real.string)
        // For a person who looks into the folder.
        let name = (real.stem ?? "").utf8.prefix(100).map {
            $0 == UInt8(ascii: ".") || $0 > 0x7f || $0 < 0x21 ? UInt8(ascii: "_") : $0
        }
        let stem = String(decoding: name, as: UTF8.self)
        return directory.appending(stem + "-" + hash.value.hexadecimal + Self.suffix)
    }

    private func lockPath(_ target: FilePath) -> FilePath {
        directory.appending(".\(target.stem ?? "").lock")
    }

    /// The path without symbolic links: nil if nothing is there.
    private func realPath(_ path: FilePath) -> FilePath? {
        guard let real = realpath(path.string, nil) else { return nil }
        defer { free(real) }
        return FilePath(platformString: real)
    }
}
