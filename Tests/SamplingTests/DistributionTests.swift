// Every processor, alone and in chains, against transformers and against naive formulas (Tests/Oracles/sampling.py).

import Foundation
import Sampling
import Testing

@Suite struct DistributionTests {
    /// One name per processor or chain, so that a failure says where to look.
    static let cases: [String: [DistributionCase]] = {
        struct File: Decodable { var cases: [DistributionCase] }
        let url = Bundle.module.url(
            forResource: "distributions", withExtension: "json", subdirectory: "Fixtures")
        guard let url, let data = try? Data(contentsOf: url),
            let file = try? JSONDecoder().decode(File.self, from: data)
        else { return [:] }
        return Dictionary(grouping: file.cases, by: \.name)
    }()

    @Test("the fixture is there, with both oracles and hundreds of cases")
    func fixtureIsComplete() {
        #expect(Self.cases.values.map(\.count).reduce(0, +) >= 450)
        #expect(Self.cases.keys.contains { $0.hasPrefix("transformers") })
        #expect(Self.cases.keys.contains { $0.hasPrefix("formulas") })
    }

    // Probabilities differ by Float's rounding of the logits and of exp: a few 1e-7 each, magnified by the
    // inverse temperature (up to 10) times the spread of the logits (up to 100).
    @Test("what is left is the oracle's set with the oracle's probabilities", arguments: cases.keys.sorted())
    func distribution(name: String) throws {
        for (index, example) in (Self.cases[name] ?? []).enumerated() {
            var sampler = try Sampler(example.parameters, promptTokens: example.prompt)
            for token in example.answer { sampler.accept(forced: token) }
            let left = try sampler.probabilities(example.logits.map(\.value)).filter { $0.value > 0 }
            let expected = Dictionary(
                uniqueKeysWithValues: example.probabilities.map { (Int32($0.key) ?? -1, $0.value) })
            // What underflows Float (below e^-87) is dropped by us and kept by the oracle.
            for (token, probability) in expected where left[token] == nil {
                #expect(probability < 1e-30, "\(name) \(index): \(token) is missing")
            }
            for (token, probability) in left {
                let wanted = try #require(expected[token], "\(name) \(index): \(token) should have gone")
                #expect(abs(probability - wanted) <= 2e-5 * wanted + 1e-9, "\(name) \(index): \(token)")
            }
        }
    }

    // Uniform rows, contexts and expected probabilities as in llama.cpp's tests/test-sampling.cpp.
    @Test(
        "DRY gives the probabilities that llama.cpp's own tests expect",
        arguments: [
            (4, [0, 1], [0.25, 0.25, 0.25, 0.25], DRYParameters(multiplier: 1, base: 1.1, lastN: 4)),
            (
                4, [0, 1, 2, 0, 1], [0.296923, 0.296923, 0.109232, 0.296923],
                DRYParameters(multiplier: 1, base: 1.1, lastN: 5)
            ),
            (
                5, [0, 1, 3, 4, 0, 1], [0.2, 0.2, 0.2, 0.2, 0.2],
                DRYParameters(multiplier: 1, base: 1.1, lastN: 6, sequenceBreakers: [[3]])
            ),
            (
                5, [0, 1, 2, 0, 1], [0.241818, 0.241818, 0.032727, 0.241818, 0.241818],
                DRYParameters(multiplier: 2, base: 1.1, lastN: 5)
            ),
            (
                5, [0, 1, 2, 3, 4, 0, 1], [0.2, 0.2, 0.2, 0.2, 0.2],
                DRYParameters(multiplier: 1, base: 1.1, allowedLength: 4, lastN: 7)
            ),
        ] as [(Int, [Int32], [Double], DRYParameters)])
    func dry(size: Int, context: [Int32], expected: [Double], dry: DRYParameters) throws {
        var sampler = try Sampler(SamplingParameters(dry: dry), promptTokens: context)
        let left = try sampler.probabilities(Array(repeating: 0, count: size))
        for (token, wanted) in expected.enumerated() {
            #expect(abs(left[Int32(token), default: 0] - wanted) < 1e-6)
        }
    }

    @Test("presence and frequency penalties give the probabilities that llama.cpp's own tests expect")
    func penalties() throws {
        var sampler = try Sampler(SamplingParameters(presencePenalty: 5, frequencyPenalty: 5))
        for token: Int32 in [0, 1, 2, 0, 0] { sampler.accept(forced: token) }
        let left = try sampler.probabilities(Array(repeating: 0, count: 5))
        for (token, wanted) in [0, 0.000023, 0.000023, 0.499977, 0.499977].enumerated() {
            #expect(abs(left[Int32(token), default: 0] - wanted) < 1e-6)
        }
    }
}
