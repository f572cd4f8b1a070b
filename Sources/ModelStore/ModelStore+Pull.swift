// Getting a model by name: lock, check for room, fetch, verify, and put in place with one rename.
// A pull that is cut off at any point leaves the store as it was. The next one keeps a download that had finished
// and starts an unfinished one anew.

import FoundationEssentials
import ModelFiles
import SystemPackage

extension ModelStore {
    /// Brings a model of the catalogue into the store. Does nothing if it is there already; waits if another pull of
    /// the same model is running.
    /// - Parameter progress: called from any thread, up to a few times per MiB.
    /// - Throws: `ModelStoreError`, or `CancellationError` when the task is cancelled.
    public func pull(
        _ name: String, progress: @escaping @Sendable (PullProgress) -> Void = { _ in }
    ) async throws -> StoredModel {
        let name = try ModelName(name)
        guard let entry = catalogue.first(where: { $0.name == name.text }) else {
            throw ModelStoreError(
                .unknownModel, "model \(name.text)", "there is no such model to pull",
                fix: suggestion(name, among: catalogue.map(\.name)))
        }
        if let model = try present(entry, name) { return model }
        try makeFolder(directory.appending(".staging"))
        return try await FileLock.holding(lockPath(name), whileWaiting: { progress(.waiting) }) {
            // Whoever held the lock may have brought it.
            if let model = try present(entry, name) { return model }
            return try await fetch(entry, name, progress)
        }
    }

    /// The model, if the store has it whole; a damaged one or an older edition will be replaced.
    private func present(_ entry: CatalogueEntry, _ name: ModelName) throws(ModelStoreError) -> StoredModel? {
        guard let model = try? stored(name) else { return nil }
        if model.sha256 == entry.identity.sha256 { return model }
        guard model.source == entry.source.label else {
            throw ModelStoreError(
                .nameTaken, "model \(name.text)", "you have another model of this name, from \(model.source)",
                fix: "run it as it is, or `sirocco rm \(name.text)` first")
        }
        return nil
    }

    private func fetch(
        _ entry: CatalogueEntry, _ name: ModelName, _ progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws -> StoredModel {
        let isResumed = try !contents(kept(name)).isEmpty
        do {
            return try await attempt(entry, name, progress)
        } catch let error as ModelStoreError where error.code == .badDownload {
            try removeAll(staging(name))
            if !isResumed { throw error }
        }
        // What an interrupted pull had left was no good: once more, from nothing.
        return try await fetch(entry, name, progress)
    }

    private func attempt(
        _ entry: CatalogueEntry, _ name: ModelName, _ progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws -> StoredModel {
        let workspace = Workspace(
            kept: kept(name), temporary: staging(name).appending("tmp"), environment: environment)
        try removeAll(workspace.temporary)
        let model = try emptyModelFolder(name)
        try makeFolder(workspace.temporary)
        try makeFolder(workspace.kept)
        try checkRoom(for: entry, kept: bytesBelow(workspace.kept))
        var file = try DigestingFile(
            path: model.appending(entry.file), expecting: entry.identity, place: "model \(name.text)")
        try await entry.source.fetch(into: &file, workspace: workspace, progress: progress)
        try Task.checkCancellation()
        try file.finish()
        return try putInPlace(
            name,
            Manifest(
                name: name.text, file: entry.file, bytes: entry.identity.bytes, sha256: entry.identity.sha256,
                pulled: Date(), source: entry.source.label, licence: entry.licence))
    }

    private func checkRoom(for entry: CatalogueEntry, kept: Int) throws(ModelStoreError) {
        // A download exists twice while a tool moves it out of its temporary folder; 16 MiB for the rest.
        let (download, overflow) = entry.source.downloadBytes.multipliedReportingOverflow(by: 2)
        let needed = overflow ? .max : max(0, download - kept) + 1 << 24
        let (total, isTooMuch) = needed.addingReportingOverflow(entry.identity.bytes)
        guard let available = availableBytes(directory), isTooMuch || available < total else { return }
        throw ModelStoreError(
            .noSpace, directory.string,
            "model \(entry.name) needs \(total >> 20) MiB, and the disk has \(available >> 20) MiB left",
            fix: "make room, or set SIROCCO_HOME to a folder on another disk")
    }
}

// MARK: - Staging

extension ModelStore {
    /// Where one model is put together: `kept` downloads, `tmp`, the `model` to be, the `old` one on its way out.
    /// On the same file system as the store, so that moving in is one rename.
    func staging(_ name: ModelName) -> FilePath {
        directory.appending(".staging").appending(name.text)
    }

    func lockPath(_ name: ModelName) -> FilePath {
        // No name ends up here twice: names of models have no file of their own in `.staging`.
        directory.appending(".staging").appending(".\(name.text).lock")
    }

    private func kept(_ name: ModelName) -> FilePath { staging(name).appending("kept") }

    /// The folder that will become the model's, empty.
    func emptyModelFolder(_ name: ModelName) throws(ModelStoreError) -> FilePath {
        let folder = staging(name).appending("model")
        try removeAll(folder)
        try makeFolder(folder)
        return folder
    }

    /// Writes the manifest beside the staged file and moves both into the store, replacing what was there.
    func putInPlace(_ name: ModelName, _ manifest: Manifest) throws(ModelStoreError) -> StoredModel {
        let staged = staging(name).appending("model")
        try manifest.write(in: staged)
        syncFolder(staged)
        try moveOut(name)
        try move(staged, to: folder(name))
        syncFolder(directory)
        try removeAll(staging(name))
        return try stored(name)
    }

    /// Takes the model's folder out of the store; `staging` is removed by the caller.
    func moveOut(_ name: ModelName) throws(ModelStoreError) {
        let old = staging(name).appending("old")
        try removeAll(old)
        guard exists(folder(name)) else { return }
        try makeFolder(staging(name))
        try move(folder(name), to: old)
    }
}
