// Hand-made GGUF files that lie: each must end in one error, and the error must say which lie it was.

import ModelFiles
import SystemPackage
import Testing

@Suite struct GGUFHostileTests {
    /// `keys` written after a header that promises `count` of them.
    private static func file(_ keys: Bytes, count: UInt64 = 1) -> Bytes { .gguf(keys: count) + keys }

    private static func file(tensors descriptions: [Bytes], data: Int = 4096) -> Bytes {
        descriptions.reduce(.gguf(tensors: UInt64(descriptions.count))) { $0 + $1 }.data(data)
    }

    private static func nested(_ depth: Int) -> Bytes {
        (1..<depth).reduce(Bytes.u32(9) + .u64(1)) { bytes, _ in bytes + .u32(9) + .u64(1) } + .u32(0)
            + .u64(0)
    }

    static let lyingHeaders: [Hostile] = [
        Hostile(
            "shorter than the magic number", .raw([0x47, 0x47]), .truncated,
            "x: header (byte 0): expected 1 × 4 bytes for the magic number, found 2 bytes to the end of the file"
        ),
        Hostile(
            "another kind of file", .raw(Array("PK\u{3}\u{4} zip".utf8)), .invalid,
            "x: header (byte 0): expected the magic number GGUF; this is not a GGUF file"),
        Hostile(
            "version 1", .gguf(version: 1), .unsupported,
            "x: header (byte 4): expected version 2 or 3, found version 1 of August 2023; convert the model again"
        ),
        Hostile(
            "version 4", .gguf(version: 4), .unsupported,
            "x: header (byte 4): expected version 2 or 3, found 4; is there a newer Sirocco?"),
        Hostile(
            "big-endian", .gguf(version: 0x0300_0000), .unsupported,
            "x: header (byte 4): expected little-endian numbers, found big-endian ones (version 3); "
                + "convert it with the gguf package's gguf-convert-endian"),
        Hostile(
            "more tensors than the file has bytes", .gguf(tensors: 1 << 60), .truncated,
            "x: header (byte 24): expected 1152921504606846976 × 33 bytes for the tensors' descriptions, "
                + "found 0 bytes to the end of the file"),
        Hostile(
            "the largest number of keys", .gguf(keys: .max), .truncated,
            "x: header (byte 24): expected 18446744073709551615 × 14 bytes for the keys, "
                + "found 0 bytes to the end of the file"),
    ]

    static let lyingMetadata: [Hostile] = [
        Hostile(
            "a key of 10 GB", file(.u64(10_000_000_000) + .zeros(100)), .truncated,
            "x: key number 0 (byte 32): expected 10000000000 bytes for the key, "
                + "found 100 bytes to the end of the file"),
        Hostile(
            "a key longer than any",
            file(.u64(70_000) + .zeros(70_020)), .tooLarge,
            "x: key number 0 (byte 24): expected a name of at most 65535 bytes, found 70000"),
        Hostile(
            "a key that is not UTF-8", file(.u64(2) + .raw([0xff, 0xfe]) + .u32(0) + .zeros(8)), .invalid,
            "x: key number 0 (byte 24): expected a name in UTF-8, found other bytes"),
        Hostile(
            "a string of 10 GB", file(.key("k", type: 8) + .u64(10_000_000_000)), .truncated,
            "x: key k (byte 45): expected 10000000000 bytes for a string, found 0 bytes to the end of the file"
        ),
        Hostile(
            "a string whose length overflows", file(.key("k", type: 8) + .u64(.max)), .truncated,
            "x: key k (byte 45): expected 18446744073709551615 bytes for a string, "
                + "found 0 bytes to the end of the file"),
        Hostile(
            "an unknown value type", file(.key("k", type: 13) + .zeros(8)), .invalid,
            "x: key k (byte 33): expected a value type from 0 to 12, found 13"),
        Hostile(
            "a bool of 7", file(.key("k", type: 7) + .raw([7])), .invalid,
            "x: key k (byte 37): expected 0 or 1 for a bool, found 7"),
        Hostile(
            "an array of bools with a 2", file(.key("k", type: 9) + .u32(7) + .u64(3) + .raw([0, 1, 2])),
            .invalid,
            "x: key k (byte 51): expected 0 or 1 for a bool, found 2"),
        Hostile(
            "an array with more elements than bytes",
            file(.key("k", type: 9) + .u32(6) + .u64(1 << 62) + .zeros(9)),
            .truncated,
            "x: key k (byte 49): expected 4611686018427387904 × 4 bytes for an array, "
                + "found 9 bytes to the end of the file"),
        Hostile(
            "an array of strings that ends early",
            file(.key("k", type: 9) + .u32(8) + .u64(2) + .string("ab") + .u64(7)), .truncated,
            "x: key k (byte 67): expected 7 bytes for a string, found 0 bytes to the end of the file"),
        Hostile(
            "an array of an unknown type", file(.key("k", type: 9) + .u32(99) + .u64(1)), .invalid,
            "x: key k (byte 37): expected a value type from 0 to 12, found 99"),
        Hostile(
            "arrays nested without end", file(.key("k", type: 9) + nested(500)), .tooLarge,
            "x: key k (byte 85): expected arrays nested at most 4 deep, found more"),
        Hostile(
            "one key twice",
            file(.key("k", type: 0) + .raw([1]) + .key("k", type: 0) + .raw([1]) + .zeros(8), count: 2),
            .duplicate, "x: key k (byte 38): the key occurs twice"),
        Hostile(
            "fewer keys than promised", file(.key("k", type: 0) + .raw([1]) + .zeros(20), count: 2), .invalid,
            "x: key number 1 (byte 38): expected a name, found an empty one"),
        Hostile(
            "an alignment of 0", file(.key("general.alignment", type: 4) + .u32(0)), .invalid,
            "x: key general.alignment: expected uint32, a power of two up to 16777216, found 0"),
        Hostile(
            "an alignment of 48", file(.key("general.alignment", type: 4) + .u32(48)), .invalid,
            "x: key general.alignment: expected uint32, a power of two up to 16777216, found 48"),
        Hostile(
            "an alignment of 2 GiB", file(.key("general.alignment", type: 4) + .u32(1 << 31)), .invalid,
            "x: key general.alignment: expected uint32, a power of two up to 16777216, found 2147483648"),
        Hostile(
            "an alignment that is a string", file(.key("general.alignment", type: 8) + .string("32")),
            .invalid,
            "x: key general.alignment: expected uint32, a power of two up to 16777216, found string"),
        Hostile(
            "a key that would clear the screen", file(.key("\u{1b}[2J", type: 13) + .zeros(8)), .invalid,
            "x: key \\u{1b}[2J (byte 36): expected a value type from 0 to 12, found 13"),
    ]

    static let lyingDescriptions: [Hostile] = [
        Hostile(
            "no dimensions", file(tensors: [.tensor("t", [])]), .invalid,
            "x: tensor t (byte 33): expected 1 to 4 dimensions, found 0"),
        Hostile(
            "5 dimensions", file(tensors: [.tensor("t", [1, 1, 1, 1, 1])]), .invalid,
            "x: tensor t (byte 33): expected 1 to 4 dimensions, found 5"),
        Hostile(
            "4 billion dimensions", .gguf(tensors: 1) + .string("t") + .u32(.max) + .zeros(64), .invalid,
            "x: tensor t (byte 33): expected 1 to 4 dimensions, found 4294967295"),
        Hostile(
            "a dimension of 0", file(tensors: [.tensor("t", [4, 0])]), .invalid,
            "x: tensor t (byte 33): expected dimensions from 1 to 9223372036854775807, found 0"),
        Hostile(
            "a dimension past Int", file(tensors: [.tensor("t", [1 << 63])]), .invalid,
            "x: tensor t (byte 33): expected dimensions from 1 to 9223372036854775807, found 9223372036854775808"
        ),
        Hostile(
            "dimensions whose product overflows", file(tensors: [.tensor("t", [1 << 32, 1 << 32])]), .invalid,
            "x: tensor t (byte 53): expected rows of a multiple of 1 elements and a size that fits in memory "
                + "for F32, found [4294967296, 4294967296]"),
        Hostile(
            "bytes that overflow", file(tensors: [.tensor("t", [1 << 62])]), .invalid,
            "x: tensor t (byte 45): expected rows of a multiple of 1 elements and a size that fits in memory "
                + "for F32, found [4611686018427387904]"),
        Hostile(
            "a row of half a block", file(tensors: [.tensor("t", [48, 2], type: 2)]), .invalid,
            "x: tensor t (byte 53): expected rows of a multiple of 32 elements and a size that fits in memory "
                + "for Q4_0, found [2, 48]"),
        Hostile(
            "a type that was taken back", file(tensors: [.tensor("t", [32], type: 4)]), .unsupported,
            "x: tensor t (byte 45): found tensor type 4, which is not known; is there a newer Sirocco?"),
        Hostile(
            "a type far out", file(tensors: [.tensor("t", [32], type: .max)]), .unsupported,
            "x: tensor t (byte 45): found tensor type 4294967295, which is not known; is there a newer Sirocco?"
        ),
        Hostile(
            "one name twice", file(tensors: [.tensor("t", [8]), .tensor("t", [8], offset: 32)]), .duplicate,
            "x: tensor t: two tensors have this name"),
        Hostile(
            "a name of 10 GB", .gguf(tensors: 1) + .u64(10_000_000_000) + .zeros(64), .truncated,
            "x: tensor number 0 (byte 32): expected 10000000000 bytes for the tensor's name, "
                + "found 64 bytes to the end of the file"),
        Hostile(
            "data at an odd place", file(tensors: [.tensor("t", [8], offset: 4)]), .invalid,
            "x: tensor t (byte 68): expected data at a multiple of 32, found it at offset 4"),
        Hostile(
            "data past the end", file(tensors: [.tensor("t", [8], offset: 4096)]), .truncated,
            "x: tensor t (byte 4160): expected 32 bytes of data for F32 [8], found 0; is this file truncated?"
        ),
        Hostile(
            "data that ends past the end", file(tensors: [.tensor("t", [2000])]), .truncated,
            "x: tensor t (byte 64): expected 8000 bytes of data for F32 [2000], found 4096; "
                + "is this file truncated?"),
        Hostile(
            "an offset that overflows", file(tensors: [.tensor("t", [8], offset: .max - 31)]), .truncated,
            "x: tensor t (byte 49): expected data at offset 18446744073709551584, found a file of 4160 bytes"),
        Hostile(
            "an offset just below Int's end", file(tensors: [.tensor("t", [8], offset: 1 << 63 - 32)]),
            .truncated,
            "x: tensor t (byte 49): expected data at offset 9223372036854775776, found a file of 4160 bytes"),
        Hostile(
            "two tensors on the same bytes",
            file(tensors: [.tensor("second", [16], offset: 32), .tensor("first", [16], offset: 0)]), .invalid,
            "x: tensor second (byte 160): its data overlaps that of tensor first, which ends at byte 192"),
        Hostile(
            "one tensor within another",
            file(tensors: [.tensor("outer", [64]), .tensor("inner", [1], offset: 64)]), .invalid,
            "x: tensor inner (byte 192): its data overlaps that of tensor outer, which ends at byte 384"),
        Hostile(
            "fewer descriptions than promised", .gguf(tensors: 2) + .tensor("t", [8]) + .zeros(40), .invalid,
            "x: tensor number 1 (byte 57): expected a name, found an empty one"),
        Hostile(
            "an alignment that moves the data past the end",
            .gguf(tensors: 1, keys: 1) + .key("general.alignment", type: 4) + .u32(1 << 24)
                + .tensor("t", [8])
                + .zeros(64), .truncated,
            "x: tensor t (byte 16777216): expected 32 bytes of data for F32 [8], found 0; "
                + "is this file truncated?"),
    ]

    @Test("a lying header is refused with the reason", arguments: lyingHeaders)
    func header(hostile: Hostile) throws { try expectRefusal(of: hostile) }

    @Test("lying metadata is refused with the reason", arguments: lyingMetadata)
    func metadata(hostile: Hostile) throws { try expectRefusal(of: hostile) }

    @Test("lying tensor descriptions are refused with the reason", arguments: lyingDescriptions)
    func description(hostile: Hostile) throws { try expectRefusal(of: hostile) }

    @Test("the same pieces make a good file when they tell the truth")
    func truth() throws {
        let bytes =
            (.gguf(tensors: 2, keys: 1) + .key("k", type: 7) + .raw([1]) + .tensor("a", [8])
            + .tensor("b", [32, 2], type: 2, offset: 32)).data(32 + 36)
        let folder = try TemporaryFolder()
        let file = try GGUFFile(path: folder.file("x.gguf", bytes.all))
        #expect(try file.metadata.bool("k") == true)
        #expect(file.tensors.map(\.shape) == [[8], [2, 32]])
        #expect(file.tensors.map(\.byteCount) == [32, 36])
    }

    @Test("a file cut at any byte before the end of its data is refused")
    func cuts() throws {
        let whole = try Fixture.bytes("aligned.gguf")
        let folder = try TemporaryFolder()
        let file = try GGUFFile(path: folder.file("whole.gguf", whole))
        let end = try #require(file.tensors.map(\.byteRange.upperBound).max())
        for length in 0...whole.count {
            let isWhole = (try? parse(Array(whole[..<length]))) != nil
            #expect(isWhole == (length >= end), "cut at byte \(length)")
        }
    }

    private func expectRefusal(of hostile: Hostile) throws {
        // Through a file, so that the duplicate check of the table is part of it.
        let folder = try TemporaryFolder()
        let path = try folder.file("x", hostile.bytes.all)
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: path) }
        let message = try #require(error).description
        #expect(error?.code == hostile.code)
        #expect(message.replacing(folder.path.string + "/", with: "") == hostile.message)
    }
}

/// Parses a whole GGUF file from memory.
@discardableResult
func parse(_ bytes: [UInt8]) throws(ModelFileError) -> GGUFContents {
    try bytes.withUnsafeBufferPointer { (bytes) throws(ModelFileError) in
        try GGUFContents(parsing: UnsafeRawBufferPointer(bytes), file: "x")
    }
}
