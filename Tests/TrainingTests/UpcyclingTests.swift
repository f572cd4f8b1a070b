// Upcycling: without noise a mixture of copies computes what the dense model does, so every difference is
// an error of the routing, the stacking or the file.

import Inference
import ModelFiles
import Models
import Sampling
import SystemPackage
import Tensors
import TestSupport
import Testing
import Training

/// Writes the upcycled model of a file.
private func upcycled(_ dense: FilePath, _ upcycling: Upcycling, in folder: TemporaryFolder) throws
    -> FilePath
{
    let output = folder.path.appending("moe-\(upcycling.experts)-\(upcycling.noise)-\(upcycling.seed).gguf")
    try upcycling.write(try GGUFFile(path: dense), to: output) { _, _ in }
    return output
}

@Suite("Upcycling")
struct UpcyclingTests {
    private let folder: TemporaryFolder
    private let prompt: [Int32] = (0..<50).map { 3 + $0 * 5 % 280 }

    init() throws { folder = try TemporaryFolder() }

    private func write(_ model: TinyModel) throws -> FilePath {
        let path = folder.path.appending("dense.gguf")
        try model.write(to: path)
        return path
    }

    @Test("copies of a dense model compute its very bits", arguments: [(2, 1), (8, 2), (5, 5), (16, 4)])
    func copies(experts: Int, chosen: Int) throws {
        let path = try write(TinyModel(seed: 21))
        let dense = try LoadedModel(path: path.string)
        let output = try upcycled(
            path, Upcycling(experts: experts, expertsPerToken: chosen, seed: 1), in: folder)
        let mixture = try LoadedModel(path: output.string)
        #expect(mixture.configuration.experts == experts)
        #expect(mixture.configuration.expertsPerToken == chosen)
        // To the bit: experts are added as differences from the best one's output, which are 0 here.
        #expect(try dense.lastLogits(prompt) == mixture.lastLogits(prompt))
    }

    @Test("and so they do in other formats, with one expert per token or two", arguments: [1, 2])
    func formats(chosen: Int) throws {
        for format in ["F32", "Q8_0", "Q4_0", "BF16"] {
            let path = try write(TinyModel(format: try #require(BlockFormat(named: format)), seed: 22))
            let output = try upcycled(path, Upcycling(experts: 4, expertsPerToken: chosen), in: folder)
            let dense = try LoadedModel(path: path.string).lastLogits(prompt)
            #expect(try LoadedModel(path: output.string).lastLogits(prompt) == dense)
        }
    }

    @Test("the router sends tokens to all experts, not to one")
    func load() async throws {
        let path = try write(TinyModel(seed: 23))
        let output = try upcycled(path, Upcycling(experts: 4, expertsPerToken: 2, seed: 5), in: folder)
        let engine = try Engine(try LoadedModel(path: output.string))
        let answer = try await engine.generate(
            GenerationRequest(prompt: prompt, maxTokens: 4, recordsRouting: true)
        ).answer()
        let load = LayerRouting.summaries(of: answer.routing, experts: 4).map(\.load)
        #expect(load.count == 2)
        for layer in load { #expect(layer.allSatisfy { $0 > 0.02 }) }
    }

    @Test(
        "a seed decides the file; noise changes experts and nothing else", arguments: ["F32", "Q4_0", "Q8_0"])
    func noise(format: String) throws {
        let path = try write(TinyModel(format: try #require(BlockFormat(named: format)), seed: 24))
        func file(_ noise: Double, seed: UInt64, name: String) throws -> GGUFFile {
            let output = folder.path.appending(name)
            try Upcycling(experts: 3, expertsPerToken: 2, noise: noise, seed: seed)
                .write(try GGUFFile(path: path), to: output) { _, _ in }
            return try GGUFFile(path: output)
        }
        let plain = try file(0, seed: 1, name: "plain.gguf")
        let noisy = try file(0.1, seed: 1, name: "noisy.gguf")
        let again = try file(0.1, seed: 1, name: "again.gguf")
        let other = try file(0.1, seed: 2, name: "other.gguf")
        for tensor in noisy.tensors {
            let bytes = Array(noisy.bytes(of: tensor))
            let isExpert = tensor.name.contains("_exps.")
            let isRouter = tensor.name.contains("_inp.")
            func bytesIn(_ file: GGUFFile) throws -> [UInt8] {
                Array(file.bytes(of: try #require(file.tensor(named: tensor.name))))
            }
            #expect(try bytesIn(again) == bytes)
            #expect(try (bytesIn(other) == bytes) == !(isExpert || isRouter), "\(tensor.name)")
            #expect(try (bytesIn(plain) == bytes) == !isExpert, "\(tensor.name)")
            guard isExpert else { continue }
            // Experts differ from each other, by a tenth of the weights' own deviation.
            let size = bytes.count / 3
            #expect(bytes[..<size] != bytes[size..<2 * size])
            let before = try bytesIn(plain).withUnsafeBytes {
                tensor.format.decode($0.baseAddress!, count: tensor.elementCount)
            }
            let after = bytes.withUnsafeBytes {
                tensor.format.decode($0.baseAddress!, count: tensor.elementCount)
            }
            let difference = zip(before, after).reduce(0) { $0 + pow2($1.0 - $1.1) }
            let ratio = (difference / before.reduce(0) { $0 + pow2($1) }).squareRoot()
            // Quantizing to 4 bits once more adds its own noise.
            #expect(abs(ratio - 0.1) < (format == "Q4_0" ? 0.05 : 0.01), "\(tensor.name): \(ratio)")
        }
    }

    private func pow2(_ x: Float) -> Double { Double(x) * Double(x) }

    @Test(
        "stacked experts and a tensor for each expert are the same model", arguments: ["F32", "Q8_0", "Q4_0"])
    func spellings(format: String) throws {
        let format = try #require(BlockFormat(named: format))
        var separate = TinyModel(experts: 4, expertsPerToken: 2, format: format, seed: 25)
        let stacked = try separate.load().lastLogits(prompt)
        separate.hasSeparateExperts = true
        #expect(try separate.load().lastLogits(prompt) == stacked)
    }

    @Test(
        "what makes no sense is refused, and writes nothing",
        arguments: [
            (1, 1, 0.0), (4, 5, 0), (4, 0, 0), (0, 0, 0), (2000, 2, 0), (4, 2, -0.1), (4, 2, .nan),
            (4, 2, .infinity),
        ])
    func refusals(experts: Int, chosen: Int, noise: Double) throws {
        let path = try write(TinyModel())
        let upcycling = Upcycling(experts: experts, expertsPerToken: chosen, noise: noise)
        #expect(throws: UpcyclingError.self) { try upcycled(path, upcycling, in: folder) }
        let file = try GGUFFile(path: try write(TinyModel(experts: 4, expertsPerToken: 2)))
        let output = folder.path.appending("out.gguf")
        let error = #expect(throws: UpcyclingError.self) {
            try Upcycling(experts: 8, expertsPerToken: 2).write(file, to: output) { _, _ in }
        }
        #expect(error?.description.contains("already") == true)
        #expect(throws: (any Error).self) { try GGUFFile(path: output) }
    }
}

@Suite(
    "Upcycling SmolLM2", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: RealModels.areExpected, Comment(rawValue: RealModels.skipReason)))
struct UpcyclingSmolLM2Tests {
    @Test("8 experts, 2 per token, without noise: the dense model's logits and words")
    func smollm2() async throws {
        let folder = try TemporaryFolder()
        let path = FilePath(try RealModels.requireSmolLM2())
        let dense = try LoadedModel(path: path.string)
        let output = try upcycled(path, Upcycling(experts: 8, expertsPerToken: 2, seed: 3), in: folder)
        let mixture = try LoadedModel(path: output.string)
        #expect(mixture.activeParameters < mixture.statistics.parameters / 2)

        let prompt: [Int32] = [504, 3575, 282, 4649, 314]
        #expect(try dense.lastLogits(prompt) == mixture.lastLogits(prompt))
        let request = GenerationRequest(prompt: prompt, maxTokens: 32, recordsRouting: true)
        let expected = try await Engine(dense).generate(request).answer()
        let answer = try await Engine(mixture).generate(request).answer()
        #expect(answer.ids == expected.ids)
        // All of it came through the router: every layer uses more than two of its experts.
        for layer in LayerRouting.summaries(of: answer.routing, experts: 8) {
            #expect(layer.load.count { $0 > 0 } > 2)
        }
    }
}
