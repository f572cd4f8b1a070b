// A packed model computes what its GGUF file computes, bit for bit: packing moves bytes and changes no value.

import Inference
import ModelFiles
import Models
import SystemPackage
import Tensors
import TestSupport
import Testing

@Suite("Packed models")
struct PackedModelTests {
    /// Widths in whole panels and not, products that begin behind part of a panel, experts in both spellings.
    static let models: [TinyModel] = BlockFormat.all.filter { $0.isEncodable && $0.blockElements == 32 }
        .flatMap { format in
            var dense = TinyModel(format: format)
            dense.feedForward = 128
            var odd = TinyModel(format: format, seed: 2)
            // Keys and values of 24 rows lie in rows, behind queries in panels.
            (odd.heads, odd.kvHeads, odd.headDimension) = (12, 3, 8)
            (odd.dimension, odd.feedForward) = (128, 320)
            var stacked = TinyModel(experts: 5, expertsPerToken: 2, format: format, seed: 4)
            stacked.feedForward = 192
            var separate = stacked
            separate.hasSeparateExperts = true
            return [dense, odd, stacked, separate]
        }

    @Test("compute the bits of their GGUF file, on every instruction set", arguments: models)
    func logits(tiny: TinyModel) throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("m.gguf")
        try tiny.write(to: path)
        try expectSameBits(path, in: folder)
    }

    @Test("of the fixtures too", arguments: ModelFixture.quantized)
    func fixtures(fixture: ModelFixture) throws {
        let folder = try TemporaryFolder()
        try expectSameBits(FilePath(fixture.path), in: folder)
    }

    private func expectSameBits(_ path: FilePath, in folder: TemporaryFolder) throws {
        let original = try GGUFFile(path: path)
        let packedPath = folder.path.appending("m.packed")
        try PackedWriter(original).write(to: packedPath)
        let packed = try GGUFFile(path: packedPath)
        #expect(packed.tensors.contains { $0.layout == .panels })
        for set in InstructionSet.available {
            let plain = try ModelRegistry.load(.gguf(original), instructionSet: set)
            let model = try ModelRegistry.load(.gguf(packed), instructionSet: set)
            #expect(model.statistics.bytes == plain.statistics.bytes)
            let vocabulary = Int32(plain.configuration.vocabularySize)
            let tokens = [37, 1].map { count in
                (0..<Int32(count)).map { ($0 &* 37 &+ 5) % vocabulary }
            }
            for (schedule, workers) in [(Schedule.whole, 1), (.together, 3), (.decoding, 2)] {
                let expected = evaluate(plain, tokens, schedule, workers: workers)
                for (a, b) in zip(expected, evaluate(model, tokens, schedule, workers: workers)) {
                    #expect(a.logits.allSatisfy { $0.isFinite })
                    #expect(a.isIdentical(to: b), "\(set), \(schedule.testDescription), \(workers) workers")
                }
            }
        }
    }
}
