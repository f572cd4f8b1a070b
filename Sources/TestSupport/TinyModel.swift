// Random models of the llama family that are written in a millisecond and computed in less. Their text is
// noise, but every path of the engine runs over them. It knows GGUF's names; it computes nothing.

package import Inference
package import ModelFiles
package import SystemPackage
package import Tensors

/// What a tiny model looks like. The same description gives the same file, byte for byte.
package struct TinyModel: Sendable, CustomStringConvertible {
    package var dimension = 64
    package var layers = 2
    package var heads = 4
    package var kvHeads = 2
    package var headDimension = 16
    package var feedForward = 96
    /// Nil: dense.
    package var experts: Int?
    package var expertsPerToken = 1
    /// A tensor for each expert, as files before April 2024 have them, instead of stacks.
    package var hasSeparateExperts = false
    package var context = 1024
    /// Format of the matrices. Norms and routers are F32 in every file.
    package var format = BlockFormat.f32
    package var seed: UInt64 = 1
    /// A token whose embedding is not a number: whatever attends to it has no logits.
    package var poisonedToken: Int?
    package var chatTemplate: String?
    /// Metadata of another tokenizer, with its size; nil: `TinyVocabulary`.
    package var vocabulary: (size: Int, metadata: [(key: String, value: GGUFValue)])?

    /// A dense model.
    package init(format: BlockFormat = .f32, seed: UInt64 = 1) {
        self.format = format
        self.seed = seed
    }

    /// A mixture of experts.
    package init(experts: Int, expertsPerToken: Int, format: BlockFormat = .f32, seed: UInt64 = 1) {
        self.init(format: format, seed: seed)
        self.experts = experts
        self.expertsPerToken = expertsPerToken
    }

    package var description: String {
        let kind = experts.map { "\($0) experts, \(expertsPerToken) per token" } ?? "dense"
        return
            "\(kind), \(format)\(hasSeparateExperts ? ", a tensor for each expert" : ""), \(heads)/\(kvHeads) heads"
    }

    package var vocabularySize: Int { vocabulary?.size ?? TinyVocabulary.size }

    /// Writes the model to `path`.
    package func write(to path: FilePath) throws {
        try GGUFWriter(metadata: metadata, tensors: tensors()).write(to: path)
    }

    /// The model, loaded. Its file is removed at once: the mapping outlives the name.
    package func load(instructionSet: InstructionSet = .best) throws -> LoadedModel {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("tiny.gguf")
        try write(to: path)
        return try withExtendedLifetime(folder) {
            try LoadedModel(path: path.string, instructionSet: instructionSet)
        }
    }

    private var metadata: GGUFMetadata {
        var keys = GGUFMetadata()
        keys["general.architecture"] = .text("llama")
        keys["general.name"] = .text("tiny")
        for (key, value) in [
            ("context_length", context), ("embedding_length", dimension), ("block_count", layers),
            ("feed_forward_length", feedForward), ("attention.head_count", heads),
            ("attention.head_count_kv", kvHeads), ("attention.key_length", headDimension),
            ("attention.value_length", headDimension), ("rope.dimension_count", headDimension),
        ] { keys["llama.\(key)"] = .uint32(UInt32(value)) }
        keys["llama.attention.layer_norm_rms_epsilon"] = .float32(1e-5)
        keys["llama.rope.freq_base"] = .float32(10_000)
        if let experts {
            keys["llama.expert_count"] = .uint32(UInt32(experts))
            keys["llama.expert_used_count"] = .uint32(UInt32(expertsPerToken))
        }
        let tokenizer = vocabulary?.metadata ?? TinyVocabulary.metadata()
        for (key, value) in tokenizer { keys[key] = value }
        if let chatTemplate { keys["tokenizer.chat_template"] = .text(chatTemplate) }
        return keys
    }

    private func tensors() -> [TensorSource] {
        var random = SeededGenerator(seed: seed)
        let (queries, keys) = (heads * headDimension, kvHeads * headDimension)
        var embedding = values(vocabularySize * dimension, scale: 1, &random)
        if let poisonedToken { embedding[poisonedToken * dimension] = .nan }
        var tensors = [source("token_embd", [vocabularySize, dimension], embedding, .f32)]
        for layer in 0..<layers {
            let block = "blk.\(layer)."
            tensors.append(norm(block + "attn_norm", &random))
            tensors.append(matrix(block + "attn_q", [queries, dimension], &random))
            tensors.append(matrix(block + "attn_k", [keys, dimension], &random))
            tensors.append(matrix(block + "attn_v", [keys, dimension], &random))
            tensors.append(matrix(block + "attn_output", [dimension, queries], &random))
            tensors.append(norm(block + "ffn_norm", &random))
            if let experts {
                let router = values(experts * dimension, scale: 1, &random)
                tensors.append(source(block + "ffn_gate_inp", [experts, dimension], router, .f32))
            }
            for (name, shape) in [
                ("gate", [feedForward, dimension]), ("up", [feedForward, dimension]),
                ("down", [dimension, feedForward]),
            ] { tensors += feedForwardTensors("\(block)ffn_\(name)", shape, &random) }
        }
        tensors.append(norm("output_norm", &random))
        tensors.append(matrix("output", [vocabularySize, dimension], gain: 4, &random))
        return tensors
    }

    /// One feed-forward matrix of a dense layer, or of all experts in either spelling.
    private func feedForwardTensors(
        _ name: String, _ shape: [Int], _ random: inout SeededGenerator
    ) -> [TensorSource] {
        guard let experts else { return [matrix(name, shape, &random)] }
        // The same numbers in the same order, so that both spellings are the same model.
        guard hasSeparateExperts else { return [matrix(name + "_exps", [experts] + shape, &random)] }
        return (0..<experts).map { matrix("\(name).\($0)", shape, &random) }
    }

    private func matrix(
        _ name: String, _ shape: [Int], gain: Float = 1, _ random: inout SeededGenerator
    ) -> TensorSource {
        // Variance 1 / columns keeps activations near 1; a uniform number in -1..<1 has variance 1 / 3.
        let columns = Float(shape[shape.count - 1])
        let count = shape.reduce(1, *)
        return source(name, shape, values(count, scale: gain * (3 / columns).squareRoot(), &random), format)
    }

    private func norm(_ name: String, _ random: inout SeededGenerator) -> TensorSource {
        source(name, [dimension], values(dimension, scale: 0.2, &random).map { 1 + $0 }, .f32)
    }

    private func values(_ count: Int, scale: Float, _ random: inout SeededGenerator) -> [Float] {
        (0..<count).map { _ in scale * random.symmetric() }
    }

    private func source(_ name: String, _ shape: [Int], _ values: [Float], _ format: BlockFormat)
        -> TensorSource
    {
        TensorSource(name: name + ".weight", format: format, shape: shape, bytes: format.encode(values))
    }
}
