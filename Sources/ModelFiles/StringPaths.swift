// The same entries for callers whose paths are plain strings, so that they need not import SystemPackage.
// It adds nothing of its own.

import SystemPackage

extension MappedFile {
    /// See `init(path:)` with a `FilePath`.
    public init(path: String) throws(ModelFileError) { try self.init(path: FilePath(path)) }
}

extension GGUFFile {
    /// See `init(path:)` with a `FilePath`.
    public convenience init(path: String) throws(ModelFileError) { try self.init(path: FilePath(path)) }
}

extension SafetensorsFiles {
    /// See `init(path:)` with a `FilePath`.
    public convenience init(path: String) throws(ModelFileError) { try self.init(path: FilePath(path)) }
}

extension GGUFWriter {
    /// See `write(to:progress:)` with a `FilePath`.
    public func write(to path: String, progress: (_ written: Int, _ total: Int) -> Void = { _, _ in }) throws
    {
        try write(to: FilePath(path), progress: progress)
    }
}

extension SafetensorsWriter {
    /// See `write(to:progress:)` with a `FilePath`.
    public func write(to path: String, progress: (_ written: Int, _ total: Int) -> Void = { _, _ in }) throws
    {
        try write(to: FilePath(path), progress: progress)
    }
}
