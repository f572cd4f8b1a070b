// `sirocco pull`, `list` and `rm`: the models on this machine.

import ArgumentParser
import FoundationEssentials
import ModelStore
import Synchronization
import SystemPackage

struct Pull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetch a model into your store.",
        discussion: "Known names: \(ModelStore().catalogue.map(\.name).joined(separator: ", ")).")

    @Argument(help: "The model's name.")
    var name: String

    func run() async throws {
        let progress = PullReport(name: name)
        let model = try await ModelStore().pull(name) { progress.show($0) }
        let work =
            progress.finish() ? "\(model.bytes / 1_000_000) MB, SHA-256 verified" : "in your store already"
        Note.write("\(model.name): \(work). Try: sirocco chat \(model.name)")
    }
}

/// Shows a pull's progress: one bar for the download, one for unpacking.
private final class PullReport: Sendable {
    private let download: ProgressBar
    private let unpack: ProgressBar
    private let done = Mutex((downloaded: Int64(0), unpacked: Int64(0)))

    init(name: String) {
        download = ProgressBar("fetching \(name)")
        unpack = ProgressBar("checking \(name)")
    }

    func show(_ progress: PullProgress) {
        switch progress {
        case .waiting: Note.write("another pull of this model is running; waiting for it")
        case .downloading(let bytes, let total):
            done.withLock { $0.downloaded = Int64(bytes) }
            download.update(Int64(bytes), of: Int64(total))
        case .unpacking(let bytes, let total):
            // The download is over, though its last bytes were not reported one by one.
            let downloaded = done.withLock { done in
                done.unpacked = Int64(bytes)
                return done.downloaded
            }
            if downloaded > 0 { download.finish(downloaded) }
            unpack.update(Int64(bytes), of: Int64(total))
        }
    }

    /// Ends the bars; false if there was nothing to do.
    func finish() -> Bool {
        let unpacked = done.withLock { $0.unpacked }
        guard unpacked > 0 else { return false }
        unpack.finish(unpacked)
        return true
    }
}

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the models in your store.")

    @Flag(help: "Print a JSON array.")
    var json = false

    func run() throws {
        let store = ModelStore()
        let models = try store.list()
        let derived = try store.derivedModels().map { (name: store.name(of: $0), model: $0) }
        if json {
            try printJSON(
                models.map { Record($0, packedBytes: store.packedBytes($0)) }
                    + derived.map {
                        Record($0.model, name: $0.name, packedBytes: store.packed.bytes($0.model.path))
                    })
        } else if models.isEmpty, derived.isEmpty {
            Note.write("No models yet. Try: sirocco pull \(store.catalogue.first?.name ?? "NAME")")
        } else {
            let width = max(4, (models.map(\.name) + derived.map(\.name)).map(\.count).max() ?? 0) + 2
            func megabytes(_ bytes: Int?) -> String { bytes.map { "\($0 / 1_000_000) MB" } ?? "–" }
            print(
                "name".padding(to: width) + "size".leftPadding(to: 9) + "packed".leftPadding(to: 10)
                    + "  pulled      source")
            for model in models {
                // A model in packed form alone has no other size.
                let size = model.packedBytes == nil ? megabytes(model.bytes) : "–"
                print(
                    model.name.padding(to: width) + size.leftPadding(to: 9)
                        + megabytes(store.packedBytes(model)).leftPadding(to: 10) + "  "
                        + model.pulled.formatted(.iso8601.year().month().day()) + "  " + model.source)
            }
            for (name, model) in derived {
                print(
                    name.padding(to: width) + megabytes(model.bytes).leftPadding(to: 9)
                        + megabytes(store.packed.bytes(model.path)).leftPadding(to: 10)
                        + "  –           requantized to \(model.format.uppercased())")
            }
        }
        for problem in try store.damaged() { Note.write(problem.description) }
    }

    private struct Record: Encodable {
        var name: String
        var path: String
        var bytes: Int
        var sha256: String?
        var packed_bytes: Int?
        var is_packed_only: Bool
        var pulled: String?
        var source: String
        var licence: String?

        init(_ model: StoredModel, packedBytes: Int?) {
            name = model.name
            path = model.path.string
            bytes = model.bytes
            sha256 = model.sha256
            packed_bytes = packedBytes
            is_packed_only = model.packedBytes != nil
            pulled = model.pulled.formatted(.iso8601)
            source = model.source
            licence = model.licence
        }

        /// A derived model: `source` says of what.
        init(_ model: DerivedModel, name: String, packedBytes: Int?) {
            self.name = name
            path = model.path.string
            bytes = model.bytes
            packed_bytes = packedBytes
            is_packed_only = false
            source = "SHA-256 \(model.original), requantized to \(model.format.uppercased())"
        }
    }
}

extension ModelStore {
    /// The size of the model's packed weights, whether beside the original or alone.
    fileprivate func packedBytes(_ model: StoredModel) -> Int? {
        model.packedBytes ?? packed.bytes(model.path)
    }
}

struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove models from your store.")

    @Argument(help: "Names, as `sirocco list` shows them.")
    var names: [String]

    func run() throws {
        let store = ModelStore()
        for name in names {
            if let derived = try ModelReference.derived(name, in: store) {
                try store.remove(derived)
            } else {
                try store.remove(name)
            }
            Note.write("removed \(name)")
        }
    }
}
