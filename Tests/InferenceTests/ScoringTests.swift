// Log-probabilities of prompts: what `echo` and scoring are made of.

import Foundation
import Inference
import ModelFiles
import Models
import Sampling
import Tensors
import TestSupport
import Testing

/// `expected.json` of a tiny model; see Tests/Oracles/tiny_models.py.
private struct ExpectedLogits: Decodable {
    struct Sequence: Decodable {
        var tokens: [Int32]
        var logits: Data  // Float [tokens, vocabulary]
    }
    var sequences: [Sequence]
}

@Suite("Scores of a prompt", .serialized, .timeLimit(.minutes(5)))
struct ScoringTests {
    private static let models = [
        TinyModel(seed: 21), TinyModel(experts: 8, expertsPerToken: 2, format: .q8_0, seed: 22),
    ]

    /// The scores of `tokens` alone.
    private func scores(_ engine: Engine, _ tokens: [Int32], top: Int = 3) async throws -> Answer {
        let request = GenerationRequest(prompt: tokens, maxTokens: 0, promptLogProbabilities: top)
        return try await engine.generate(request).answer()
    }

    private func bits(_ tokens: some Sequence<PromptToken>) -> [UInt32] {
        tokens.flatMap { token in
            [UInt32(bitPattern: token.id), token.logProbability?.bitPattern ?? 1]
                + token.top.flatMap { [UInt32(bitPattern: $0.token), $0.logProbability.bitPattern] }
        }
    }

    @Test("are what generation reported for the same tokens, bit for bit", arguments: models)
    func sameAsGeneration(model: TinyModel) async throws {
        let loaded = try model.load()
        let engine = try Engine(loaded)
        var random = SeededGenerator(seed: model.seed)
        for _ in 0..<6 {
            var request = randomRequest(&random, vocabulary: model.vocabularySize)
            request.maxTokens = 40
            request.sampling.temperature = 1
            let answer = try await engine.generate(request).answer()
            let scored = try await scores(engine, request.prompt + answer.ids)
            #expect(scored.prompt.map(\.id) == request.prompt + answer.ids)
            #expect(bits(scored.prompt.dropFirst(request.prompt.count)) == answer.fingerprint)
            #expect(scored.prompt[0].logProbability == nil)
            #expect(scored.prompt.dropFirst().allSatisfy { $0.logProbability ?? 1 <= 0 && $0.top.count == 3 })
            #expect(scored.tokens.isEmpty)
            #expect(scored.summary?.reason == .length)
            #expect(scored.summary?.generatedTokens == 0)
        }
    }

    @Test("do not depend on chunks, threads, company or what the cache holds", arguments: models)
    func determinism(model: TinyModel) async throws {
        let loaded = try model.load()
        var random = SeededGenerator(seed: 5)
        let text = (0..<200).map { _ in Int32.random(in: 3..<Int32(model.vocabularySize), using: &random) }
        let expected = bits(try await scores(Engine(loaded), text).prompt)
        for (threads, chunk) in [(1, 1), (1, 64), (2, 7), (2, 512)] {
            var options = Engine.Options()
            options.threads = threads
            options.prefillChunk = chunk
            let engine = try Engine(loaded, options: options)
            for round in 0..<2 {
                var crowd: [Generation] = []
                for _ in 0..<3 {
                    var other = randomRequest(&random, vocabulary: model.vocabularySize, mostTokens: 30)
                    if Bool.random(using: &random) { other.promptLogProbabilities = 1 }
                    crowd.append(try engine.generate(other))
                }
                _ = try await engine.generate(GenerationRequest(prompt: text, maxTokens: 1)).answer()
                let scored = try await scores(engine, text)
                #expect(bits(scored.prompt) == expected, "\(threads) threads, chunk \(chunk), round \(round)")
                // All pages are in the cache, and none may hide a position.
                #expect(scored.summary?.cachedTokens == 0)
                for generation in crowd { _ = try await generation.answer() }
            }
        }
    }

    @Test("from a token on are those of the whole, and what lies before may be cached", arguments: models)
    func fromToken(model: TinyModel) async throws {
        let loaded = try model.load()
        var random = SeededGenerator(seed: 15)
        let text = (0..<210).map { _ in Int32.random(in: 3..<Int32(model.vocabularySize), using: &random) }
        let expected = try await scores(Engine(loaded), text).prompt
        for chunk in [7, 64, 512] {
            var options = Engine.Options()
            options.prefillChunk = chunk
            let engine = try Engine(loaded, options: options)
            for (from, cached) in [
                (209, 0), (209, 192), (129, 128), (128, 64), (65, 64), (64, 0), (1, 0), (0, 0),
            ] {
                let request = GenerationRequest(
                    prompt: text, maxTokens: 0, promptLogProbabilities: 3, promptLogProbabilitiesFrom: from)
                let scored = try await engine.generate(request).answer()
                #expect(bits(scored.prompt) == bits(expected[from...]), "from \(from), chunk \(chunk)")
                #expect(scored.summary?.cachedTokens == cached, "from \(from), chunk \(chunk)")
            }
        }
        let engine = try Engine(loaded)
        for from in [-1, 210] {
            let request = GenerationRequest(
                prompt: text, maxTokens: 0, promptLogProbabilities: 0, promptLogProbabilitiesFrom: from)
            #expect(throws: EngineError.self) { try engine.generate(request) }
        }
    }

    @Test("come before the answer, which is the one without them")
    func withAnswer() async throws {
        let model = Self.models[0]
        let engine = try Engine(try model.load())
        var random = SeededGenerator(seed: 6)
        for _ in 0..<5 {
            var request = randomRequest(&random, vocabulary: model.vocabularySize)
            let plain = try await engine.generate(request).answer()
            request.promptLogProbabilities = 0
            var isAnswering = false
            for try await event in try engine.generate(request) {
                switch event {
                case .token: isAnswering = true
                case .prompt(let tokens): #expect(!isAnswering && tokens.allSatisfy { $0.top.isEmpty })
                default: break
                }
            }
            let both = try await engine.generate(request).answer()
            #expect(both.fingerprint == plain.fingerprint)
            #expect(both.prompt.map(\.id) == request.prompt)
        }
    }

    @Test(
        "agree with transformers to 2e-4",
        arguments: [
            ("llama-odd-heads", "hf"), ("llama-tied-llama3", "hf"), ("mistral-window", "hf"),
            ("mixtral-8-top-2", "hf"), ("mixtral-16-top-4", "hf-fused"),
        ])
    func transformers(name: String, folder: String) async throws {
        let fixture = "ModelsTests/Fixtures/\(name)"
        let expected = try JSONDecoder().decode(
            ExpectedLogits.self, from: Fixture.file("\(fixture)/expected.json"))
        var options = Engine.Options()
        options.kvType = .f32
        let engine = try Engine(model: Fixture.model("\(fixture)/\(folder)"), options: options)
        for sequence in expected.sequences {
            let scored = try await scores(engine, sequence.tokens, top: 1).prompt
            #expect(scored.count == sequence.tokens.count)
            let logits = sequence.logits.withUnsafeBytes { bytes in
                (0..<bytes.count / 4).map {
                    Double(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self))
                }
            }
            let width = logits.count / sequence.tokens.count
            for position in 1..<max(1, sequence.tokens.count) {
                let row = logits[(position - 1) * width..<position * width]
                let largest = try #require(row.max())
                let total = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
                let wanted = row[row.startIndex + Int(sequence.tokens[position])] - total
                let found = try #require(scored[position].logProbability)
                #expect(abs(Double(found) - wanted) < 2e-4, "position \(position)")
                #expect(abs(Double(scored[position].top[0].logProbability) - (largest - total)) < 2e-4)
            }
        }
    }

    @Test("a text that the model computes no numbers for is an error, and no crash")
    func badLogits() async throws {
        var poisoned = Self.models[0]
        poisoned.poisonedToken = 40
        let engine = try Engine(try poisoned.load())
        let error = await #expect(throws: EngineError.self) { try await scores(engine, [5, 6, 40, 7, 8, 9]) }
        #expect(error?.code == .badLogits)
        #expect(try await scores(engine, [5, 6, 7]).prompt.count == 3)
    }

    @Test("of more tokens than the vocabulary has room for in a report are refused", arguments: [-1, 5000])
    func refusals(top: Int) async throws {
        let engine = try Engine(try Self.models[0].load())
        let error = await #expect(throws: EngineError.self) { try await scores(engine, [5, 6], top: top) }
        #expect(error?.code == .badRequest)
    }
}
