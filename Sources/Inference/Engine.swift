// The engine's thread: takes requests from a mailbox, runs step after step, and sends tokens out.
// It is the only border between async callers and synchronous computation.

import Dispatch
import FoundationEssentials
package import Models
import Sampling
import Synchronization
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

        public init() {}
    }

    /// Positions in a sequence.
    public let context: Int
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
        guard options.threads >= 1, options.prefillChunk >= 1, options.sequences >= 1 else {
            throw EngineError(.badRequest, "threads, prefill chunk and sequences must be at least 1")
        }
        self.context = context
        vocabularySize = shape.vocabularySize
        mailbox = Mailbox()

        let layout = KVLayout(shape, type: options.kvType)
        let onePage = KVCache.pageCount(positions: context)
        let budget = options.kvBytes ?? Int(ProcessInfo.processInfo.physicalMemory / 4)
        let pages = min(max(onePage, budget / layout.pageBytes), onePage * options.sequences)
        let chunk = min(options.prefillChunk, context)
        let loop = EngineLoop(
            model: model, options: options,
            limits: Scheduler.Limits(
                stepTokens: chunk + options.sequences, prefillChunk: chunk, sequences: options.sequences,
                context: context),
            cache: KVCache(layout: layout, capacity: pages), mailbox: mailbox)
        loop.start()
    }

    deinit { mailbox.stop() }

    /// Ends all work at the next step: requests end with the error `stopped`, later ones are refused.
    /// An engine that nobody uses any more, not even a `Generation`, stops by itself.
    public func stop() { mailbox.stop() }

    /// Starts work on `request`. Throws what is wrong with it before any work is done.
    public func generate(_ request: GenerationRequest) throws(EngineError) -> Generation {
        guard !request.prompt.isEmpty else {
            throw EngineError(.badRequest, "the prompt is empty; it needs at least one token")
        }
        guard request.prompt.count < context else {
            throw EngineError(
                .promptTooLong,
                "the prompt has \(request.prompt.count) tokens, but the context holds \(context) and the answer "
                    + "needs room; shorten the prompt or raise the context")
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
        if let most = request.maxTokens, most < 1 {
            throw EngineError(.badRequest, "max tokens is \(most); expected at least 1")
        }
        let sampler: Sampler
        do { sampler = try Sampler(request.sampling, promptTokens: request.prompt) } catch {
            throw EngineError(.badRequest, error.description)
        }
        let (stream, continuation) = AsyncThrowingStream<TokenEvent, any Error>.makeStream()
        let id = mailbox.nextID()
        continuation.onTermination = { [mailbox] termination in
            if case .cancelled = termination { mailbox.cancel(id) }
        }
        guard
            mailbox.post(
                Submission(id: id, request: request, sampler: sampler, continuation: continuation, time: .now)
            )
        else { throw EngineError(.stopped, "the engine was stopped") }
        return Generation(events: stream, cancel: { [mailbox] in mailbox.cancel(id) }, engine: self)
    }
}

/// The work on one request, as it goes on: events that end with `.finished`, or an `EngineError`.
///
/// Events wait until they are read; there are never more than the request's tokens. Whoever stops reading,
/// or whose task is cancelled, cancels the work. It keeps its engine alive.
public struct Generation: AsyncSequence, Sendable {
    public typealias Element = TokenEvent
    fileprivate let events: AsyncThrowingStream<TokenEvent, any Error>
    /// Ends the work at the next step; `.finished` with reason `cancelled` follows.
    public let cancel: @Sendable () -> Void
    fileprivate let engine: Engine

    public func makeAsyncIterator() -> Iterator {
        Iterator(events: events.makeAsyncIterator(), engine: engine)
    }

    /// The events, one after the other.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var events: AsyncThrowingStream<TokenEvent, any Error>.Iterator
        fileprivate let engine: Engine  // a loop over `Engine(…).generate(…)` holds nothing but this

        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws -> TokenEvent? { try await events.next(isolation: actor) }
    }
}

/// A request on its way to the engine's thread.
struct Submission: Sendable {
    let id: Int
    let request: GenerationRequest
    let sampler: Sampler
    let continuation: AsyncThrowingStream<TokenEvent, any Error>.Continuation
    let time: ContinuousClock.Instant
}

/// The locked door between callers and the engine's thread.
final class Mailbox: Sendable {
    struct Mail {
        var submissions: [Submission] = []
        var cancelled: [Int] = []
        var stopping = false
        var isEmpty: Bool { submissions.isEmpty && cancelled.isEmpty && !stopping }
    }

    private let mail = Mutex(Mail())
    private let arrived = DispatchSemaphore(value: 0)
    private let ids = Atomic<Int>(0)

    func nextID() -> Int { ids.wrappingAdd(1, ordering: .relaxed).newValue }

    /// False: the engine was stopped, and nobody will read this.
    func post(_ submission: Submission) -> Bool {
        let isRead = mail.withLock { mail in
            if !mail.stopping { mail.submissions.append(submission) }
            return !mail.stopping
        }
        arrived.signal()
        return isRead
    }

    func cancel(_ id: Int) {
        mail.withLock { $0.cancelled.append(id) }
        arrived.signal()
    }

    func stop() {
        mail.withLock { $0.stopping = true }
        arrived.signal()
    }

    /// Takes what has come; waits for something if `waiting`.
    func take(waiting: Bool) -> Mail {
        while true {
            let taken = mail.withLock { mail in
                defer { mail.submissions = []; mail.cancelled = [] }
                return mail
            }
            if !waiting || !taken.isEmpty { return taken }
            arrived.wait()
        }
    }
}
