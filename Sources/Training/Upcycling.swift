// Sparse upcycling (Komatsuzaki et al., arXiv 2212.05055): a mixture of experts out of a dense model. It
// rewrites a GGUF file; it runs no model.

public import ModelFiles
public import SystemPackage
import Tensors

/// Makes a Mixtral-architecture model whose experts start as copies of a dense model's feed-forward block.
public struct Upcycling: Sendable {
    /// Experts in each layer.
    public var experts: Int
    /// Experts that each token is routed to.
    public var expertsPerToken: Int
    /// Standard deviation of the gaussian noise added to each expert's weights, as a fraction of the standard
    /// deviation of the tensor's own weights. Without noise the new model computes what the old one does.
    public var noise: Double
    /// Seed of the noise and of the routers' weights.
    public var seed: UInt64

    public init(experts: Int, expertsPerToken: Int, noise: Double = 0, seed: UInt64 = 0) {
        self.experts = experts
        self.expertsPerToken = expertsPerToken
        self.noise = noise
        self.seed = seed
    }

    /// Standard deviation of a router's weights: small, as transformers initialises Mixtral's.
    private static let routerDeviation = 0.02

    /// Writes the upcycled model to `output`, by a temporary name that is then renamed.
    /// `progress` is told the bytes written and the total. Throws `UpcyclingError` or `ModelFileError`.
    public func write(_ dense: GGUFFile, to output: FilePath, progress: @escaping (Int, Int) -> Void) throws {
        try validate(dense)
        var writer = GGUFWriter(metadata: dense.metadata)
        writer.metadata["llama.expert_count"] = .uint32(UInt32(experts))
        writer.metadata["llama.expert_used_count"] = .uint32(UInt32(expertsPerToken))
        if let name = try dense.metadata.string("general.name") {
            writer.metadata["general.name"] = .text("\(name) upcycled to \(experts) experts")
        }
        var block = 0
        for tensor in dense.tensors {
            guard let (layer, kind) = feedForward(tensor) else {
                writer.tensors.append(TensorSource(copying: tensor, of: dense))
                continue
            }
            writer.tensors.append(
                stack(tensor, of: dense, name: "blk.\(layer).ffn_\(kind)_exps.weight", block: block))
            if kind == "gate" { writer.tensors.append(router(layer: layer, dimension: tensor.shape[1])) }
            block += 1
        }
        try writer.write(to: output, progress: progress)
    }

    private func validate(_ dense: GGUFFile) throws {
        guard experts >= 2, experts <= 1024, (1...experts).contains(expertsPerToken) else {
            throw UpcyclingError(
                "\(experts) experts, \(expertsPerToken) per token: expected 2 to 1024 experts, and 1 to that many per token"
            )
        }
        guard noise >= 0, noise.isFinite else { throw UpcyclingError("noise \(noise): expected 0 or more") }
        guard try dense.metadata.string("general.architecture") == "llama" else {
            throw UpcyclingError("\(dense.path): only models of the llama architecture can be upcycled")
        }
        guard try dense.metadata.integer("llama.expert_count") ?? 0 == 0 else {
            throw UpcyclingError("\(dense.path): this model is a mixture of experts already")
        }
        let blocks = dense.tensors.filter { feedForward($0) != nil }
        guard !blocks.isEmpty else {
            throw UpcyclingError("\(dense.path): found no feed-forward tensors such as blk.0.ffn_gate.weight")
        }
        if noise > 0, let block = blocks.first(where: { !$0.format.isDecodable }) {
            throw UpcyclingError(
                "\(dense.path): tensor \(block.name): format \(block.format) cannot be read, so no noise can be added; "
                    + "use a file in another format")
        }
    }

    /// The layer and kind of a feed-forward matrix; nil for all other tensors.
    private func feedForward(_ tensor: TensorInfo) -> (layer: Int, kind: Substring)? {
        let parts = tensor.name.split(separator: ".")
        guard parts.count == 4, parts[0] == "blk", parts[3] == "weight", tensor.shape.count == 2,
            let layer = Int(parts[1]), ["ffn_gate", "ffn_up", "ffn_down"].contains(parts[2])
        else { return nil }
        return (layer, parts[2].dropFirst("ffn_".count))
    }

    /// The experts' copies of `tensor`, one after the other.
    private func stack(_ tensor: TensorInfo, of dense: GGUFFile, name: String, block: Int) -> TensorSource {
        let shape = [experts] + tensor.shape
        guard noise > 0 else {
            return TensorSource(name: name, format: tensor.format, shape: shape) { sink in
                for _ in 0..<experts { try dense.stream(tensor, to: sink) }
            }
        }
        // Formats that cannot be written again give way to the nearest that can.
        let format = tensor.format.isEncodable ? tensor.format : .q8_0
        return TensorSource(name: name, format: format, shape: shape) { sink in
            let values = dense.values(of: tensor)
            let deviation = noise * standardDeviation(values)
            for expert in 0..<experts {
                var random = GaussianGenerator(seed: seed, stream: UInt64(block * experts + expert))
                let noisy = values.map { $0 + Float(deviation * random.next()) }
                try format.encode(noisy).withUnsafeBytes { try sink($0) }
            }
        }
    }

    private func router(layer: Int, dimension: Int) -> TensorSource {
        // Streams of their own, far from those of the noise.
        var random = GaussianGenerator(seed: seed, stream: 1 << 40 + UInt64(layer))
        let weights = (0..<experts * dimension).map { _ in Float(Self.routerDeviation * random.next()) }
        return TensorSource(
            name: "blk.\(layer).ffn_gate_inp.weight", format: .f32, shape: [experts, dimension],
            bytes: weights.withUnsafeBytes { Array($0) })
    }

    private func standardDeviation(_ values: [Float]) -> Double {
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        let variance =
            values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
        return variance.squareRoot()
    }
}

/// Why a model cannot be upcycled.
public struct UpcyclingError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
