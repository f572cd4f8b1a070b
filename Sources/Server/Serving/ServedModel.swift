// A model that requests can use: loaded, with its engine and what is computed once for it.

package import Inference
import ModelFiles
import NIOPosix
import Synchronization
package import Tokenizers

/// A loaded model under one name.
package final class ServedModel: Sendable {
    package let settings: ModelSettings
    package let loaded: LoadedModel
    package let engine: Engine
    /// Unix seconds at which it was loaded.
    package let created: Int

    /// What answers can be held to, and how tools are called.
    let constraints: Constraints

    package var name: String { settings.name }
    package var tokenizer: Tokenizer { loaded.tokenizer }

    private let digest: @Sendable (LoadedModel) throws -> String
    private let digesting = Mutex<Task<String, any Error>?>(nil)
    private let stamp: FileStamp?

    /// - Parameter digest: SHA-256 of the model's files; may take long, and runs on a thread that may block.
    init(
        settings: ModelSettings, loaded: LoadedModel, engine: Engine, created: Int,
        digest: @escaping @Sendable (LoadedModel) throws -> String
    ) {
        self.settings = settings
        self.loaded = loaded
        self.engine = engine
        self.created = created
        self.digest = digest
        stamp = FileStamp(path: loaded.path)
        constraints = Constraints(loaded)
    }

    /// Begins to compute SHA-256 of the model's files, if nobody has yet.
    @discardableResult
    func beginDigest() -> Task<String, any Error> {
        digesting.withLock { task in
            if let task { return task }
            let new = Task { [loaded, digest, stamp] in
                try await NIOThreadPool.singleton.runIfActive {
                    let found = try digest(loaded)
                    guard FileStamp(path: loaded.path) == stamp else {
                        throw ConfigurationError("\(loaded.path): the file has changed since it was loaded")
                    }
                    return found
                }
            }
            task = new
            return new
        }
    }
}
