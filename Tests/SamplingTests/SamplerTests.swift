// The sampler as a whole: greedy, ties, log-probabilities, broken logits, determinism, the mask.

import Sampling
import Testing

@Suite struct SamplerTests {
    @Test(
        "greedy takes the largest logit, and the lowest id of equals",
        arguments: [1, 7, 8, 9, 255, 256, 1000])
    func greedyTies(size: Int) throws {
        var generator = SeededGenerator(state: UInt64(size))
        for _ in 0..<50 {
            let row = (0..<size).map { _ in Float(Int.random(in: -3...3, using: &generator)) }
            var sampler = try Sampler(.greedy)
            #expect(try sampler.sample(row).token == Int32(row.firstIndex(of: row.max() ?? 0) ?? -1))
        }
    }

    @Test("greedy ignores seed and filters, and obeys bias and penalties")
    func greedyObeysEdits() throws {
        let row: [Float] = [1, 4, 3.9, 2]
        var filtered = try Sampler(SamplingParameters(temperature: 0, typicalP: 0.01, seed: 9))
        #expect(try filtered.sample(row).token == 1)
        var biased = try Sampler(SamplingParameters(temperature: 0, logitBias: [3: 3]))
        #expect(try biased.sample(row).token == 3)
        var repeated = try Sampler(SamplingParameters(temperature: 0, frequencyPenalty: 0.2))
        #expect(try (0..<3).map { _ in try repeated.sample(row).token } == [1, 2, 1])
    }

    @Test("sampling leaves the model's logits as they are")
    func logitsUntouched() throws {
        var generator = SeededGenerator(state: 5)
        let row = generator.row(500)
        var copy = row
        var sampler = try Sampler(
            SamplingParameters(topK: 10, repeatPenalty: 1.5, logitBias: [3: 2]), promptTokens: [1, 2, 3])
        _ = try copy.withUnsafeMutableBufferPointer { buffer in try sampler.sample(logits: buffer) }
        #expect(copy == row)
    }

    @Test("log-probabilities are the model's, whatever the parameters", arguments: [0, 0.3, 2] as [Float])
    func logProbabilities(temperature: Float) throws {
        let row: [Float] = [2, 1, 4, 4, -1, -.infinity]
        var sampler = try Sampler(
            SamplingParameters(temperature: temperature, topK: 1, logitBias: [4: 50], topLogProbabilities: 3))
        let sampled = try sampler.sample(row)
        // ln(e^2 + e + 2e^4 + e^-1) = 4.784 470
        #expect(sampled.token == 4)
        #expect(abs(sampled.logProbability - (-1 - 4.784_751)) < 1e-5)
        #expect(sampled.top.map(\.token) == [2, 3, 0])
        #expect(abs(sampled.top[0].logProbability - (4 - 4.784_751)) < 1e-5)
    }

    @Test("the reported top tokens are the sorted row's head", arguments: [1, 20, 300, 1024])
    func topTokens(count: Int) throws {
        var generator = SeededGenerator(state: 11)
        let row = (0..<300).map { _ in (generator.normal() * 8).rounded() / 4 }
        var sampler = try Sampler(SamplingParameters(temperature: 0, topLogProbabilities: count))
        let expected = row.indices.sorted { (row[$0], $1) > (row[$1], $0) }.prefix(count)
        #expect(try sampler.sample(row).top.map { Int($0.token) } == Array(expected))
    }

    @Test(
        "broken logits end in an error that names the token",
        arguments: [
            ([1, 2, .nan], SamplingError.notANumber(step: 0, token: 2)),
            ([Float](repeating: 0, count: 100) + [.nan], .notANumber(step: 0, token: 100)),
            ([.infinity, .nan, .infinity], .notANumber(step: 0, token: 1)),
            ([-.infinity, -.infinity], .nothingAllowed(step: 0)),
            ([], .badVocabularySize(0)),
        ] as [([Float], SamplingError)])
    func brokenLogits(row: [Float], expected: SamplingError) throws {
        for temperature: Float in [0, 1] {
            var sampler = try Sampler(SamplingParameters(temperature: temperature))
            #expect(throws: expected) { try sampler.sample(row) }
            #expect(sampler.step == 0)
            #expect(try sampler.sample([0, 9]).token >= 0, "the sampler stays usable")
        }
    }

    @Test("+infinity is certain, and is shared among its equals")
    func infinity() throws {
        var seen: Set<Int32> = []
        for seed in 0..<40 as Range<UInt64> {
            var sampler = try Sampler(SamplingParameters(temperature: 2, topP: 0.99, minP: 0.1, seed: seed))
            let sampled = try sampler.sample([3, .infinity, 1e38, .infinity, -.infinity])
            seen.insert(sampled.token)
            #expect(abs(sampled.logProbability - -0.693_147_2) < 1e-6)
        }
        #expect(seen == [1, 3])
    }

    @Test("extreme temperatures, biases and penalties neither trap nor give NaN")
    func extremes() throws {
        let large = Float.greatestFiniteMagnitude
        for temperature in [Float.leastNonzeroMagnitude, 1e-30, 1, 1e30, large] {
            for penalty in [Float.leastNonzeroMagnitude, 0.1, 10, large] {
                for sign in [1, -1] as [Float] {
                    var sampler = try Sampler(
                        SamplingParameters(
                            temperature: temperature, topP: 0.9, minP: 0.01, typicalP: 0.9,
                            repeatPenalty: penalty,
                            presencePenalty: sign * large, frequencyPenalty: sign * large,
                            logitBias: [0: large, 1: -large, 2: -.infinity],
                            dry: DRYParameters(multiplier: large, base: large, allowedLength: 1)),
                        promptTokens: [0, 1, 2, 0, 1, 2, -5, 900, 0, 1])
                    for _ in 0..<8 {
                        let row: [Float] = [large, -large, 0, 1, .infinity, -0.0, large, -.infinity]
                        #expect((0..<7).contains(try sampler.sample(row).token))
                    }
                }
            }
        }
    }

    @Test("a bias that forbids everything is an error, and so is one on an id the model lacks")
    func badBias() throws {
        var forbidden = try Sampler(SamplingParameters(logitBias: [0: -.infinity, 1: -.infinity]))
        #expect(throws: SamplingError.nothingAllowed(step: 0)) { try forbidden.sample([1, 2]) }
        var foreign = try Sampler(SamplingParameters(logitBias: [7: 1]))
        let error = #expect(throws: SamplingError.self) { try foreign.sample([1, 2]) }
        #expect(
            error?.description == "logit bias token id: 7 is out of range; use from 0 to 1 for this model")
    }
}

@Suite struct SamplingSpeedTests {
    // Measured 0.25 to 0.3 ms greedy and 0.42 to 0.5 ms for top-k 40 on a Zen 3 core that others were using too. The
    // limit leaves room for slower machines and catches what matters: a sort of the whole row takes over 10 ms.
    @Test(
        "a token of a vocabulary of 128k takes under 2 ms",
        arguments: [.greedy, SamplingParameters(topK: 40)])
    func speed(parameters: SamplingParameters) throws {
        var generator = SeededGenerator(state: 1)
        let row = generator.row(128_256)
        var sampler = try Sampler(parameters)
        let clock = ContinuousClock()
        let fastest = try (0..<100).map { _ in try clock.measure { _ = try sampler.sample(row) } }.min()
        #expect(try #require(fastest) < .milliseconds(2))
    }
}

@Suite struct DeterminismTests {
    static let parameters = SamplingParameters(
        temperature: 0.9, topK: 200, topP: 0.97, minP: 0.001, repeatPenalty: 1.1, presencePenalty: 0.2,
        seed: 42)

    @Test("the same seed and logits give the same tokens, another seed others")
    func seeds() throws {
        var generator = SeededGenerator(state: 1)
        let rows = (0..<60).map { _ in generator.row(2000, peaks: 40) }
        func tokens(_ seed: UInt64) throws -> [Int32] {
            var parameters = Self.parameters
            parameters.seed = seed
            var sampler = try Sampler(parameters, promptTokens: [1, 2, 3])
            return try rows.map { try sampler.sample($0).token }
        }
        #expect(try tokens(42) == tokens(42))
        #expect(try tokens(42) != tokens(43))
        #expect(try tokens(42) != tokens(42 << 32))
    }

    @Test("token n depends on the seed and n, not on how the tokens before it came about")
    func counterBased() throws {
        var generator = SeededGenerator(state: 2)
        let rows = (0..<20).map { _ in generator.row(500, peaks: 20) }
        let parameters = SamplingParameters(seed: 7)
        var drawn = try Sampler(parameters)
        let tokens = try rows.map { try drawn.sample($0).token }
        var forced = try Sampler(parameters)
        for token in tokens.dropLast() { forced.accept(forced: token) }
        #expect(try forced.sample(rows[19]).token == tokens[19])
    }

    @Test("a copy continues as the original does, also across threads")
    func fork() async throws {
        var generator = SeededGenerator(state: 3)
        let rows = (0..<10).map { _ in generator.row(500, peaks: 20) }
        var original = try Sampler(Self.parameters)
        _ = try original.sample(rows[0])
        let fork = original
        async let elsewhere = Task.detached {
            var fork = fork
            return try rows.map { try fork.sample($0).token }
        }.value
        let here = try rows.map { try original.sample($0).token }
        #expect(try await elsewhere == here)
    }

    // Written down so that a change of order, of the generator or of the arithmetic is noticed: such a change
    // breaks the promise that a seed reproduces an answer, and needs a line in the release notes.
    @Test("seed 42 gives the tokens it has always given")
    func pinned() throws {
        var generator = SeededGenerator(state: 4)
        var sampler = try Sampler(Self.parameters, promptTokens: [5, 6, 7])
        let tokens = try (0..<12).map { _ in try sampler.sample(generator.row(1000, peaks: 30)).token }
        #expect(tokens == [214, 718, 739, 384, 710, 333, 674, 309, 655, 312, 538, 302])
    }
}

@Suite struct LogitsMaskTests {
    /// Allows even ids at even steps and odd ids at odd ones.
    struct Alternating: LogitsMask {
        var accepted: [Int32] = []

        mutating func apply(to logits: inout MutableSpan<Float>) {
            for i in 0..<logits.count where i % 2 != accepted.count % 2 { logits[i] = -.infinity }
        }

        mutating func accept(_ token: Int32) { accepted.append(token) }
    }

    @Test("a mask rules over bias, filters and greedy alike", arguments: [0, 1] as [Float])
    func mask(temperature: Float) throws {
        var generator = SeededGenerator(state: 9)
        var sampler = try Sampler(
            SamplingParameters(temperature: temperature, topK: 3, topP: 0.9, logitBias: [0: 20, 1: 20]))
        sampler.mask = Alternating()
        let tokens = try (0..<40).map { _ in try sampler.sample(generator.row(64)).token }
        #expect(tokens.enumerated().allSatisfy { Int($0.element) % 2 == $0.offset % 2 })
        #expect((sampler.mask as? Alternating)?.accepted == tokens)
    }
}
