// Writes a file so that nobody ever sees half of it: under a temporary name, synced, then renamed.
// It knows nothing of what is written.

package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file being written beside its final place. Unless `commit` is reached, it removes itself.
package struct AtomicFile: ~Copyable {
    private let destination: FilePath
    private let temporary: FilePath
    private let descriptor: FileDescriptor
    private var buffer: [UInt8] = []
    private var isCommitted = false
    /// Bytes written so far.
    package private(set) var count = 0

    /// Small writes are gathered up to this size; larger ones go straight to the system.
    private static let bufferSize = 1 << 20

    /// - Parameter bytes: how large the file will be, where that is known: too little room is an error at once then, and
    ///   not after an hour.
    package init(path: FilePath, bytes: Int = 0) throws(ModelFileError) {
        guard let name = path.lastComponent else {
            throw ModelFileError(
                .cannotWrite, file: path.string, "expected the path of a file, found a folder")
        }
        if let available = availableBytes(path.removingLastComponent()), available < bytes {
            throw ModelFileError(
                .cannotWrite, file: path.string,
                "\(bytes >> 20) MiB are needed, and the disk has \(available >> 20) MiB left",
                fix: "make room on the disk and try again")
        }
        let tag = String(UInt32.random(in: .min ... .max), radix: 36)
        let temporary = path.removingLastComponent().appending(".\(name.string).\(tag).partial")
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])  // less the umask
        } catch {
            throw Self.failure(error, path, doing: "make a file in this folder")
        }
        self.init(destination: path, temporary: temporary, descriptor: descriptor)
    }

    private init(destination: FilePath, temporary: FilePath, descriptor: FileDescriptor) {
        self.destination = destination
        self.temporary = temporary
        self.descriptor = descriptor
        buffer.reserveCapacity(Self.bufferSize)
    }

    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
        if buffer.count + bytes.count > Self.bufferSize { try flush() }
        if bytes.count >= Self.bufferSize {
            try writeThrough(bytes)
        } else {
            buffer.append(contentsOf: bytes)
        }
        count += bytes.count
    }

    package mutating func write(_ bytes: [UInt8]) throws(ModelFileError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(ModelFileError) in
            try write(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Zeros up to the next multiple of `alignment`.
    package mutating func pad(to alignment: Int) throws(ModelFileError) {
        let missing = (alignment - count % alignment) % alignment
        try write([UInt8](repeating: 0, count: missing))
    }

    /// Puts the file in its place, whole and on the disk, replacing what is there.
    package consuming func commit() throws(ModelFileError) {
        try flush()
        guard fsync(descriptor.rawValue) == 0 else {
            throw Self.failure(Errno(rawValue: errno), destination, doing: "sync the file to the disk")
        }
        guard rename(temporary.string, destination.string) == 0 else {
            throw Self.failure(Errno(rawValue: errno), destination, doing: "put the file in its place")
        }
        isCommitted = true
        // The rename itself lives in the folder. A system that cannot sync folders keeps it all the same.
        let parent = destination.removingLastComponent()
        if let folder = try? FileDescriptor.open(
            parent.isEmpty ? "." : parent, .readOnly, options: .closeOnExec)
        {
            _ = fsync(folder.rawValue)
            try? folder.close()
        }
    }

    deinit {
        try? descriptor.close()
        if !isCommitted { unlink(temporary.string) }
    }

    private mutating func flush() throws(ModelFileError) {
        try buffer.withUnsafeBufferPointer { (bytes) throws(ModelFileError) in
            try writeThrough(UnsafeRawBufferPointer(bytes))
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
        do {
            try descriptor.writeAll(bytes)
        } catch {
            throw Self.failure(error, destination, doing: "write")
        }
    }

    private static func failure(_ error: any Error, _ path: FilePath, doing what: String) -> ModelFileError {
        let errno = error as? Errno ?? .ioError
        let fix: String? =
            switch errno {
            case .noSpace: "make room on the disk and try again"
            case .noSuchFileOrDirectory: "does the folder exist?"
            case .permissionDenied, .readOnlyFileSystem: "choose a folder you may write to"
            default: nil
            }
        return ModelFileError(.cannotWrite, file: path.string, "cannot \(what): \(errno)", fix: fix)
    }
}

/// Bytes that an unprivileged user may still write to the file system of `folder`; nil where it will not say.
package func availableBytes(_ folder: FilePath) -> Int? {
    var disk = statvfs()
    guard statvfs(folder.isEmpty ? "." : folder.string, &disk) == 0 else { return nil }
    let (bytes, overflow) = UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize))
    return overflow ? Int.max : Int(clamping: bytes)
}
