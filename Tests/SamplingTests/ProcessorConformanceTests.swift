// What every processor in the lists must do, whatever it computes. A processor that is not in `active` below fails
// the first test: adding one means saying how it is switched on.

import Sampling
import Testing

@Suite struct ProcessorConformanceTests {
    /// To add a processor: one row, parameters that switch on that processor alone.
    static let active: [(name: String, parameters: SamplingParameters)] = [
        ("LogitBias", SamplingParameters(logitBias: [1: 2, 3: -.infinity])),
        ("RepeatPenalty", SamplingParameters(repeatPenalty: 1.3)),
        ("PresencePenalty", SamplingParameters(presencePenalty: 0.5, frequencyPenalty: 0.25)),
        ("DRYPenalty", SamplingParameters(dry: DRYParameters(allowedLength: 1))),
        ("TopK", SamplingParameters(topK: 3)),
        ("TypicalP", SamplingParameters(typicalP: 0.5)),
        ("TopP", SamplingParameters(topP: 0.5)),
        ("MinP", SamplingParameters(minP: 0.2)),
    ]

    @Test(
        "each row of the conformance table switches on its processor and no other, and neutral parameters none"
    )
    func table() {
        let types = Processors.edits.map { "\($0)" } + Processors.filters.map { "\($0)" }
        #expect(types == Self.active.map(\.name))
        for (name, parameters) in Self.active {
            let on =
                Processors.edits.filter { $0.init(parameters) != nil }.map { "\($0)" }
                + Processors.filters.filter { $0.init(parameters) != nil }.map { "\($0)" }
            #expect(on == [name])
        }
        #expect(Processors.edits.allSatisfy { $0.init(SamplingParameters()) == nil })
        #expect(Processors.filters.allSatisfy { $0.init(SamplingParameters()) == nil })
    }

    @Test(
        "a processor changes some row, repeats itself exactly, and leaves ascending ids",
        arguments: active.indices)
    func behaves(index: Int) throws {
        let parameters = Self.active[index].parameters
        var generator = SeededGenerator(state: UInt64(index))
        var changed = false
        for size in [4, 8, 33, 500] {
            let row = (0..<size).map { _ in (generator.normal() * 4).rounded() / 2 }
            var sampler = try Sampler(parameters, promptTokens: [0, 1, 2, 0, 1])
            sampler.accept(forced: 2)
            let first = try sampler.distribution(logits: row.span)
            let second = try sampler.distribution(logits: row.span)
            #expect(first.map(\.token) == second.map(\.token))
            #expect(first.map(\.probability) == second.map(\.probability))
            #expect(zip(first, first.dropFirst()).allSatisfy { $0.token < $1.token })
            var neutral = try Sampler(SamplingParameters())
            changed =
                try changed
                || neutral.distribution(logits: row.span).map(\.probability) != first.map(\.probability)
        }
        #expect(changed)
    }

    @Test("a processor survives rows of one, of equals, of a single allowed token", arguments: active.indices)
    func degenerateRows(index: Int) throws {
        var alone = [Float](repeating: -.infinity, count: 40)
        alone[17] = -3
        for row in [alone, [Float](repeating: 1.5, count: 40), [Float](repeating: -1e30, count: 5)] {
            var sampler = try Sampler(Self.active[index].parameters, promptTokens: [1, 1, 1])
            let token = try sampler.sample(row).token
            #expect(row[Int(token)].isFinite)
        }
    }
}
