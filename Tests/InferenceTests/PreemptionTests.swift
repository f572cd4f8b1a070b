// Sequences that lose their pages and come back: every answer is what it would have been, and everyone gets one.

import Inference
import Models
import Sampling
import Synchronization
import Tensors
import TestSupport
import Testing

/// Counts what an engine's steps did.
private final class Counter: EngineObserver {
    let preemptions = Atomic<Int>(0)
    let mostRunning = Atomic<Int>(0)
    func engine(did step: StepReport) {
        preemptions.wrappingAdd(step.preemptions, ordering: .relaxed)
        if step.running > mostRunning.load(ordering: .relaxed) {
            mostRunning.store(step.running, ordering: .relaxed)
        }
    }
    func engine(ended request: RequestReport) {}
}

@Suite("Preemption", .serialized, .timeLimit(.minutes(10)))
struct PreemptionTests {
    private static let models = [
        TinyModel(seed: 51), TinyModel(experts: 8, expertsPerToken: 2, format: .q8_0, seed: 52),
    ]

    /// A context is four pages.
    private func engine(_ model: LoadedModel, _ counter: Counter, pages: Int, chunk: Int = 512) throws
        -> Engine
    {
        var options = Engine.Options()
        options.context = 256
        options.kvBytes = pages * model.cacheBytes(context: 64)
        options.observer = counter
        options.prefillChunk = chunk
        return try Engine(model, options: options)
    }

    /// Whether the engine comes to have nothing left to do, and all pages back.
    private func becomesIdle(_ engine: Engine) async throws -> Bool {
        for _ in 0..<1000 {
            let load = engine.load
            if load.running + load.waiting + load.pagesUsed == 0 { return true }
            try await Task.sleep(for: .milliseconds(2))
        }
        return false
    }

    @Test(
        "16 answers to the end of the context in a cache of hardly more than one: all the same bits as alone",
        arguments: [(models[0], 4), (models[0], 7), (models[1], 7)])
    func oneContext(model: TinyModel, pages: Int) async throws {
        let loaded = try model.load()
        var random = SeededGenerator(seed: model.seed + UInt64(pages))
        let requests = (0..<16).map { index in
            var request = randomRequest(&random, vocabulary: model.vocabularySize, longest: 60)
            request.maxTokens = nil
            request.usesPrefixCache = index % 3 > 0
            request.client = "\(index % 4)"
            return request
        }
        let counter = Counter()
        let engine = try engine(loaded, counter, pages: pages)
        var alone = Engine.Options()
        alone.context = 256
        alone.sequences = 1
        let plain = try Engine(loaded, options: alone)
        var expected: [[UInt32]] = []
        for request in requests { expected.append(try await plain.generate(request).answer().fingerprint) }
        let running = try requests.map { try engine.generate($0) }
        for (index, generation) in running.enumerated() {
            let answer = try await generation.answer()
            #expect(answer.fingerprint == expected[index], "request \(index)")
            #expect(answer.summary?.reason == .length)
        }
        // In four pages there is room for one and the next page of it, so nobody is let in to be turned out.
        #expect(counter.preemptions.load(ordering: .relaxed) > 0 || pages == 4)
        #expect(counter.mostRunning.load(ordering: .relaxed) > 1 || pages == 4)
        #expect(try await becomesIdle(engine))
    }

    @Test("what was reported before is not reported again, and nothing is left out", arguments: models)
    func events(model: TinyModel) async throws {
        let loaded = try model.load()
        let counter = Counter()
        let engine = try engine(loaded, counter, pages: 8, chunk: 24)
        var random = SeededGenerator(seed: 9)
        let requests = (0..<12).map { index in
            var request = randomRequest(&random, vocabulary: model.vocabularySize, longest: 90)
            // Two pages when it is let in and three in the end, so that three of them outgrow eight.
            request.prompt = (0..<60).map { _ in Int32.random(in: 3..<200, using: &random) }
            request.maxTokens = 120
            request.sampling.temperature = 1
            request.recordsRouting = index % 2 == 0
            request.promptLogProbabilities = index % 3 == 0 ? 2 : nil
            if index % 6 == 3 { request.promptLogProbabilitiesFrom = 40 }
            request.usesPrefixCache = index < 2  // the others compute all of it again
            return request
        }
        let expected = try await plainAnswers(loaded, requests)
        let running = try requests.map { try engine.generate($0) }
        async let vector = engine.embed(prompt: [Int32](repeating: 9, count: 200))
        for (index, generation) in running.enumerated() {
            let request = requests[index]
            let answer = try await generation.answer()
            #expect(answer.fingerprint == expected[index])
            if request.promptLogProbabilities != nil {
                #expect(
                    answer.prompt.map(\.id)
                        == Array(request.prompt[request.promptLogProbabilitiesFrom...]))
            } else {
                #expect(answer.prompt.isEmpty)
            }
            if request.recordsRouting {
                let first = answer.summary?.cachedTokens ?? -1
                #expect(answer.routing.map(\.position) == Array(first..<request.prompt.count + 119))
                #expect(
                    answer.routing.map(\.token) == Array((request.prompt + answer.ids)[first...].dropLast()))
            }
        }
        let alone = try await Engine(loaded).embed(prompt: [Int32](repeating: 9, count: 200))
        #expect(try await vector.map(\.bitPattern) == alone.map(\.bitPattern))
        #expect(counter.preemptions.load(ordering: .relaxed) > 0)
    }

    @Test("with cancellations in between nothing is lost and nobody waits for ever", arguments: 0..<4)
    func cancellations(seed: UInt64) async throws {
        let model = Self.models[0]
        let loaded = try model.load()
        let counter = Counter()
        let engine = try engine(loaded, counter, pages: 8)
        var random = SeededGenerator(seed: seed)
        let requests = (0..<20).map { _ in
            randomRequest(&random, vocabulary: model.vocabularySize, longest: 200, mostTokens: 150)
        }
        .filter { $0.prompt.count + ($0.maxTokens ?? 0) <= 256 }
        let expected = try await plainAnswers(loaded, requests)
        let running = try requests.map { try engine.generate($0) }
        for (index, generation) in running.enumerated() {
            if index % 4 == 1 {
                generation.cancel()
                let reason = try await generation.answer().summary?.reason
                #expect(reason == .cancelled || reason == .length)
            } else {
                #expect(try await generation.answer().fingerprint == expected[index])
            }
        }
        #expect(try await becomesIdle(engine))
    }
}
