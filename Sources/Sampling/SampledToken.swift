// What the sampler answers with. Log-probabilities are natural logarithms of the model's own softmax, before any
// processor and at temperature 1, as OpenAI reports them: they measure the model, not the sampling parameters.

/// A token and its log-probability (natural logarithm, 0 or less; -infinity for an impossible token).
public struct TokenLogProbability: Sendable, Equatable {
    /// The token's id.
    public var token: Int32
    /// Natural logarithm of the model's probability.
    public var logProbability: Float

    /// Pairs an id with its log-probability.
    public init(token: Int32, logProbability: Float) {
        self.token = token
        self.logProbability = logProbability
    }
}

/// The chosen token with what the model thought of it and of its rivals.
public struct SampledToken: Sendable, Equatable {
    /// The chosen token's id.
    public var token: Int32
    /// Natural logarithm of the model's probability for `token`, before any processor.
    public var logProbability: Float
    /// The model's most likely tokens, best first, ties by lowest id; as many as
    /// `SamplingParameters.topLogProbabilities` asks for (fewer if the vocabulary is smaller).
    public var top: [TokenLogProbability]

    /// Bundles a choice with its log-probabilities.
    public init(token: Int32, logProbability: Float, top: [TokenLogProbability] = []) {
        self.token = token
        self.logProbability = logProbability
        self.top = top
    }
}
