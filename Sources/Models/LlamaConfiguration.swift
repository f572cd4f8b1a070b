// Hyper-parameters of the llama family, out of GGUF keys or a Hugging Face config.

import ModelFiles
import Tensors

extension ModelConfiguration {
    /// Reads what a llama-family model needs.
    static func llama(_ source: ModelSource) throws(ModelError) -> ModelConfiguration {
        let configuration =
            switch source {
            case .gguf(let file): try ggufLlama(file, path: source.path)
            case .huggingFace(_, let config): try huggingFaceLlama(config, path: source.path)
            }
        return try configuration.validated(source: source.path)
    }

    private static func ggufLlama(_ file: GGUFFile, path: String) throws(ModelError) -> ModelConfiguration {
        let keys = MetadataKeys(file: file, path: path, prefix: "llama")
        let heads = try keys.integer("attention.head_count")
        let dimension = try keys.integer("embedding_length")
        guard heads > 0 else {
            throw ModelError(
                .badValue, "\(path): key llama.attention.head_count is \(heads); expected at least 1")
        }
        let headDimension = try keys.integer("attention.key_length", default: dimension / heads)
        let valueLength = try keys.integer("attention.value_length", default: headDimension)
        guard valueLength == headDimension else {
            throw ModelError(
                .unsupportedFeature,
                "\(path): values of length \(valueLength) beside keys of length \(headDimension) are not supported"
            )
        }
        let experts = try keys.integer("expert_count", default: 0)
        let context = try keys.integer("context_length")
        return ModelConfiguration(
            architecture: "llama",
            vocabularySize: try vocabularySize(file, path: path),
            dimension: dimension,
            layers: try keys.integer("block_count"),
            heads: heads,
            kvHeads: try keys.integer("attention.head_count_kv", default: heads),
            headDimension: headDimension,
            feedForward: try keys.integer("feed_forward_length"),
            experts: max(experts, 1),
            expertsPerToken: experts > 0 ? try keys.integer("expert_used_count") : 1,
            contextLength: context,
            normEpsilon: try keys.float("attention.layer_norm_rms_epsilon"),
            rope: RotaryEmbedding(
                layout: .pairs,
                base: Double(try keys.float("rope.freq_base", default: 10_000)),
                dimensions: try keys.integer("rope.dimension_count", default: headDimension),
                scaling: try ggufScaling(file, keys)),
            // Old Mixtral files say 4096 here, but the model has full attention: see its paper's authors'
            // correction (sliding_window null). The llama architecture of GGUF has no window.
            slidingWindow: nil)
    }

    /// The embedding's rows: some files pad it beyond the tokenizer's vocabulary.
    private static func vocabularySize(_ file: GGUFFile, path: String) throws(ModelError) -> Int {
        guard let embedding = file.tensor(named: "token_embd.weight"), embedding.shape.count == 2 else {
            throw ModelError(
                .missingTensor,
                "\(path): tensor token_embd.weight is missing or no matrix; is this file complete?")
        }
        return embedding.shape[0]
    }

    private static func ggufScaling(
        _ file: GGUFFile, _ keys: MetadataKeys
    ) throws(ModelError) -> RotaryEmbedding.Scaling {
        if let tensor = file.tensor(named: "rope_freqs.weight") {
            guard tensor.format == .f32, let start = file.bytes(of: tensor).baseAddress else {
                throw ModelError(
                    .unsupportedFormat,
                    "\(keys.path): tensor rope_freqs.weight: expected F32, found \(tensor.format); "
                        + "convert the model again")
            }
            let divisors = tensor.format.decode(start, count: tensor.elementCount)
            guard divisors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
                throw ModelError(
                    .badValue, "\(keys.path): tensor rope_freqs.weight: divisors must be positive numbers")
            }
            return .divisors(divisors)
        }
        switch try keys.string("rope.scaling.type") {
        case nil, "none": return .none
        case "linear":
            let factor = Double(try keys.float("rope.scaling.factor"))
            guard factor > 0 && factor.isFinite else {
                throw ModelError(
                    .badValue,
                    "\(keys.path): key llama.rope.scaling.factor is \(factor); expected a positive number")
            }
            return .linear(factor: factor)
        case let other?:
            throw ModelError(
                .unsupportedFeature,
                "\(keys.path): key llama.rope.scaling.type: \(other) is not supported; Sirocco knows none and linear"
            )
        }
    }

    private static func huggingFaceLlama(
        _ config: HuggingFaceConfiguration, path: String
    ) throws(ModelError) -> ModelConfiguration {
        if let activation = config.hiddenAct, activation != "silu" {
            throw ModelError(
                .unsupportedFeature,
                "\(path): config.json: hidden_act \(activation) is not supported, only silu")
        }
        guard config.numAttentionHeads > 0 else {
            throw ModelError(.badValue, "\(path): config.json: num_attention_heads must be at least 1")
        }
        let headDimension = config.headDim ?? config.hiddenSize / config.numAttentionHeads
        let isMixtral = config.modelType == "mixtral"
        return ModelConfiguration(
            architecture: config.modelType,
            vocabularySize: config.vocabSize,
            dimension: config.hiddenSize,
            layers: config.numHiddenLayers,
            heads: config.numAttentionHeads,
            kvHeads: config.numKeyValueHeads ?? config.numAttentionHeads,
            headDimension: headDimension,
            feedForward: config.intermediateSize,
            experts: isMixtral ? config.numLocalExperts ?? 8 : 1,
            expertsPerToken: isMixtral ? config.numExpertsPerTok ?? 2 : 1,
            contextLength: config.maxPositionEmbeddings,
            normEpsilon: Float(config.rmsNormEps),
            rope: RotaryEmbedding(
                layout: .halves,
                // Where a file is silent, the defaults of transformers.
                base: config.ropeParameters?.ropeTheta ?? config.ropeTheta
                    ?? (isMixtral ? 1_000_000 : 10_000),
                dimensions: headDimension,
                scaling: try huggingFaceScaling(config.ropeParameters ?? config.ropeScaling, path: path)),
            // Old Mixtral configs say 4096, but the model has full attention.
            slidingWindow: isMixtral ? nil : config.slidingWindow)
    }

    private static func huggingFaceScaling(
        _ rope: HuggingFaceConfiguration.Rope?, path: String
    ) throws(ModelError) -> RotaryEmbedding.Scaling {
        func required(_ value: Double?, _ key: String) throws(ModelError) -> Double {
            guard let value, value > 0 else {
                throw ModelError(.missingKey, "\(path): config.json: rope scaling needs a positive \(key)")
            }
            return value
        }
        switch rope?.ropeType ?? rope?.type {
        case nil, "default": return .none
        case "linear": return .linear(factor: try required(rope?.factor, "factor"))
        case "llama3":
            let low = try required(rope?.lowFreqFactor, "low_freq_factor")
            let high = try required(rope?.highFreqFactor, "high_freq_factor")
            guard low < high else {
                throw ModelError(
                    .badValue, "\(path): config.json: low_freq_factor must be below high_freq_factor")
            }
            return .llama3(
                factor: try required(rope?.factor, "factor"), low: low, high: high,
                originalContext: try required(
                    rope?.originalMaxPositionEmbeddings, "original_max_position_embeddings"))
        case let other?:
            throw ModelError(
                .unsupportedFeature,
                "\(path): config.json: rope type \(other) is not supported; Sirocco knows default, linear and llama3"
            )
        }
    }
}

/// GGUF metadata under one prefix, with errors that name the key.
private struct MetadataKeys {
    let file: GGUFFile
    let path: String
    let prefix: String

    func integer(_ key: String, default fallback: Int? = nil) throws(ModelError) -> Int {
        try required(
            key, fallback, read { () throws(ModelFileError) in try file.metadata.integer("\(prefix).\(key)") }
        )
    }

    func float(_ key: String, default fallback: Float? = nil) throws(ModelError) -> Float {
        try required(
            key, fallback, read { () throws(ModelFileError) in try file.metadata.float("\(prefix).\(key)") })
    }

    func string(_ key: String) throws(ModelError) -> String? {
        try read { () throws(ModelFileError) in try file.metadata.string("\(prefix).\(key)") }
    }

    private func read<Value>(_ body: () throws(ModelFileError) -> Value?) throws(ModelError) -> Value? {
        do { return try body() } catch { throw .unreadable(error) }
    }

    private func required<Value>(_ key: String, _ fallback: Value?, _ value: Value?) throws(ModelError)
        -> Value
    {
        if let value = value ?? fallback { return value }
        throw ModelError(
            .missingKey, "\(path): key \(prefix).\(key) is missing; is this file from a recent converter?")
    }
}
