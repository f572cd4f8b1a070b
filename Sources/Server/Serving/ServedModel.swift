// A model that requests can use: loaded, with its engine and what is computed once for it.

package import Inference
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

    init(settings: ModelSettings, loaded: LoadedModel, engine: Engine, created: Int) {
        self.settings = settings
        self.loaded = loaded
        self.engine = engine
        self.created = created
        constraints = Constraints(loaded)
    }
}
