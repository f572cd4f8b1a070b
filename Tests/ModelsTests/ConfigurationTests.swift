// What is read of a model besides its weights: hyper-parameters and sizes.

import ModelFiles
import Models
import Tensors
import Testing

@Suite("Hyper-parameters")
struct ConfigurationTests {
    @Test(
        "A GGUF file and a Hugging Face folder of one model say the same",
        arguments: ["llama-odd-heads", "llama-tied-llama3", "llama-linear-f16", "mistral-full"]
            + ["mixtral-3-top-1", "mixtral-8-top-2", "mixtral-16-top-4"])
    func variants(name: String) throws {
        let models = try ModelFixture.float.filter { $0.model == name }.map { try $0.load() }
        try #require(models.count == 2)
        var (a, b) = (models[0].configuration, models[1].configuration)
        for (x, y) in zip(a.rope.frequencies, b.rope.frequencies) { #expect(abs(x - y) <= 1e-7 * y) }
        #expect(a.rope.layout == .pairs && b.rope.layout == .halves)
        // How a file spells these differs by kind.
        a.rope = b.rope
        a.architecture = b.architecture
        #expect(a == b)
        #expect(models[0].activeParameters == models[1].activeParameters + divisors(models[0]))
    }

    /// Values of `rope_freqs.weight`, which GGUF files alone count among their tensors.
    private func divisors(_ model: any LanguageModel) -> Int {
        if case .divisors(let divisors) = model.configuration.rope.scaling { divisors.count } else { 0 }
    }

    @Test("The published layout of Mixtral is read whole")
    func mixtral() throws {
        let model = try ModelFixture(model: "mixtral-8-top-2", file: "hf").load()
        let shape = model.configuration
        #expect(
            [shape.vocabularySize, shape.dimension, shape.layers, shape.feedForward, shape.contextLength]
                == [64, 28, 2, 20, 512])
        #expect([shape.heads, shape.kvHeads, shape.headDimension] == [4, 1, 12])
        #expect([shape.experts, shape.expertsPerToken] == [8, 2])
        #expect(shape.architecture == "mixtral" && shape.normEpsilon == 1e-5 && shape.slidingWindow == nil)
        #expect(
            shape.rope == RotaryEmbedding(layout: .halves, base: 1_000_000, dimensions: 12, scaling: .none))
        // Embedding and head; then by layer norms, attention, router and experts.
        let attention = 28 * 48 * 2 + 28 * 12 * 2
        let shared = 2 * 64 * 28 + 28 + 2 * (2 * 28 + attention + 8 * 28)
        #expect(model.statistics.parameters == shared + 2 * 8 * 3 * 28 * 20)
        #expect(model.activeParameters == shared + 2 * 2 * 3 * 28 * 20)
        #expect(model.statistics.bytes == 2 * model.statistics.parameters)
        #expect(model.statistics.parametersByFormat == ["BF16": model.statistics.parameters])
    }

    @Test(
        "A folder that says no rotary base has the one of its kind",
        arguments: [("mixtral", 1e6), ("mistral", 1e4)])
    func silentBase(kind: String, base: Double) throws {
        let fixture = ModelFixture.float.first { $0.model.hasPrefix(kind) && $0.file == "hf" }
        let source = try ModelSource.open(try #require(fixture).path)
        guard case .huggingFace(let files, var config) = source else {
            Issue.record("expected a Hugging Face folder")
            return
        }
        config.ropeTheta = nil
        config.ropeParameters = nil
        #expect(try ModelRegistry.load(.huggingFace(files, config)).configuration.rope.base == base)
    }

    @Test("The window of a mistral folder is read; a mixtral folder has none, whatever it says")
    func window() throws {
        #expect(
            try ModelFixture(model: "mistral-window", file: "hf").load().configuration.slidingWindow == 5)
        guard
            case .huggingFace(let files, var config) = try ModelSource.open(
                ModelFixture(model: "mixtral-8-top-2", file: "hf").path)
        else {
            Issue.record("expected a Hugging Face folder")
            return
        }
        config.slidingWindow = 4096  // as the first config.json of Mixtral-8x7B-v0.1
        let model = try ModelRegistry.load(.huggingFace(files, config))
        #expect(model.configuration.slidingWindow == nil)
    }
}
