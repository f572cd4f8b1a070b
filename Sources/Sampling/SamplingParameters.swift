// What a caller asks of the sampler: every knob, its unit, its neutral value and its range.
// Knows nothing of logits or of how a knob is applied; that is `Processors/`.

/// How the next token is chosen. The initialiser's defaults are neutral: the model's own distribution at
/// temperature 1. A knob at its neutral value costs nothing.
public struct SamplingParameters: Sendable, Equatable {
    /// Divides the logits before the draw; 0 means greedy, which ignores the filters below (`topK` to
    /// `typicalP`) and the seed. Range 0…, finite.
    public var temperature: Float
    /// Keep the `topK` most likely tokens; nil keeps all. Range 1….
    public var topK: Int?
    /// Keep the smallest set of most likely tokens whose probabilities sum to at least `topP`; 1 keeps all.
    /// Range 0…1. Source: Holtzman et al., arXiv 1904.09751.
    public var topP: Float
    /// Keep tokens at least `minP` times as likely as the likeliest; 0 keeps all. Range 0…1.
    /// Source: Nguyen et al., arXiv 2407.01082.
    public var minP: Float
    /// Keep the tokens whose surprise is nearest to the entropy until they hold `typicalP` of the mass; 1 keeps
    /// all. Range 0…1. Source: Meister et al., arXiv 2202.00666.
    public var typicalP: Float
    /// Divides positive and multiplies negative logits of tokens seen lately, in the prompt or the answer;
    /// 1 is neutral. Range above 0, finite. Source: Keskar et al., arXiv 1909.05858.
    public var repeatPenalty: Float
    /// How many tokens back `repeatPenalty` looks; nil means the whole context. Range 0….
    public var repeatLastN: Int?
    /// Subtracted once from the logit of every token generated so far (the prompt does not count, as at OpenAI);
    /// 0 is neutral. Finite.
    public var presencePenalty: Float
    /// Subtracted from a token's logit for each time it was generated (the prompt does not count); 0 is neutral.
    /// Finite.
    public var frequencyPenalty: Float
    /// Added to the logits of the named tokens. Finite, or `-Float.infinity` to forbid a token.
    public var logitBias: [Int32: Float]
    /// Penalises tokens that would prolong a verbatim repetition; nil is off.
    public var dry: DRYParameters?
    /// Seeds the generator: token n of an answer depends on the seed and n alone.
    public var seed: UInt64
    /// How many of the model's most likely tokens to report with each sampled token; nil reports none.
    /// Range 0…1024.
    public var topLogProbabilities: Int?

    /// Everything neutral unless named; see the properties for ranges.
    public init(
        temperature: Float = 1, topK: Int? = nil, topP: Float = 1, minP: Float = 0, typicalP: Float = 1,
        repeatPenalty: Float = 1, repeatLastN: Int? = 64, presencePenalty: Float = 0,
        frequencyPenalty: Float = 0,
        logitBias: [Int32: Float] = [:], dry: DRYParameters? = nil, seed: UInt64 = 0,
        topLogProbabilities: Int? = nil
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.typicalP = typicalP
        self.repeatPenalty = repeatPenalty
        self.repeatLastN = repeatLastN
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.logitBias = logitBias
        self.dry = dry
        self.seed = seed
        self.topLogProbabilities = topLogProbabilities
    }

    /// The most likely token, always; ties go to the lowest id.
    public static let greedy = SamplingParameters(temperature: 0)
}

/// "Don't repeat yourself": a token that would extend a repetition already `length` tokens long loses
/// `multiplier × base^(length − allowedLength)` from its logit.
/// Source: p-e-w, text-generation-webui pull request 5677; llama.cpp's defaults.
public struct DRYParameters: Sendable, Equatable, Codable {
    /// Strength; 0 is off. Range 0…, finite.
    public var multiplier: Float
    /// Growth per token of repetition. Range 1…, finite.
    public var base: Float
    /// Repetitions shorter than this are free. Range 1….
    public var allowedLength: Int
    /// How many tokens back to look, prompt included; nil means the whole context. Range 0….
    public var lastN: Int?
    /// Token sequences a repetition does not reach across (a newline, a quote, a turn marker). None is empty.
    public var sequenceBreakers: [[Int32]]

    /// See the properties for ranges.
    public init(
        multiplier: Float = 0.8, base: Float = 1.75, allowedLength: Int = 2, lastN: Int? = nil,
        sequenceBreakers: [[Int32]] = []
    ) {
        self.multiplier = multiplier
        self.base = base
        self.allowedLength = allowedLength
        self.lastN = lastN
        self.sequenceBreakers = sequenceBreakers
    }
}
