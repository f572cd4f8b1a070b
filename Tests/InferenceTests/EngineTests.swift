// The engine as its callers see it: endings, refusals, cancellation, failure of one request among others.

import Inference
import Models
import Sampling
import Tensors
import TestSupport
import Testing

@Suite("Engine", .serialized, .timeLimit(.minutes(5)))
struct EngineTests {
    let model = TinyModel(experts: 4, expertsPerToken: 2, seed: 11)

    @Test("200 small requests at once all get the answers they get alone")
    func manyRequests() async throws {
        let loaded = try model.load()
        var random = SeededGenerator(seed: 1)
        let requests = (0..<200).map { _ in
            randomRequest(&random, vocabulary: model.vocabularySize, longest: 20, mostTokens: 6)
        }
        let expected = try await plainAnswers(loaded, requests)
        let engine = try Engine(loaded)
        let answers = try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await engine.generate(request).answer()) }
            }
            return try await group.reduce(into: [Int: Answer]()) { $0[$1.0] = $1.1 }
        }
        for (index, request) in requests.enumerated() {
            let answer = try #require(answers[index])
            #expect(answer.fingerprint == expected[index])
            #expect(answer.summary?.reason == .length)
            #expect(answer.summary?.generatedTokens == request.maxTokens)
            #expect(answer.summary?.promptTokens == request.prompt.count)
        }
    }

    // MARK: Endings

    @Test("a full context ends with length, and every position of it was used", arguments: [64, 100, 129])
    func contextFull(context: Int) async throws {
        var options = Engine.Options()
        options.context = context
        let engine = try Engine(try model.load(), options: options)
        for count in [1, context / 2, context - 1] {
            let request = GenerationRequest(prompt: [Int32](repeating: 7, count: count))
            let answer = try await engine.generate(request).answer()
            #expect(answer.summary?.reason == .length)
            #expect(answer.summary?.generatedTokens == context - count)
            #expect(answer.ids.count == context - count)
        }
    }

    @Test("a limit far beyond the context is the context's: no sum of the two overflows")
    func hugeLimit() async throws {
        var options = Engine.Options()
        options.context = 32
        let engine = try Engine(try model.load(), options: options)
        let answer = try await engine.generate(GenerationRequest(prompt: [5, 6], maxTokens: .max)).answer()
        #expect(answer.ids.count == 30)
    }

    @Test("an end token stops the answer and is reported, not counted")
    func endTokens() async throws {
        let engine = try Engine(try model.load())
        var random = SeededGenerator(seed: 3)
        for _ in 0..<10 {
            var request = randomRequest(&random, vocabulary: model.vocabularySize)
            request.maxTokens = 12
            request.sampling.temperature = 1
            let free = try await engine.generate(request).answer()
            let end = try #require(free.ids.randomElement(using: &random))
            let first = try #require(free.ids.firstIndex(of: end))
            request.endTokens = [end]
            let answer = try await engine.generate(request).answer()
            #expect(answer.ids == Array(free.ids[..<first]))
            #expect(answer.summary?.reason == .stop)
            #expect(answer.summary?.endToken == end)
            #expect(answer.summary?.generatedTokens == first)
        }
    }

    // MARK: Refusals

    @Test(
        "a request that makes no sense is refused before any work",
        arguments: [
            ([], nil, 0, EngineError.Code.badRequest),
            ([288], nil, 0, .badRequest),
            ([5, -1], nil, 0, .badRequest),
            ([5], 0, 0, .badRequest),
            ([5], -3, 0, .badRequest),
            ([5], nil, -1, .badRequest),
            ([5], nil, .nan, .badRequest),
            ([Int32](repeating: 5, count: 64), nil, 0, .promptTooLong),
            ([Int32](repeating: 5, count: 100_000), nil, 0, .promptTooLong),
        ] as [([Int32], Int?, Float, EngineError.Code)])
    func refusals(prompt: [Int32], maxTokens: Int?, temperature: Float, code: EngineError.Code) async throws {
        var options = Engine.Options()
        options.context = 64
        let engine = try Engine(try model.load(), options: options)
        let request = GenerationRequest(
            prompt: prompt, maxTokens: maxTokens, sampling: SamplingParameters(temperature: temperature))
        let error = #expect(throws: EngineError.self) { try engine.generate(request) }
        #expect(error?.code == code)
        // The engine is none the worse for it.
        #expect(
            try await engine.generate(GenerationRequest(prompt: [5], maxTokens: 2)).answer().ids.count == 2)
    }

    @Test(
        "options that do not fit the model are refused",
        arguments: [(0, 1, 1), (1, 1, 1), (1025, 1, 1), (64, 0, 1), (64, 1, 0)])
    func badOptions(context: Int, threads: Int, chunk: Int) throws {
        var options = Engine.Options()
        options.context = context
        options.threads = threads
        options.prefillChunk = chunk
        let loaded = try model.load()
        let error = #expect(throws: EngineError.self) { try Engine(loaded, options: options) }
        #expect(error?.code == .badRequest)
    }

    // MARK: Cancellation

    @Test("cancelling ends the answer with cancelled, soon, and leaves the pages to others")
    func cancelling() async throws {
        let engine = try Engine(try model.load())
        for after in [1, 2, 5] {
            let generation = try engine.generate(GenerationRequest(prompt: [5, 6, 7]))
            let answer = try await generation.answer { if $0 == after { generation.cancel() } }
            #expect(answer.summary?.reason == .cancelled)
            #expect(answer.summary?.generatedTokens == answer.ids.count)
            // The engine may have run ahead of its reader, but not to the end of 1,021 tokens.
            #expect(answer.ids.count >= after && answer.ids.count < 1021)
        }
    }

    @Test("requests cancelled while they wait never start")
    func cancellingWhileWaiting() async throws {
        var options = Engine.Options()
        options.sequences = 1
        let engine = try Engine(try model.load(), options: options)
        let first = try engine.generate(GenerationRequest(prompt: [5]))
        let second = try engine.generate(GenerationRequest(prompt: [6]))
        second.cancel()
        let answer = try await second.answer()
        #expect(answer.summary?.reason == .cancelled)
        #expect(answer.ids.isEmpty)
        first.cancel()
        #expect(try await first.answer().summary?.reason == .cancelled)
    }

    @Test("a reader that goes away cancels its request: the next one does not wait for it")
    func dropping() async throws {
        var options = Engine.Options()
        options.sequences = 1  // whoever was not cancelled would block everyone behind
        var long = TinyModel(seed: 12)
        long.context = 1 << 20
        options.context = 1 << 20
        let engine = try Engine(try long.load(), options: options)
        for _ in 0..<20 {
            let generation = try engine.generate(GenerationRequest(prompt: [5]))
            for try await event in generation { if case .token = event { break } }
        }
        let reader = Task {
            for try await _ in try engine.generate(GenerationRequest(prompt: [6])) {}
        }
        reader.cancel()
        _ = await reader.result
        #expect(
            try await engine.generate(GenerationRequest(prompt: [5], maxTokens: 3)).answer().ids.count == 3)
    }

    @Test("a stopped engine ends its requests with an error, and refuses others", arguments: [0, 1, 5, 40])
    func stopping(count: Int) async throws {
        var long = TinyModel(seed: 12)
        long.context = 1 << 20
        let engine = try Engine(try long.load())
        let running = try (0..<count).map {
            try engine.generate(GenerationRequest(prompt: [Int32(5 + $0)]))
        }
        engine.stop()
        for generation in running {
            let error = await #expect(throws: EngineError.self) { try await generation.answer() }
            #expect(error?.code == .stopped)
        }
        let error = #expect(throws: EngineError.self) { try engine.generate(GenerationRequest(prompt: [5])) }
        #expect(error?.code == .stopped)
    }

    @Test("an engine lives as long as its generations, and then its thread ends")
    func lifetime() async throws {
        let loaded = try model.load()
        let request = GenerationRequest(prompt: [5, 6], maxTokens: 30)
        #expect(try await Engine(loaded).generate(request).answer().ids.count == 30)
        weak var engine: Engine?
        var generation: Generation?
        do {
            let local = try Engine(loaded)
            engine = local
            generation = try local.generate(request)
        }
        #expect(try await generation?.answer().ids.count == 30)
        generation = nil
        #expect(engine == nil)
    }

    // MARK: Failure

    @Test("a request whose logits are no numbers fails alone")
    func badLogits() async throws {
        var poisoned = model
        poisoned.poisonedToken = 40
        let loaded = try poisoned.load()
        let engine = try Engine(loaded)
        let avoiding = SamplingParameters(temperature: 1, logitBias: [40: -.infinity], seed: 9)
        let healthy = (0..<6).map {
            GenerationRequest(prompt: [5, 6, Int32(50 + $0)], maxTokens: 40, sampling: avoiding)
        }
        let expected = try await plainAnswers(loaded, healthy)
        for _ in 0..<5 {
            let running = try healthy.map { try engine.generate($0) }
            let sick = try engine.generate(GenerationRequest(prompt: [5, 40, 6], maxTokens: 40))
            let error = await #expect(throws: EngineError.self) { try await sick.answer() }
            #expect(error?.code == .badLogits)
            for (generation, expected) in zip(running, expected) {
                #expect(try await generation.answer().fingerprint == expected)
            }
        }
    }

    // MARK: Routing

    @Test("the routing trace has every computed position once, in order", arguments: [1, 3, 64, 512])
    func routingPositions(chunk: Int) async throws {
        var options = Engine.Options()
        options.prefillChunk = chunk
        let engine = try Engine(try model.load(), options: options)
        var random = SeededGenerator(seed: 5)
        var first: [[ExpertChoice]]?
        for cached in [0, 64, 64] {
            let prompt = (0..<100).map { Int32(3 + $0) }
            let other = try engine.generate(randomRequest(&random, vocabulary: model.vocabularySize))
            let answer = try await engine.generate(
                GenerationRequest(prompt: prompt, maxTokens: 8, recordsRouting: true)
            ).answer()
            _ = try await other.answer()
            #expect(answer.summary?.cachedTokens == cached)
            // The last token is never computed.
            #expect(answer.routing.map(\.position) == Array(cached..<107))
            #expect(answer.routing.map(\.token) == Array((prompt + answer.ids)[cached..<107]))
            for token in answer.routing {
                #expect(token.choices.count == model.layers)
                for choices in token.choices {
                    #expect(choices.count == 2)
                    #expect(Set(choices.map(\.expert)).count == 2)
                    #expect(choices.allSatisfy { (0..<4).contains($0.expert) })
                    #expect(choices[0].weight >= choices[1].weight)
                    #expect(abs(choices[0].weight + choices[1].weight - 1) < 1e-6)
                }
            }
            let last = answer.routing.last?.choices
            if let first { #expect(last == first) } else { first = last }
        }
    }

    @Test("without being asked, no routing is reported")
    func noRouting() async throws {
        let engine = try Engine(try model.load())
        #expect(
            try await engine.generate(GenerationRequest(prompt: [5], maxTokens: 3)).answer().routing.isEmpty)
    }
}
