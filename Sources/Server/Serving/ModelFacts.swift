// What a model's files say about it, read without loading the model. Knows no API.

import ChatTemplates
import Crypto
import FoundationEssentials
import ModelFiles
import Models
import Synchronization
import SystemPackage
import Tensors

/// A model's size, kind and metadata.
struct ModelFacts: Sendable {
    /// `gguf` or `safetensors`.
    let format: String
    let family: String
    let parameters: Int
    /// The format of most of its weights.
    let quantization: String
    let bytes: Int
    let modified: Date
    /// SHA-256 of the size and the first megabyte: enough to tell models apart, without reading all of them.
    let digest: String
    let template: String?
    /// The file's keys and values; null for arrays, which are vocabularies.
    let metadata: JSONObject

    /// Throws where there is no model at `path`.
    init(path: String) throws {
        let source = try ModelSource.open(path)
        family = (try? source.architecture) ?? "unknown"
        var counts: [String: Int] = [:]
        for tensor in source.tensors { counts[tensor.format.name, default: 0] += tensor.elementCount }
        parameters = counts.values.reduce(0, +)
        quantization = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "unknown"
        bytes = source.tensors.reduce(0) { $0 + $1.byteCount }
        var object: JSONObject = [
            "general.architecture": .string(family), "general.parameter_count": .int(parameters),
        ]
        switch source {
        case .gguf(let file):
            format = "gguf"
            for (key, value) in file.metadata.entries { object[key] = JSONValue(value) }
            template = (try? file.metadata.string("tokenizer.chat_template")) ?? nil
        case .huggingFace:
            format = "safetensors"
            template = nil
        }
        metadata = object
        let attributes = try FileManager.default.attributesOfItem(atPath: source.path)
        modified = attributes[.modificationDate] as? Date ?? Date(timeIntervalSince1970: 0)
        digest = Self.digest(source.path, bytes)
    }

    private static func digest(_ path: String, _ bytes: Int) -> String {
        var hash = SHA256()
        hash.update(data: Data("\(bytes)".utf8))
        if let file = try? FileDescriptor.open(FilePath(path), .readOnly) {
            defer { try? file.close() }
            let head = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
                count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
            }
            hash.update(data: head)
        }
        return hash.finalize().hexadecimal
    }
}

/// The facts of models that were asked for before: clients poll lists of models, and a vocabulary of megabytes is parsed
/// for each.
final class FactsCache: Sendable {
    private let known = Mutex<[String: (stamp: FileStamp, facts: ModelFacts)]>([:])

    /// Throws where there is no model at `path`. A folder has no stamp, and is read each time.
    func facts(path: String) throws -> ModelFacts {
        let stamp = FileStamp(path: path)
        if let known = known.withLock({ $0[path] }), known.stamp == stamp { return known.facts }
        let facts = try ModelFacts(path: path)
        if let stamp { known.withLock { $0[path] = (stamp, facts) } }
        return facts
    }
}

extension JSONValue {
    fileprivate init(_ value: GGUFValue) {
        switch value {
        case .uint8(let number): self = .int(Int(number))
        case .int8(let number): self = .int(Int(number))
        case .uint16(let number): self = .int(Int(number))
        case .int16(let number): self = .int(Int(number))
        case .uint32(let number): self = .int(Int(number))
        case .int32(let number): self = .int(Int(number))
        case .uint64(let number): self = .int(Int(clamping: number))
        case .int64(let number): self = .int(Int(number))
        case .float32(let number): self = .double(Double(number))
        case .float64(let number): self = .double(number)
        case .bool(let value): self = .bool(value)
        case .string(let bytes): self = .string(String(decoding: bytes, as: UTF8.self))
        case .array: self = .null
        }
    }
}
