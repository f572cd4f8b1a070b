// Samples of the local engine: the same one by one and all at once, and each the one that its seed draws.

import Foundation
import Inference
import Lab
import Sampling
import SystemPackage
import TestSupport
import Testing
import Tokenizers

@Suite struct LocalRespondentTests {
    private static let template =
        "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:"
    private let run = SmallRun(
        prompts: 6, repetitions: 4, sampling: SamplingSettings(temperature: 1, topP: 0.95, maxTokens: 48))

    private func model(template: String? = template) throws -> LoadedModel {
        var model = TinyModel(experts: 4, expertsPerToken: 2, seed: 5)
        model.chatTemplate = template
        return try model.load()
    }

    private func rows(_ loaded: LoadedModel, sequences: Int, threads: Int) async throws -> [Row] {
        var options = Engine.Options()
        options.sequences = sequences
        options.threads = threads
        let respondent = try LocalRespondent(loaded, digest: "d", options: options)
        #expect(respondent.streams == sequences)
        let folder = try TemporaryFolder()
        let summary = try await run.runner(["m": respondent], try folder.store()).run()
        #expect(summary.ending == .complete)
        return summary.rows.comparable.map {
            var row = $0
            row.cachedTokens = nil  // what was cached depends on who came before
            return row
        }
    }

    @Test("Sixteen at a time are the same rows as one at a time")
    func batches() async throws {
        let loaded = try model()
        let alone = try await rows(loaded, sequences: 1, threads: 1)
        #expect(alone.count == run.trials.count)
        for (sequences, threads) in [(16, 2), (5, 1), (48, 3)] {
            #expect(try await rows(loaded, sequences: sequences, threads: threads) == alone)
        }
        #expect(Set(alone.map(\.answer)).count > alone.count / 2)
        #expect(Set(alone.map(\.finish)).isSubset(of: [.stop, .length]))
        #expect(IndependenceCheck.counts(alone, temperature: 1).isClean)
    }

    @Test("A row is what the engine gives for its prompt and seed, added up here")
    func againstEngine() async throws {
        let loaded = try model()
        let engine = try Engine(loaded)
        for row in try await rows(loaded, sequences: 16, threads: 2).prefix(8) {
            let question = run.question(row.trial)
            let text =
                question.messages.map { "\($0.role.rawValue): \($0.content)\n" }.joined() + "assistant:"
            let prompt = loaded.tokenizer.encode([TextSegment(text, mayContainControl: false)], addBOS: false)
            let answer = try await engine.generate(
                GenerationRequest(
                    prompt: prompt, maxTokens: 48,
                    sampling: SamplingParameters(temperature: 1, topP: 0.95, seed: row.trial.seed),
                    endTokens: loaded.endTokens)
            ).answer()
            #expect(row.promptTokens == prompt.count)
            #expect(row.tokens == answer.ids.count)
            #expect(row.answer == loaded.tokenizer.decode(answer.ids))
            #expect(row.logProbability == answer.tokens.reduce(0) { $0 + Double($1.logProbability) })
            #expect(row.finish == (answer.summary?.reason == .length ? .length : .stop))
            #expect(row.finish == .stop || row.tokens == 48)
        }
    }

    @Test("A base model is refused, and a prompt that does not fit fails for good")
    func refusals() async throws {
        let base = await complaint { _ = try LocalRespondent(try model(template: nil), digest: "d") }
        #expect(base.contains("chat template"), "\(base)")
        let respondent = try LocalRespondent(try model(), digest: "d")
        var question = run.question(run.trials[0])
        question.messages[1].content = String(repeating: "Ω", count: 2000)
        await #expect {
            _ = try await respondent.answer(question)
        } throws: { error in
            (error as? RespondentFailure)?.reason == "promptTooLong"
                && (error as? RespondentFailure)?.isTransient == false
        }
    }

    @Test("A cancelled question ends at once, without an answer")
    func cancellation() async throws {
        let respondent = try LocalRespondent(try model(), digest: "d")
        var endless = run
        endless.sampling.maxTokens = 900
        let question = endless.question(run.trials[0])
        let task = Task { try await respondent.answer(question) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
