// What an engine tells about its work: a snapshot for whoever asks, a report of each step and each request for who
// watches. It knows no metrics system.

/// How busy an engine is, as of its latest step.
public struct EngineLoad: Sendable, Equatable {
    /// Requests being computed, and requests that wait for their turn.
    public var running = 0
    public var waiting = 0
    /// Pages of keys and values, 64 positions each, that requests hold.
    public var pagesUsed = 0
    /// Pages that a request could have now; cached ones are among them, as they give way.
    public var pagesFree = 0
    /// Pages that only hold text of earlier requests, in case it comes again.
    public var cachedPages = 0
    /// What became of stored pages; zeros without a store.
    public var store = KVStoreLoad()

    public init() {}
}

/// One forward pass with all that belongs to it.
public struct StepReport: Sendable {
    /// Tokens computed, of `decodeSequences` one each and the rest of prompts.
    public var tokens = 0
    public var decodeSequences = 0
    public var prefillTokens = 0
    /// Seconds from the choice of the tokens to the last event sent.
    public var seconds = 0.0
    public var running = 0
    public var waiting = 0
    /// Sequences that gave their pages back in this step, to return later.
    public var preemptions = 0
    /// Prompt tokens of the requests that began in this step, and how many of those were found in the cache.
    public var admittedTokens = 0
    public var cachedTokens = 0
    /// How often each expert was chosen, [layers][experts], if a request of this step records routing; or else empty.
    public var expertLoad: [[Int]] = []
}

/// One request that came to its end.
public struct RequestReport: Sendable {
    public var client: String
    /// Why it ended; nil: with `error`.
    public var reason: FinishReason?
    public var error: EngineError.Code?
    public var promptTokens: Int
    public var cachedTokens: Int
    public var generatedTokens: Int
    /// Seconds it waited for its turn.
    public var queueSeconds: Double
    /// Seconds from submission to the first token; nil: there was none.
    public var firstTokenSeconds: Double?
    /// Seconds between each token and the one before.
    public var gaps: [Float]
    /// Seconds from submission to the end.
    public var totalSeconds: Double
}

/// Watches an engine. The calls come on the engine's own thread: whatever they cost, every request waits for.
public protocol EngineObserver: Sendable {
    func engine(did step: StepReport)
    func engine(ended request: RequestReport)
}
