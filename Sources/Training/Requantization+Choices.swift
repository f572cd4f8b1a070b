// Which format each tensor of a requantized model gets, and why. It knows tensors' names and shapes; it reads no weights.

public import ModelFiles
public import Tensors

/// What a tensor becomes.
public struct TensorChoice: Sendable, Hashable {
    public let tensor: TensorInfo
    /// Its format in the new file.
    public let format: BlockFormat
    public let reason: Reason

    public enum Reason: String, Sendable, CaseIterable {
        /// The format that was asked for.
        case asked
        /// The matrix that makes logits keeps more bits than the others: its errors reach every answer.
        case output
        /// Rows are no multiple of the format's block; the next larger format that fits takes its place.
        case rows
        /// Norms, biases, routers, and whatever else is no matrix of weights, stay as they are.
        case kept
    }
}

extension BlockFormat {
    /// Bits that a weight takes, scales included.
    public var bitsPerWeight: Double { 8 * Double(blockBytes) / Double(blockElements) }
}

extension Requantization {
    /// What each tensor of `model` becomes, in the file's order. Throws `RequantizationError` where one cannot be read.
    public func choices(for model: GGUFFile) throws(RequantizationError) -> [TensorChoice] {
        let hasOutput = model.tensor(named: "output.weight") != nil
        var choices: [TensorChoice] = []
        for tensor in model.tensors {
            let choice = choice(for: tensor, hasOutput: hasOutput)
            guard choice.format == tensor.format || tensor.format.isDecodable else {
                throw RequantizationError(
                    "\(model.path): tensor \(tensor.name): format \(tensor.format) cannot be read; "
                        + "begin with a file in another format")
            }
            choices.append(choice)
        }
        guard choices.contains(where: { $0.reason != .kept }) else {
            throw RequantizationError("\(model.path): there are no matrices in it; is this a model?")
        }
        return choices
    }

    private func choice(for tensor: TensorInfo, hasOutput: Bool) -> TensorChoice {
        guard isMatrixOfWeights(tensor) else {
            return TensorChoice(tensor: tensor, format: tensor.format, reason: .kept)
        }
        var (wanted, reason) = (format, TensorChoice.Reason.asked)
        // llama.cpp keeps it at Q6_K, too. Embeddings that serve as output are both.
        let isOutput = tensor.name == "output.weight" || !hasOutput && tensor.name == "token_embd.weight"
        if isOutput, let better = BlockFormat(named: "Q6_K"), better.bitsPerWeight > format.bitsPerWeight {
            // More bits than it comes in would make it larger, and nothing better.
            wanted =
                tensor.format.isDecodable && tensor.format.bitsPerWeight < better.bitsPerWeight
                ? tensor.format : better
            reason = .output
        }
        let columns = tensor.shape[tensor.shape.count - 1]
        while columns % wanted.blockElements != 0 {
            wanted = Self.stead(of: wanted)
            if reason == .asked { reason = .rows }
        }
        return TensorChoice(tensor: tensor, format: wanted, reason: reason)
    }

    private func isMatrixOfWeights(_ tensor: TensorInfo) -> Bool {
        tensor.shape.count >= 2 && tensor.name.hasSuffix(".weight")
            && !tensor.name.hasSuffix("ffn_gate_inp.weight") && !tensor.name.contains("norm")
    }

    /// A format of smaller blocks with a few more bits: llama.cpp's choices, but Q4_0 for its IQ4_NL of the same size.
    private static func stead(of format: BlockFormat) -> BlockFormat {
        let name =
            switch format.name {
            case "Q2_K", "Q3_K": "Q4_0"
            case "Q4_K": "Q5_0"
            case "Q5_K": "Q5_1"
            case "Q6_K": "Q8_0"
            default: "F16"
            }
        return BlockFormat(named: name) ?? .f16
    }
}
