// One engine's work, on a thread of its own: schedule, forward, sample, send.

import Models
import Sampling
import Tensors

/// The state of an engine, touched by its thread alone once that has started: `@unchecked Sendable`.
final class EngineLoop: @unchecked Sendable {
    private let runner: any ModelRunner
    private let sampling: SamplingRound
    private let shape: ModelConfiguration
    private let mailbox: Mailbox
    private var scheduler: Scheduler
    private var continuations: [Int: AsyncThrowingStream<TokenEvent, any Error>.Continuation] = [:]
    private var tokens: [BatchToken] = []
    private var pageTables: [PageTable] = []
    private var routing: [ExpertChoice] = []

    init(
        model: any LanguageModel, options: Engine.Options, limits: Scheduler.Limits, cache: KVCache,
        mailbox: Mailbox
    ) {
        shape = model.configuration
        let pool = ThreadPool(workers: options.threads)
        runner = model.makeRunner(
            limits: RunnerLimits(
                tokens: limits.stepTokens, logitRows: limits.sequences, context: limits.context,
                kvType: options.kvType),
            pool: pool)
        sampling = SamplingRound(runner: runner, pool: pool)
        scheduler = Scheduler(limits: limits, cache: cache)
        self.mailbox = mailbox
    }

    func start() {
        startThread(stackBytes: 8 << 20) { [self] in run() }
    }

    private func run() {
        while receive() {
            let entries = scheduler.schedule()
            guard !entries.isEmpty else { continue }
            forward(entries)
            scheduler.computed(entries)
            report(entries)
        }
        for continuation in continuations.values {
            continuation.finish(throwing: EngineError(.stopped, "the engine was stopped"))
        }
    }

    /// Takes the mail, waiting for some if there is nothing else to do; false: stop.
    private func receive() -> Bool {
        let mail = mailbox.take(waiting: scheduler.isIdle)
        for submission in mail.submissions {
            continuations[submission.id] = submission.continuation
            scheduler.submit(
                TokenSequence(
                    id: submission.id, request: submission.request, sampler: submission.sampler,
                    submitted: submission.time))
        }
        for id in mail.cancelled {
            if let sequence = scheduler.remove(id: id) { finish(sequence, .cancelled) }
        }
        return !mail.stopping
    }

    private func forward(_ entries: [Scheduler.Entry]) {
        tokens.removeAll(keepingCapacity: true)
        pageTables.removeAll(keepingCapacity: true)
        var rows = 0
        var recordsRouting = false
        let now = ContinuousClock.now
        for (index, entry) in entries.enumerated() {
            let sequence = entry.sequence
            if sequence.started == nil { sequence.started = now }
            pageTables.append(sequence.pages)
            for position in entry.range {
                let isLast = entry.wantsLogits && position == entry.range.upperBound - 1
                tokens.append(
                    BatchToken(
                        id: sequence.tokens[position], position: position, sequence: index,
                        logitRow: isLast ? rows : nil))
            }
            if entry.wantsLogits { rows += 1 }
            recordsRouting = recordsRouting || sequence.request.recordsRouting
        }
        let size = recordsRouting ? shape.layers * tokens.count * shape.expertsPerToken : 0
        if routing.count < size {
            routing = Array(repeating: ExpertChoice(expert: 0, weight: 0), count: size)
        }
        tokens.withUnsafeBufferPointer { tokens in
            pageTables.withUnsafeBufferPointer { tables in
                routing.withUnsafeMutableBufferPointer { routing in
                    guard let pages = tables.baseAddress else { return }
                    runner.forward(
                        Batch(
                            tokens: tokens, pages: pages, routing: recordsRouting ? routing.baseAddress : nil)
                    )
                }
            }
        }
    }

    private func report(_ entries: [Scheduler.Entry]) {
        let outcomes = sampling.sample(entries.compactMap { $0.wantsLogits ? $0.sequence : nil })
        var first = 0
        var row = 0
        for entry in entries {
            let sequence = entry.sequence
            if sequence.request.recordsRouting {
                continuations[sequence.id]?.yield(.routing(routing(of: entry, firstToken: first)))
            }
            if entry.wantsLogits {
                take(outcomes[row], for: sequence)
                row += 1
            }
            first += entry.range.count
        }
    }

    /// Appends the token that was chosen for `sequence`, and ends the sequence where it is due.
    private func take(_ outcome: SamplingRound.Outcome, for sequence: TokenSequence) {
        let sampled: SampledToken
        switch outcome {
        case .token(let token): sampled = token
        case .failure(let error):
            let removed = scheduler.remove(id: sequence.id)
            precondition(removed != nil)
            continuations.removeValue(forKey: sequence.id)?
                .finish(throwing: EngineError(.badLogits, "at position \(sequence.tokens.count): \(error)"))
            return
        }
        let now = ContinuousClock.now
        if sequence.firstToken == nil { sequence.firstToken = now }
        sequence.lastToken = now
        if sequence.request.endTokens.contains(sampled.token) {
            scheduler.remove(id: sequence.id)
            finish(sequence, .stop, endToken: sampled.token)
            return
        }
        sequence.append(sampled.token)
        continuations[sequence.id]?.yield(
            .token(
                GeneratedToken(id: sampled.token, logProbability: sampled.logProbability, top: sampled.top)))
        if sequence.tokens.count >= sequence.limit(context: scheduler.limits.context) {
            scheduler.remove(id: sequence.id)
            finish(sequence, .length)
        }
    }

    private func finish(_ sequence: TokenSequence, _ reason: FinishReason, endToken: Int32? = nil) {
        let continuation = continuations.removeValue(forKey: sequence.id)
        let end = ContinuousClock.now
        let started = sequence.started ?? end
        let first = sequence.firstToken ?? end
        func seconds(_ from: ContinuousClock.Instant, _ to: ContinuousClock.Instant) -> Double {
            (to - from) / .seconds(1)
        }
        continuation?.yield(
            .finished(
                GenerationSummary(
                    reason: reason, endToken: endToken, promptTokens: sequence.request.prompt.count,
                    cachedTokens: sequence.cachedTokens, generatedTokens: sequence.generated,
                    queueSeconds: seconds(sequence.submitted, started),
                    prefillSeconds: seconds(started, first),
                    decodeSeconds: seconds(first, sequence.lastToken ?? first))))
        continuation?.finish()
    }

    /// The router's choices for the tokens of `entry`, the batch's tokens from `firstToken` on.
    private func routing(of entry: Scheduler.Entry, firstToken: Int) -> [TokenRouting] {
        let k = shape.expertsPerToken
        return entry.range.enumerated().map { offset, position in
            TokenRouting(
                token: entry.sequence.tokens[position], position: position,
                choices: (0..<shape.layers).map { layer in
                    let start = (layer * tokens.count + firstToken + offset) * k
                    return Array(routing[start..<start + k])
                })
        }
    }
}
