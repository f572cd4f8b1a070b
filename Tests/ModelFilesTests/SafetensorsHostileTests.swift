// Hand-made safetensors files and indices that lie: each must end in one error that says which lie it was.

import ModelFiles
import SystemPackage
import Testing

@Suite struct SafetensorsHostileTests {
    private static func tensor(
        _ name: String = "t", dtype: String = "F32", shape: String = "[2]", offsets: String = "[0,8]"
    ) -> String {
        "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }

    private static func file(_ entries: String..., data: Int = 8) -> Bytes {
        .safetensors("{\(entries.joined(separator: ","))}", data: data)
    }

    static let lyingFiles: [Hostile] = [
        Hostile(
            "shorter than the length", .raw([1, 2, 3]), .truncated,
            "x: expected at least 8 bytes, found 3; is this a safetensors file?"),
        Hostile(
            "a header of 10 GB", .u64(10_000_000_000) + .zeros(100), .tooLarge,
            "x (byte 0): expected a header of at most 100000000 bytes, found 10000000000; "
                + "is this a safetensors file?"),
        Hostile(
            "a header whose length overflows", .u64(.max) + .zeros(100), .tooLarge,
            "x (byte 0): expected a header of at most 100000000 bytes, found 18446744073709551615; "
                + "is this a safetensors file?"),
        Hostile(
            "a header longer than the file", .u64(1000) + .raw(Array("{}".utf8)), .truncated,
            "x (byte 8): expected a header of 1000 bytes, found 2; is this file truncated?"),
        Hostile(
            "no header", .u64(0) + .zeros(8), .invalid,
            "x (byte 8): expected a header that begins with {; is this a safetensors file?"),
        Hostile(
            "a header that is an array", .safetensors("[]"), .invalid,
            "x (byte 8): expected a header that begins with {; is this a safetensors file?"),
        Hostile(
            "UTF-16", .u64(4) + .raw([0x7b, 0, 0x7d, 0]), .invalid,
            "x: header: expected JSON in UTF-8, found a zero byte"),
        Hostile(
            "nested objects", .safetensors("{\"t\":" + String(repeating: "[", count: 10_000)), .invalid,
            "x: header: expected JSON nested at most 3 deep, found 10001"),
        Hostile(
            "a shape of 17 dimensions",
            file(tensor(shape: "[" + Array(repeating: "1", count: 17).joined(separator: ",") + "]")),
            .tooLarge,
            "x: header: expected lists of at most 16 elements, found 17"),
        Hostile(
            "one name twice", file(tensor(), tensor(), data: 8), .duplicate,
            "x: header: a tensor's name occurs twice"),
        Hostile(
            "one name twice, written differently", file(tensor("a"), tensor("\\u0061"), data: 8), .duplicate,
            "x: header: a tensor's name occurs twice"),
        Hostile(
            "two places for one tensor",
            .safetensors(
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"data_offsets\":[8,16]}}",
                data: 16),
            .duplicate, "x: header: a field of a tensor occurs twice"),
        Hostile(
            "three offsets", file(tensor(offsets: "[0,8,16]")), .invalid,
            "x: tensor t: expected data_offsets [start, end], found [0, 8, 16]"),
        Hostile(
            "offsets the wrong way round", file(tensor(offsets: "[8,0]")), .invalid,
            "x: tensor t: expected data_offsets [start, end], found [8, 0]"),
        Hostile(
            "a negative offset", file(tensor(offsets: "[-8,0]")), .invalid,
            "x: tensor t: expected data_offsets [start, end], found [-8, 0]"),
        Hostile(
            "data past the end", file(tensor(shape: "[4]", offsets: "[0,16]")), .truncated,
            "x: tensor t: expected data up to offset 16, found 8 bytes of data; is this file truncated?"),
        Hostile(
            "a gap", file(tensor("a"), tensor("b", offsets: "[16,24]"), data: 24), .invalid,
            "x: tensor b: expected its data at offset 8, where the tensor before ends, found [16, 24]"),
        Hostile(
            "two tensors on the same bytes", file(tensor("a"), tensor("b", offsets: "[4,12]"), data: 12),
            .invalid,
            "x: tensor b: expected its data at offset 8, where the tensor before ends, found [4, 12]"),
        Hostile(
            "bytes after the last tensor", file(tensor(), data: 9), .invalid,
            "x (byte 70): expected the file to end with the last tensor's data, found 1 bytes more"),
        Hostile(
            "a shape that does not fit the bytes", file(tensor(shape: "[3]")), .invalid,
            "x: tensor t: expected 12 bytes for F32 [3], found 8"),
        Hostile(
            "a shape whose product overflows", file(tensor(shape: "[4294967296,4294967296]")), .invalid,
            "x: tensor t: expected dimensions whose product fits in memory, found [4294967296, 4294967296]"),
        Hostile(
            "bits that overflow", file(tensor(shape: "[4611686018427387904]")), .invalid,
            "x: tensor t: expected more than 1152921504606846975 bytes for F32 [4611686018427387904], found 8"
        ),
        Hostile(
            "a negative dimension", file(tensor(shape: "[-1]")), .invalid,
            "x: tensor t: expected dimensions whose product fits in memory, found [-1]"),
        Hostile(
            "half a byte", file(tensor(dtype: "F4", shape: "[3]", offsets: "[0,2]"), data: 2), .invalid,
            "x: tensor t: expected 1 bytes for F4 [3], found 2"),
    ]

    @Test("a lying file is refused with the reason", arguments: lyingFiles)
    func lyingFile(hostile: Hostile) throws {
        let error = #expect(throws: ModelFileError.self) { try parseSafetensors(hostile.bytes.all) }
        #expect(error?.code == hostile.code)
        #expect(error?.description == hostile.message)
    }

    /// Headers that JSONDecoder refuses; the words are its own, so only the place is compared.
    static let brokenHeaders: [(String, String)] = [
        ("{\"t\":{\"dtype\":\"F32\",\"shape\":[2]}}", "x: entry t: "),
        ("{\"t\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}", "x: entry t, dtype: "),
        ("{\"t\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}", "x: header: "),
        ("{\"t\":{\"dtype\":\"F32\",\"shape\":[1e30],\"data_offsets\":[0,8]}}", "x: header: "),
        ("{\"t\":[1,2]}", "x: entry t: "),
        ("{\"__metadata__\":{\"a\":1}}", "x: entry __metadata__, a: "),
        ("{\"t\":", "x: header: "),
        ("{\"t\u{7}\":{}}", "x: header: "),
        ("{} {}", "x: header: "),
    ]

    @Test("broken JSON is refused with the entry's name", arguments: brokenHeaders)
    func brokenHeader(header: String, beginning: String) throws {
        let error = #expect(throws: ModelFileError.self) {
            try parseSafetensors(Bytes.safetensors(header, data: 8).all)
        }
        #expect(error?.code == .invalid)
        #expect(try #require(error).description.hasPrefix(beginning), "\(error!)")
    }

    static let lyingIndices: [(String, String)] = [
        (
            "{\"weight_map\":{\"t\":\"../x.safetensors\"}}",
            "tensor t: expected the name of a file in the same folder, found ../x.safetensors"
        ),
        (
            "{\"weight_map\":{\"t\":\"/etc/passwd\"}}",
            "tensor t: expected the name of a file in the same folder, found /etc/passwd"
        ),
        (
            "{\"weight_map\":{\"t\":\"..\"}}",
            "tensor t: expected the name of a file in the same folder, found .."
        ),
        ("{\"weight_map\":{\"t\":\"\"}}", "tensor t: expected the name of a file in the same folder, found "),
        (
            "{\"weight_map\":{\"t\":\"a\\u0000b\"}}",
            "tensor t: expected the name of a file in the same folder, found a\\u{0}b"
        ),
        ("{\"weight_map\":{}}", "weight_map: expected tensor names, found none"),
        (
            "{\"weight_map\":{\"t\":\"a.safetensors\",\"t\":\"b.safetensors\"}}",
            "index: a tensor's name occurs twice"
        ),
        (
            "{\"weight_map\":{\"t\":\"a.safetensors\"},\"weight_map\":{\"t\":\"a.safetensors\"}}",
            "index: a tensor's name occurs twice"
        ),
    ]

    @Test("a lying index is refused with the reason", arguments: lyingIndices)
    func lyingIndex(index: String, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("model.safetensors.index.json", Array(index.utf8))
        let error = #expect(throws: ModelFileError.self) { try SafetensorsFiles(path: folder.path) }
        #expect(error?.description == "\(path.string): \(message)")
    }

    @Test("a tensor or a file that the index names and is not there is named")
    func missing() throws {
        let folder = try TemporaryFolder()
        _ = try folder.file("a.safetensors", Self.file(Self.tensor("t")).all)
        func refusal(_ weights: String) throws -> ModelFileError {
            let index = try folder.file("i.json", Array("{\"weight_map\":{\(weights)}}".utf8))
            return try #require(#expect(throws: ModelFileError.self) { try SafetensorsFiles(path: index) })
        }
        let tensor = try refusal("\"t\":\"a.safetensors\",\"u\":\"a.safetensors\"")
        #expect(tensor.code == .missing)
        #expect(tensor.place.item == "tensor u")
        let file = try refusal("\"t\":\"a.safetensors\",\"u\":\"b.safetensors\"")
        #expect(file.code == .cannotOpen)
        #expect(file.place.file.hasSuffix("/b.safetensors"))
    }

    @Test("a file cut at any byte is refused")
    func cuts() throws {
        let whole = try Fixture.bytes("types.safetensors")
        #expect(throws: Never.self) { try parseSafetensors(whole) }
        for length in 0..<whole.count {
            #expect(throws: ModelFileError.self) { try parseSafetensors(Array(whole[..<length])) }
        }
    }
}

/// Parses a whole safetensors file from memory.
@discardableResult
func parseSafetensors(_ bytes: [UInt8]) throws(ModelFileError) -> SafetensorsContents {
    try bytes.withUnsafeBufferPointer { (bytes) throws(ModelFileError) in
        try SafetensorsContents(parsing: UnsafeRawBufferPointer(bytes), file: "x")
    }
}
