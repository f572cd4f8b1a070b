// Mapping: what is refused, and that hints change nothing.

import Foundation
import ModelFiles
import SystemPackage
import Testing

@Suite struct MappedFileTests {
    @Test("a file's bytes are those on the disk")
    func bytes() throws {
        let file = try MappedFile(path: Fixture.path("everything.gguf"))
        #expect(try file.withUnsafeBytes { Array($0) } == Fixture.bytes("everything.gguf"))
        #expect(file.count == file.bytes.count)
    }

    @Test("what is not a plain file with bytes is refused by name")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.path.appending("pipe")
        try #require(mkfifo(pipe.string, 0o600) == 0)
        let refused: [(FilePath, String)] = [
            (folder.path, "expected a file, found a folder"),
            (try folder.file("empty", []), "the file is empty; did a download stop before it began?"),
            (
                folder.path.appending("none"),
                "cannot open the file: No such file or directory; is the path right?"
            ),
            (pipe, "expected a plain file, found a device, pipe or socket"),
            ("/dev/null", "expected a plain file, found a device, pipe or socket"),
        ]
        for (path, message) in refused {
            let error = #expect(throws: ModelFileError.self) { _ = try MappedFile(path: path) }
            #expect(error?.code == .cannotOpen)
            #expect(try #require(error).description == "\(path.string): \(message)")
        }
    }

    @Test("a mapping that ends gives its address space back")
    func unmapping() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("f", [UInt8](repeating: 1, count: 1 << 20))
        func mappings() throws -> Int {
            try procMaps().split(separator: "\n").count { $0.hasSuffix(path.string) }
        }
        do {
            let file = try MappedFile(path: path)
            #expect(try mappings() == 1)
            #expect(file.count == 1 << 20)
        }
        #expect(try mappings() == 0)
    }

    /// Read piece by piece: Foundation takes the first piece that the system hands out for the whole.
    private func procMaps() throws -> String {
        let descriptor = try FileDescriptor.open("/proc/self/maps", .readOnly)
        return try descriptor.closeAfter {
            var all: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = try piece.withUnsafeMutableBytes({ try descriptor.read(into: $0) }),
                count > 0
            {
                all += piece[..<count]
            }
            return String(decoding: all, as: UTF8.self)
        }
    }
}
