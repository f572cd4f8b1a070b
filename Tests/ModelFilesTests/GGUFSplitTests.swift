// Models in several files: opened by the first, refused when the parts do not belong together.

import Foundation
import ModelFiles
import SystemPackage
import Testing

@Suite struct GGUFSplitTests {
    private static let names = (1...3).map { "split-0000\($0)-of-00003.gguf" }

    /// The three parts in a folder, `change` applied to their bytes first.
    private func parts(_ change: (_ name: String, _ bytes: inout [UInt8]) -> Void) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in Self.names {
            var bytes = try Fixture.bytes(name)
            change(name, &bytes)
            if !bytes.isEmpty { _ = try folder.file(name, bytes) }
        }
        return folder
    }

    private func refusal(_ folder: TemporaryFolder, _ name: String) throws -> String {
        let path = folder.path.appending(name)
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: path) }
        return try #require(error).description.replacing(folder.path.string + "/", with: "")
    }

    @Test("the first part opens all, and tensors say which part they lie in")
    func opens() throws {
        let file = try GGUFFile(path: Fixture.path(Self.names[0]))
        #expect(file.tensors.count == 8)
        #expect(file.tensors.map(\.part) == [0, 0, 0, 1, 1, 1, 2, 2])
        #expect(try file.byteCount == Self.names.reduce(0) { $0 + (try Fixture.bytes($1)).count })
    }

    @Test("opening a later part says which to open")
    func laterPart() throws {
        let folder = try parts { _, _ in }
        let message = try refusal(folder, Self.names[1])
        #expect(
            message == "\(Self.names[1]): key split.no: this is part 1 of 3, counted from 0; "
                + "open the part whose name ends in -00001-of-00003.gguf")
    }

    @Test("a missing part is named")
    func missing() throws {
        let folder = try parts { name, bytes in if name == Self.names[2] { bytes = [] } }
        let message = try refusal(folder, Self.names[0])
        #expect(
            message == "\(Self.names[2]): cannot open the file: No such file or directory; is the path right?"
        )
    }

    @Test("a renamed first part says how it must be called")
    func renamed() throws {
        let folder = try parts { _, _ in }
        let bytes = try Fixture.bytes(Self.names[0])
        _ = try folder.file("model.gguf", bytes)
        let message = try refusal(folder, "model.gguf")
        #expect(
            message
                == "model.gguf: the model has 3 parts, but this name does not end in -00001-of-00003.gguf; "
                + "rename the parts as they were")
    }

    @Test("a part in another's place is refused")
    func swapped() throws {
        let third = try Fixture.bytes(Self.names[2])
        let folder = try parts { name, bytes in if name == Self.names[1] { bytes = third } }
        let message = try refusal(folder, Self.names[0])
        #expect(
            message == "\(Self.names[1]): key split.no: expected part 1 of 3, counted from 0, found 2 of 3; "
                + "do all parts belong to one model?")
    }

    @Test(
        "numbers of parts that cannot be are refused",
        arguments: [UInt64.max, 1 << 63, (1 << 63) - 1, 100_000] as [UInt64])
    func absurd(number: UInt64) throws {
        let folder = try TemporaryFolder()
        for (count, part) in [(number, 0), (3, number)] {
            let bytes: Bytes =
                .gguf(keys: 2) + .key("split.count", type: 10) + .u64(count) + .key("split.no", type: 10)
                + .u64(part)
            let path = try folder.file("x-00001-of-00003.gguf", bytes.all)
            let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: path) }
            #expect(try #require(error).description.contains("key split."))
        }
    }
}
