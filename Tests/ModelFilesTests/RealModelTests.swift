// Real files, where the machine has them: they show what no hand-made file does: sizes, speed, the habits of
// real writers.

import Foundation
import ModelFiles
import SystemPackage
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: RealModels.areExpected, Comment(rawValue: RealModels.skipReason)))
struct RealModelTests {
    private func smollm2() throws -> GGUFFile {
        try GGUFFile(path: FilePath(RealModels.requireSmolLM2()))
    }

    @Test("SmolLM2-135M-Instruct has the parts it is known to have")
    func contents() throws {
        let file = try smollm2()
        #expect(try file.metadata.string("general.architecture") == "llama")
        #expect(try file.metadata.integer("llama.block_count") == 30)
        #expect(try file.metadata.float("llama.rope.freq_base") == 100_000)
        #expect(try file.metadata.packedStrings("tokenizer.ggml.tokens")?.count == 49_152)
        #expect(try file.metadata.packedStrings("tokenizer.ggml.merges")?.count == 48_900)
        #expect(try file.metadata.integers("tokenizer.ggml.token_type")?.count == 49_152)
        #expect(file.tensors.count == 272)
        #expect(file.tensors.reduce(0) { $0 + $1.elementCount } == 134_515_008)
        let embedding = try #require(file.tensor(named: "token_embd.weight"))
        #expect(embedding.shape == [49_152, 576])
        #expect(embedding.format == .q8_0)
        #expect(file.bytes(of: embedding).count == 49_152 * 576 / 32 * 34)
    }

    @Test("a copy is the same, byte for byte")
    func copy() throws {
        let file = try smollm2()
        let folder = try TemporaryFolder()
        let path = folder.path.appending("copy.gguf")
        try GGUFWriter(
            metadata: file.metadata, tensors: file.tensors.map { TensorSource(copying: $0, of: file) }
        ).write(to: path)
        let original = try MappedFile(path: file.path)
        let copy = try MappedFile(path: path)
        #expect(original.count == copy.count)
        #expect(
            original.withUnsafeBytes { a in
                copy.withUnsafeBytes { b in memcmp(a.baseAddress!, b.baseAddress!, a.count) }
            } == 0)
    }
}
