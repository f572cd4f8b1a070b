// Files written by the safetensors package, compared with what went into them.

import ModelFiles
import SystemPackage
import Tensors
import Testing

@Suite struct SafetensorsReaderTests {
    static let fixtures = ["types.safetensors", "torch.safetensors", "sharded"]

    @Test("tensors, metadata and types without a format are as written", arguments: fixtures)
    func contents(fixture: String) throws {
        let expected = try #require(try Fixture.expected().safetensors[fixture])
        let files = try SafetensorsFiles(path: Fixture.path(fixture))
        let found = files.tensors.map { Expected.Tensor($0, files.bytes(of: $0)) }
        #expect(found.sorted { $0.name < $1.name } == expected.tensors.sorted { $0.name < $1.name })
        #expect(files.metadata == expected.metadata)
        #expect(files.unreadable == expected.unreadable)
        for tensor in files.tensors {
            #expect(files.tensor(named: tensor.name) == tensor)
            #expect(tensor.elementCount == tensor.shape.reduce(1, *))
        }
    }

    @Test("a folder, its index and the path of the index are the same model")
    func entries() throws {
        let folder = try SafetensorsFiles(path: Fixture.path("sharded"))
        let index = try SafetensorsFiles(
            path: Fixture.path("sharded").appending("model.safetensors.index.json"))
        #expect(folder.tensors == index.tensors)
        #expect(Set(folder.tensors.map(\.part)) == [0, 1, 2])
        #expect(folder.tensor(named: "not.in.index") == nil)
    }

    @Test("a folder with one file opens that file, and `model` comes before `consolidated`")
    func folders() throws {
        func tensor(_ name: String) -> SafetensorsWriter {
            SafetensorsWriter(tensors: [
                TensorSource(name: name, format: .f32, shape: [1], bytes: [0, 0, 0, 0])
            ])
        }
        let folder = try TemporaryFolder()
        try tensor("a").write(to: folder.path.appending("consolidated.safetensors"))
        #expect(try SafetensorsFiles(path: folder.path).tensors.map(\.name) == ["a"])
        try tensor("b").write(to: folder.path.appending("model.safetensors"))
        #expect(try SafetensorsFiles(path: folder.path).tensors.map(\.name) == ["b"])
        let other = try TemporaryFolder()
        try tensor("c").write(to: other.path.appending("adapter.safetensors"))
        #expect(try SafetensorsFiles(path: other.path).tensors.map(\.name) == ["c"])
        try tensor("d").write(to: other.path.appending("second.safetensors"))
        let error = #expect(throws: ModelFileError.self) { try SafetensorsFiles(path: other.path) }
        #expect(error?.fix == "name the file to open")
    }

    @Test("an empty folder says so")
    func emptyFolder() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: ModelFileError.self) { try SafetensorsFiles(path: folder.path) }
        #expect(error?.code == .missing)
        #expect(
            error?.description
                == "\(folder.path.string): expected a .safetensors file or an index in this folder, found none"
        )
    }

    @Test("every type is known by its size, and those with a block format agree with it")
    func types() throws {
        for type in SafetensorsType.all {
            guard let name = type.format else { continue }
            let format = try #require(BlockFormat(named: name))
            #expect(format.blockElements == 1)
            #expect(format.blockBytes * 8 == type.bits)
        }
        #expect(Set(SafetensorsType.all.map(\.name)).count == SafetensorsType.all.count)
    }
}
