// The conformance suite of panels: what lies in panels gives the very bits of what lies in rows.

import CKernels
import Tensors
import Testing

@Suite("Panels")
struct PanelTests {
    static let formats = BlockFormat.all.filter { $0.row.pointee.shape != nil }

    /// Whole panels: one and three; tokens around the tiles; columns of few and of many blocks.
    static let shapes: [(rows: Int, tokens: Int, blocks: Int)] = [
        (16, 1, 2), (16, 2, 4), (32, 3, 2), (48, 4, 6), (16, 5, 2), (32, 7, 4), (48, 8, 2), (16, 13, 8),
        (32, 16, 4),
        (16, 17, 2), (16, 33, 4), (48, 1, 40),
    ]

    private func panels(_ format: BlockFormat, _ rows: [UInt8], count: Int, columns: Int) -> AlignedBuffer<
        UInt8
    > {
        let panels = AlignedBuffer<UInt8>(count: rows.count)
        rows.withUnsafeBytes {
            format.pack($0.baseAddress!, into: panels.pointer, count: count, columns: columns)
        }
        return panels
    }

    @Test("Every quantized format that can be computed with has them")
    func coverage() {
        #expect(Self.formats == BlockFormat.withKernels.filter { $0.blockElements > 1 })
    }

    @Test("They take whole panels whose words begin at a multiple of 64 bytes", arguments: formats)
    func conditions(format: BlockFormat) {
        let block = format.blockElements
        #expect(
            format.hasPanels(rows: 16, columns: 4 * block) && format.hasPanels(rows: 160, columns: 4 * block))
        for rows in [0, 1, 15, 17, 24] { #expect(!format.hasPanels(rows: rows, columns: 4 * block)) }
        for columns in [0, 1, block - 1, block / 2, 4 * block + 1] {
            #expect(!format.hasPanels(rows: 16, columns: columns))
        }
        // An odd number of blocks, each with one half for 16 rows, ends in the middle of 64 bytes.
        let halves = format.row.pointee.shape.pointee.halves
        #expect(format.hasPanels(rows: 16, columns: 3 * block) == (halves % 2 == 0))
    }

    @Test("Packing is a permutation of bytes, and unpacking undoes it", arguments: formats)
    func roundTrip(format: BlockFormat) throws {
        var random = Seeded(21)
        for (rows, _, blocks) in Self.shapes {
            let columns = blocks * format.blockElements
            let original = random.bytes(try #require(format.byteCount(elements: rows * columns)))
            let panels = panels(format, original, count: rows, columns: columns)
            let packed = Array(UnsafeBufferPointer(start: panels.pointer, count: original.count))
            #expect(packed.sorted() == original.sorted() && packed != original)
            var back = [UInt8](repeating: 0, count: original.count)
            back.withUnsafeMutableBytes {
                format.unpack(panels.pointer, into: $0.baseAddress!, count: rows, columns: columns)
            }
            #expect(back == original)
        }
    }

    @Test("A product has the bits that it has in rows", arguments: formats, InstructionSet.available)
    func products(format: BlockFormat, set: InstructionSet) throws {
        var random = Seeded(22)
        for (rows, tokens, blocks) in Self.shapes {
            let columns = blocks * format.blockElements
            let weights = try format.randomBlocks(elements: rows * columns, using: &random)
            let activations = Activations(random.floats(tokens * columns), columns: columns, for: format)
            let expected = try product(
                format, .scalar, weights, activations, rows: 0..<rows, tokens: 0..<tokens, columns: columns)
            let panels = panels(format, weights, count: rows, columns: columns)
            // All at once, and the last panel alone.
            for first in Set([0, rows - MatrixLayout.panelRows]) {
                let matrix = try #require(
                    Matrix(
                        format: format, rows: rows, columns: columns, layout: .panels, bytes: panels.pointer,
                        instructionSet: set))
                let kernel = try format.matmul(set, .panels)
                var out = [Float](repeating: .nan, count: tokens * (rows - first))
                activations.bytes.withUnsafeBytes { a in
                    kernel(
                        matrix.bytes + first * matrix.rowBytes, matrix.rowBytes, a.baseAddress,
                        activations.rowBytes, &out, rows - first, rows - first, tokens, columns)
                }
                let wanted = (0..<tokens).flatMap { expected[$0 * rows + first..<($0 + 1) * rows] }
                #expect(
                    identical(out, wanted), "rows \(first) to \(rows), \(tokens) tokens, \(columns) columns")
            }
        }
    }

    @Test("A row decodes to the values that it has in rows", arguments: formats)
    func decoding(format: BlockFormat) throws {
        var random = Seeded(23)
        let rows = 48, columns = 4 * format.blockElements
        let weights = try format.randomBlocks(elements: rows * columns, using: &random)
        let panels = panels(format, weights, count: rows, columns: columns)
        let values = try format.decoded(weights)
        let matrix = try #require(
            Matrix(
                format: format, rows: rows, columns: columns, layout: .panels, bytes: panels.pointer,
                instructionSet: .scalar))
        for row in 0..<rows {
            var out = [Float](repeating: .nan, count: columns)
            matrix.decodeRow(row, into: &out)
            #expect(identical(out, Array(values[row * columns..<(row + 1) * columns])), "row \(row)")
        }
    }

    @Test("A matrix that cannot lie in panels is refused", arguments: [(24, 128), (16, 96), (16, 40)])
    func refused(rows: Int, columns: Int) throws {
        let format = try #require(BlockFormat(named: "Q4_0"))
        let memory = AlignedBuffer<UInt8>(count: 4096)
        #expect(
            Matrix(
                format: format, rows: rows, columns: columns, layout: .panels, bytes: memory.pointer,
                instructionSet: .scalar) == nil)
    }
}
