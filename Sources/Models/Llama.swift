// The llama family: Llama, Mistral, SmolLM2 and, with several experts, Mixtral. This file owns the
// weights and their names; the forward pass is in LlamaRunner.swift.

import ModelFiles
import Tensors

/// One feed-forward block: w2(silu(w1 x) * w3 x).
struct Expert {
    let gate: Matrix  // w1 [feedForward, dimension]
    let up: Matrix  // w3 [feedForward, dimension]
    let down: Matrix  // w2 [dimension, feedForward]
}

/// The weights of one layer. Plain values: the forward pass copies it without counting references.
struct LlamaLayer {
    let attentionNorm: UnsafePointer<Float>  // [dimension]
    let query: Matrix  // [heads * headDimension, dimension]
    let key: Matrix  // [kvHeads * headDimension, dimension]
    let value: Matrix  // [kvHeads * headDimension, dimension]
    let attentionOutput: Matrix  // [dimension, heads * headDimension]
    let feedForwardNorm: UnsafePointer<Float>  // [dimension]
    let router: Matrix?  // [experts, dimension]; nil: a dense model, whose one expert has weight 1
    let experts: UnsafePointer<Expert>  // [experts]
}

/// A model of the llama family, dense or mixture of experts.
///
/// `@unchecked Sendable`: constant after init.
final class Llama: LanguageModel, @unchecked Sendable {
    static let architecture = Architecture(
        ggufNames: ["llama"], huggingFaceNames: ["llama", "mistral", "mixtral"],
        load: { source, instructionSet throws(ModelError) in
            try Llama(source: source, instructionSet: instructionSet)
        })

    let configuration: ModelConfiguration
    let statistics: WeightStatistics
    let activeParameters: Int
    let operations: Operations
    let embedding: Matrix  // [vocabulary, dimension]
    let outputNorm: UnsafePointer<Float>  // [dimension]
    let output: Matrix  // [vocabulary, dimension]
    let layers: UnsafePointer<LlamaLayer>
    let activationKinds: LlamaActivationKinds

    private let source: ModelSource  // keeps the files mapped
    private let storage: Storage  // owns what the pointers above point to

    init(source: ModelSource, instructionSet: InstructionSet) throws(ModelError) {
        let shape = try ModelConfiguration.llama(source)
        let names = LlamaNames(source)
        let storage = Storage()
        var loader = WeightLoader(source: source, instructionSet: instructionSet)

        embedding = try loader.matrix(names.embedding, shape.vocabularySize, shape.dimension)
        outputNorm = storage.keep(try loader.vector(names.outputNorm, shape.dimension))
        output =
            !names.mayShareEmbedding || loader.has(names.output)
            ? try loader.matrix(names.output, shape.vocabularySize, shape.dimension) : embedding
        if let name = names.ropeDivisors, loader.has(name) {
            _ = try loader.vector(name, shape.rope.dimensions / 2)  // in `shape.rope` already
        }
        var layers: [LlamaLayer] = []
        var loadedExperts: [Expert] = []
        for index in 0..<shape.layers {
            let experts = try names.experts(layer: index, shape, &loader)
            loadedExperts += experts
            layers.append(try names.layer(index, shape, experts: storage.keep(experts), storage, &loader))
        }
        try loader.finish()

        configuration = shape
        statistics = loader.statistics
        let oneExpert = 3 * shape.dimension * shape.feedForward
        activeParameters =
            loader.statistics.parameters - shape.layers * (shape.experts - shape.expertsPerToken) * oneExpert
        operations = Operations(instructionSet)
        activationKinds = LlamaActivationKinds(layers: layers, experts: loadedExperts, output: output)
        self.layers = storage.keep(layers)
        self.source = source
        self.storage = storage
    }

    func makeRunner(limits: RunnerLimits, pool: ThreadPool) -> any ModelRunner {
        LlamaRunner(model: self, limits: limits, pool: pool)
    }
}

/// What the matrices at each place of a layer want their input converted to.
struct LlamaActivationKinds {
    let attention: ActivationKinds
    let attentionOutput: ActivationKinds
    let feedForward: ActivationKinds
    let down: ActivationKinds
    let output: ActivationKinds

    init(layers: [LlamaLayer], experts: [Expert], output: Matrix) {
        attention = ActivationKinds(of: layers.flatMap { [$0.query, $0.key, $0.value] })
        attentionOutput = ActivationKinds(of: layers.map(\.attentionOutput))
        feedForward = ActivationKinds(of: experts.flatMap { [$0.gate, $0.up] })
        down = ActivationKinds(of: experts.map(\.down))
        self.output = ActivationKinds(of: [output])
    }
}

/// Owns small constant arrays that weights point to.
private final class Storage {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit { for block in blocks { block.deallocate() } }

    /// Copies `values` (of a trivial type) to memory that lives as long as this object.
    func keep<Element>(_ values: [Element]) -> UnsafePointer<Element> {
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, values.count * MemoryLayout<Element>.stride), alignment: 64)
        blocks.append(raw)
        let start = raw.bindMemory(to: Element.self, capacity: values.count)
        start.initialize(from: values, count: values.count)
        return UnsafePointer(start)
    }
}

/// How files spell the family's tensors.
private struct LlamaNames {
    private let isGGUF: Bool
    /// Whether a file without an output matrix means the embedding. A GGUF file cannot say; a Hugging Face
    /// folder does, so there a missing head is a damaged model.
    let mayShareEmbedding: Bool

    init(_ source: ModelSource) {
        switch source {
        case .gguf: (isGGUF, mayShareEmbedding) = (true, true)
        case .huggingFace(_, let config):
            (isGGUF, mayShareEmbedding) = (false, config.tieWordEmbeddings ?? false)
        }
    }

    var ropeDivisors: String? { isGGUF ? "rope_freqs.weight" : nil }

    var embedding: String { isGGUF ? "token_embd.weight" : "model.embed_tokens.weight" }
    var outputNorm: String { isGGUF ? "output_norm.weight" : "model.norm.weight" }
    var output: String { isGGUF ? "output.weight" : "lm_head.weight" }

    func layer(
        _ index: Int, _ shape: ModelConfiguration, experts: UnsafePointer<Expert>, _ storage: Storage,
        _ loader: inout WeightLoader
    ) throws(ModelError) -> LlamaLayer {
        let prefix = isGGUF ? "blk.\(index)." : "model.layers.\(index)."
        let attention = isGGUF ? prefix + "attn_" : prefix + "self_attn."
        func projection(_ gguf: String, _ huggingFace: String) -> String {
            attention + (isGGUF ? gguf : huggingFace) + ".weight"
        }
        let queries = shape.heads * shape.headDimension
        let keys = shape.kvHeads * shape.headDimension
        let norms =
            isGGUF
            ? ("attn_norm.weight", "ffn_norm.weight")
            : ("input_layernorm.weight", "post_attention_layernorm.weight")
        return LlamaLayer(
            attentionNorm: storage.keep(try loader.vector(prefix + norms.0, shape.dimension)),
            query: try loader.matrix(projection("q", "q_proj"), queries, shape.dimension),
            key: try loader.matrix(projection("k", "k_proj"), keys, shape.dimension),
            value: try loader.matrix(projection("v", "v_proj"), keys, shape.dimension),
            attentionOutput: try loader.matrix(projection("output", "o_proj"), shape.dimension, queries),
            feedForwardNorm: storage.keep(try loader.vector(prefix + norms.1, shape.dimension)),
            router: shape.isMixtureOfExperts ? try router(prefix, shape, &loader) : nil,
            experts: experts)
    }

    private func router(
        _ prefix: String, _ shape: ModelConfiguration, _ loader: inout WeightLoader
    ) throws(ModelError) -> Matrix {
        let fused = prefix + "mlp.gate.weight"
        let name =
            isGGUF
            ? prefix + "ffn_gate_inp.weight"
            : loader.has(fused) ? fused : prefix + "block_sparse_moe.gate.weight"
        let router = try loader.matrix(name, shape.experts, shape.dimension)
        guard router.format.activation == BlockFormat.f32.activation else {
            // Choices between experts flip on small differences: no file quantizes it.
            throw ModelError(
                .unsupportedFormat,
                "\(loader.source.path): tensor \(name): a router must be F32, F16 or BF16, "
                    + "found \(router.format); convert the model again")
        }
        return router
    }

    /// The experts of one layer: stacked in one tensor each for gate, up and down; a tensor for each expert
    /// (GGUF files before April 2024, published Hugging Face files); stacked with gate and up in one tensor
    /// (transformers 5's own layout); or a dense model's one block.
    func experts(
        layer index: Int, _ shape: ModelConfiguration, _ loader: inout WeightLoader
    ) throws(ModelError) -> [Expert] {
        let (inner, dimension) = (shape.feedForward, shape.dimension)
        let prefix = isGGUF ? "blk.\(index)." : "model.layers.\(index)."
        guard shape.isMixtureOfExperts else {
            let (gate, up, down) =
                isGGUF
                ? ("ffn_gate", "ffn_up", "ffn_down") : ("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")
            return [
                Expert(
                    gate: try loader.matrix("\(prefix)\(gate).weight", inner, dimension),
                    up: try loader.matrix("\(prefix)\(up).weight", inner, dimension),
                    down: try loader.matrix("\(prefix)\(down).weight", dimension, inner))
            ]
        }
        if isGGUF, loader.has("\(prefix)ffn_gate_exps.weight") {
            let gates = try loader.stack("\(prefix)ffn_gate_exps.weight", shape.experts, inner, dimension)
            let ups = try loader.stack("\(prefix)ffn_up_exps.weight", shape.experts, inner, dimension)
            let downs = try loader.stack("\(prefix)ffn_down_exps.weight", shape.experts, dimension, inner)
            return (0..<shape.experts).map { Expert(gate: gates[$0], up: ups[$0], down: downs[$0]) }
        }
        if !isGGUF, loader.has("\(prefix)mlp.experts.gate_up_proj") {
            let halves = try loader.stack(
                "\(prefix)mlp.experts.gate_up_proj", shape.experts, 2 * inner, dimension, pieces: 2)
            let downs = try loader.stack("\(prefix)mlp.experts.down_proj", shape.experts, dimension, inner)
            return (0..<shape.experts).map {
                Expert(gate: halves[2 * $0], up: halves[2 * $0 + 1], down: downs[$0])
            }
        }
        var experts: [Expert] = []
        for expert in 0..<shape.experts {
            func name(_ gguf: String, _ huggingFace: String) -> String {
                isGGUF
                    ? "\(prefix)\(gguf).\(expert).weight"
                    : "\(prefix)block_sparse_moe.experts.\(expert).\(huggingFace).weight"
            }
            experts.append(
                Expert(
                    gate: try loader.matrix(name("ffn_gate", "w1"), inner, dimension),
                    up: try loader.matrix(name("ffn_up", "w3"), inner, dimension),
                    down: try loader.matrix(name("ffn_down", "w2"), dimension, inner)))
        }
        return experts
    }
}
