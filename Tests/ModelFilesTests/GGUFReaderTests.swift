// Files written by the gguf package, compared with what went into it.

import ModelFiles
import SystemPackage
import Tensors
import Testing

@Suite struct GGUFReaderTests {
    static let fixtures = [
        "everything.gguf", "aligned.gguf", "metadata-only.gguf", "split-00001-of-00003.gguf",
    ]

    @Test("every key, type and value is as written", arguments: fixtures)
    func metadata(fixture: String) throws {
        let expected = try #require(try Fixture.expected().gguf[fixture])
        let file = try GGUFFile(path: Fixture.path(fixture))
        #expect(file.version == 3)
        #expect(file.metadata.count == expected.metadata.count)
        for (entry, expected) in zip(file.metadata.entries, expected.metadata) {
            #expect([entry.key, entry.value.typeName, entry.value.text] == expected)
        }
    }

    @Test("every tensor has the name, format, shape and bytes it was written with", arguments: fixtures)
    func tensors(fixture: String) throws {
        let expected = try #require(try Fixture.expected().gguf[fixture])
        let file = try GGUFFile(path: Fixture.path(fixture))
        #expect(file.tensors.map { Expected.Tensor($0, file.bytes(of: $0)) } == expected.tensors)
        for tensor in file.tensors {
            #expect(file.tensor(named: tensor.name) == tensor)
            #expect(tensor.elementCount == tensor.shape.reduce(1, *))
            #expect(tensor.format.byteCount(elements: tensor.elementCount) == tensor.byteCount)
        }
        #expect(file.tensor(named: "no such tensor") == nil)
    }

    @Test("the fixture has every tensor type that files hold")
    func formats() throws {
        let found = Set(try GGUFFile(path: Fixture.path("everything.gguf")).tensors.map(\.format.name))
        // Q8_1 and Q8_K are formats of activations.
        #expect(found == Set(BlockFormat.all.map(\.name)).subtracting(["Q8_1", "Q8_K"]))
    }

    @Test("version 2 reads like version 3")
    func version2() throws {
        var bytes = try Fixture.bytes("everything.gguf")
        bytes[4] = 2
        let folder = try TemporaryFolder()
        let old = try GGUFFile(path: folder.file("v2.gguf", bytes))
        let new = try GGUFFile(path: Fixture.path("everything.gguf"))
        #expect(old.version == 2)
        #expect(old.metadata == new.metadata)
        #expect(old.tensors == new.tensors)
    }

    @Test("data starts at multiples of the file's own alignment")
    func alignment() throws {
        let file = try GGUFFile(path: Fixture.path("aligned.gguf"))
        #expect(try file.metadata.integer("general.alignment") == 256)
        #expect(file.tensors.allSatisfy { $0.byteOffset % 256 == 0 })
    }

    @Test("a big-endian file is refused by name")
    func bigEndian() throws {
        #expect {
            try GGUFFile(path: Fixture.path("big-endian.gguf"))
        } throws: { error in
            (error as? ModelFileError)?.code == .unsupported
                && "\(error)".contains("found big-endian ones (version 3)")
        }
    }

    @Test("bytes stay valid as long as the file is kept")
    func lifetime() throws {
        var file: GGUFFile? = try GGUFFile(path: Fixture.path("everything.gguf"))
        let kept = try #require(file)
        file = nil
        let tensor = try #require(kept.tensor(named: "rank4"))
        withExtendedLifetime(kept) { #expect(kept.bytes(of: tensor).count == 480) }
    }
}

extension GGUFValue {
    /// As the oracle writes values: see Tests/Oracles/model_files.py.
    var text: String {
        switch self {
        case .uint8(let v): "\(v)"
        case .int8(let v): "\(v)"
        case .uint16(let v): "\(v)"
        case .int16(let v): "\(v)"
        case .uint32(let v): "\(v)"
        case .int32(let v): "\(v)"
        case .uint64(let v): "\(v)"
        case .int64(let v): "\(v)"
        case .float32(let v): hexadecimal(v.bitPattern)
        case .float64(let v): hexadecimal(v.bitPattern)
        case .bool(let v): "\(v)"
        case .string(let v): v.map { hexadecimal($0) }.joined()
        case .array(let v): v.text
        }
    }
}

extension GGUFArray {
    var text: String {
        let items: [String] =
            switch self {
            case .uint8(let a): a.map { GGUFValue.uint8($0).text }
            case .int8(let a): a.map { GGUFValue.int8($0).text }
            case .uint16(let a): a.map { GGUFValue.uint16($0).text }
            case .int16(let a): a.map { GGUFValue.int16($0).text }
            case .uint32(let a): a.map { GGUFValue.uint32($0).text }
            case .int32(let a): a.map { GGUFValue.int32($0).text }
            case .uint64(let a): a.map { GGUFValue.uint64($0).text }
            case .int64(let a): a.map { GGUFValue.int64($0).text }
            case .float32(let a): a.map { GGUFValue.float32($0).text }
            case .float64(let a): a.map { GGUFValue.float64($0).text }
            case .bool(let a): a.map { GGUFValue.bool($0).text }
            case .string(let a): a.map { GGUFValue.string(Array($0)).text }
            case .array(let a): a.map(\.text)
            }
        return "[\(items.joined(separator: ","))]"
    }
}
