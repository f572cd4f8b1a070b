// Embeddings: the states behind the last norm, pooled, against transformers and against themselves.

import Foundation
import Inference
import Models
import Sampling
import Tensors
import TestSupport
import Testing

/// `hidden_states.json`; see Tests/Oracles/tiny_states.py.
private struct States: Decodable {
    struct Case: Decodable {
        var model: String
        var folder: String
        var tokens: [Int32]
        var mean, last, mean_normalized, last_normalized: [Float]
    }
    var cases: [Case]
}

@Suite("Embeddings", .serialized, .timeLimit(.minutes(5)))
struct EmbeddingTests {
    @Test("agree with transformers' hidden states to 2e-4 of the largest")
    func transformers() async throws {
        for example in try Fixture.json("hidden_states.json", as: States.self).cases {
            var options = Engine.Options()
            options.kvType = .f32
            let model = try Fixture.model("ModelsTests/Fixtures/\(example.model)/\(example.folder)")
            let engine = try Engine(model: model, options: options)
            for (pooling, normalize, expected) in [
                (Pooling.mean, false, example.mean), (.last, false, example.last),
                (.mean, true, example.mean_normalized), (.last, true, example.last_normalized),
            ] {
                let vector = try await engine.embed(
                    prompt: example.tokens, pooling: pooling, normalize: normalize)
                #expect(vector.count == expected.count)
                let largest = expected.map(abs).max() ?? 0
                let difference = zip(vector, expected).map { abs($0 - $1) }.max() ?? .infinity
                #expect(
                    difference <= 2e-4 * largest, "\(example.model), \(pooling), normalized: \(normalize)")
            }
        }
    }

    @Test(
        "do not depend on chunks, threads, company or what the cache holds", arguments: [Pooling.mean, .last])
    func determinism(pooling: Pooling) async throws {
        let model = TinyModel(experts: 8, expertsPerToken: 2, format: .q8_0, seed: 31)
        let loaded = try model.load()
        var random = SeededGenerator(seed: 8)
        let text = (0..<170).map { _ in Int32.random(in: 3..<Int32(model.vocabularySize), using: &random) }
        let expected = try await Engine(loaded).embed(prompt: text, pooling: pooling).map(\.bitPattern)
        for (threads, chunk) in [(1, 1), (1, 64), (2, 7), (2, 512)] {
            var options = Engine.Options()
            options.threads = threads
            options.prefillChunk = chunk
            let engine = try Engine(loaded, options: options)
            for _ in 0..<2 {
                let crowd = try (0..<3).map { _ in
                    try engine.generate(
                        randomRequest(&random, vocabulary: model.vocabularySize, mostTokens: 30))
                }
                _ = try await engine.generate(GenerationRequest(prompt: text, maxTokens: 1)).answer()
                async let other = engine.embed(prompt: Array(text.prefix(90)), pooling: pooling)
                #expect(try await engine.embed(prompt: text, pooling: pooling).map(\.bitPattern) == expected)
                _ = try await other
                for generation in crowd { _ = try await generation.answer() }
            }
        }
    }

    @Test("have length 1 if that is wanted, and need no room for an answer")
    func length() async throws {
        var options = Engine.Options()
        options.context = 64
        let engine = try Engine(try TinyModel(seed: 32).load(), options: options)
        let vector = try await engine.embed(prompt: [Int32](repeating: 7, count: 64))
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        #expect(vector.count == 64)
        let error = await #expect(throws: EngineError.self) {
            try await engine.embed(prompt: [Int32](repeating: 7, count: 65))
        }
        #expect(error?.code == .promptTooLong)
        let past = await #expect(throws: EngineError.self) {
            try await engine.embed(prompt: [7, 8], deadline: .now - .seconds(1))
        }
        #expect(past?.code == .deadline)
    }

    @Test("of a text that the model computes no numbers for are an error; a stopped engine makes none")
    func failures() async throws {
        var poisoned = TinyModel(seed: 33)
        poisoned.poisonedToken = 40
        let engine = try Engine(try poisoned.load())
        let error = await #expect(throws: EngineError.self) { try await engine.embed(prompt: [5, 40, 6]) }
        #expect(error?.code == .badLogits)
        engine.stop()
        let stopped = await #expect(throws: EngineError.self) { try await engine.embed(prompt: [5]) }
        #expect(stopped?.code == .stopped)
    }
}
