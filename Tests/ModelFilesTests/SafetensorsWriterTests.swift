// What the writer makes, read back. The safetensors package reads it too: Tests/Oracles/model_files.py same.

import ModelFiles
import SystemPackage
import Tensors
import Testing

@Suite struct SafetensorsWriterTests {
    @Test("a copy of the reference writer's file holds the same")
    func copy() throws {
        let original = try SafetensorsFiles(path: Fixture.path("types.safetensors"))
        let writer = SafetensorsWriter(
            metadata: original.metadata,
            tensors: original.tensors.map { tensor in
                TensorSource(name: tensor.name, format: tensor.format, shape: tensor.shape) { sink in
                    try withExtendedLifetime(original) { try sink(original.bytes(of: tensor)) }
                }
            })
        let folder = try TemporaryFolder()
        let path = folder.path.appending("copy.safetensors")
        var last = (written: 0, total: 0)
        try writer.write(to: path) { last = ($0, $1) }
        let copy = try SafetensorsFiles(path: path)
        #expect(copy.metadata == original.metadata)
        #expect(Set(copy.tensors.map(\.name)) == Set(original.tensors.map(\.name)))
        for tensor in original.tensors {
            let copied = try #require(copy.tensor(named: tensor.name))
            #expect(copied.format == tensor.format)
            #expect(copied.shape == tensor.shape)
            #expect(copy.bytes(of: copied).elementsEqual(original.bytes(of: tensor)))
        }
        #expect(last == (copy.byteCount, copy.byteCount))
        #expect(try folder.names == ["copy.safetensors"])
    }

    @Test("every tensor starts at a multiple of its element's size, whatever the order given")
    func alignment() throws {
        let formats: [(BlockFormat, Int)] = [
            (.f16, 3), (.f32, 1), (try #require(BlockFormat(named: "F64")), 1), (.bf16, 1),
        ]
        let tensors = formats.map { format, count in
            TensorSource(
                name: format.name, format: format, shape: [count],
                bytes: [UInt8](repeating: 1, count: count * format.blockBytes))
        }
        let folder = try TemporaryFolder()
        let path = folder.path.appending("x.safetensors")
        try SafetensorsWriter(tensors: tensors).write(to: path)
        for tensor in try SafetensorsFiles(path: path).tensors {
            #expect(tensor.byteOffset % tensor.format.blockBytes == 0, "\(tensor)")
        }
    }

    @Test("what safetensors cannot hold is refused")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("x.safetensors")
        let block = TensorSource(
            name: "t", format: .q8_0, shape: [32], bytes: [UInt8](repeating: 0, count: 34))
        let error = #expect(throws: ModelFileError.self) {
            try SafetensorsWriter(tensors: [block]).write(to: path)
        }
        #expect(error?.description == "\(path.string): tensor t: safetensors has no type for Q8_0")
        let plain = TensorSource(name: "t", format: .f32, shape: [1], bytes: [0, 0, 0, 0])
        #expect(throws: ModelFileError.self) {
            try SafetensorsWriter(tensors: [plain, plain]).write(to: path)
        }
        #expect(try folder.names.isEmpty)
    }
}
