// What a caller asks of the engine, and what comes back.

public import Models
public import Sampling

/// One text to continue.
public struct GenerationRequest: Sendable {
    /// The prompt's tokens; at least one.
    public var prompt: [Int32]
    /// Most tokens to generate; nil: until the context is full. 0 with `promptLogProbabilities` only.
    public var maxTokens: Int?
    public var sampling: SamplingParameters
    /// Tokens that end the answer; they are reported, not counted as text.
    public var endTokens: Set<Int32>
    /// Whether pages of the key/value cache are shared with other requests. The answer is the same.
    public var usesPrefixCache: Bool
    /// Whether each token carries the experts that the router chose.
    public var recordsRouting: Bool
    /// Forbids tokens as the answer goes on, by a grammar for instance; it starts where the answer starts.
    public var mask: (any LogitsMask)?
    /// When the answer ends with reason `deadline`, however far it is.
    public var deadline: ContinuousClock.Instant?
    /// Whose request it is. Clients take turns when there is more to do than can be done at once.
    public var client: String
    /// Whether each token of the prompt is reported with its log-probability after those before it, and this many of the
    /// model's most likely tokens in its place. All that is reported is computed then, also what the cache holds.
    public var promptLogProbabilities: Int?
    /// Place in the prompt of the first token that `promptLogProbabilities` reports. What lies before costs no more than
    /// it does without: so a continuation of a long text is scored, and of a text that the cache holds.
    public var promptLogProbabilitiesFrom: Int

    public init(
        prompt: [Int32], maxTokens: Int? = nil, sampling: SamplingParameters = .greedy,
        endTokens: Set<Int32> = [], usesPrefixCache: Bool = true, recordsRouting: Bool = false,
        mask: (any LogitsMask)? = nil, deadline: ContinuousClock.Instant? = nil, client: String = "",
        promptLogProbabilities: Int? = nil, promptLogProbabilitiesFrom: Int = 0
    ) {
        self.prompt = prompt
        self.maxTokens = maxTokens
        self.sampling = sampling
        self.endTokens = endTokens
        self.usesPrefixCache = usesPrefixCache
        self.recordsRouting = recordsRouting
        self.mask = mask
        self.deadline = deadline
        self.client = client
        self.promptLogProbabilities = promptLogProbabilities
        self.promptLogProbabilitiesFrom = promptLogProbabilitiesFrom
    }
}

/// What the engine reports while it works on a request.
public enum TokenEvent: Sendable {
    /// The experts chosen for the tokens of one step, if asked for: first the prompt's, as they are
    /// computed, then each generated token's when it is computed to choose the next. The last token of an
    /// answer is never computed, and so has no experts; nor have tokens whose keys and values were cached.
    case routing([TokenRouting])
    /// The prompt's tokens, if asked for, in pieces as they are computed and in order; the last before the first `token`.
    case prompt([PromptToken])
    case token(GeneratedToken)
    case finished(GenerationSummary)
}

/// One token of the prompt, and what the model thought of it.
public struct PromptToken: Sendable, Equatable {
    public var id: Int32
    /// Natural logarithm of the model's probability for it after the tokens before; nil: it is the first.
    public var logProbability: Float?
    /// The most probable tokens in its place, best first, as many as the request asked for.
    public var top: [TokenLogProbability]
}

/// One generated token.
public struct GeneratedToken: Sendable {
    public var id: Int32
    /// Natural logarithm of the model's probability for it, before any sampling rule.
    public var logProbability: Float
    /// The most probable tokens, best first, as many as the request asked for.
    public var top: [TokenLogProbability]
}

/// The router's choices for one token of the text.
public struct TokenRouting: Sendable {
    /// The token and its position in the sequence.
    public var token: Int32
    public var position: Int
    /// By layer, then rank: [layers][experts per token].
    public var choices: [[ExpertChoice]]

    package init(token: Int32, position: Int, choices: [[ExpertChoice]]) {
        self.token = token
        self.position = position
        self.choices = choices
    }
}

/// Why an answer ended.
public enum FinishReason: String, Sendable, Codable {
    /// The model ended its answer.
    case stop
    /// `maxTokens` or the context's end was reached.
    case length
    /// The caller lost interest.
    case cancelled
    /// The request's time was up.
    case deadline
}

/// What a request came to.
public struct GenerationSummary: Sendable {
    public var reason: FinishReason
    /// The token that ended the answer, with reason `stop`.
    public var endToken: Int32?
    public var promptTokens: Int
    /// Prompt tokens whose keys and values were found in the cache.
    public var cachedTokens: Int
    /// Tokens generated, the end token not counted.
    public var generatedTokens: Int
    /// Seconds from submission to the first computation, from there to the first token, and from the
    /// first token to the last.
    public var queueSeconds: Double
    public var prefillSeconds: Double
    public var decodeSeconds: Double

    /// Prompt tokens computed in a second.
    public var prefillRate: Double {
        prefillSeconds > 0 ? Double(promptTokens - cachedTokens) / prefillSeconds : 0
    }
    /// Tokens a second after the first.
    public var decodeRate: Double {
        decodeSeconds > 0 ? Double(max(0, generatedTokens - 1)) / decodeSeconds : 0
    }
    /// Seconds from submission to the first token.
    public var firstTokenSeconds: Double { queueSeconds + prefillSeconds }
}
