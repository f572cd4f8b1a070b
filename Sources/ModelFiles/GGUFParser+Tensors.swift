// The tensors' descriptions in a GGUF file, and whether their data is where they say.
// It trusts no shape, offset or size; it never looks at the data.

import Tensors

extension GGUFParser {
    /// Reads the descriptions; `byteOffset` still counts from the start of the data.
    mutating func descriptions(count: Int) throws(CursorFailure) -> [TensorInfo] {
        var tensors: [TensorInfo] = []
        tensors.reserveCapacity(count)
        for number in 0..<count {
            item = .tensorNumber(number)
            let name = try name("the tensor's name")
            item = .tensor(name)
            let shape = try shape()
            let typeOffset = cursor.offset
            let type: UInt32 = try cursor.integer("the type")
            guard let format = BlockFormat(ggmlType: type) else {
                throw failure(
                    .unsupported, at: typeOffset,
                    "found tensor type \(type), which is not known; is there a newer Sirocco?")
            }
            guard let size = storedSize(of: shape, format: format) else {
                throw failure(
                    .invalid, at: typeOffset,
                    "expected rows of a multiple of \(format.blockElements) elements and a size that fits in "
                        + "memory for \(format), found \(shape)")
            }
            let offsetOffset = cursor.offset
            let offset: UInt64 = try cursor.integer("the data's offset")
            guard let offset = Int(exactly: offset), offset <= fileBytes else {
                throw failure(
                    .truncated, at: offsetOffset,
                    "expected data at offset \(offset), found a file of \(fileBytes) bytes")
            }
            tensors.append(
                TensorInfo(
                    name: name, format: format, shape: shape, byteOffset: offset, byteCount: size.bytes))
        }
        return tensors
    }

    mutating func shape() throws(CursorFailure) -> [Int] {
        let start = cursor.offset
        let rank: UInt32 = try cursor.integer("the number of dimensions")
        guard rank >= 1, rank <= GGUFLimits.dimensions else {
            throw failure(.invalid, at: start, "expected 1 to 4 dimensions, found \(rank)")
        }
        let dimensions = try cursor.array(UInt64(rank)) { (raw: UInt64) in raw }
        var shape: [Int] = []
        for dimension in dimensions.reversed() {
            guard let size = Int(exactly: dimension), size > 0 else {
                throw failure(
                    .invalid, at: start, "expected dimensions from 1 to \(Int.max), found \(dimension)")
            }
            shape.append(size)
        }
        return shape
    }

    /// Turns offsets within the data into offsets within the file, and checks that every tensor is aligned,
    /// ends within the file and overlaps no other.
    mutating func place(_ stated: [TensorInfo], alignment: Int) throws(CursorFailure) -> [TensorInfo] {
        // Cannot overflow: both are below 2^31.
        let dataStart = (cursor.offset + alignment - 1) / alignment * alignment
        var tensors: [TensorInfo] = []
        tensors.reserveCapacity(stated.count)
        for tensor in stated {
            item = .tensor(tensor.name)
            guard tensor.byteOffset % alignment == 0 else {
                throw failure(
                    .invalid, at: dataStart + tensor.byteOffset,
                    "expected data at a multiple of \(alignment), found it at offset \(tensor.byteOffset)")
            }
            let start = dataStart + tensor.byteOffset
            guard start <= fileBytes, tensor.byteCount <= fileBytes - start else {
                throw failure(
                    .truncated, at: start,
                    "expected \(tensor.byteCount) bytes of data for \(tensor.format) \(tensor.shape), "
                        + "found \(max(0, fileBytes - start)); is this file truncated?")
            }
            tensors.append(tensor.placed(at: start))
        }
        if let (first, second) = firstOverlap(of: tensors) {
            item = .tensor(second.name)
            throw failure(
                .invalid, at: second.byteOffset,
                "its data overlaps that of tensor \(printable(first.name)), which ends at "
                    + "byte \(first.byteRange.upperBound)")
        }
        return tensors
    }
}

/// The first two tensors, by place, whose data share a byte.
func firstOverlap(of tensors: [TensorInfo]) -> (TensorInfo, TensorInfo)? {
    let ordered = tensors.sorted { $0.byteOffset < $1.byteOffset }
    return zip(ordered, ordered.dropFirst()).first { $0.byteRange.upperBound > $1.byteOffset }
}
