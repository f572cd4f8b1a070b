// The engine when more is asked than it can do at once: the queue's bound, deadlines, masks, and what it tells.

import Inference
import Models
import Sampling
import Synchronization
import Tensors
import TestSupport
import Testing

/// Allows the tokens of `turns`, one set after the other, and from then on what `rest` holds.
private struct TurnMask: LogitsMask {
    var turns: [Set<Int32>]
    var rest: Set<Int32>
    var accepted: [Int32] = []

    mutating func apply(to logits: inout MutableSpan<Float>) {
        let allowed = accepted.count < turns.count ? turns[accepted.count] : rest
        for token in 0..<logits.count where !allowed.contains(Int32(token)) { logits[token] = -.infinity }
    }

    mutating func accept(_ token: Int32) { accepted.append(token) }
}

/// Keeps all that an engine tells.
private final class Watcher: EngineObserver {
    let steps = Mutex<[StepReport]>([])
    let requests = Mutex<[RequestReport]>([])
    func engine(did step: StepReport) { steps.withLock { $0.append(step) } }
    func engine(ended request: RequestReport) { requests.withLock { $0.append(request) } }
}

@Suite("Engine under load", .serialized, .timeLimit(.minutes(5)))
struct LoadTests {
    let model = TinyModel(experts: 4, expertsPerToken: 2, seed: 41)

    /// An engine whose answers take until somebody ends them.
    private func endless(_ change: (inout Engine.Options) -> Void) throws -> Engine {
        var long = TinyModel(seed: 12)
        long.context = 1 << 20
        var options = Engine.Options()
        options.context = 1 << 20
        options.sequences = 1
        change(&options)
        return try Engine(try long.load(), options: options)
    }

    private func firstToken(_ generation: Generation) async throws {
        var events = generation.makeAsyncIterator()
        while let event = try await events.next(isolation: nil) { if case .token = event { return } }
    }

    // MARK: The queue

    @Test("as many wait as may, one more is told when to come again, and has room when another is gone")
    func busy() async throws {
        let engine = try endless { $0.queueLimit = 2 }
        let running = try engine.generate(GenerationRequest(prompt: [5]))
        try await firstToken(running)
        let waiting = try (0..<2).map { try engine.generate(GenerationRequest(prompt: [Int32(6 + $0)])) }
        let error = #expect(throws: EngineError.self) { try engine.generate(GenerationRequest(prompt: [9])) }
        #expect(error?.code == .busy)
        #expect(error?.retryAfterSeconds ?? 0 >= 1)
        let embedding = await #expect(throws: EngineError.self) { try await engine.embed(prompt: [9]) }
        #expect(embedding?.code == .busy)
        waiting[0].cancel()
        #expect(try await waiting[0].answer().summary?.reason == .cancelled)
        let next = try await eventually { try? engine.generate(GenerationRequest(prompt: [9], maxTokens: 1)) }
        running.cancel()
        waiting[1].cancel()
        #expect(try await next.answer().ids.count == 1)
    }

    @Test("a queue of none takes what can be computed at once")
    func noQueue() async throws {
        let engine = try endless {
            $0.queueLimit = 0; $0.sequences = 2
        }
        let running = try (0..<2).map { try engine.generate(GenerationRequest(prompt: [Int32(6 + $0)])) }
        #expect(throws: EngineError.self) { try engine.generate(GenerationRequest(prompt: [9])) }
        for generation in running { generation.cancel() }
    }

    /// What `attempt` gives as soon as it gives something.
    private func eventually<Value>(_ attempt: () -> Value?) async throws -> Value {
        for _ in 0..<1000 {
            if let value = attempt() { return value }
            try await Task.sleep(for: .milliseconds(2))
        }
        return try #require(attempt())
    }

    @Test("the load tells what runs, waits and lies in pages, and in the end nothing")
    func load() async throws {
        let engine = try endless { $0.kvBytes = 0 }
        #expect(engine.load.running == 0 && engine.load.pagesUsed == 0)
        let free = engine.load.pagesFree
        #expect(free == (1 << 20) / 64)
        let running = try engine.generate(GenerationRequest(prompt: [5]))
        try await firstToken(running)
        let waiting = try (0..<3).map { _ in try engine.generate(GenerationRequest(prompt: [6])) }
        let load = try await eventually { engine.load.waiting == 3 ? engine.load : nil }
        #expect(load.running == 1 && load.pagesUsed >= 1)
        for generation in waiting + [running] { generation.cancel() }
        let idle = try await eventually { engine.load.running == 0 ? engine.load : nil }
        #expect(idle.waiting == 0 && idle.pagesUsed == 0 && idle.pagesFree == free)
    }

    // MARK: Deadlines

    @Test("past its deadline a request ends, running, waiting or before it began")
    func deadlines() async throws {
        let engine = try endless { _ in }
        let running = try engine.generate(GenerationRequest(prompt: [5], deadline: .now + .seconds(0.5)))
        let waiting = try engine.generate(GenerationRequest(prompt: [6], deadline: .now + .seconds(0.2)))
        let past = try engine.generate(GenerationRequest(prompt: [7], deadline: .now - .seconds(1)))
        let unhurried = try engine.generate(GenerationRequest(prompt: [8], maxTokens: 3))
        #expect(try await past.answer().summary?.reason == .deadline)
        let second = try await waiting.answer()
        #expect(second.summary?.reason == .deadline && second.ids.isEmpty)
        let first = try await running.answer()
        #expect(first.summary?.reason == .deadline && first.ids.count > 1)
        #expect(try await unhurried.answer().summary?.reason == .length)
    }

    @Test("a request that is cancelled amid its prompt ends within a step")
    func cancellingPrefill() async throws {
        let watcher = Watcher()
        let engine = try endless {
            $0.prefillChunk = 16; $0.observer = watcher
        }
        let generation = try engine.generate(GenerationRequest(prompt: [Int32](repeating: 7, count: 500_000)))
        _ = try await eventually { watcher.steps.withLock { $0.count > 3 } ? true : nil }
        generation.cancel()
        let seen = watcher.steps.withLock { $0.count }
        #expect(try await generation.answer().summary?.reason == .cancelled)
        // The step that was under way, and one that began before the mail came.
        #expect(watcher.steps.withLock { $0.count } <= seen + 3)
    }

    // MARK: Masks

    @Test(
        "a mask's tokens are the only ones, step after step, whatever the company", arguments: [Float(0), 1])
    func mask(temperature: Float) async throws {
        let loaded = try model.load()
        let engine = try Engine(loaded)
        let turns: [Set<Int32>] = [[10, 11, 12], [20], [30, 31]]
        var request = GenerationRequest(
            prompt: [5, 6, 7], maxTokens: 6, sampling: SamplingParameters(temperature: temperature, seed: 3),
            mask: TurnMask(turns: turns, rest: [40, 41, 42, 43]))
        request.sampling.topLogProbabilities = 2
        let expected = try await plainAnswers(loaded, [request])
        var random = SeededGenerator(seed: 1)
        for _ in 0..<3 {
            let crowd = try (0..<4).map { _ in
                try engine.generate(randomRequest(&random, vocabulary: model.vocabularySize))
            }
            let answer = try await engine.generate(request).answer()
            #expect(answer.fingerprint == expected[0])
            for (id, allowed) in zip(answer.ids, turns) { #expect(allowed.contains(id)) }
            #expect(answer.ids.dropFirst(3).allSatisfy { (40...43).contains($0) } && answer.ids.count == 6)
            for generation in crowd { _ = try await generation.answer() }
        }
    }

    @Test("a mask that leaves nothing ends its request with an error, and nobody else's")
    func emptyMask() async throws {
        let engine = try Engine(try model.load())
        let other = try engine.generate(GenerationRequest(prompt: [5], maxTokens: 20))
        let generation = try engine.generate(
            GenerationRequest(prompt: [5, 6], mask: TurnMask(turns: [[10], [11]], rest: [])))
        var tokens: [Int32] = []
        let error = await #expect(throws: EngineError.self) {
            for try await event in generation {
                if case .token(let token) = event { tokens.append(token.id) }
            }
        }
        #expect(error?.code == .nothingAllowed)
        #expect(error?.description.contains("position 4") == true)
        #expect(tokens == [10, 11])
        #expect(try await other.answer().ids.count == 20)
    }

    // MARK: Reports

    @Test("reports of steps and requests add up to what was done")
    func observer() async throws {
        let watcher = Watcher()
        var options = Engine.Options()
        options.observer = watcher
        options.sequences = 4
        let engine = try Engine(try model.load(), options: options)
        var random = SeededGenerator(seed: 2)
        let requests = (0..<12).map { index in
            var request = randomRequest(&random, vocabulary: model.vocabularySize)
            request.client = "client \(index % 3)"
            request.recordsRouting = index == 5
            return request
        }
        let running = try requests.map { try engine.generate($0) }
        var answers: [Answer] = []
        for generation in running { answers.append(try await generation.answer()) }
        let steps = watcher.steps.withLock { $0 }
        let ends = watcher.requests.withLock { $0 }

        let prompts = requests.map(\.prompt.count).reduce(0, +)
        let generated = answers.map(\.ids.count).reduce(0, +)
        let cached = answers.compactMap(\.summary?.cachedTokens).reduce(0, +)
        #expect(steps.map(\.prefillTokens).reduce(0, +) == prompts - cached)
        #expect(steps.map(\.decodeSequences).reduce(0, +) == generated - requests.count)
        #expect(steps.allSatisfy { $0.tokens == $0.prefillTokens + $0.decodeSequences && $0.running <= 4 })
        #expect(steps.map(\.admittedTokens).reduce(0, +) == prompts)
        #expect(steps.map(\.cachedTokens).reduce(0, +) == cached)
        #expect(steps.allSatisfy { $0.seconds > 0 })
        for step in steps where !step.expertLoad.isEmpty {
            #expect(step.expertLoad.count == model.layers)
            #expect(step.expertLoad.allSatisfy { $0.count == 4 && $0.reduce(0, +) == 2 * step.tokens })
        }
        #expect(steps.contains { !$0.expertLoad.isEmpty })

        #expect(ends.count == requests.count)
        #expect(ends.map(\.client).sorted() == requests.map(\.client).sorted())
        #expect(ends.map(\.generatedTokens).reduce(0, +) == generated)
        #expect(ends.allSatisfy { $0.gaps.count == $0.generatedTokens - 1 && $0.reason == .length })
        #expect(ends.allSatisfy { $0.queueSeconds <= $0.firstTokenSeconds ?? -1 })
    }
}
