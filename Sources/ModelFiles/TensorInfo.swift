// What a model file says about one tensor, and the table of all tensors of one or several mapped files.
// It knows names, shapes and places; it reads no values and knows no file format.

import SystemPackage
public import Tensors

/// One tensor of a model file: its name, how its elements are stored, its shape and its place.
public struct TensorInfo: Sendable, Hashable {
    /// The name in the file, such as `blk.0.attn_q.weight`.
    public let name: String
    /// How the elements are stored.
    public let format: BlockFormat
    /// The dimensions, outermost first (row-major): a matrix is [rows, columns] and a row is contiguous.
    /// GGUF stores them the other way round. Empty for a scalar (safetensors only).
    public let shape: [Int]
    /// Where the first byte lies, from the start of its file.
    public private(set) var byteOffset: Int
    /// The size of the data in bytes.
    public let byteCount: Int
    /// Which of the model's files it lies in: 0 unless the model is split over several.
    public private(set) var part: Int
    /// How a matrix's rows lie: in rows, except in packed files.
    public private(set) var layout: MatrixLayout

    package init(
        name: String, format: BlockFormat, shape: [Int], byteOffset: Int, byteCount: Int, part: Int = 0,
        layout: MatrixLayout = .rows
    ) {
        self.name = name
        self.format = format
        self.shape = shape
        self.byteOffset = byteOffset
        self.byteCount = byteCount
        self.part = part
        self.layout = layout
    }

    /// The number of elements: the product of the dimensions.
    public var elementCount: Int { shape.reduce(1, *) }  // Cannot overflow: checked when the file was read.

    /// The bytes of the file that the data takes.
    public var byteRange: Range<Int> { byteOffset..<(byteOffset + byteCount) }

    func moved(toPart part: Int) -> TensorInfo {
        var moved = self
        moved.part = part
        return moved
    }
}

extension TensorInfo {
    /// Whether it can lie in panels: a matrix, or a stack of matrices, each of whole panels.
    package var canLieInPanels: Bool {
        guard shape.count == 2 || shape.count == 3 else { return false }
        return format.hasPanels(rows: shape[shape.count - 2], columns: shape[shape.count - 1])
    }

    /// The same tensor at another place, in another layout.
    func placed(at byteOffset: Int, layout: MatrixLayout = .rows) -> TensorInfo {
        var placed = self
        placed.byteOffset = byteOffset
        placed.layout = layout
        return placed
    }
}

/// A mapping that several values hold; it ends with the last of them.
final class MappedPart: Sendable {
    let file: MappedFile

    init(path: FilePath) throws(ModelFileError) {
        file = try MappedFile(path: path)
    }
}

/// The tensors of one model, in the order of its files, and the mappings that hold their bytes.
struct TensorTable: Sendable {
    let parts: [MappedPart]
    let tensors: [TensorInfo]
    private let positions: [String: Int]

    /// Throws `duplicate` when two tensors have one name. (Names that Unicode calls equivalent count as one.)
    init(parts: [MappedPart], tensors: [TensorInfo]) throws(ModelFileError) {
        var positions: [String: Int] = [:]
        positions.reserveCapacity(tensors.count)
        for (position, tensor) in tensors.enumerated() {
            guard positions.updateValue(position, forKey: tensor.name) == nil else {
                throw ModelFileError(
                    .duplicate, file: parts[tensor.part].file.path.string,
                    item: "tensor \(printable(tensor.name))", "two tensors have this name")
            }
        }
        self.parts = parts
        self.tensors = tensors
        self.positions = positions
    }

    func tensor(named name: String) -> TensorInfo? {
        positions[name].map { tensors[$0] }
    }

    /// The bytes of a tensor of this table; valid while `parts` live.
    func bytes(of tensor: TensorInfo) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: parts[tensor.part].file.bytes[tensor.byteRange])
    }
}

/// The number of elements of `shape` and their bytes in `format`; nil where either overflows or the last
/// dimension does not fill whole blocks.
func storedSize(of shape: [Int], format: BlockFormat) -> (elements: Int, bytes: Int)? {
    guard (shape.last ?? 1) % format.blockElements == 0 else { return nil }
    var elements = 1
    for dimension in shape {
        let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
        guard dimension >= 0, !overflow else { return nil }
        elements = product
    }
    return format.byteCount(elements: elements).map { (elements, $0) }
}
