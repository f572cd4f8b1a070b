// The engine's thread: takes requests from a mailbox, runs step after step, and sends tokens out.
// It is the only border between async callers and synchronous computation.

import FoundationEssentials
package import Models
import Sampling
public import Tensors

/// Runs a model for any number of concurrent requests.
///
/// A request and its seed determine its tokens: they do not depend on other requests, on the number of
/// threads, on how the prompt was cut into steps or on what was cached.
public final class Engine: Sendable {
    /// How an engine uses its machine. The defaults suit one person.
    public struct Options: Sendable {
        /// Threads that compute.
        public var threads = ThreadPool.usableCPUs
        /// Positions in a sequence; nil: what the model was trained for.
        public var context: Int?
        /// Element type of keys and values.
        public var kvType = KVType.f16
        /// Prompt tokens of one sequence computed in one step.
        public var prefillChunk = 512
        /// Sequences computed together.
        public var sequences = 16
        /// Bytes that keys and values may take; nil: a quarter of the machine's memory. One full context is
        /// always allowed.
        public var kvBytes: Int?
        /// Requests that may wait for their turn; one more is refused with `busy`. Nil: any number.
        public var queueLimit: Int?
        /// Where keys and values are kept between engines' lives; nil: nowhere.
        public var kvStore: KVStore?
        /// Is told of every step and every request's end.
        public var observer: (any EngineObserver)?

        public init() {}
    }

    /// Positions in a sequence.
    public let context: Int
    /// Element type of keys and values.
    public let kvType: KVType
    private let vocabularySize: Int
    private let mailbox: Mailbox

    /// Starts an engine for `loaded`. Throws where the options do not fit the model.
    public convenience init(_ loaded: LoadedModel, options: Options = Options()) throws(EngineError) {
        try self.init(model: loaded.model, options: options)
    }

    package init(model: any LanguageModel, options: Options = Options()) throws(EngineError) {
        let shape = model.configuration
        let context = options.context ?? shape.contextLength
        guard context >= 2, context <= shape.contextLength else {
            throw EngineError(
                .badRequest, "context \(context): this model takes 2 to \(shape.contextLength) positions")
        }
        guard options.threads >= 1, options.prefillChunk >= 1, options.sequences >= 1,
            options.queueLimit ?? 0 >= 0
        else {
            throw EngineError(
                .badRequest,
                "threads, prefill chunk and sequences must be at least 1, and a queue limit at least 0")
        }
        self.context = context
        kvType = options.kvType
        vocabularySize = shape.vocabularySize

        let layout = KVLayout(shape, type: options.kvType)
        var store: KVPageStore?
        if let options = options.kvStore { store = try KVPageStore(options, layout: layout) }
        let onePage = KVCache.pageCount(positions: context)
        let budget = options.kvBytes ?? Int(ProcessInfo.processInfo.physicalMemory / 4)
        let pages = min(max(onePage, budget / layout.pageBytes), onePage * options.sequences)
        let chunk = min(options.prefillChunk, context)
        var load = EngineLoad()
        load.pagesFree = pages
        mailbox = Mailbox(sequences: options.sequences, queueLimit: options.queueLimit, load: load)
        let loop = EngineLoop(
            model: model, options: options,
            limits: Scheduler.Limits(
                stepTokens: chunk + options.sequences, prefillChunk: chunk, sequences: options.sequences,
                context: context),
            cache: KVCache(layout: layout, capacity: pages, store: store), store: store, mailbox: mailbox)
        loop.start()
    }

    deinit { mailbox.stop() }

    /// Ends all work at the next step: requests end with the error `stopped`, later ones are refused.
    /// An engine that nobody uses any more, not even a `Generation`, stops by itself.
    public func stop() { mailbox.stop() }

    /// Takes no more requests, gives those under way `drain` to end, ends the others with the error `stopped`, has what is
    /// cached written to the store, and returns when the engine's thread is done.
    public func shutdown(drain: Duration = .zero) async {
        mailbox.close(.now + drain)
        await mailbox.ended()
    }

    /// How busy the engine is.
    public var load: EngineLoad { mailbox.load }

    /// Starts work on `request`. Throws what is wrong with it before any work is done; `busy` where too many wait.
    public func generate(_ request: GenerationRequest) throws(EngineError) -> Generation {
        try check(request)
        var sampler: Sampler
        do {
            sampler = try Sampler(request.sampling, promptTokens: request.prompt)
            if let count = request.promptLogProbabilities {
                _ = try Sampler(SamplingParameters(topLogProbabilities: count))
            }
        } catch { throw EngineError(.badRequest, error.description) }
        sampler.mask = request.mask
        let (stream, continuation) = AsyncThrowingStream<TokenEvent, any Error>.makeStream()
        let id = mailbox.nextID()
        continuation.onTermination = { [mailbox] termination in
            if case .cancelled = termination { mailbox.cancel(id) }
        }
        try post(
            Submission(id: id, request: request, sampler: sampler, reply: .events(continuation), time: .now))
        return Generation(events: stream, cancel: { [mailbox] in mailbox.cancel(id) }, engine: self)
    }

    /// One vector of `dimension` values for a text: its tokens' states behind the last layer and its norm.
    ///
    /// Computed among all other work, and the same vector whatever that is.
    /// - Parameters:
    ///   - prompt: the text's tokens; at least one, and no more than `context`.
    ///   - normalize: whether the vector is brought to length 1.
    ///   - client: whose request it is; see `GenerationRequest.client`.
    ///   - deadline: when the engine gives up, with an error of code `deadline`.
    /// - Throws: `EngineError`, or `CancellationError` when the task is cancelled.
    public func embed(
        prompt: [Int32], pooling: Pooling = .mean, normalize: Bool = true, client: String = "",
        deadline: ContinuousClock.Instant? = nil
    ) async throws -> [Float] {
        let request = GenerationRequest(prompt: prompt, maxTokens: 0, deadline: deadline, client: client)
        try check(request, forText: false)
        let (stream, continuation) = AsyncThrowingStream<[Float], any Error>.makeStream()
        let id = mailbox.nextID()
        continuation.onTermination = { [mailbox] termination in
            if case .cancelled = termination { mailbox.cancel(id) }
        }
        let sampler: Sampler
        do { sampler = try Sampler(.greedy) } catch { throw EngineError(.badRequest, error.description) }
        try post(
            Submission(
                id: id, request: request, sampler: sampler,
                embedding: EmbeddingSum(pooling, normalizes: normalize), reply: .embedding(continuation),
                time: .now))
        for try await vector in stream { return vector }
        throw CancellationError()
    }

    /// Throws what is wrong with `request`, whose answer needs room if it is `forText`.
    private func check(_ request: GenerationRequest, forText: Bool = true) throws(EngineError) {
        guard !request.prompt.isEmpty else {
            throw EngineError(.badRequest, "the prompt is empty; it needs at least one token")
        }
        guard request.prompt.count < context + (forText ? 0 : 1) else {
            throw EngineError(
                .promptTooLong,
                "the prompt has \(request.prompt.count) tokens, but the context holds \(context)"
                    + (forText ? " and the answer needs room" : "")
                    + "; shorten the prompt or raise the context")
        }
        if let token = request.prompt.first(where: { $0 < 0 || $0 >= vocabularySize }) {
            throw EngineError(
                .badRequest,
                "token \(token) is not in the vocabulary of \(vocabularySize); was another tokenizer used?")
        }
        if let token = request.sampling.logitBias.keys.first(where: { $0 < 0 || $0 >= vocabularySize }) {
            throw EngineError(
                .badRequest, "logit bias: token \(token) is not in the vocabulary of \(vocabularySize)")
        }
        guard (0..<request.prompt.count).contains(request.promptLogProbabilitiesFrom) else {
            throw EngineError(
                .badRequest,
                "log-probabilities from token \(request.promptLogProbabilitiesFrom) of a prompt of "
                    + "\(request.prompt.count); expected one of its tokens, the first being 0")
        }
        let least = forText && request.promptLogProbabilities == nil ? 1 : 0
        if let most = request.maxTokens, most < least {
            throw EngineError(.badRequest, "max tokens is \(most); expected at least \(least)")
        }
    }

    private func post(_ submission: Submission) throws(EngineError) {
        switch mailbox.post(submission) {
        case .accepted: break
        case .stopped: throw EngineError(.stopped, "the engine was stopped")
        case .full(let waiting, let seconds):
            throw EngineError(
                .busy,
                "\(waiting) requests wait already, as many as may; come again in some "
                    + "\(Int(seconds.rounded(.up))) seconds", retryAfterSeconds: seconds)
        }
    }
}
