// A request that is ready to be answered: checked, its prompt in tokens. Starts the engine's work and gives its
// events. Knows no API.

import ChatTemplates
import Hummingbird
import Inference
import Sampling
import Synchronization
import Tokenizers

/// What is to be answered, and how.
struct AnswerPlan: Sendable {
    /// The request that is answered: when it came, whose it is, what its errors are called.
    let context: CallContext
    let lease: ModelLease
    let prompt: [TokenID]
    let options: AnswerOptions
    /// Temperature where neither the request nor the configuration names one.
    var fallbackTemperature = 1.0
    /// Whether the answer goes on in the middle of a text, so that its first space counts.
    var continuesText = false
    /// How many of the likeliest tokens to report in the place of each of the prompt's; nil: the prompt is not scored.
    var promptLogProbabilities: Int?
    /// Tokens that end the answer, besides the model's own.
    var moreEndTokens: Set<TokenID> = []
    /// The shape that the answer is held to.
    var format = AnswerFormat.text
    var offer = ToolOffer()
    let seed: UInt64

    var model: ServedModel { lease.model }
    var choices: Int { options.choices ?? 1 }
    var arrival: ContinuousClock.Instant { context.arrival }

    init(_ call: Call, _ lease: ModelLease, prompt: [TokenID], options: AnswerOptions) throws {
        context = call.context
        self.lease = lease
        self.prompt = prompt
        self.options = options
        seed = options.seed ?? UInt64.random(in: 0..<1 << 53)
        try check()
    }

    /// Most tokens of an answer: the request's wish, else the model's default; nil: until the context is full.
    var maxTokens: Int? {
        let settings = model.settings
        return options.maxTokens ?? settings.defaults.maxTokens ?? settings.limits.maxTokens
    }

    /// The limits that the configuration sets. What asks for more is refused: an answer that was silently cut would
    /// look like the model's own.
    private func check() throws {
        let limits = model.settings.limits
        if let most = limits.maxTokens, let wanted = options.maxTokens, wanted > most {
            throw APIError.invalid(
                "max_tokens is \(wanted); \(model.name) allows \(most)", at: ["max_tokens"])
        }
        if let most = limits.promptTokens, prompt.count > most {
            throw APIError.invalid(
                "the prompt has \(prompt.count) tokens; \(model.name) allows \(most)",
                code: "context_length_exceeded")
        }
        let vocabulary = model.tokenizer.vocabularySize
        if let token = options.logitBias?.keys.first(where: { Int($0) >= vocabulary }) {
            throw APIError.invalid(
                "logit_bias: the model has no token \(token); ids go up to \(vocabulary - 1)",
                at: ["logit_bias"])
        }
        if let most = limits.choices, choices > most {
            throw APIError.invalid("n is \(choices); \(model.name) allows \(most)", at: ["n"])
        }
    }

    /// What finds calls in the answer; nil: no tool may be called.
    var parser: ToolCallParser? {
        offer.allowed.isEmpty ? nil : model.constraints.layout?.parser(for: offer.allowed)
    }

    /// Control tokens that the parser must see.
    var shownTokens: Set<TokenID> {
        guard !offer.allowed.isEmpty, let layout = model.constraints.layout else { return [] }
        return Set(layout.controlTokens.compactMap { model.tokenizer.id(ofPiece: $0) })
    }

    /// The sooner of what the request and the configuration allow.
    private var deadline: ContinuousClock.Instant? {
        let seconds = [options.extras.seconds, model.settings.limits.seconds].compactMap(\.self).min()
        return seconds.map { arrival + .seconds($0) }
    }

    func request(choice: Int, _ mask: (any LogitsMask)? = nil) -> GenerationRequest {
        GenerationRequest(
            prompt: prompt, maxTokens: maxTokens,
            sampling: options.sampling(
                model.settings.defaults, fallbackTemperature: fallbackTemperature,
                seed: seed &+ UInt64(choice)),
            endTokens: options.ignoresEnd == true ? [] : model.loaded.endTokens.union(moreEndTokens),
            usesPrefixCache: options.usesPrefixCache ?? true, recordsRouting: options.extras.trace ?? false,
            mask: mask, deadline: deadline, client: context.key?.name ?? "",
            promptLogProbabilities: promptLogProbabilities)
    }

    /// Starts the work on all choices. Throws what is wrong before anything is computed.
    func start() throws -> RunningAnswer {
        if options.extras.receipt == true { model.beginDigest() }
        var generations: [Generation] = []
        do {
            let mask = try model.constraints.mask(format, offer, continuesText: continuesText)
            for choice in 0..<choices {
                generations.append(try model.engine.generate(request(choice: choice, mask)))
            }
        } catch {
            for generation in generations { generation.cancel() }
            throw context.failure(error)
        }
        return RunningAnswer(plan: self, generations: generations)
    }
}

/// An answer that is being made.
struct RunningAnswer: Sendable {
    let plan: AnswerPlan
    let generations: [Generation]
    let count = TokenCount()

    /// Ends the work at the next step.
    func cancel() { for generation in generations { generation.cancel() } }

    /// The pieces of the answer, of all choices as they come. To be asked for once. Whoever stops reading ends the work.
    func events() -> AsyncThrowingStream<AnswerEvent, any Error> {
        AsyncThrowingStream { continuation in
            let work = Task {
                do {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for choice in generations.indices.dropFirst() {
                            group.addTask { try await run(choice, into: continuation) }
                        }
                        try await run(0, into: continuation)
                        try await group.waitForAll()
                    }
                    continuation.finish()
                } catch { continuation.finish(throwing: plan.context.failure(error)) }
            }
            continuation.onTermination = { termination in
                guard case .cancelled = termination else { return }
                work.cancel()
            }
        }
    }

    private func run(
        _ choice: Int, into continuation: AsyncThrowingStream<AnswerEvent, any Error>.Continuation
    ) async throws {
        let generation = generations[choice]
        var assembler = ChoiceAssembler(plan, choice: choice)
        var tokens: [TokenID] = []
        var routing: [TokenRouting] = []
        for try await event in generation {
            switch event {
            case .token(let token):
                guard assembler.foundStop == nil else { continue }
                tokens.append(token.id)
                count.add()
                for event in assembler.append(token) { continuation.yield(event) }
                if assembler.foundStop != nil { generation.cancel() }
            case .prompt(let tokens): continuation.yield(.prompt(choice: choice, tokens))
            case .routing(let choices): routing += choices
            case .finished(var summary):
                for event in assembler.finish() { continuation.yield(event) }
                summary.generatedTokens = tokens.count
                var receipt: Receipt?
                if plan.options.extras.receipt == true {
                    receipt = Receipt(
                        plan, digest: try await plan.digest(), choice: choice, tokens: tokens,
                        end: reason(summary, assembler))
                }
                continuation.yield(
                    .finished(
                        choice: choice,
                        AnswerEnd(
                            reason: reason(summary, assembler), summary: summary, tokens: tokens,
                            seed: plan.seed &+ UInt64(choice), routing: routing, receipt: receipt)))
            }
        }
    }

    private func reason(_ summary: GenerationSummary, _ assembler: ChoiceAssembler) -> EndReason {
        if assembler.hasCalls, assembler.callsAreWhole, summary.reason == .stop || assembler.foundStop != nil
        {
            return .toolCalls
        }
        if let stop = assembler.foundStop { return .stop(stop) }
        return switch summary.reason {
        case .stop: .end
        case .cancelled: .cancelled
        case .deadline: .deadline
        case .length: summary.generatedTokens == plan.maxTokens ? .length : .contextFull
        }
    }
}

/// Tokens that an answer has come to so far, in all its choices.
final class TokenCount: Sendable {
    private let count = Atomic<Int>(0)
    func add() { count.wrappingAdd(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
}
