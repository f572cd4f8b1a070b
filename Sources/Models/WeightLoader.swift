// Takes tensors out of a source, checks each against the shape its place in the model demands, and
// keeps count. What a file holds and nobody asked for is an error: a bias left out is a wrong answer.

import ModelFiles
import Tensors

/// Hands out the tensors of one model, once each.
struct WeightLoader: ~Copyable {
    let source: ModelSource
    let instructionSet: InstructionSet
    private var taken: Set<String> = []
    /// What was taken so far.
    private(set) var statistics = WeightStatistics()

    init(source: ModelSource, instructionSet: InstructionSet) {
        self.source = source
        self.instructionSet = instructionSet
    }

    /// Whether the file has this tensor.
    func has(_ name: String) -> Bool {
        source.tensor(named: name) != nil || source.unreadableType(ofTensor: name) != nil
    }

    /// The matrix [rows, columns] called `name`.
    mutating func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(ModelError) -> Matrix {
        let tensor = try take(name, shape: [rows, columns])
        let start = try address(of: tensor)
        return try matrix(tensor, rows: rows, columns: columns, at: start)
    }

    /// The matrices of a stack [count, rows, columns], each cut by rows into `pieces` of the same size.
    mutating func stack(
        _ name: String, _ count: Int, _ rows: Int, _ columns: Int, pieces: Int = 1
    ) throws(ModelError) -> [Matrix] {
        let tensor = try take(name, shape: [count, rows, columns])
        let start = try address(of: tensor)
        var matrices: [Matrix] = []
        for index in 0..<count * pieces {
            let bytes = start + index * (tensor.byteCount / (count * pieces))
            matrices.append(try matrix(tensor, rows: rows / pieces, columns: columns, at: bytes))
        }
        return matrices
    }

    /// The vector `name` of `count` values, decoded.
    mutating func vector(_ name: String, _ count: Int) throws(ModelError) -> [Float] {
        let tensor = try take(name, shape: [count])
        let start = try address(of: tensor)
        guard tensor.format.isDecodable, count % tensor.format.blockElements == 0 else {
            throw unsupported(tensor)
        }
        return tensor.format.decode(start, count: count)
    }

    /// Fails if the file holds tensors that no one took, but for those that carry no information.
    func finish() throws(ModelError) {
        let left = source.tensors.map(\.name).filter {
            !taken.contains($0) && !$0.hasSuffix("rotary_emb.inv_freq")
        }
        guard let first = left.first else { return }
        throw ModelError(
            .unsupportedFeature,
            "\(source.path): tensor \(first)\(left.count > 1 ? " and \(left.count - 1) more" : ""): "
                + "this architecture has no such weights here; leaving them out would give wrong answers")
    }

    private mutating func take(_ name: String, shape: [Int]) throws(ModelError) -> TensorInfo {
        guard let tensor = source.tensor(named: name) else {
            if let type = source.unreadableType(ofTensor: name) {
                throw ModelError(
                    .unsupportedFormat,
                    "\(source.path): tensor \(name): cannot compute with format \(type); use a file in one of "
                        + Self.formats)
            }
            throw ModelError(
                .missingTensor, "\(source.path): tensor \(name) is missing; is this file complete?")
        }
        guard tensor.shape == shape else {
            throw ModelError(
                .wrongShape,
                "\(source.path): tensor \(name): expected \(shape), found \(tensor.shape); is this file truncated, "
                    + "or do its hyper-parameters lie?")
        }
        taken.insert(name)
        statistics.add(tensor)
        return tensor
    }

    private func address(of tensor: TensorInfo) throws(ModelError) -> UnsafeRawPointer {
        guard let start = source.bytes(of: tensor).baseAddress else { throw unsupported(tensor) }
        return start
    }

    private func matrix(
        _ tensor: TensorInfo, rows: Int, columns: Int, at bytes: UnsafeRawPointer
    ) throws(ModelError) -> Matrix {
        guard
            let matrix = Matrix(
                format: tensor.format, rows: rows, columns: columns, layout: tensor.layout, bytes: bytes,
                instructionSet: instructionSet)
        else { throw unsupported(tensor) }
        return matrix
    }

    /// The formats that matrices may have, for messages.
    private static var formats: String {
        BlockFormat.all.filter(\.isDecodable).map(\.name).joined(separator: ", ")
    }

    private func unsupported(_ tensor: TensorInfo) -> ModelError {
        ModelError(
            .unsupportedFormat,
            "\(source.path): tensor \(tensor.name): cannot compute with format \(tensor.format) in rows of "
                + "\(tensor.shape.last ?? 0); use a file in one of \(Self.formats)")
    }
}

/// What a model's weights amount to.
public struct WeightStatistics: Sendable {
    /// Values in all tensors.
    public private(set) var parameters = 0
    /// Bytes in all tensors.
    public private(set) var bytes = 0
    /// Values by format, such as `Q4_K`.
    public private(set) var parametersByFormat: [String: Int] = [:]

    mutating func add(_ tensor: TensorInfo) {
        parameters += tensor.elementCount
        bytes += tensor.byteCount
        parametersByFormat[tensor.format.name, default: 0] += tensor.elementCount
    }
}
