// One model, one writer: an advisory lock on a file that the system releases when its holder ends, however it ends.
// Knows nothing of what it guards.

import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Holds the lock for as long as it lives. The file stays: removing it would let two holders lock two files of
/// one name.
struct FileLock: ~Copyable {
    private let descriptor: FileDescriptor

    /// Takes the lock, or returns nil if another process or task holds it.
    init?(_ path: FilePath) throws(ModelStoreError) {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(
                path, .readWrite, options: [.create, .closeOnExec],
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
        } catch {
            throw ModelStoreError(error as? Errno ?? .ioError, path, doing: "open this lock")
        }
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let reason = lastErrno()
            try? descriptor.close()
            if reason == .wouldBlock || reason == .interrupted { return nil }
            throw ModelStoreError(reason, path, doing: "lock this")
        }
        self.descriptor = descriptor
    }

    deinit {
        try? descriptor.close()
    }

    /// Waits for the lock, and holds it while `body` runs.
    /// - Parameter whileWaiting: called once, if there is anything to wait for.
    /// - Throws: what `body` throws, `ModelStoreError`, or `CancellationError` when the task is cancelled.
    static func holding<Result>(
        _ path: FilePath, whileWaiting: () -> Void, _ body: () async throws -> Result
    ) async throws -> Result {
        var isWaiting = false
        while true {
            if let lock = try FileLock(path) {
                let result = try await body()
                extendLifetime(lock)
                return result
            }
            if !isWaiting { whileWaiting() }
            isWaiting = true
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
