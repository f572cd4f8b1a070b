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
    /// The file's state when it was mapped.
    package let stamp: FileStamp
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
        stamp = FileStamp(status)
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

extension MappedFile {
    /// Tells the system that these bytes will not be needed again soon, so that a file larger than memory does not
    /// push out what is. A hint: nothing is lost, and a system that does not know it keeps them.
    func release(_ range: Range<Int>) {
        #if canImport(Glibc)
            let page = PackedLimits.page
            let start = (range.lowerBound + page - 1) / page * page
            let end = range.upperBound / page * page
            guard start < end, let base = mapping.baseAddress else { return }
            madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_PAGEOUT)
        #endif
    }
}

/// A file's identity and state, as far as a look at its folder tells: another file under its name has another inode, and
/// who writes to it changes the rest. Not the device: its number changes from boot to boot.
package struct FileStamp: Sendable, Equatable {
    package var bytes: Int
    package var inode: UInt64
    package var seconds: Int64  // of the last modification
    package var nanoseconds: Int64

    package init(bytes: Int, inode: UInt64, seconds: Int64, nanoseconds: Int64) {
        self.bytes = bytes
        self.inode = inode
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The stamp of the file at `path`; nil if there is no plain file.
    package init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        self.init(status)
    }

    fileprivate init(_ status: stat) {
        #if canImport(Darwin)
            let modified = status.st_mtimespec
        #else
            let modified = status.st_mtim
        #endif
        self.init(
            bytes: Int(status.st_size), inode: UInt64(status.st_ino), seconds: Int64(modified.tv_sec),
            nanoseconds: Int64(modified.tv_nsec))
    }
}
