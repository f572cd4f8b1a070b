// The same bits whatever the batch, the number of threads and the instruction set: what caching of
// prefixes and continuous batching rest on.

import Models
import Tensors
import Testing

@Suite("Determinism")
struct DeterminismTests {
    @Test("All instruction sets give the same bits", arguments: ModelFixture.all, [KVType.f16, .f32])
    func instructionSets(fixture: ModelFixture, kvType: KVType) throws {
        let tokens = try fixture.expected().tokens
        let reference = evaluate(try fixture.load(.scalar), tokens, kvType: kvType)
        for set in InstructionSet.available {
            let outputs = evaluate(try fixture.load(set), tokens, kvType: kvType)
            for (a, b) in zip(reference, outputs) { #expect(a.isIdentical(to: b), "\(set)") }
        }
    }

    @Test(
        "The order of batches changes no bit", arguments: ModelFixture.all,
        [Schedule.chunks(1), .chunks(3), .chunks(17), .together, .decoding])
    func schedules(fixture: ModelFixture, schedule: Schedule) throws {
        let tokens = try fixture.expected().tokens
        let model = try fixture.load()
        for kvType in KVType.allCases {
            let reference = evaluate(model, tokens, kvType: kvType)
            let outputs = evaluate(model, tokens, schedule, kvType: kvType)
            for (a, b) in zip(reference, outputs) { #expect(a.isIdentical(to: b), "\(kvType)") }
        }
    }

    @Test("The number of threads changes no bit", arguments: ModelFixture.all, [2, 3])
    func threads(fixture: ModelFixture, workers: Int) throws {
        let tokens = try fixture.expected().tokens
        let model = try fixture.load()
        for schedule in [Schedule.whole, .together, .decoding] {
            let reference = evaluate(model, tokens, schedule)
            let outputs = evaluate(model, tokens, schedule, workers: workers)
            for (a, b) in zip(reference, outputs) {
                #expect(a.isIdentical(to: b), "\(schedule.testDescription)")
            }
        }
    }

    /// Longer than two chunks of attention, which threads then share out.
    @Test(
        "Nor do they in long sequences, however many tokens go together",
        arguments: [
            ModelFixture(model: "llama-odd-heads", file: "f32.gguf"),
            ModelFixture(model: "mistral-window", file: "hf"),
            ModelFixture(model: "mixtral-8-top-2", file: "bf16.gguf"),
        ])
    func longSequences(fixture: ModelFixture) throws {
        let text = try fixture.expected().tokens.flatMap { $0 }
        let tokens = [530, 270].map { length in (0..<length).map { text[$0 * $0 % text.count] } }
        let model = try fixture.load()
        let reference = evaluate(model, tokens, kvType: .f16)
        let ways: [(Schedule, workers: Int)] = [
            (.decoding, 2), (.chunks(100), 2), (.whole, 3), (.together, 2),
        ]
        for (schedule, workers) in ways {
            let outputs = evaluate(model, tokens, schedule, kvType: .f16, workers: workers)
            for (a, b) in zip(reference, outputs) {
                #expect(a.isIdentical(to: b), "\(schedule.testDescription), \(workers) threads")
            }
        }
    }

    @Test("A sequence gives the same bits beside others as alone", arguments: ModelFixture.all)
    func neighbours(fixture: ModelFixture) throws {
        let tokens = try fixture.expected().tokens
        let model = try fixture.load()
        // Twice the same sequence among them: neither its own twin nor another text may leak into it.
        let crowd = evaluate(model, tokens + tokens.reversed(), .together)
        let order = tokens.indices + tokens.indices.reversed()
        for (output, index) in zip(crowd, order) {
            #expect(output.isIdentical(to: evaluate(model, [tokens[index]])[0]))
        }
    }
}
