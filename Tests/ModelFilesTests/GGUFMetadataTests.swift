// The ordered dictionary of metadata and its typed getters.

import ModelFiles
import Testing

@Suite struct GGUFMetadataTests {
    static let integers: [GGUFValue] = [
        .uint8(7), .int8(7), .uint16(7), .int16(7), .uint32(7), .int32(7), .uint64(7), .int64(7),
    ]

    private func metadata(_ value: GGUFValue) -> GGUFMetadata {
        var metadata = GGUFMetadata()
        metadata["k"] = value
        return metadata
    }

    private func message(_ body: () throws -> Void) throws -> String {
        let error = #expect(throws: ModelFileError.self) { try body() }
        #expect(error?.code == .wrongType)
        return try #require(error).description
    }

    @Test("an integer is read whatever its width", arguments: integers)
    func integer(value: GGUFValue) throws {
        #expect(try metadata(value).integer("k") == 7)
    }

    @Test("arrays of integers are read whatever their width")
    func integerArrays() throws {
        let arrays: [GGUFArray] = [
            .uint8([7, 8]), .int8([7, 8]), .uint16([7, 8]), .int16([7, 8]), .uint32([7, 8]), .int32([7, 8]),
            .uint64([7, 8]), .int64([7, 8]),
        ]
        for array in arrays { #expect(try metadata(.array(array)).integers("k") == [7, 8]) }
    }

    @Test("an absent key is nil and no error")
    func absent() throws {
        let empty = GGUFMetadata()
        #expect(try empty.integer("k") == nil)
        #expect(try empty.string("k") == nil)
        #expect(try empty.float("k") == nil)
        #expect(try empty.bool("k") == nil)
        #expect(try empty.strings("k") == nil)
        #expect(try empty.floats("k") == nil)
        #expect(try empty.integers("k") == nil)
        #expect(empty["k"] == nil)
    }

    @Test("a value of another type is an error that names both types")
    func wrongTypes() throws {
        let text = metadata(.text("7"))
        #expect(try message { _ = try text.integer("k") } == "key k: expected an integer, found string")
        #expect(try message { _ = try text.float("k") } == "key k: expected float32 or float64, found string")
        #expect(try message { _ = try text.bool("k") } == "key k: expected bool, found string")
        #expect(try message { _ = try text.strings("k") } == "key k: expected array of string, found string")
        #expect(
            try message { _ = try text.integers("k") } == "key k: expected array of integers, found string")
        let array = metadata(.array(.float32([1])))
        #expect(try message { _ = try array.string("k") } == "key k: expected string, found array of float32")
        #expect(
            try message { _ = try array.strings("k") }
                == "key k: expected array of string, found array of float32")
        // An integer is no float: `rope.freq_base` as uint32 is a writer's mistake to be told.
        #expect(
            try message { _ = try metadata(.uint32(1)).float("k") }
                == "key k: expected float32 or float64, found uint32")
    }

    @Test("integers past Int are errors, not wrapped numbers")
    func tooLarge() throws {
        #expect(
            try message { _ = try metadata(.uint64(.max)).integer("k") }
                == "key k: expected at most 9223372036854775807, found uint64(18446744073709551615)")
        #expect(
            try message { _ = try metadata(.array(.uint64([1, 1 << 63]))).integers("k") }
                == "key k: expected at most 9223372036854775807, found 9223372036854775808")
    }

    @Test("strings that are not UTF-8 are an error as text and bytes otherwise")
    func invalidUTF8() throws {
        let value = metadata(.string([0x61, 0xff]))
        #expect(try value.bytes("k") == [0x61, 0xff])
        #expect(try message { _ = try value.string("k") } == "key k: expected UTF-8 text, found other bytes")
        let array = metadata(.array(.string(GGUFStrings([[0xff], [], [0x62, 0x63]] as [[UInt8]]))))
        #expect(try array.strings("k") == [[0xff], [], [0x62, 0x63]])
    }

    @Test("keys keep their order through changes and removals")
    func order() {
        var metadata = GGUFMetadata()
        for key in ["a", "b", "c", "d"] { metadata[key] = .text(key) }
        metadata["b"] = .bool(true)
        metadata["a"] = nil
        metadata["e"] = .bool(false)
        metadata["a"] = nil
        #expect(Array(metadata.keys) == ["b", "c", "d", "e"])
        #expect(metadata["b"] == .bool(true))
        #expect(metadata["e"] == .bool(false))
        #expect(metadata["a"] == nil)
        #expect(metadata.count == 4)
    }

    @Test("packed strings are a collection of slices")
    func packed() {
        var strings = GGUFStrings(["", "ab", "", "c"])
        strings.append("def".utf8)
        #expect(strings.count == 5)
        #expect(strings.map { String(decoding: $0, as: UTF8.self) } == ["", "ab", "", "c", "def"])
        #expect(strings[4].elementsEqual("def".utf8))
        #expect(strings.reversed().map(\.count) == [3, 1, 0, 2, 0])
    }

    @Test("strings of every length come out of a file as they are, in any order, its last bytes too")
    func lengths() throws {
        let long: [[UInt8]] = (0...40).map { length in
            (0..<length).map { UInt8(7 * length % 256) ^ UInt8($0) }
        }
        let lists: [[[UInt8]]] = [
            long, long.reversed(), [[1], [2]], [[]], [long[16], long[16]], [long[3], long[17]],
        ]
        for strings in lists {
            var file = Bytes.gguf(keys: 1) + Bytes.key("k", type: 9)
            file = file + Bytes.u32(8) + Bytes.u64(UInt64(strings.count))
            for string in strings { file = file + Bytes.u64(UInt64(string.count)) + Bytes.raw(string) }
            let contents = try file.all.withUnsafeBytes { try GGUFContents(parsing: $0, file: "x") }
            #expect(try contents.metadata.strings("k") == strings)
        }
    }
}
