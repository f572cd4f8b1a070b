// What a forward pass has to read and multiply at least: the arithmetic behind a roofline. It counts
// tensors of the llama family by name and size; it loads nothing.

package import ModelFiles

/// A model's weights, divided by when a token needs them. Norms are too small to matter and count as shared.
package struct ActiveWeights: Sendable, Equatable {
    /// Bytes, and values that a token is multiplied with.
    package struct Amount: Sendable, Equatable {
        package var bytes = 0
        package var parameters = 0

        package init(bytes: Int = 0, parameters: Int = 0) {
            self.bytes = bytes
            self.parameters = parameters
        }
    }

    /// What every token needs: attention, routers, a dense model's feed-forward blocks.
    package var shared = Amount()
    /// The output matrix: for tokens whose successor is wanted. A model that shares it with the embedding
    /// reads it here; an embedding of its own is only looked up, one row per token, and counts nowhere.
    package var head = Amount()
    /// All experts of all layers.
    package var experts = Amount()
    /// The share of the experts that one token is routed to.
    package var shareOfExperts = 1.0

    package init(_ source: ModelSource, _ shape: ModelConfiguration) {
        self.init(
            tensors: source.tensors, experts: shape.experts, expertsPerToken: shape.expertsPerToken)
    }

    package init(tensors: [TensorInfo], experts: Int, expertsPerToken: Int) {
        shareOfExperts = Double(expertsPerToken) / Double(experts)
        let hasOutput = tensors.contains { Self.outputs.contains($0.name) }
        for tensor in tensors {
            if Self.embeddings.contains(tensor.name) {
                if !hasOutput { head.add(tensor) }
            } else if Self.outputs.contains(tensor.name) {
                head.add(tensor)
            } else if experts > 1, Self.isExpert(tensor.name) {
                self.experts.add(tensor)
            } else {
                shared.add(tensor)
            }
        }
    }

    /// Bytes that a pass over `tokens` tokens reads, `logits` of them with logits: the experts that routers
    /// without a preference are expected to choose, each once.
    package func bytes(tokens: Int, logits: Int) -> Double {
        var chosen = 1.0
        for _ in 0..<tokens { chosen *= 1 - shareOfExperts }
        return Double(shared.bytes) + (logits > 0 ? Double(head.bytes) : 0)
            + Double(experts.bytes) * (1 - chosen)
    }

    /// Multiplications of a pass over `tokens` tokens, `logits` of them with logits.
    package func multiplications(tokens: Int, logits: Int) -> Double {
        Double(tokens) * (Double(shared.parameters) + Double(experts.parameters) * shareOfExperts)
            + Double(logits) * Double(head.parameters)
    }

    private static let embeddings: Set = ["token_embd.weight", "model.embed_tokens.weight"]
    private static let outputs: Set = ["output.weight", "lm_head.weight"]

    /// `ffn_gate_exps`, `ffn_gate.3` (GGUF before April 2024), `experts.3.w1`, `experts.gate_up_proj`.
    private static func isExpert(_ name: String) -> Bool {
        let parts = name.split(separator: ".")
        return parts.contains { $0.hasSuffix("_exps") || $0 == "experts" }
            || zip(parts, parts.dropFirst()).contains { $0.hasPrefix("ffn_") && Int($1) != nil }
    }
}

extension ActiveWeights.Amount {
    fileprivate mutating func add(_ tensor: TensorInfo) {
        bytes += tensor.byteCount
        // Vectors are added or scaled by, not multiplied with.
        if tensor.shape.count > 1 { parameters += tensor.elementCount }
    }
}
