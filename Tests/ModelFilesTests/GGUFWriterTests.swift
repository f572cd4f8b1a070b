// The writer, held against the gguf package's own files byte by byte, and against the disk.

import ModelFiles
import SystemPackage
import Tensors
import Testing

@Suite struct GGUFWriterTests {
    @Test(
        "a copy of the gguf package's file is the same, byte for byte",
        arguments: ["everything.gguf", "aligned.gguf", "metadata-only.gguf"])
    func copy(fixture: String) throws {
        let file = try GGUFFile(path: Fixture.path(fixture))
        let writer = GGUFWriter(
            metadata: file.metadata, tensors: file.tensors.map { TensorSource(copying: $0, of: file) })
        let folder = try TemporaryFolder()
        let path = folder.path.appending("copy.gguf")
        try writer.write(to: path)
        let copy = try MappedFile(path: path)
        #expect(copy.withUnsafeBytes { Array($0) } == (try Fixture.bytes(fixture)))
        #expect(try folder.names == ["copy.gguf"])
    }

    @Test("metadata and tensors made in memory come back as they were")
    func roundTrip() throws {
        var metadata = GGUFMetadata()
        metadata["general.architecture"] = .text("llama")
        metadata["empty.strings"] = .array(.string(GGUFStrings()))
        metadata["nested"] = .array(.array([.int32([1, 2]), .string(GGUFStrings(["a", ""])), .array([])]))
        metadata["general.alignment"] = .uint32(64)
        metadata["nan"] = .float32(.infinity)
        let tensors = [
            TensorSource(name: "a", format: .f32, shape: [2, 3], bytes: Array(0..<24)),
            TensorSource(name: "b", format: .q8_0, shape: [1, 1, 32], bytes: Array(0..<34)),
        ]
        let folder = try TemporaryFolder()
        let path = folder.path.appending("made.gguf")
        try GGUFWriter(metadata: metadata, tensors: tensors).write(to: path)
        let file = try GGUFFile(path: path)
        #expect(file.metadata == metadata)
        #expect(file.tensors.map(\.name) == ["a", "b"])
        #expect(file.tensors.map(\.shape) == [[2, 3], [1, 1, 32]])
        #expect(file.tensors.map { Array(file.bytes(of: $0)) } == [Array(0..<24), Array(0..<34)])
        #expect(file.byteCount % 64 == 0)
    }

    @Test("data may come in pieces of any size, and progress ends at the file's size")
    func pieces() throws {
        // Around the buffer's size of 1 MiB and the pieces' of 16 MiB.
        let sizes = [1, 3, (1 << 20) - 4, 1 << 20, (1 << 20) + 5, 40 << 20, 7]
        let total = sizes.reduce(0, +)
        let bytes = (0..<total).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let source = TensorSource(name: "t", format: try #require(BlockFormat(named: "I8")), shape: [total]) {
            sink in
            var start = 0
            for size in sizes {
                try bytes[start..<(start + size)].withUnsafeBytes(sink)
                start += size
            }
        }
        let folder = try TemporaryFolder()
        let path = folder.path.appending("pieces.gguf")
        var reports: [(written: Int, total: Int)] = []
        try GGUFWriter(tensors: [source]).write(to: path) { reports.append(($0, $1)) }
        let file = try GGUFFile(path: path)
        #expect(file.bytes(of: file.tensors[0]).elementsEqual(bytes))
        #expect(reports.allSatisfy { $0.total == file.byteCount && $0.written <= $0.total })
        #expect(reports.last?.written == file.byteCount)
        #expect(zip(reports, reports.dropFirst()).allSatisfy { $0.written <= $1.written })
    }

    @Test("writing over a file that is open leaves the open one as it was")
    func replace() throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("model.gguf")
        func write(_ value: UInt8) throws {
            try GGUFWriter(tensors: [
                TensorSource(
                    name: "t", format: .f32, shape: [1024], bytes: [UInt8](repeating: value, count: 4096))
            ]).write(to: path)
        }
        try write(1)
        let old = try GGUFFile(path: path)
        try write(2)
        let new = try GGUFFile(path: path)
        #expect(old.bytes(of: old.tensors[0]).allSatisfy { $0 == 1 })
        #expect(new.bytes(of: new.tensors[0]).allSatisfy { $0 == 2 })
    }

    struct Refusal: CustomTestStringConvertible {
        var testDescription: String
        var writer: GGUFWriter
        var message: String
    }

    /// Made anew per case: a `TensorSource` holds a closure and is not `Sendable`.
    static func refusal(_ name: String) -> Refusal? {
        func source(_ name: String, _ format: BlockFormat, _ shape: [Int], _ count: Int) -> TensorSource {
            TensorSource(name: name, format: format, shape: shape, bytes: [UInt8](repeating: 0, count: count))
        }
        let (tensors, message): ([TensorSource], String)
        var metadata = GGUFMetadata()
        switch name {
        case "too few bytes":
            (tensors, message) = (
                [source("t", .f32, [4], 12)], "tensor t: expected 16 bytes for F32 [4], found 12"
            )
        case "too many bytes":
            (tensors, message) = (
                [source("t", .f32, [4], 20)], "tensor t: expected 16 bytes for F32 [4], found more"
            )
        case "half a block":
            (tensors, message) = (
                [source("t", .q8_0, [2, 16], 34)],
                "tensor t: expected rows of a multiple of 32 elements for Q8_0, found [2, 16]"
            )
        case "one name twice":
            (tensors, message) = (
                [source("t", .f32, [1], 4), source("t", .f32, [1], 4)], "tensor t: two tensors have this name"
            )
        case "no dimensions":
            (tensors, message) = (
                [source("t", .f32, [], 4)],
                "tensor t: expected 1 to 4 dimensions and none of them 0, found []"
            )
        case "an odd alignment":
            metadata["general.alignment"] = .uint32(48)
            (tensors, message) = (
                [], "key general.alignment: expected uint32, a power of two up to 16777216, found uint32(48)"
            )
        default: return nil
        }
        return Refusal(
            testDescription: name, writer: GGUFWriter(metadata: metadata, tensors: tensors), message: message)
    }

    @Test(
        "what cannot be written is refused, and the file that was there stays",
        arguments: [
            "too few bytes", "too many bytes", "half a block", "one name twice", "no dimensions",
            "an odd alignment",
        ])
    func refusals(name: String) throws {
        let refusal = try #require(Self.refusal(name))
        let folder = try TemporaryFolder()
        let path = try folder.file("model.gguf", [1, 2, 3])
        let error = #expect(throws: ModelFileError.self) { try refusal.writer.write(to: path) }
        #expect(try #require(error).description == "\(path.string): \(refusal.message)")
        #expect(try folder.names == ["model.gguf"])
        #expect(try MappedFile(path: path).withUnsafeBytes { Array($0) } == [1, 2, 3])
    }

    @Test("an error of a source passes through and leaves nothing behind")
    func sourceError() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        let source = TensorSource(name: "t", format: .f32, shape: [4]) { _ in throw Stop() }
        #expect(throws: Stop.self) {
            try GGUFWriter(tensors: [source]).write(to: folder.path.appending("x.gguf"))
        }
        #expect(try folder.names.isEmpty)
    }

    @Test("a folder that is not there is named")
    func noFolder() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: ModelFileError.self) {
            try GGUFWriter().write(to: folder.path.appending("no").appending("x.gguf"))
        }
        #expect(error?.code == .cannotWrite)
        #expect(error?.fix == "does the folder exist?")
    }
}
