// What the model says to a question: log-likelihoods of choices, or the text of an answer. It knows tokens and the
// engine; it counts nothing.

package import Inference
import Sampling
package import Tokenizers

/// Asks one model.
package struct ModelScorer: Sendable {
    package let loaded: LoadedModel
    package let engine: Engine
    /// Whether a question's first choice is computed before the others, which then find their context in the cache.
    package var sharesContext = true

    package init(_ loaded: LoadedModel, _ engine: Engine) {
        self.loaded = loaded
        self.engine = engine
    }

    /// What a question cost.
    package struct Cost: Sendable, Equatable {
        package var promptTokens = 0
        package var cachedTokens = 0
        package var generatedTokens = 0
        /// Whether the front of a text was left out, because it is longer than the model's context.
        package var isTruncated = false

        package static func + (left: Cost, right: Cost) -> Cost {
            Cost(
                promptTokens: left.promptTokens + right.promptTokens,
                cachedTokens: left.cachedTokens + right.cachedTokens,
                generatedTokens: left.generatedTokens + right.generatedTokens,
                isTruncated: left.isTruncated || right.isTruncated)
        }
    }

    // MARK: Choices

    /// The log-likelihood of each choice's continuation after its context.
    package func logLikelihoods(_ choices: [Question.Choice]) async throws -> (values: [Double], cost: Cost) {
        let all = choices.map(tokens)
        if sharesContext, let answer = try await singleTokens(all) { return answer }
        var pairs = all[...]
        var values: [Double] = []
        var cost = Cost()
        // The others find the first one's context in the cache only when it is there.
        if sharesContext, let first = pairs.popFirst() {
            let (value, price) = try await logLikelihood(start(first))
            values.append(value)
            cost = cost + price
        }
        let running = try pairs.map(start)
        for generation in running {
            let (value, price) = try await logLikelihood(generation)
            values.append(value)
            cost = cost + price
        }
        return (values, cost)
    }

    /// A text and where the part that is scored begins.
    package struct Pair: Sendable, Equatable {
        package var tokens: [TokenID]
        package var from: Int
        package var isTruncated = false
    }

    /// The tokens of a choice. White space at the context's end goes over to the continuation, whose first word would
    /// else be cut off from its space; the continuation is what lies beyond as many tokens as the context has by itself.
    package func tokens(_ choice: Question.Choice) -> Pair {
        let (context, space) = choice.context.splittingTrailingSpace()
        let whole = loaded.tokens(continuing: context + space + choice.continuation)
        let from = min(loaded.tokens(continuing: context).count, whole.count)
        let excess = max(0, whole.count - (engine.context - 1))
        return Pair(
            tokens: Array(whole.dropFirst(excess)), from: max(0, from - excess), isTruncated: excess > 0)
    }

    /// The most of a report's likeliest tokens: the sampler's limit.
    private static let reported = 1024

    /// The values where all choices are one token after the same text, as letters are: one request reports them all.
    /// Nil: they are not, or one is too unlikely to be reported.
    private func singleTokens(_ pairs: [Pair]) async throws -> (values: [Double], cost: Cost)? {
        guard let first = pairs.first, pairs.count > 1, first.from > 0,
            pairs.allSatisfy({ pair in
                pair.from == pair.tokens.count - 1 && pair.tokens.dropLast() == first.tokens.dropLast()
            })
        else { return nil }
        let request = GenerationRequest(
            prompt: first.tokens, maxTokens: 0, promptLogProbabilities: Self.reported,
            promptLogProbabilitiesFrom: first.from)
        var (likely, cost) = ([TokenID: Float](), Cost(isTruncated: first.isTruncated))
        for try await event in try engine.generate(request) {
            switch event {
            case .prompt(let tokens):
                for token in tokens {
                    for other in token.top { likely[other.token] = other.logProbability }
                    likely[token.id] = token.logProbability
                }
            case .finished(let summary):
                cost.promptTokens = summary.promptTokens
                cost.cachedTokens = summary.cachedTokens
            default: break
            }
        }
        let values = pairs.compactMap { pair in pair.tokens.last.flatMap { likely[$0] }.map(Double.init) }
        return values.count == pairs.count ? (values, cost) : nil
    }

    private struct Running {
        let generation: Generation?
        let isTruncated: Bool
    }

    private func start(_ pair: Pair) throws -> Running {
        guard pair.from > 0 else {
            throw EvaluationError(
                .badData, "a question has no context, or a choice of more tokens than the context holds")
        }
        // Nothing beyond the context's tokens: an empty sum, as the harness has it.
        guard pair.from < pair.tokens.count else {
            return Running(generation: nil, isTruncated: pair.isTruncated)
        }
        let request = GenerationRequest(
            prompt: pair.tokens, maxTokens: 0, promptLogProbabilities: 0,
            promptLogProbabilitiesFrom: pair.from)
        return Running(generation: try engine.generate(request), isTruncated: pair.isTruncated)
    }

    private func logLikelihood(_ running: Running) async throws -> (Double, Cost) {
        var (sum, cost) = (0.0, Cost(isTruncated: running.isTruncated))
        guard let generation = running.generation else { return (sum, cost) }
        for try await event in generation {
            switch event {
            case .prompt(let tokens):
                for token in tokens { sum += token.logProbability.map(Double.init) ?? 0 }
            case .finished(let summary):
                cost.promptTokens = summary.promptTokens
                cost.cachedTokens = summary.cachedTokens
            default: break
            }
        }
        return (sum, cost)
    }

    // MARK: Answers

    /// The most likely answer to `prompt`, up to a stop text, which is not part of it, or an end token.
    package func answer(_ prompt: String, _ rule: AnswerRule) async throws -> (text: String, cost: Cost) {
        let room = engine.context - 1 - rule.maxTokens
        guard room >= 1 else {
            throw EvaluationError(
                .badRequest,
                "answers of \(rule.maxTokens) tokens do not fit in a context of \(engine.context); raise --context"
            )
        }
        let tokens = loaded.tokens(continuing: prompt)
        let request = GenerationRequest(
            prompt: tokens.suffix(room), maxTokens: rule.maxTokens, endTokens: loaded.endTokens)
        var detokenizer = Detokenizer(loaded.tokenizer, skipLeadingSpace: false)
        var (text, cost) = ("", Cost(isTruncated: tokens.count > room))
        var hasStopped = false
        let generation = try engine.generate(request)
        for try await event in generation {
            switch event {
            case .token(let token) where !hasStopped:
                let piece = detokenizer.append(token.id)
                text += piece
                if !piece.isEmpty, let end = rule.end(of: text) {
                    text = String(decoding: text.utf8.prefix(end), as: UTF8.self)
                    hasStopped = true
                    generation.cancel()
                }
            case .finished(let summary):
                cost.promptTokens = summary.promptTokens
                cost.cachedTokens = summary.cachedTokens
                cost.generatedTokens = summary.generatedTokens
            default: break
            }
        }
        if !hasStopped {
            text += detokenizer.finish()
            if let end = rule.end(of: text) { text = String(decoding: text.utf8.prefix(end), as: UTF8.self) }
        }
        return (text, cost)
    }
}

extension AnswerRule {
    /// Where the first stop text begins, in bytes.
    func end(of text: String) -> Int? { stops.compactMap { text.firstOffset(of: $0) }.min() }
}
