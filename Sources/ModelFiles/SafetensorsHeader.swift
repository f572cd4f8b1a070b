// The header of a safetensors file: 8 bytes of length, then JSON with each tensor's type, shape and place.
// It sees bytes only: mapping, shards and looking tensors up belong to SafetensorsFiles.
// Source of the format: the README and tensor.rs of the safetensors package, whose checks these match.

import FoundationEssentials
import Tensors

/// What one safetensors file says, with every size and offset checked against the bytes it came from.
package struct SafetensorsContents {
    /// The free text entries of `__metadata__`.
    package var metadata: [String: String] = [:]
    /// The tensors by place in the file.
    package var tensors: [TensorInfo] = []
    /// The types of tensors that no block format can hold (`F8_E4M3`, `BOOL`, …), by name.
    package var unreadable: [String: String] = [:]

    /// Parses `bytes`, a whole file. `file` is for messages.
    package init(parsing bytes: UnsafeRawBufferPointer, file: String) throws(ModelFileError) {
        let header = try SafetensorsHeader.text(of: bytes, file: file)
        let stated = try SafetensorsHeader(json: header, file: file)
        metadata = stated.metadata
        let dataStart = SafetensorsHeader.lengthBytes + header.count
        var end = 0  // of the tensor before, from the start of the data
        for (name, entry) in stated.entries {
            let place = try entry.place(name: name, after: end, within: bytes.count - dataStart, file: file)
            end = place.upperBound
            if let format = entry.type?.format.flatMap(BlockFormat.init(named:)) {
                tensors.append(
                    TensorInfo(
                        name: name, format: format, shape: entry.shape,
                        byteOffset: dataStart + place.lowerBound, byteCount: place.count))
            } else {
                unreadable[name] = entry.dtype
            }
        }
        guard end == bytes.count - dataStart else {
            throw ModelFileError(
                .invalid, file: file, offset: dataStart + end,
                "expected the file to end with the last tensor's data, found "
                    + "\(bytes.count - dataStart - end) bytes more")
        }
    }
}

/// A type of the safetensors format: its bits per element, and GGUF's name where there is one.
package struct SafetensorsType {
    package var name: String
    package var bits: Int
    package var format: String?

    /// To add a type: one row. `format` is the `BlockFormat` that holds it; nil: known by size only.
    package static let all: [SafetensorsType] = [
        SafetensorsType(name: "F64", bits: 64, format: "F64"),
        SafetensorsType(name: "F32", bits: 32, format: "F32"),
        SafetensorsType(name: "F16", bits: 16, format: "F16"),
        SafetensorsType(name: "BF16", bits: 16, format: "BF16"),
        SafetensorsType(name: "I64", bits: 64, format: "I64"),
        SafetensorsType(name: "I32", bits: 32, format: "I32"),
        SafetensorsType(name: "I16", bits: 16, format: "I16"),
        SafetensorsType(name: "I8", bits: 8, format: "I8"),
        SafetensorsType(name: "C64", bits: 64),
        SafetensorsType(name: "U64", bits: 64),
        SafetensorsType(name: "U32", bits: 32),
        SafetensorsType(name: "U16", bits: 16),
        SafetensorsType(name: "U8", bits: 8),
        SafetensorsType(name: "BOOL", bits: 8),
        SafetensorsType(name: "F8_E8M0", bits: 8),
        SafetensorsType(name: "F8_E5M2", bits: 8),
        SafetensorsType(name: "F8_E4M3", bits: 8),
        SafetensorsType(name: "F6_E3M2", bits: 6),
        SafetensorsType(name: "F6_E2M3", bits: 6),
        SafetensorsType(name: "F4", bits: 4),
    ]
}

/// Limits that no real file comes near.
package enum SafetensorsLimits {
    /// The reference implementation's own limit.
    package static let headerBytes = 100_000_000
    package static let tensors = 500_000
    package static let innerKeys = 4 * tensors
    package static let dimensions = 16
}

/// The decoded header.
struct SafetensorsHeader {
    static let lengthBytes = 8
    var metadata: [String: String] = [:]
    var entries: [(name: String, entry: Entry)] = []  // ordered by place

    struct Entry: Decodable {
        var dtype: String
        var shape: [Int]
        var offsets: [Int]
        /// Fields as decoded; fewer than the text has when one is repeated.
        var fields: Int

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            dtype = try container.decode(String.self, forKey: "dtype")
            shape = try container.decode([Int].self, forKey: "shape")
            offsets = try container.decode([Int].self, forKey: "data_offsets")
            fields = container.allKeys.count
        }

        var type: SafetensorsType? { SafetensorsType.all.first { $0.name == dtype } }
    }

    /// The JSON text, once its stated length is known to be true.
    static func text(of bytes: UnsafeRawBufferPointer, file: String) throws(ModelFileError)
        -> UnsafeRawBufferPointer
    {
        guard bytes.count >= lengthBytes else {
            throw ModelFileError(
                .truncated, file: file, "expected at least 8 bytes, found \(bytes.count)",
                fix: "is this a safetensors file?")
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= SafetensorsLimits.headerBytes else {
            throw ModelFileError(
                .tooLarge, file: file, offset: 0,
                "expected a header of at most \(SafetensorsLimits.headerBytes) bytes, found \(length)",
                fix: "is this a safetensors file?")
        }
        guard length <= bytes.count - lengthBytes else {
            throw ModelFileError(
                .truncated, file: file, offset: lengthBytes,
                "expected a header of \(length) bytes, found \(bytes.count - lengthBytes)",
                fix: "is this file truncated?")
        }
        let text = UnsafeRawBufferPointer(rebasing: bytes[lengthBytes..<(lengthBytes + Int(length))])
        guard text.first == UInt8(ascii: "{") else {
            throw ModelFileError(
                .invalid, file: file, offset: lengthBytes, "expected a header that begins with {",
                fix: "is this a safetensors file?")
        }
        return text
    }

    init(json text: UnsafeRawBufferPointer, file: String) throws(ModelFileError) {
        let outline = try JSONOutline.checked(text, file: file)
        let keyed = try decodeJSON(KeyedHeader.self, from: text, file: file)
        let found = keyed.entries.count + (keyed.metadata == nil ? 0 : 1)
        let foundInner = keyed.entries.reduce(keyed.metadata?.count ?? 0) { $0 + $1.entry.fields }
        guard outline.keys == found, outline.innerKeys == foundInner else {
            let what = outline.keys == found ? "a field of a tensor" : "a tensor's name"
            throw ModelFileError(.duplicate, file: file, item: "header", "\(what) occurs twice")
        }
        metadata = keyed.metadata ?? [:]
        entries = keyed.entries
        for (name, entry) in entries {
            guard entry.offsets.count == 2, entry.offsets[0] >= 0, entry.offsets[0] <= entry.offsets[1] else {
                throw ModelFileError(
                    .invalid, file: file, item: "tensor \(printable(name))",
                    "expected data_offsets [start, end], found \(entry.offsets)")
            }
        }
        entries.sort {
            ($0.entry.offsets[0], $0.entry.offsets[1]) < ($1.entry.offsets[0], $1.entry.offsets[1])
        }
    }
}

extension SafetensorsHeader.Entry {
    /// The data's place from the start of the data. The tensors must follow each other without gap or overlap.
    func place(name: String, after end: Int, within count: Int, file: String) throws(ModelFileError) -> Range<
        Int
    > {
        func failure(_ code: ModelFileError.Code, _ problem: String, fix: String? = nil) -> ModelFileError {
            ModelFileError(code, file: file, item: "tensor \(printable(name))", problem, fix: fix)
        }
        let place = offsets[0]..<offsets[1]
        guard place.lowerBound == end else {
            throw failure(
                .invalid, "expected its data at offset \(end), where the tensor before ends, found \(offsets)"
            )
        }
        guard place.upperBound <= count else {
            throw failure(
                .truncated, "expected data up to offset \(place.upperBound), found \(count) bytes of data",
                fix: "is this file truncated?")
        }
        var elements = 1
        for dimension in shape {
            let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else {
                throw failure(.invalid, "expected dimensions whose product fits in memory, found \(shape)")
            }
            elements = product
        }
        if let type {
            let (bits, overflow) = elements.multipliedReportingOverflow(by: type.bits)
            guard !overflow, bits % 8 == 0, bits / 8 == place.count else {
                let expected = overflow ? "more than \(Int.max / 8)" : "\(bits / 8)"
                throw failure(
                    .invalid, "expected \(expected) bytes for \(dtype) \(shape), found \(place.count)")
            }
        }
        return place
    }
}

/// The header as JSONDecoder sees it: one object whose keys are names.
private struct KeyedHeader: Decodable {
    var metadata: [String: String]?
    var entries: [(name: String, entry: SafetensorsHeader.Entry)] = []

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        entries.reserveCapacity(container.allKeys.count)
        for key in container.allKeys {
            if key.stringValue == "__metadata__" {
                metadata = try container.decode([String: String].self, forKey: key)
            } else {
                entries.append(
                    (key.stringValue, try container.decode(SafetensorsHeader.Entry.self, forKey: key)))
            }
        }
    }
}
