// Requantization: the same model in another block format. It rewrites a GGUF file tensor by tensor; which format each
// tensor gets is decided in Requantization+Choices.swift.

public import ModelFiles
public import SystemPackage
public import Tensors

/// Writes a model with its matrices in another format.
public struct Requantization: Sendable {
    /// What matrices become, where it fits them.
    public let format: BlockFormat
    /// Threads that encode.
    public var threads = ThreadPool.usableCPUs

    /// Throws `RequantizationError` where this program cannot write `format`.
    public init(to format: BlockFormat) throws(RequantizationError) {
        guard Self.formats.contains(format) else {
            throw RequantizationError(
                "format \(format) cannot be written; there are "
                    + Self.formats.map { $0.name.lowercased() }.joined(separator: ", "))
        }
        self.format = format
    }

    /// The format with this name in either case. Throws `RequantizationError` where there is none that can be written.
    public init(to name: String) throws(RequantizationError) {
        guard let format = BlockFormat(named: name.uppercased()) else {
            throw RequantizationError(
                "there is no format \(name.debugDescription) that can be written; there are "
                    + Self.formats.map { $0.name.lowercased() }.joined(separator: ", "))
        }
        try self.init(to: format)
    }

    /// What models can be requantized to: smallest first.
    public static let formats = BlockFormat.all.filter { $0.isEncodable && fileTypes[$0.name] != nil }
        .sorted { $0.bitsPerWeight < $1.bitsPerWeight }

    /// `general.file_type` of a model in one format: llama.cpp's `llama_ftype`. A K format with nothing beside it is
    /// the small one of its kind.
    private static let fileTypes: [String: UInt32] = [
        "F32": 0, "F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "Q5_0": 8, "Q5_1": 9, "Q2_K": 10, "Q3_K": 11,
        "Q4_K": 14, "Q5_K": 16, "Q6_K": 18, "BF16": 32,
    ]

    /// Writes `model` to `output`, by a temporary name that is then renamed. The same model gives the same file on
    /// every machine.
    ///
    /// `progress` is told the weights done and how many there are; what it throws ends the work. Throws
    /// `RequantizationError`, for instance where a weight is not a finite number, or `ModelFileError`.
    /// - Returns: what each tensor became, in the file's order.
    @discardableResult
    public func write(
        _ model: GGUFFile, to output: FilePath, progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws -> [TensorChoice] {
        let choices = try choices(for: model)
        var writer = GGUFWriter(metadata: metadata(of: model))
        let total = choices.reduce(0) { $0 + $1.tensor.elementCount }
        let pool = ThreadPool(workers: threads)
        try withoutActuallyEscaping(progress) { progress in
            var done = 0
            for choice in choices {
                let tensor = choice.tensor
                writer.tensors.append(
                    TensorSource(name: tensor.name, format: choice.format, shape: tensor.shape) { sink in
                        let before = done
                        try write(choice, of: model, pool, to: sink) { try progress(before + $0, total) }
                        done = before + tensor.elementCount
                        try progress(done, total)
                    })
            }
            try writer.write(to: output)
            // The sources hold `progress`.
            writer.tensors = []
        }
        return choices
    }

    private func metadata(of model: GGUFFile) -> GGUFMetadata {
        var metadata = GGUFMetadata()
        for (key, value) in model.metadata.entries {
            // The parts of a model become one file, and what an importance matrix did for the old one is undone.
            guard !key.hasPrefix("split."), !key.hasPrefix("quantize.imatrix.") else { continue }
            metadata[key] = value
        }
        metadata["general.file_type"] = Self.fileTypes[format.name].map { .uint32($0) }
        // Version 2 of ggml's blocks: since May 2023 there is no other.
        metadata["general.quantization_version"] = .uint32(2)
        return metadata
    }

    /// Passes on the bytes of one tensor. `progress` is told how many of its weights are done.
    private func write(
        _ choice: TensorChoice, of model: GGUFFile, _ pool: ThreadPool, to sink: TensorSource.Sink,
        progress: (Int) throws -> Void
    ) throws {
        let (tensor, format) = (choice.tensor, choice.format)
        guard format != tensor.format else { return try model.stream(tensor, to: sink) }
        var done = 0
        var values: [Float] = []  // Decoded, and not yet whole blocks of the new format.
        var encoded: [UInt8] = []
        try model.stream(tensor) { piece in
            guard let start = piece.baseAddress else { return }
            let count = piece.count / tensor.format.blockBytes * tensor.format.blockElements
            values += tensor.format.decode(start, count: count)
            if let place = values.firstIndex(where: { !$0.isFinite }) {
                throw RequantizationError(
                    "\(model.path): tensor \(tensor.name): weight \(done + place) is \(values[place]), "
                        + "which no format can scale; is this file damaged?")
            }
            let whole = values.count / format.blockElements * format.blockElements
            encoded = [UInt8](unsafeUninitializedCapacity: whole / format.blockElements * format.blockBytes) {
                buffer, initialized in
                if let bytes = buffer.baseAddress {
                    format.encode(values, count: whole, into: bytes, pool: pool)
                }
                initialized = buffer.count
            }
            try encoded.withUnsafeBytes { try sink($0) }
            values.removeFirst(whole)
            done += whole
            try progress(done)
        }
    }
}

/// Why a model cannot be requantized.
public struct RequantizationError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
