// A file being written whose size and SHA-256 are known in advance: it is checked as it grows, so that a wrong
// download is noticed at once and never fills the disk. Knows nothing of where the bytes come from.

import Crypto
import FoundationEssentials
import ModelFiles
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a model file must be.
public struct FileIdentity: Sendable, Equatable {
    /// Size in bytes.
    public var bytes: Int
    /// SHA-256, 64 lower-case hexadecimal digits.
    public var sha256: String

    /// Pairs a size with a digest.
    public init(bytes: Int, sha256: String) {
        self.bytes = bytes
        self.sha256 = sha256
    }
}

/// A file that a source writes into. Unless `finish` is reached, it removes itself.
public struct DigestingFile: ~Copyable {
    /// What the file must be in the end.
    public let expected: FileIdentity
    private let path: FilePath
    private let place: String
    private let descriptor: FileDescriptor
    private var hash = SHA256()
    private var isFinished = false
    /// Bytes written so far.
    public private(set) var count = 0

    /// - Parameter place: what messages call it, such as `model smollm2`.
    init(path: FilePath, expecting expected: FileIdentity, place: String) throws(ModelStoreError) {
        do {
            descriptor = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw ModelStoreError(error as? Errno ?? .ioError, path, doing: "make this file")
        }
        self.path = path
        self.place = place
        self.expected = expected
    }

    /// Appends bytes.
    /// - Throws: `badDownload` once there are more than expected, `noSpace` or `fileSystem`.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ModelStoreError) {
        count += bytes.count
        guard count <= expected.bytes else {
            throw ModelStoreError(
                .badDownload, place, "expected \(expected.bytes) bytes, found more",
                fix: "the source has another file under this name; try again or update Sirocco")
        }
        hash.update(bufferPointer: bytes)
        do {
            try descriptor.writeAll(bytes)
        } catch {
            throw ModelStoreError(error as? Errno ?? .ioError, path, doing: "write")
        }
    }

    /// Checks size and digest and leaves the file on the disk.
    /// - Throws: `badDownload` if either differs.
    consuming func finish() throws(ModelStoreError) {
        guard count == expected.bytes else {
            throw ModelStoreError(
                .badDownload, place, "expected \(expected.bytes) bytes, found \(count)", fix: "pull it again")
        }
        let found = hash.finalize().hexadecimal
        guard found == expected.sha256 else {
            throw ModelStoreError(
                .badDownload, place, "expected SHA-256 \(expected.sha256), found \(found)",
                fix: "the source has another file under this name; try again or update Sirocco")
        }
        guard fsync(descriptor.rawValue) == 0 else {
            throw ModelStoreError(lastErrno(), path, doing: "sync the file to the disk")
        }
        isFinished = true
    }

    deinit {
        try? descriptor.close()
        if !isFinished { unlink(path.string) }
    }
}

/// Reads a file once and gives its size and SHA-256.
/// - Parameter progress: called after each piece with the bytes read so far.
/// - Throws: `fileSystem`, or `CancellationError` in a cancelled task.
func identify(_ path: FilePath, progress: (Int) -> Void) throws -> FileIdentity {
    let descriptor: FileDescriptor
    do {
        descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    } catch {
        throw ModelStoreError(error as? Errno ?? .ioError, path, doing: "open")
    }
    defer { try? descriptor.close() }
    var hash = SHA256()
    var bytes = 0
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    while true {
        try Task.checkCancellation()
        let count: Int
        do {
            count = try descriptor.read(into: piece)
        } catch {
            throw ModelStoreError(error as? Errno ?? .ioError, path, doing: "read")
        }
        if count == 0 { break }
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: piece[..<count]))
        bytes += count
        progress(bytes)
    }
    return FileIdentity(bytes: bytes, sha256: hash.finalize().hexadecimal)
}

/// Size and SHA-256 of the GGUF file that a packed file was made of.
/// - Parameter progress: called after each piece with the bytes hashed so far.
/// - Throws: `CancellationError` in a cancelled task.
func identify(originalOf file: GGUFFile, progress: (Int) throws -> Void) throws -> FileIdentity {
    var hash = SHA256()
    var bytes = 0
    try file.streamOriginal { piece in
        try Task.checkCancellation()
        hash.update(bufferPointer: piece)
        bytes += piece.count
        try progress(bytes)
    }
    return FileIdentity(bytes: bytes, sha256: hash.finalize().hexadecimal)
}
