// The few system calls the store is built on, with errors that say what was being done. Knows nothing of models.

import FoundationEssentials
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The size of a regular file; nil if there is none.
func fileSize(_ path: FilePath) -> Int? {
    var status = stat()
    guard stat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
}

/// Whether anything is at `path`, a dangling link included.
func exists(_ path: FilePath) -> Bool {
    var status = stat()
    return lstat(path.string, &status) == 0
}

/// Makes a folder and those above it.
func makeFolder(_ path: FilePath) throws(ModelStoreError) {
    do {
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    } catch {
        throw ModelStoreError(lastErrno(), path, doing: "make this folder")
    }
}

/// Removes a file, or a folder with all that is in it; does nothing if there is neither.
func removeAll(_ path: FilePath) throws(ModelStoreError) {
    guard exists(path) else { return }
    do {
        try FileManager.default.removeItem(atPath: path.string)
    } catch {
        throw ModelStoreError(lastErrno(), path, doing: "remove this")
    }
}

/// Moves within one file system; the target must not exist, or be an empty folder.
func move(_ source: FilePath, to target: FilePath) throws(ModelStoreError) {
    guard rename(source.string, target.string) == 0 else {
        throw ModelStoreError(lastErrno(), target, doing: "put this in its place")
    }
}

/// Makes the renames in a folder survive a power cut. A system that cannot sync folders keeps them all the same.
func syncFolder(_ path: FilePath) {
    guard let folder = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return }
    _ = fsync(folder.rawValue)
    try? folder.close()
}

/// Names in a folder; none if it does not exist.
func contents(_ folder: FilePath) throws(ModelStoreError) -> [String] {
    guard exists(folder) else { return [] }
    do {
        return try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
    } catch {
        throw ModelStoreError(lastErrno(), folder, doing: "list this folder")
    }
}

/// Sum of the sizes of the files under a folder, which may be changing meanwhile.
func bytesBelow(_ folder: FilePath) -> Int {
    guard let paths = try? FileManager.default.subpathsOfDirectory(atPath: folder.string) else { return 0 }
    return paths.reduce(0) { $0 + (fileSize(folder.appending($1)) ?? 0) }
}

func lastErrno() -> Errno { Errno(rawValue: errno) }

/// Text from outside, safe for a terminal: control characters escaped, long text cut.
func printable(_ text: String, limit: Int = 200) -> String {
    let scalars = text.unicodeScalars.prefix(limit).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
            scalar.escaped(asASCII: true)
        default: String(scalar)
        }
    }
    return scalars.joined() + (text.unicodeScalars.count > limit ? "…" : "")
}
