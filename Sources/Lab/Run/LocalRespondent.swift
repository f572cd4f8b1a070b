// The local engine as a respondent: many samples in one batch, each of them the same as if it were drawn alone.
// It knows no server.

import ChatTemplates
package import Inference
import Models
import Sampling
import Tokenizers

/// A loaded model that answers trials.
///
/// Prompts share cached keys and values. That changes no answer: an engine's tokens are determined by request and seed.
package struct LocalRespondent: Respondent {
    package let identification: String
    package let streams: Int
    package var mayRepeatAnswers: Bool { false }
    private let loaded: LoadedModel
    private let engine: Engine

    /// Starts an engine of its own.
    /// - Parameters:
    ///   - digest: the model file's SHA-256, in hexadecimal.
    ///   - options: as many trials are asked at a time as it computes `sequences`.
    package init(
        _ loaded: LoadedModel, digest: String, options: Engine.Options = Engine.Options()
    ) throws {
        guard loaded.promptFormat != nil else {
            throw LabError(
                .backend,
                "\(loaded.path): a base model without a chat template cannot be asked; take its instruct version"
            )
        }
        do { engine = try Engine(loaded, options: options) } catch {
            throw LabError(.backend, "\(loaded.path): \(error.description)")
        }
        self.loaded = loaded
        streams = options.sequences
        // Element type and context are part of it: both change what is computed.
        identification =
            "sirocco \(Engine.version), sha256:\(digest), context \(engine.context), keys and values \(engine.kvType)"
    }

    package func answer(_ question: Question) async throws -> Answer {
        let start = ContinuousClock.now
        let generation: Generation
        do { generation = try engine.generate(try request(question)) } catch {
            throw RespondentFailure(error)
        }
        var detokenizer = Detokenizer(loaded.tokenizer)
        var text = ""
        var logProbability = 0.0
        var firstSeconds: Double?
        var end: GenerationSummary?
        do {
            for try await event in generation {
                switch event {
                case .token(let token):
                    logProbability += Double(token.logProbability)
                    text += detokenizer.append(token.id)
                    if firstSeconds == nil, !text.isEmpty {
                        firstSeconds = (.now - start) / .seconds(1)
                    }
                case .routing, .prompt: break  // never asked for
                case .finished(let summary): end = summary
                }
            }
        } catch let error as EngineError { throw RespondentFailure(error) }
        text += detokenizer.finish()
        guard let end else { throw CancellationError() }
        let finish: Row.Finish
        switch end.reason {
        case .stop: finish = .stop
        case .length: finish = .length
        case .cancelled, .deadline: throw CancellationError()
        }
        guard logProbability.isFinite else {
            throw RespondentFailure(
                reason: "the answer's probability is no number", detail: "is the model file damaged?",
                isTransient: false)
        }
        return Answer(
            text: text, finish: finish, promptTokens: end.promptTokens, cachedTokens: end.cachedTokens,
            tokens: end.generatedTokens, logProbability: logProbability,
            seconds: (.now - start) / .seconds(1), firstSeconds: firstSeconds, backend: identification)
    }

    private func request(_ question: Question) throws(EngineError) -> GenerationRequest {
        let messages = question.messages.map { message in
            ChatMessage(role: message.role == .system ? .system : .user, content: message.content)
        }
        let sampling = question.sampling
        return GenerationRequest(
            prompt: try loaded.tokens(answering: messages), maxTokens: sampling.maxTokens,
            sampling: SamplingParameters(
                temperature: Float(sampling.temperature), topK: sampling.topK,
                topP: Float(sampling.topP ?? 1),
                minP: Float(sampling.minP ?? 0), seed: question.trial.seed),
            endTokens: loaded.endTokens)
    }
}

extension RespondentFailure {
    fileprivate init(_ error: EngineError) {
        self.init(
            reason: error.code.rawValue, detail: error.description, isTransient: error.code == .busy,
            retryAfter: error.retryAfterSeconds)
    }
}
