// Logits and router choices against transformers, on models too small to be right by luck of shape.

import ModelFiles
import Models
import Tensors
import Testing

@Suite("Logits against transformers")
struct LogitTests {
    /// Two fp32 implementations that sum in different orders differ by a few units in the last place (6e-8) per
    /// operation. Measured: at most 2.0e-6 of the largest logit. A wrong rope base, scaling or window moves
    /// logits by more than 1e-2: the oracle's script proves that for every fixture.
    static let exact: Float = 1e-5

    @Test(
        "Logits of every position agree with transformers", arguments: ModelFixture.float,
        InstructionSet.available)
    func logits(fixture: ModelFixture, instructionSet: InstructionSet) throws {
        let expected = try fixture.expected()
        let outputs = evaluate(try fixture.load(instructionSet), expected.tokens)
        for (output, sequence) in zip(outputs, expected.sequences) {
            let difference = relativeDifference(output.logits, sequence.logits.values(Float.self))
            #expect(difference <= LogitTests.exact, "\(sequence.tokens.count) tokens")
        }
    }

    /// transformers rounds queries, keys and values alike here. A value that lies between two halves, where the
    /// last place of a float decides, may go the other way and move logits by 1e-4. Measured: at most 2.1e-4, in
    /// most models 3e-6.
    @Test(
        "With a cache in half precision logits agree with transformers so rounded",
        arguments: ModelFixture.float, InstructionSet.available)
    func halfPrecisionCache(fixture: ModelFixture, instructionSet: InstructionSet) throws {
        let difference = try roundedDifference(fixture, instructionSet, kvType: .f16)
        #expect(difference <= 1e-3)
    }

    /// transformers multiplies the same signed bytes here, so only the order of sums is left. The sequence is
    /// short enough that no value lies between two steps, where that order decides: a change of the kernels'
    /// order may put one there, which then shows as about 5e-3. Measured: at most 2.2e-7.
    @Test(
        "Quantized models agree with transformers on activations rounded to 8 bits",
        arguments: ModelFixture.quantized, InstructionSet.available)
    func eightBitActivations(fixture: ModelFixture, instructionSet: InstructionSet) throws {
        let difference = try roundedDifference(fixture, instructionSet, kvType: .f32)
        #expect(difference <= 1e-5)
    }

    /// From `rounded`, over the positions that it holds.
    private func roundedDifference(
        _ fixture: ModelFixture, _ instructionSet: InstructionSet, kvType: KVType
    ) throws -> Float {
        let expected = try fixture.expected()
        let rounded = expected.rounded.logits.values(Float.self)
        let tokens = expected.tokens[expected.rounded.sequence]
        let logits = evaluate(try fixture.load(instructionSet), [tokens], kvType: kvType)[0].logits
        return relativeDifference(logits.suffix(rounded.count), rounded)
    }

    /// Matrices in blocks multiply activations rounded to 8 bits in blocks of 32: an error of up to 1/254 of
    /// the block's largest value in each, about 0.5 % of a product's spread; five matrices lie on the way, and
    /// the worst of 3,700 logits is compared. The oracle computes with the same dequantized weights in fp32, so
    /// the weights' own rounding is not in this number. Measured: at most 3.5e-2; the root mean square 1.9e-2
    /// of the logits' own.
    @Test(
        "Logits of quantized models agree with transformers on the dequantized weights",
        arguments: ModelFixture.quantized, InstructionSet.available)
    func quantized(fixture: ModelFixture, instructionSet: InstructionSet) throws {
        let expected = try fixture.expected()
        let outputs = evaluate(try fixture.load(instructionSet), expected.tokens)
        for (output, sequence) in zip(outputs, expected.sequences) {
            let difference = relativeDifference(output.logits, sequence.logits.values(Float.self))
            #expect(difference <= 0.05, "\(sequence.tokens.count) tokens")
        }
    }

    @Test(
        "The router chooses transformers' experts with its gate weights",
        arguments: ModelFixture.all.filter { $0.model.hasPrefix("mixtral") }, InstructionSet.available)
    func routing(fixture: ModelFixture, instructionSet: InstructionSet) throws {
        let expected = try fixture.expected()
        // Quantized: the router's input carries the rounding of the attention before it.
        let isQuantized = ModelFixture.quantized.contains { $0.model == fixture.model }
        // Measured: at most 3.4e-2 and 1.3e-6.
        let tolerance: Float = isQuantized ? 0.05 : 1e-5
        let outputs = evaluate(try fixture.load(instructionSet), expected.tokens)
        for (output, sequence) in zip(outputs, expected.sequences) {
            let experts = try #require(sequence.experts).values(Int32.self)
            let weights = try #require(sequence.weights).values(Float.self)
            #expect(output.choices.map(\.expert) == experts)
            let worst = zip(output.choices, weights).map { abs($0.weight - $1) }.max() ?? .nan
            #expect(worst <= tolerance)
            #expect(output.choices.count == weights.count)
        }
    }

    /// The conformance suite of the list of architectures: the tests above run over these fixtures.
    @Test("Every name of every architecture in the registry has a fixture that agrees with transformers")
    func everyArchitecture() throws {
        var names: [String: Set<String>] = [:]
        for fixture in ModelFixture.all {
            let source = try ModelSource.open(fixture.path)
            names[fixture.file.hasSuffix(".gguf") ? "gguf" : "hf", default: []].formUnion([
                try #require(try source.architecture)
            ])
        }
        for architecture in ModelRegistry.architectures {
            #expect(names["gguf", default: []].isSuperset(of: architecture.ggufNames))
            #expect(names["hf", default: []].isSuperset(of: architecture.huggingFaceNames))
        }
    }

    @Test("Every file of every fixture is tested")
    func everyFile() throws {
        for name in Set(ModelFixture.all.map(\.model)) {
            let tested = ModelFixture.all.filter { $0.model == name }
            #expect(try tested[0].expected().files == tested.map(\.file).sorted())
        }
    }

    @Test(
        "A GGUF file and a Hugging Face folder of one model agree",
        arguments: ["llama-odd-heads", "llama-tied-llama3", "llama-linear-f16", "mistral-full"]
            + ["mixtral-3-top-1", "mixtral-8-top-2", "mixtral-16-top-4"])
    func variants(name: String) throws {
        let fixtures = ModelFixture.float.filter { $0.model == name }
        try #require(fixtures.count == 2)
        let tokens = try fixtures[0].expected().tokens
        let outputs = try fixtures.map { evaluate(try $0.load(), tokens) }
        for (a, b) in zip(outputs[0], outputs[1]) {
            // Not bit for bit: the order of elements in Q and K differs, and so that of the sums over them.
            #expect(relativeDifference(a.logits, b.logits) <= 3e-6)
            #expect(a.choices.map(\.expert) == b.choices.map(\.expert))
        }
    }
}
