// A model's hyper-parameters, whatever file they came from.

/// The shape of a decoder-only transformer. A dense model is one expert of which one is used.
public struct ModelConfiguration: Sendable, Equatable {
    /// The architecture's name in the file, such as `llama`.
    public var architecture: String
    public var vocabularySize: Int
    /// Width of the residual stream.
    public var dimension: Int
    public var layers: Int
    public var heads: Int
    /// Key/value heads; `heads` is a multiple of it.
    public var kvHeads: Int
    /// Elements of one head; not always `dimension / heads`.
    public var headDimension: Int
    /// Inner width of one expert's feed-forward block.
    public var feedForward: Int
    public var experts: Int
    public var expertsPerToken: Int
    /// Longest sequence the model was trained for, in tokens.
    public var contextLength: Int
    public var normEpsilon: Float
    public var rope: RotaryEmbedding
    /// A token sees this many latest positions; nil: all.
    public var slidingWindow: Int?

    /// Query heads that share one key/value head.
    public var headsPerKV: Int { heads / kvHeads }
    public var isMixtureOfExperts: Bool { experts > 1 }

    /// Checks what arithmetic relies on. `source` names the file in the error.
    func validated(source: String) throws(ModelError) -> ModelConfiguration {
        if let problem { throw ModelError(.badValue, "\(source): \(problem)") }
        return self
    }

    /// The first value that no model can have.
    private var problem: String? {
        // Larger than any model there is; keeps products of two far from overflow.
        let limit = 1 << 24
        for (name, value) in [
            ("vocabulary size", vocabularySize), ("embedding length", dimension), ("layer count", layers),
            ("head count", heads), ("key/value head count", kvHeads), ("head dimension", headDimension),
            ("feed-forward length", feedForward), ("expert count", experts),
            ("experts per token", expertsPerToken), ("context length", contextLength),
        ] where value < 1 || value > limit {
            return "\(name) is \(value); expected 1 to \(limit)"
        }
        if heads % kvHeads != 0 { return "\(heads) heads cannot share \(kvHeads) key/value heads evenly" }
        // Far above any model; the router's work grows with their product.
        if experts > 1024 { return "\(experts) experts; expected at most 1024" }
        if expertsPerToken > 64 { return "\(expertsPerToken) experts per token; expected at most 64" }
        if expertsPerToken > experts {
            return "\(expertsPerToken) experts per token, but only \(experts) experts"
        }
        if let problem = rope.problem(headDimension: headDimension) { return problem }
        if !(normEpsilon > 0 && normEpsilon < 1) {
            return "norm epsilon is \(normEpsilon); expected a small positive number"
        }
        if let slidingWindow, slidingWindow < 1 {
            return "sliding window is \(slidingWindow); expected at least 1"
        }
        return nil
    }
}

extension RotaryEmbedding {
    fileprivate func problem(headDimension: Int) -> String? {
        if !(dimensions >= 2 && dimensions % 2 == 0 && dimensions <= headDimension) {
            return "rotary dimension \(dimensions) must be even and at most the head dimension "
                + "\(headDimension)"
        }
        if !(base > 0 && base.isFinite) { return "rotary base is \(base); expected a positive number" }
        return nil
    }
}
