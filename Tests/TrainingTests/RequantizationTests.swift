// Requantization: which format each tensor gets, that its bytes are those of the encoder, and that the model still runs.

import FoundationEssentials
import Inference
import ModelFiles
import Models
import SystemPackage
import Tensors
import TestSupport
import Testing
import Training

@Suite("Requantization")
struct RequantizationTests {
    private let folder: TemporaryFolder
    private let prompt: [Int32] = (0..<40).map { 3 + $0 * 7 % 280 }

    init() throws { folder = try TemporaryFolder() }

    /// A model whose rows are of 256, so that every format fits them, or of 96.
    private func model(_ format: BlockFormat = .f32, experts: Int? = nil, feedForward: Int = 256) -> TinyModel
    {
        var model =
            experts.map { TinyModel(experts: $0, expertsPerToken: 2, format: format, seed: 31) }
            ?? TinyModel(format: format, seed: 31)
        (model.dimension, model.headDimension, model.feedForward) = (256, 64, feedForward)
        return model
    }

    private func written(_ model: TinyModel, _ name: String = "model.gguf") throws -> GGUFFile {
        let path = folder.path.appending(name)
        try model.write(to: path)
        return try GGUFFile(path: path)
    }

    private func requantized(_ file: GGUFFile, to format: String, threads: Int = 2) throws -> GGUFFile {
        let output = folder.path.appending("\(format)-\(threads).gguf")
        var requantization = try Requantization(to: format)
        requantization.threads = threads
        try requantization.write(file, to: output)
        return try GGUFFile(path: output)
    }

    private func bytes(_ tensor: String, of file: GGUFFile) throws -> [UInt8] {
        let tensor = try #require(file.tensor(named: tensor))
        var bytes: [UInt8] = []
        file.stream(tensor) { bytes += $0 }
        return bytes
    }

    @Test(
        "matrices become what was asked for, to the encoder's byte; norms and routers stay",
        arguments: Requantization.formats.map(\.name))
    func bytes(format name: String) throws {
        let file = try written(model(experts: 4))
        let output = try requantized(file, to: name.lowercased())
        let format = try #require(BlockFormat(named: name))
        #expect(output.tensors.map(\.name) == file.tensors.map(\.name))
        for tensor in output.tensors {
            let original = try bytes(tensor.name, of: file)
            let isMatrix =
                tensor.name.hasPrefix("blk.") && tensor.shape.count > 1
                && !tensor.name.contains("gate_inp")
            if isMatrix || tensor.name == "token_embd.weight" {
                #expect(tensor.format == format, "\(tensor.name)")
                let values = original.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
                let found = try bytes(tensor.name, of: output)
                #expect(found == format.encode(values), "\(tensor.name)")
            } else if tensor.name != "output.weight" {
                #expect(tensor.format == .f32)
                #expect(try bytes(tensor.name, of: output) == original)
            }
        }
        let head = try #require(output.tensor(named: "output.weight")).format
        #expect(head.bitsPerWeight >= min(6.5, format.bitsPerWeight))
    }

    @Test("the fewer the bits, the further are the logits from those of the original")
    func logits() throws {
        let file = try written(model(experts: 4))
        let expected = try LoadedModel(path: file.path.string).lastLogits(prompt)
        var distances: [Float] = []
        for format in ["f16", "q8_0", "q6_k", "q4_k", "q3_k", "q2_k"] {
            let found = try LoadedModel(path: try requantized(file, to: format).path.string).lastLogits(
                prompt)
            let squares = zip(found, expected).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            distances.append((squares / Float(found.count)).squareRoot())
        }
        #expect(zip(distances, distances.dropFirst()).allSatisfy { $0 < $1 }, "\(distances)")
    }

    @Test("threads change no byte, and a second requantization to the same format none either")
    func determinism() throws {
        let file = try written(model())
        let one = try requantized(file, to: "q4_k", threads: 1)
        let many = try requantized(file, to: "q4_k", threads: 3)
        let same = FileManager.default.contentsEqual(atPath: one.path.string, andPath: many.path.string)
        #expect(same)
        let again = folder.path.appending("again.gguf")
        try Requantization(to: "q4_k").write(one, to: again)
        #expect(FileManager.default.contentsEqual(atPath: one.path.string, andPath: again.string))
    }

    @Test("rows that fill no blocks get the next larger format that fits, and the table says so")
    func rows() throws {
        let file = try written(model(feedForward: 96))
        for (asked, expected) in [
            ("q2_k", "Q4_0"), ("q3_k", "Q4_0"), ("q4_k", "Q5_0"), ("q5_k", "Q5_1"), ("q6_k", "Q8_0"),
        ] {
            let choices = try Requantization(to: asked).choices(for: file)
            let down = try #require(choices.first { $0.tensor.name == "blk.0.ffn_down.weight" })
            #expect(down.format.name == expected && down.reason == .rows)
            let up = try #require(choices.first { $0.tensor.name == "blk.0.ffn_up.weight" })
            #expect(up.format.name == asked.uppercased() && up.reason == .asked)
        }
        var odd = model(feedForward: 96)
        odd.feedForward = 50
        let choices = try Requantization(to: "q2_k").choices(for: try written(odd, "odd.gguf"))
        #expect(choices.first { $0.tensor.name == "blk.1.ffn_down.weight" }?.format == .f16)
    }

    @Test("the head keeps the bits that it comes with, and gets no more than it came with")
    func head() throws {
        let four = try #require(BlockFormat(named: "Q4_0"))
        let small = try written(model(four))
        let choices = try Requantization(to: "q2_k").choices(for: small)
        let head = try #require(choices.first { $0.tensor.name == "output.weight" })
        #expect(head.format == four && head.reason == .output)
        let large = try Requantization(to: "q2_k").choices(for: try written(model(), "large.gguf"))
        #expect(large.first { $0.tensor.name == "output.weight" }?.format.name == "Q6_K")
        let eight = try Requantization(to: "q8_0").choices(for: small)
        #expect(eight.first { $0.tensor.name == "output.weight" }?.format == .q8_0)
    }

    @Test("metadata follow: the file's type is the new one, what an importance matrix did is forgotten")
    func metadata() throws {
        let path = folder.path.appending("model.gguf")
        let file = try written(model())
        var metadata = GGUFMetadata()
        for (key, value) in file.metadata.entries { metadata[key] = value }
        metadata["quantize.imatrix.file"] = .text("x.dat")
        metadata["split.count"] = .uint32(1)
        let sources = try file.tensors.map { tensor in
            TensorSource(
                name: tensor.name, format: tensor.format, shape: tensor.shape,
                bytes: try bytes(tensor.name, of: file))
        }
        try GGUFWriter(metadata: metadata, tensors: sources).write(to: path)
        let output = try requantized(try GGUFFile(path: path), to: "q5_k")
        #expect(output.metadata["general.file_type"] == .uint32(16))
        #expect(output.metadata["quantize.imatrix.file"] == nil && output.metadata["split.count"] == nil)
        #expect(output.metadata["llama.block_count"] == .uint32(2))
    }

    @Test("a weight that is no number ends the work with its place, and leaves no file")
    func notFinite() throws {
        var poisoned = model()
        poisoned.poisonedToken = 7
        let file = try written(poisoned)
        let output = folder.path.appending("never.gguf")
        let error = #expect(throws: RequantizationError.self) {
            try Requantization(to: "q4_k").write(file, to: output)
        }
        #expect(error?.description.contains("token_embd.weight: weight \(7 * 256) is nan") == true)
        #expect(try left() == ["model.gguf"])
    }

    @Test("what `progress` throws ends the work, and leaves no file; it is told all weights in the end")
    func progress() throws {
        struct Enough: Error {}
        let file = try written(model())
        let output = folder.path.appending("never.gguf")
        #expect(throws: Enough.self) {
            try Requantization(to: "q4_k").write(file, to: output) { done, _ in
                if done > 10_000 { throw Enough() }
            }
        }
        #expect(try left() == ["model.gguf"])
        var told: [Int] = []
        var total = 0
        try Requantization(to: "q4_k").write(file, to: output) {
            told.append($0)
            total = $1
        }
        #expect(told == told.sorted() && told.last == total)
        #expect(total == file.tensors.reduce(0) { $0 + $1.elementCount })
    }

    @Test(
        "formats that cannot be written are named with those that can",
        arguments: ["q9_9", "iq2_xs", "i32", ""])
    func unknown(format: String) {
        let error = #expect(throws: RequantizationError.self) { _ = try Requantization(to: format) }
        #expect(error?.description.contains("q2_k, ") == true)
    }

    private func left() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path.string).sorted()
    }
}
