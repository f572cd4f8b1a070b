// One engine's work, on a thread of its own: schedule, forward, sample, send.

import Models
import Sampling
import Tensors

/// The state of an engine, touched by its thread alone once that has started: `@unchecked Sendable`.
final class EngineLoop: @unchecked Sendable {
    private let runner: any ModelRunner
    private let sampling: SamplingRound
    let shape: ModelConfiguration
    let mailbox: Mailbox
    let store: KVPageStore?
    let observer: (any EngineObserver)?
    var scheduler: Scheduler
    var replies: [Int: Reply] = [:]
    var meanServiceSeconds: Double?
    private var pace = StepPace()
    private var isSaving = false  // at the end
    private var deadlines = 0  // requests here that have one
    private(set) var batch = StepBatch()
    private(set) var routing: [ExpertChoice] = []

    init(
        model: any LanguageModel, options: Engine.Options, limits: Scheduler.Limits, cache: KVCache,
        store: KVPageStore?, mailbox: Mailbox
    ) {
        shape = model.configuration
        let pool = ThreadPool(workers: options.threads)
        runner = model.makeRunner(
            limits: RunnerLimits(
                tokens: limits.stepTokens, logitRows: limits.sequences + limits.scoredTokens,
                context: limits.context, kvType: options.kvType),
            pool: pool)
        sampling = SamplingRound(runner: runner, pool: pool)
        scheduler = Scheduler(limits: limits, cache: cache)
        observer = options.observer
        self.store = store
        self.mailbox = mailbox
    }

    func start() {
        startThread(stackBytes: 8 << 20) { [self] in run() }
    }

    private func run() {
        while receive() {
            let start = ContinuousClock.now
            endOverdue(start)
            let entries = scheduler.schedule(pace.allowance(start))
            publish()
            guard !entries.isEmpty else { continue }
            forward(entries, start)
            scheduler.computed(entries)
            send(entries)
            account(entries, since: start)
        }
        // Before the readers are told: who starts another engine then finds the pages.
        for sequence in scheduler.running + scheduler.waiting { scheduler.remove(id: sequence.id) }
        if isSaving { scheduler.cache.saveAll() }
        for reply in replies.values { reply.fail(EngineError(.stopped, "the engine was stopped")) }
        replies = [:]
        publish()
        mailbox.end()
    }

    /// Takes the mail, waiting for some if there is nothing else to do; false: stop.
    private func receive() -> Bool {
        if scheduler.isIdle { publish() }
        let mail = mailbox.take(waiting: scheduler.isIdle)
        for submission in mail.submissions {
            replies[submission.id] = submission.reply
            if submission.request.deadline != nil { deadlines += 1 }
            scheduler.submit(
                TokenSequence(
                    id: submission.id, request: submission.request, sampler: submission.sampler,
                    embedding: submission.embedding, submitted: submission.time))
        }
        for id in mail.cancelled {
            if let sequence = remove(id) { finish(sequence, .cancelled) }
        }
        isSaving = mail.closing != nil
        return !mail.stopping && (mail.closing.map { !scheduler.isIdle && .now < $0 } ?? true)
    }

    /// Ends what is past its deadline, running or waiting.
    private func endOverdue(_ now: ContinuousClock.Instant) {
        guard deadlines > 0 else { return }
        for sequence in scheduler.running + scheduler.waiting {
            guard let deadline = sequence.request.deadline, deadline <= now else { continue }
            _ = remove(sequence.id)
            finish(sequence, .deadline)
        }
    }

    private func forward(_ entries: [Scheduler.Entry], _ now: ContinuousClock.Instant) {
        for entry in entries where entry.sequence.started == nil { entry.sequence.started = now }
        batch.build(entries)
        let size = batch.recordsRouting ? shape.layers * batch.tokens.count * shape.expertsPerToken : 0
        if routing.count < size {
            routing = Array(repeating: ExpertChoice(expert: 0, weight: 0), count: size)
        }
        routing.withUnsafeMutableBufferPointer { routing in
            batch.withBatch(routing: batch.recordsRouting ? routing.baseAddress : nil) { runner.forward($0) }
        }
    }

    private func send(_ entries: [Scheduler.Entry]) {
        let chosen = sampling.sample(batch.choosing)
        let scores = sampling.score(batch.scored)
        var (first, row, score) = (0, 0, 0)
        for entry in entries {
            let sequence = entry.sequence
            sendRouting(of: entry, firstToken: first)
            let scored = entry.range.count { sequence.wantsScore(after: $0) }
            let failure = sendPrompt(of: entry, scores[score..<score + scored])
            let chooses = entry.wantsLogits
            addStates(of: entry, firstToken: first)
            sequence.noteReported(entry.range.upperBound)
            if let failure {
                _ = remove(sequence.id)
                fail(sequence, failure)
            } else if chooses {
                take(chosen[row], for: sequence)
            } else if entry.isComplete {
                _ = remove(sequence.id)
                finish(sequence, .length)
            }
            if chooses { row += 1 }
            score += scored
            first += entry.range.count
        }
    }

    /// Sends the entry's part of the prompt with its `scores`, if they are wanted.
    private func sendPrompt(
        of entry: Scheduler.Entry, _ scores: ArraySlice<SamplingRound.Outcome>
    ) -> EngineError? {
        let sequence = entry.sequence
        guard sequence.request.promptLogProbabilities != nil,
            sequence.reported < sequence.request.prompt.count
        else { return nil }
        var tokens: [PromptToken] = []
        if sequence.reported == 0, sequence.request.promptLogProbabilitiesFrom == 0 {
            tokens.append(PromptToken(id: sequence.tokens[0], logProbability: nil, top: []))
        }
        for outcome in scores {
            switch outcome {
            case .token(let token):
                tokens.append(
                    PromptToken(id: token.token, logProbability: token.logProbability, top: token.top))
            case .failure(let error):
                return EngineError(
                    .badLogits, "in the prompt's positions \(entry.range.lowerBound) on: \(error)")
            }
        }
        if !tokens.isEmpty { replies[sequence.id]?.yield(.prompt(tokens)) }
        return nil
    }

    /// Adds the entry's states to the text's vector, if one is wanted.
    private func addStates(of entry: Scheduler.Entry, firstToken: Int) {
        let sequence = entry.sequence
        guard sequence.embedding != nil else { return }
        for (offset, position) in entry.range.enumerated() where sequence.wantsState(of: position) {
            sequence.embedding?.add(runner.state(token: firstToken + offset))
        }
    }

    /// Appends the token that was chosen for `sequence`, and ends the sequence where it is due.
    private func take(_ outcome: SamplingRound.Outcome, for sequence: TokenSequence) {
        let sampled: SampledToken
        switch outcome {
        case .token(let token): sampled = token
        case .failure(let error):
            _ = remove(sequence.id)
            let code: EngineError.Code
            if case .nothingAllowed = error { code = .nothingAllowed } else { code = .badLogits }
            fail(sequence, EngineError(code, "at position \(sequence.tokens.count): \(error)"))
            return
        }
        sequence.noteToken(.now, recordsGap: observer != nil)
        if sequence.request.endTokens.contains(sampled.token) {
            _ = remove(sequence.id)
            finish(sequence, .stop, endToken: sampled.token)
            return
        }
        scheduler.append(sampled.token, to: sequence)
        replies[sequence.id]?.yield(
            .token(
                GeneratedToken(
                    id: sampled.token, logProbability: sampled.logProbability, top: sampled.top)))
        if sequence.tokens.count >= sequence.limit(context: scheduler.limits.context) {
            _ = remove(sequence.id)
            finish(sequence, .length)
        }
    }

    private func remove(_ id: Int) -> TokenSequence? {
        guard let sequence = scheduler.remove(id: id) else { return nil }
        if sequence.request.deadline != nil { deadlines -= 1 }
        return sequence
    }

    /// The step's costs: for the next step's size, and for whoever watches.
    private func account(_ entries: [Scheduler.Entry], since start: ContinuousClock.Instant) {
        let decoding = entries.count { $0.isDecoding }
        let prefill = batch.tokens.count - decoding
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        pace.learn(decodeSequences: decoding, prefillTokens: prefill, seconds: seconds)
        let events = scheduler.takeEvents()
        guard let observer else { return }
        var report = StepReport()
        report.tokens = batch.tokens.count
        report.decodeSequences = decoding
        report.prefillTokens = prefill
        report.seconds = seconds
        report.preemptions = events.preemptions
        report.running = scheduler.running.count
        report.waiting = scheduler.queue.waiting.count
        for sequence in events.admitted {
            report.admittedTokens += sequence.request.prompt.count
            report.cachedTokens += sequence.cachedTokens
        }
        if batch.recordsRouting { report.expertLoad = expertLoad }
        observer.engine(did: report)
    }
}
