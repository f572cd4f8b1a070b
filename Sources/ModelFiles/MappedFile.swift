// A file's bytes, mapped read-only.
// It knows nothing of what the bytes mean.

public import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file mapped into memory, read-only and shared: the pages live in the system's file cache, are read on
/// first use and can be dropped again. The mapping ends with the value.
///
/// Another program that cuts the file short while it is mapped ends this one (`SIGBUS`), as with any
/// mapping; replacing the file by renaming another over it is harmless.
///
/// `@unchecked Sendable`: the bytes are never written.
public struct MappedFile: ~Copyable, @unchecked Sendable {
    /// Where the file was when it was mapped.
    public let path: FilePath
    private let mapping: UnsafeRawBufferPointer

    /// Maps the whole file at `path`, following symbolic links.
    ///
    /// Throws `ModelFileError` with code `cannotOpen` when there is none, when it is not a plain file, when
    /// it is empty, or when the system refuses.
    public init(path: FilePath) throws(ModelFileError) {
        func failure(_ problem: String, fix: String? = nil) -> ModelFileError {
            ModelFileError(.cannotOpen, file: path.string, problem, fix: fix)
        }
        func system(_ errno: Errno, doing what: String) -> ModelFileError {
            failure(
                "cannot \(what): \(errno)", fix: errno == .noSuchFileOrDirectory ? "is the path right?" : nil)
        }
        // Non-blocking, so that a pipe nobody writes to is an error below rather than an endless wait.
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            throw system(error as? Errno ?? .ioError, doing: "open the file")
        }
        defer { try? descriptor.close() }  // A mapping outlives its descriptor.

        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else {
            throw system(Errno(rawValue: errno), doing: "read the file's size")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw failure("expected a file, found a folder")
        default: throw failure("expected a plain file, found a device, pipe or socket")
        }
        guard let size = Int(exactly: status.st_size), size > 0 else {
            throw failure("the file is empty", fix: "did a download stop before it began?")
        }
        guard let address = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor.rawValue, 0),
            address != MAP_FAILED
        else { throw system(Errno(rawValue: errno), doing: "map \(size) bytes") }
        self.path = path
        mapping = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count)
    }

    /// The file's size in bytes: at least 1.
    public var count: Int { mapping.count }

    /// The file's bytes. Valid only while this value lives: keep it alive around every use
    /// (`withUnsafeBytes` does so).
    public var bytes: UnsafeRawBufferPointer { mapping }

    /// Calls `body` with the file's bytes, which are valid during the call.
    public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(mapping)
    }
}
