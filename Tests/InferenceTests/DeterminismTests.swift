// Determinism as a property: a request and its seed decide its answer, to the last bit of every
// log-probability, whatever else the engine does and however it does it.

import Inference
import Models
import Sampling
import Tensors
import TestSupport
import Testing

/// Models that between them take every path of the forward pass: plain and quantized activations, shared
/// key/value heads, dense, stacked and separate experts.
private let models: [TinyModel] = {
    var oneKVHead = TinyModel(experts: 3, expertsPerToken: 1, format: .f32, seed: 2)
    oneKVHead.kvHeads = 1
    oneKVHead.hasSeparateExperts = true
    var wide = TinyModel(format: BlockFormat(named: "Q4_0")!, seed: 3)
    wide.headDimension = 32  // not dimension / heads
    return [
        TinyModel(seed: 1), oneKVHead, wide,
        TinyModel(experts: 8, expertsPerToken: 2, format: .q8_0, seed: 4),
        TinyModel(experts: 4, expertsPerToken: 4, format: .bf16, seed: 5),
    ]
}()

/// A random request: short or several pages long, greedy or drawn, with or without penalties.
func randomRequest(
    _ random: inout SeededGenerator, vocabulary: Int, longest: Int = 180, mostTokens: Int = 10
) -> GenerationRequest {
    let length =
        Bool.random(using: &random)
        ? Int.random(in: 1...12, using: &random) : Int.random(in: 1...longest, using: &random)
    var sampling = SamplingParameters(
        temperature: Bool.random(using: &random) ? 0 : 1, seed: random.next(), topLogProbabilities: 3)
    if Int.random(in: 0..<4, using: &random) == 0 { sampling.repeatPenalty = 1.2 }
    return GenerationRequest(
        prompt: (0..<length).map { _ in Int32.random(in: 3..<Int32(vocabulary), using: &random) },
        maxTokens: Int.random(in: 1...mostTokens, using: &random), sampling: sampling)
}

/// The answers to `requests`, each alone in an engine of one thread that computes every prompt at once and
/// shares nothing: what all other ways to run must reproduce.
func plainAnswers(_ model: LoadedModel, _ requests: [GenerationRequest]) async throws -> [[UInt32]] {
    var options = Engine.Options()
    options.threads = 1
    options.sequences = 1
    let engine = try Engine(model, options: options)
    var answers: [[UInt32]] = []
    for var request in requests {
        request.usesPrefixCache = false
        answers.append(try await engine.generate(request).answer().fingerprint)
    }
    return answers
}

@Suite("The same request gives the same bits", .serialized)
struct DeterminismTests {
    @Test("whatever the threads and the prefill chunk", arguments: models)
    func threadsAndChunks(model: TinyModel) async throws {
        let loaded = try model.load()
        var random = SeededGenerator(seed: 100 + model.seed)
        let requests = (0..<6).map { _ in
            randomRequest(&random, vocabulary: model.vocabularySize, longest: 100)
        }
        let expected = try await plainAnswers(loaded, requests)
        // Three threads are more than small machines have cores: each barrier waits for the operating system
        // then, so these steps are few.
        for (threads, chunks) in [(1, [1, 3, 64, 512]), (2, [1, 3, 64, 512]), (3, [64, 512])] {
            for chunk in chunks {
                var options = Engine.Options()
                options.threads = threads
                options.prefillChunk = chunk
                let engine = try Engine(loaded, options: options)
                for (request, expected) in zip(requests, expected) {
                    let answer = try await engine.generate(request).answer()
                    #expect(answer.fingerprint == expected, "\(threads) threads, chunk \(chunk)")
                }
            }
        }
    }

    @Test("among other requests that come and go", arguments: models)
    func crowds(model: TinyModel) async throws {
        let loaded = try model.load()
        var random = SeededGenerator(seed: 200 + model.seed)
        let requests = (0..<8).map { _ in randomRequest(&random, vocabulary: model.vocabularySize) }
        let expected = try await plainAnswers(loaded, requests)
        for round in 0..<3 {
            var options = Engine.Options()
            options.threads = 2
            options.prefillChunk = [5, 32, 100, 512].randomElement(using: &random)!
            options.sequences = Int.random(in: 1...8, using: &random)
            let engine = try Engine(loaded, options: options)
            for (index, request) in requests.enumerated() {
                let others = (0..<7).map { _ in
                    randomRequest(&random, vocabulary: model.vocabularySize, mostTokens: 30)
                }
                // Some are there before; one starts with each token of ours; some are cancelled on the way.
                var later = others[...]
                var crowd: [Generation] = []
                for _ in 0..<Int.random(in: 0...4, using: &random) {
                    crowd.append(try engine.generate(later.removeFirst()))
                }
                let answer = try await engine.generate(request).answer { count in
                    if let next = later.popFirst() { crowd.append(try engine.generate(next)) }
                    if count.isMultiple(of: 3) { crowd.first?.cancel() }
                }
                #expect(answer.fingerprint == expected[index], "round \(round), request \(index)")
                for generation in crowd { _ = try await generation.answer() }
            }
        }
    }

    @Test("when an earlier request left its prefix in the cache", arguments: models)
    func cachedPrefixes(model: TinyModel) async throws {
        let loaded = try model.load()
        var random = SeededGenerator(seed: 300 + model.seed)
        // Texts that share their first one or two pages, the way turns of a conversation do.
        let stem = (0..<128).map { _ in Int32.random(in: 3..<Int32(model.vocabularySize), using: &random) }
        let requests = (0..<10).map { index in
            var request = randomRequest(&random, vocabulary: model.vocabularySize, longest: 60)
            request.prompt = stem.prefix(index.isMultiple(of: 2) ? 128 : 70) + request.prompt
            return request
        }
        let expected = try await plainAnswers(loaded, requests)
        let engine = try Engine(loaded)
        for (index, request) in requests.enumerated() {
            let answer = try await engine.generate(request).answer()
            #expect(answer.fingerprint == expected[index])
            let shared = answer.summary?.cachedTokens
            #expect(index == 0 ? shared == 0 : (shared ?? 0) >= 64, "request \(index) found \(shared ?? -1)")
        }
        for (request, expected) in zip(requests, expected) {
            let again = try await engine.generate(request).answer()
            #expect(again.fingerprint == expected)
            #expect((again.summary?.cachedTokens ?? 0) >= 64)
        }
    }

    @Test("when so little memory is left that cached pages are evicted all the time")
    func eviction() async throws {
        let model = models[3]
        let loaded = try model.load()
        var random = SeededGenerator(seed: 400)
        let stem = (0..<64).map { _ in Int32.random(in: 3..<Int32(model.vocabularySize), using: &random) }
        let requests = (0..<24).map { index in
            var request = randomRequest(&random, vocabulary: model.vocabularySize)
            if index.isMultiple(of: 2) { request.prompt = stem + request.prompt.prefix(90) }
            return request
        }
        let expected = try await plainAnswers(loaded, requests)
        var options = Engine.Options()
        options.context = 256
        options.kvBytes = 0  // one full context: four pages
        let engine = try Engine(loaded, options: options)
        for _ in 0..<3 {
            let running = try requests.map { try engine.generate($0) }
            for (generation, expected) in zip(running, expected) {
                #expect(try await generation.answer().fingerprint == expected)
            }
        }
    }

    @Test("with every set of instructions that this CPU has", arguments: models)
    func instructionSets(model: TinyModel) async throws {
        var random = SeededGenerator(seed: 500 + model.seed)
        let requests = (0..<6).map { _ in randomRequest(&random, vocabulary: model.vocabularySize) }
        let expected = try await plainAnswers(try model.load(instructionSet: .scalar), requests)
        for instructionSet in InstructionSet.available {
            let engine = try Engine(try model.load(instructionSet: instructionSet))
            for (request, expected) in zip(requests, expected) {
                #expect(
                    try await engine.generate(request).answer().fingerprint == expected, "\(instructionSet)")
            }
        }
    }

    @Test(
        "and a single key/value type, seed or prompt more makes another answer: the fingerprints can differ")
    func sensitivity() async throws {
        let model = models[0]
        let loaded = try model.load()
        var random = SeededGenerator(seed: 600)
        var request = randomRequest(&random, vocabulary: model.vocabularySize, mostTokens: 10)
        request.maxTokens = 10
        request.sampling.temperature = 1
        let engine = try Engine(loaded)
        let answer = try await engine.generate(request).answer().fingerprint
        var options = Engine.Options()
        options.kvType = .f32
        #expect(try await Engine(loaded, options: options).generate(request).answer().fingerprint != answer)
        var reseeded = request
        reseeded.sampling.seed += 1
        #expect(try await engine.generate(reseeded).answer().fingerprint != answer)
        request.prompt[0] = request.prompt[0] == 9 ? 10 : 9
        #expect(try await engine.generate(request).answer().fingerprint != answer)
    }
}
