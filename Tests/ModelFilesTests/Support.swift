// What the tests of this module share: fixtures, folders that remove themselves, hand-made files.

import Foundation
import ModelFiles
import SystemPackage
import Tensors
import Testing

enum Fixture {
    static func path(_ name: String) throws -> FilePath {
        FilePath(try #require(Bundle.module.resourcePath)).appending("Fixtures").pushing(FilePath(name))
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: try path(name).string)))
    }

    /// `expected.json`, as the oracle wrote it.
    static func expected() throws -> Expected {
        try JSONDecoder().decode(Expected.self, from: Data(try bytes("expected.json")))
    }
}

/// What went into the fixtures' reference writers.
struct Expected: Decodable {
    struct GGUF: Decodable {
        var metadata: [[String]]  // [key, type, value as text]
        var tensors: [Tensor]
    }

    struct Safetensors: Decodable {
        var metadata: [String: String]
        var tensors: [Tensor]
        var unreadable: [String: String]
    }

    struct Tensor: Decodable, Equatable, CustomStringConvertible {
        var name: String
        var format: String
        var shape: [Int]
        var hash: String

        init(_ info: TensorInfo, _ bytes: UnsafeRawBufferPointer) {
            name = info.name
            format = info.format.name
            shape = info.shape
            hash = fnv1a(bytes)
        }

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            name = try container.decode(String.self)
            format = try container.decode(String.self)
            shape = try container.decode([Int].self)
            hash = try container.decode(String.self)
        }

        var description: String { "\(name) \(format) \(shape) \(hash)" }
    }

    var gguf: [String: GGUF]
    var safetensors: [String: Safetensors]
}

/// The 64-bit FNV-1a hash in hexadecimal, as the oracle computes it.
func fnv1a(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hexadecimal(hash)
}

func hexadecimal(_ value: some FixedWidthInteger) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: value.bitWidth / 4 - digits.count) + digits
}

/// A folder that goes with the value.
final class TemporaryFolder {
    let path: FilePath

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "sirocco-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    func file(_ name: String, _ bytes: [UInt8]) throws -> FilePath {
        let file = path.appending(name)
        try Data(bytes).write(to: URL(fileURLWithPath: file.string))
        return file
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path.string).sorted() }
    }
}

extension FilePath {
    func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: string))) }
    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: string)) }
}

/// Little-endian bytes, put together piece by piece: files that no writer would write.
struct Bytes {
    var all: [UInt8] = []

    static func + (a: Bytes, b: Bytes) -> Bytes { Bytes(all: a.all + b.all) }

    static func raw(_ bytes: [UInt8]) -> Bytes { Bytes(all: bytes) }
    static func zeros(_ count: Int) -> Bytes { Bytes(all: [UInt8](repeating: 0, count: count)) }
    static func u32(_ value: UInt32) -> Bytes {
        Bytes(all: withUnsafeBytes(of: value.littleEndian) { Array($0) })
    }
    static func u64(_ value: UInt64) -> Bytes {
        Bytes(all: withUnsafeBytes(of: value.littleEndian) { Array($0) })
    }
    static func string(_ text: String) -> Bytes { u64(UInt64(text.utf8.count)) + raw(Array(text.utf8)) }

    /// A GGUF file's beginning.
    static func gguf(version: UInt32 = 3, tensors: UInt64 = 0, keys: UInt64 = 0) -> Bytes {
        raw(Array("GGUF".utf8)) + u32(version) + u64(tensors) + u64(keys)
    }

    /// A GGUF key with a value of type `type`, whose bytes follow.
    static func key(_ name: String, type: UInt32) -> Bytes { string(name) + u32(type) }

    /// A GGUF tensor description. Type 0 is F32, 2 is Q4_0.
    static func tensor(_ name: String, _ dimensions: [UInt64], type: UInt32 = 0, offset: UInt64 = 0) -> Bytes
    {
        string(name) + u32(UInt32(dimensions.count)) + dimensions.reduce(Bytes()) { $0 + u64($1) } + u32(type)
            + u64(offset)
    }

    /// Zeros up to a multiple of `alignment`, then `count` bytes.
    func data(_ count: Int, alignment: Int = 32) -> Bytes {
        self + Bytes.zeros((alignment - all.count % alignment) % alignment + count)
    }

    /// A safetensors file with this header and `data` bytes after it.
    static func safetensors(_ header: String, data: Int = 0) -> Bytes {
        u64(UInt64(header.utf8.count)) + raw(Array(header.utf8)) + zeros(data)
    }
}

/// A file that must be refused, and the whole message.
struct Hostile: CustomTestStringConvertible {
    var what: String
    var bytes: Bytes
    var code: ModelFileError.Code
    var message: String

    init(_ what: String, _ bytes: Bytes, _ code: ModelFileError.Code, _ message: String) {
        self.what = what
        self.bytes = bytes
        self.code = code
        self.message = message
    }

    var testDescription: String { what }
}
