// One folder, one run: an advisory lock that the system releases when its holder ends, however it ends.
// It knows nothing of what it guards.

import Glibc

/// Holds a folder for as long as it lives. The file stays: removing it would let two holders lock two files of a name.
struct FolderLock: ~Copyable {
    private let descriptor: CInt

    /// Takes the lock. Throws `badRun` where another run has it.
    init(_ folder: String) throws {
        let path = folder + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LabError(system: path, "open") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            let refused = LabError(system: path, "lock")
            close(descriptor)
            throw isTaken
                ? LabError(
                    .badRun, "\(folder): another run writes here; wait for its end, or name another folder")
                : refused
        }
        self.descriptor = descriptor
    }

    deinit {
        // Closing alone would leave the lock with a child that another thread is just starting, until it runs its program.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
