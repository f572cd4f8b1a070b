// A weight matrix in a block format, and the right-hand sides it is multiplied with.
// Neither owns its memory's meaning: a matrix points into a model file that its model keeps mapped.

package import CKernels

/// A matrix of weights in blocks: `rows` output features by `columns` input features.
///
/// Points into memory that its model keeps alive. `@unchecked Sendable`: that memory is constant.
package struct Matrix: @unchecked Sendable {
    package let format: BlockFormat
    package let rows: Int
    package let columns: Int
    package let layout: MatrixLayout
    package let bytes: UnsafeRawPointer  // [rows, columns] in `format` and `layout`
    package let rowBytes: Int
    private let kernel: sir_matmul_fn

    /// Tokens computed together. Each block of them turns the rows into panels anew, so not too few; and a
    /// stretch of their activations (some 2 KB each) stays in the L2 cache, so not all.
    private static let tokenBlock = 128

    /// A matrix at `bytes`, which in panels is a multiple of 64. Returns nil where the format has no kernels, rows
    /// do not fill blocks, or the matrix cannot lie in panels.
    package init?(
        format: BlockFormat, rows: Int, columns: Int, layout: MatrixLayout = .rows, bytes: UnsafeRawPointer,
        instructionSet: InstructionSet
    ) {
        guard let rowBytes = format.byteCount(elements: columns),
            let kernel = format.kernel(layout, instructionSet),
            layout == .rows || format.hasPanels(rows: rows, columns: columns)
        else { return nil }
        precondition(layout == .rows || Int(bitPattern: bytes) % MatrixLayout.panelAlignment == 0)
        self.format = format
        self.rows = rows
        self.columns = columns
        self.layout = layout
        self.bytes = bytes
        self.rowBytes = rowBytes
        self.kernel = kernel
    }

    /// out[t * outStride + r] = row r · activation t, for the given rows and all `tokens`. Of a matrix in panels the
    /// rows are whole panels.
    package func multiply(
        rows range: Range<Int>, _ activations: Activations.Rows, tokens: Int,
        into out: UnsafeMutablePointer<Float>, outStride: Int
    ) {
        precondition(layout == .rows || (range.lowerBound | range.upperBound) % MatrixLayout.panelRows == 0)
        let stride = activations.stride(for: format.activation)
        let base = activations.pointer(for: format.activation)
        var first = 0
        while first < tokens {
            let count = min(Matrix.tokenBlock, tokens - first)
            kernel(
                bytes + range.lowerBound * rowBytes, rowBytes, base + first * stride, stride,
                out + first * outStride + range.lowerBound, outStride, range.count, count, columns)
            first += count
        }
    }

    /// Decodes row `row` into `out` (`columns` floats).
    package func decodeRow(_ row: Int, into out: UnsafeMutablePointer<Float>) {
        switch layout {
        case .rows: format.row.pointee.decode(bytes + row * rowBytes, out, columns)
        case .panels: sir_decode_panel_row(format.row, bytes, row, out, columns)
        }
    }
}

extension BlockFormat {
    /// What activations must be converted to before a matrix of this format can use them.
    package var activation: sir_activation { row.pointee.activation }

    /// The product of a matrix of this format in `layout`; nil where there is none.
    package func kernel(_ layout: MatrixLayout, _ instructionSet: InstructionSet) -> sir_matmul_fn? {
        let kernels = layout == .rows ? row.pointee.matmul : row.pointee.panels
        return switch instructionSet {
        case .scalar: kernels.0
        case .avx2: kernels.1
        case .avx512vnni: kernels.2
        }
    }

    /// The values of `count` elements stored at `bytes`, as floats.
    /// `count` fills whole blocks and the format is decodable: both are preconditions.
    package func decode(_ bytes: UnsafeRawPointer, count: Int) -> [Float] {
        precondition(isDecodable && count % blockElements == 0)
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let start = buffer.baseAddress { row.pointee.decode(bytes, start, count) }
            initialized = count
        }
    }

    /// `values` in this format. They fill whole blocks and the format is encodable: preconditions.
    package func encode(_ values: [Float]) -> [UInt8] {
        precondition(isEncodable && values.count % blockElements == 0)
        let size = values.count / blockElements * blockBytes
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            if let start = buffer.baseAddress { row.pointee.encode(values, start, values.count) }
            initialized = size
        }
    }

    /// The same for `count` values in memory, into as many bytes as they take, on all threads of `pool`.
    package func encode(
        _ values: UnsafePointer<Float>, count: Int, into bytes: UnsafeMutableRawPointer, pool: ThreadPool
    ) {
        precondition(isEncodable && count % blockElements == 0)
        let (format, blocks) = (self, count / blockElements)
        nonisolated(unsafe) let (values, bytes) = (values, bytes)
        pool.run { worker in
            // Some 16,000 values at a time: a millisecond of work in the formats that search for their scales.
            worker.forEach(blocks, grain: max(1, 1 << 14 / format.blockElements)) { range in
                format.row.pointee.encode(
                    values + range.lowerBound * format.blockElements,
                    bytes + range.lowerBound * format.blockBytes, range.count * format.blockElements)
            }
        }
    }
}

/// The set of activation formats that the matrices at one place of a model need.
package struct ActivationKinds: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let q8x32 = ActivationKinds(rawValue: 1)
    package static let q8x256 = ActivationKinds(rawValue: 2)
    package static let floats = ActivationKinds(rawValue: 4)

    /// What `matrices` are multiplied with.
    package init(of matrices: some Sequence<Matrix>) {
        self = []
        for matrix in matrices {
            switch matrix.format.activation {
            case SIR_ACTIVATION_Q8_32: insert(.q8x32)
            case SIR_ACTIVATION_Q8_256: insert(.q8x256)
            default: insert(.floats)
            }
        }
    }

    /// Values that are converted together: a part of a row is whole where it starts and ends at multiples.
    package var unit: Int { contains(.q8x256) ? 256 : contains(.q8x32) ? 32 : 1 }
}

/// Rows of activations as floats and in the quantized forms that weights want.
package struct Activations: ~Copyable, Sendable {
    private let floats: AlignedBuffer<Float>  // [rows, columns]
    private let q32: AlignedBuffer<UInt8>  // [rows, columns / 32 blocks]
    private let q256: AlignedBuffer<UInt8>  // [rows, columns / 256 blocks]
    private let columns: Int
    private let kinds: ActivationKinds

    /// Room for `rows` rows of `columns` values.
    package init(rows: Int, columns: Int, kinds: ActivationKinds) {
        self.columns = columns
        self.kinds = kinds
        floats = AlignedBuffer(count: rows * columns)
        let view = Rows(floats: floats.pointer, q32: nil, q256: nil, columns: columns, kinds: kinds)
        q32 = AlignedBuffer(count: kinds.contains(.q8x32) ? rows * view.q32Stride : 0)
        q256 = AlignedBuffer(count: kinds.contains(.q8x256) ? rows * view.q256Stride : 0)
    }

    /// A view for kernels; valid as long as this value lives.
    package var rows: Rows {
        Rows(
            floats: floats.pointer, q32: UnsafeMutableRawPointer(q32.pointer),
            q256: UnsafeMutableRawPointer(q256.pointer), columns: columns, kinds: kinds)
    }

    /// A copyable view of the rows from some row on.
    package struct Rows {
        package let floats: UnsafeMutablePointer<Float>
        fileprivate let q32: UnsafeMutableRawPointer?
        fileprivate let q256: UnsafeMutableRawPointer?
        fileprivate let columns: Int
        fileprivate let kinds: ActivationKinds

        fileprivate var q32Stride: Int { columns / 32 * MemoryLayout<sir_q8_32>.stride }
        fileprivate var q256Stride: Int { columns / 256 * MemoryLayout<sir_q8_256>.stride }

        /// Plain floats at `floats`, for formats that take them as they are.
        package init(floats: UnsafeMutablePointer<Float>, columns: Int) {
            self.init(floats: floats, q32: nil, q256: nil, columns: columns, kinds: [])
        }

        fileprivate init(
            floats: UnsafeMutablePointer<Float>, q32: UnsafeMutableRawPointer?,
            q256: UnsafeMutableRawPointer?,
            columns: Int, kinds: ActivationKinds
        ) {
            self.floats = floats
            self.q32 = q32
            self.q256 = q256
            self.columns = columns
            self.kinds = kinds
        }

        /// Values that are converted together.
        package var unit: Int { kinds.unit }

        /// The floats of row `row`.
        package subscript(row: Int) -> UnsafeMutablePointer<Float> { floats + row * columns }

        /// The rows from `row` on.
        package func from(_ row: Int) -> Rows {
            Rows(
                floats: floats + row * columns, q32: q32.map { $0 + row * q32Stride },
                q256: q256.map { $0 + row * q256Stride }, columns: columns, kinds: kinds)
        }

        /// Converts row `row` from its floats to the quantized forms in use.
        package func quantize(row: Int, _ operations: Operations) {
            quantize(row: row, part: 0..<columns, from: self[row], operations)
        }

        /// Sets a part of a row: whole units of the forms in use.
        package func set(
            row: Int, part: Range<Int>, to values: UnsafePointer<Float>, _ operations: Operations
        ) {
            if kinds.contains(.floats) {
                (self[row] + part.lowerBound).update(from: values, count: part.count)
            }
            quantize(row: row, part: part, from: values, operations)
        }

        private func quantize(
            row: Int, part: Range<Int>, from values: UnsafePointer<Float>, _ operations: Operations
        ) {
            let table = operations.table
            if let q32, kinds.contains(.q8x32) {
                let blocks = (q32 + row * q32Stride).assumingMemoryBound(to: sir_q8_32.self)
                table.pointee.quantize_q8_32(values, blocks + part.lowerBound / 32, part.count)
            }
            if let q256, kinds.contains(.q8x256) {
                let blocks = (q256 + row * q256Stride).assumingMemoryBound(to: sir_q8_256.self)
                table.pointee.quantize_q8_256(values, blocks + part.lowerBound / 256, part.count)
            }
        }

        /// Copies row `row` of `other`, which has the same columns and forms, to row `place`.
        package func copy(row: Int, of other: Rows, to place: Int) {
            if kinds.contains(.floats) { self[place].update(from: other[row], count: columns) }
            if let q32, let from = other.q32, kinds.contains(.q8x32) {
                (q32 + place * q32Stride).copyMemory(from: from + row * q32Stride, byteCount: q32Stride)
            }
            if let q256, let from = other.q256, kinds.contains(.q8x256) {
                (q256 + place * q256Stride).copyMemory(from: from + row * q256Stride, byteCount: q256Stride)
            }
        }

        fileprivate func stride(for activation: sir_activation) -> Int {
            switch activation {
            case SIR_ACTIVATION_Q8_32: q32Stride
            case SIR_ACTIVATION_Q8_256: q256Stride
            default: columns * MemoryLayout<Float>.stride
            }
        }

        fileprivate func pointer(for activation: sir_activation) -> UnsafeRawPointer {
            switch activation {
            case SIR_ACTIVATION_Q8_32: UnsafeRawPointer(q32!)
            case SIR_ACTIVATION_Q8_256: UnsafeRawPointer(q256!)
            default: UnsafeRawPointer(floats)
            }
        }
    }
}
