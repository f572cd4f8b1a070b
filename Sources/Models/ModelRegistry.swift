// The architectures Sirocco can run, and the one way to load a model.

package import Tensors

/// One architecture: the names files know it by, and how to load it.
package struct Architecture: Sendable {
    /// `general.architecture` in GGUF files.
    package let ggufNames: [String]
    /// `model_type` in Hugging Face's `config.json`.
    package let huggingFaceNames: [String]
    let load: @Sendable (ModelSource, InstructionSet) throws(ModelError) -> any LanguageModel
}

package enum ModelRegistry {
    // To add an architecture: one file with its configuration, weights and forward pass, one row here.
    package static let architectures: [Architecture] = [
        Llama.architecture
    ]

    /// Loads the model in `source`. Weights stay in the mapped file; nothing large is copied.
    package static func load(
        _ source: ModelSource, instructionSet: InstructionSet = .best
    ) throws(ModelError) -> any LanguageModel {
        guard let name = try source.architecture else {
            throw ModelError(
                .missingKey, "\(source.path): key general.architecture is missing; is this a language model?")
        }
        let found = architectures.first { candidate in
            switch source {
            case .gguf: candidate.ggufNames.contains(name)
            case .huggingFace: candidate.huggingFaceNames.contains(name)
            }
        }
        guard let found else {
            let known = Set(architectures.flatMap { $0.ggufNames + $0.huggingFaceNames }).sorted()
            throw ModelError(
                .unsupportedArchitecture,
                "\(source.path): architecture \(name) is not supported; Sirocco runs \(known.joined(separator: ", "))"
            )
        }
        return try found.load(source, instructionSet)
    }
}
