// The conformance suite of matmul: every format with kernels, every instruction set of this machine.

import CKernels
import Tensors
import Testing

@Suite("Matmul")
struct MatmulTests {
    /// Rows around the tile of four, tokens around the tiles of two, three and four, few and many columns.
    static let shapes: [(rows: Int, tokens: Int, blocks: Int)] = [
        (1, 1, 1), (2, 1, 3), (3, 2, 1), (4, 3, 2), (5, 4, 5), (7, 5, 1), (8, 6, 2), (9, 7, 3), (13, 8, 1),
        (4, 9, 2), (3, 13, 1), (1, 16, 2), (6, 17, 1), (31, 1, 4),
    ]

    /// Columns of `blocks` blocks; the float formats, which take any number, get odd ones around their 16 lanes.
    static func columns(_ format: BlockFormat, _ blocks: Int) -> [Int] {
        format.blockElements > 1
            ? [blocks * format.blockElements] : [blocks, 16 * blocks - 1, 16 * blocks, 16 * blocks + 5]
    }

    @Test("The scalar product is the decoded rows times the activations", arguments: BlockFormat.withKernels)
    func reference(format: BlockFormat) throws {
        var random = Seeded(2)
        for (rows, tokens, blocks) in Self.shapes {
            for columns in Self.columns(format, blocks) {
                let weights = try format.randomBlocks(elements: rows * columns, using: &random)
                let decoded = try format.decoded(weights)
                let activations = Activations(random.floats(tokens * columns), columns: columns, for: format)
                let out = try product(
                    format, .scalar, weights, activations, rows: 0..<rows, tokens: 0..<tokens,
                    columns: columns)
                for t in 0..<tokens {
                    for r in 0..<rows {
                        var sum = 0.0, magnitude = 0.0
                        for c in 0..<columns {
                            let term = Double(decoded[r * columns + c]) * activations.values[t * columns + c]
                            (sum, magnitude) = (sum + term, magnitude + term.magnitude)
                        }
                        // Integers are exact. What rounds is one product of scales and one sum per block and
                        // lane, each by 2^-24 of terms that can be some times the result's: a minimum and its
                        // values cancel (Q4_0's 8 * scale is twice the largest weight).
                        let tolerance = magnitude * Double(blocks + 16) * 4 * 0x1p-24 + 1e-30
                        #expect(abs(Double(out[t * rows + r]) - sum) <= tolerance)
                    }
                }
            }
        }
    }

    @Test(
        "Every instruction set gives the scalar product's bits", arguments: BlockFormat.withKernels,
        vectorSets)
    func identicalToScalar(format: BlockFormat, set: InstructionSet) throws {
        var random = Seeded(3)
        for (rows, tokens, blocks) in Self.shapes {
            for columns in Self.columns(format, blocks) {
                let weights = try format.randomBlocks(elements: rows * columns, using: &random)
                let activations = Activations(random.floats(tokens * columns), columns: columns, for: format)
                let results = try [.scalar, set].map {
                    try product(
                        format, $0, weights, activations, rows: 0..<rows, tokens: 0..<tokens, columns: columns
                    )
                }
                #expect(identical(results[0], results[1]), "\(rows) x \(tokens) x \(columns)")
            }
        }
    }

    @Test(
        "Blocks of extreme values do not overflow on the way", arguments: BlockFormat.withKernels,
        InstructionSet.available)
    func extremes(format: BlockFormat, set: InstructionSet) throws {
        let columns = format.blockElements == 1 ? 64 : 2 * format.blockElements, rows = 4
        let halves = try format.halfPositions()
        // All bits set: the largest q, scale and minimum, or -1 where they are signed. The sign bits alone: the
        // smallest signed ones. Every half is 1.
        for fill in [0xFF, 0x80, 0x7F, 0x00] as [UInt8] {
            let bytes = try #require(format.byteCount(elements: rows * columns))
            var weights = [UInt8](repeating: format.blockElements == 1 ? 0x3C : fill, count: bytes)
            for block in Swift.stride(from: 0, to: halves.isEmpty ? 0 : bytes, by: format.blockBytes) {
                for place in halves { (weights[block + place], weights[block + place + 1]) = (0x00, 0x3C) }
            }
            let decoded = try format.decoded(weights)
            for sign in [1, -1] as [Float] {
                let activations = Activations(
                    [Float](repeating: sign, count: columns), columns: columns, for: format)
                let out = try product(
                    format, set, weights, activations, rows: 0..<rows, tokens: 0..<1, columns: columns)
                let exact = (0..<columns).reduce(0) { $0 + Double(decoded[$1]) * activations.values[$1] }
                let magnitude = (0..<columns).reduce(0) { $0 + Double(decoded[$1].magnitude) }
                #expect(abs(Double(out[0]) - exact) <= (magnitude + 1) * 1e-5, "\(fill), \(sign)")
            }
        }
    }

    @Test(
        "A result does not depend on the rows and tokens computed with it",
        arguments: BlockFormat.withKernels,
        InstructionSet.available)
    func tiling(format: BlockFormat, set: InstructionSet) throws {
        var random = Seeded(4)
        let rows = 11, tokens = 17
        let columns = format.blockElements == 1 ? 77 : 3 * format.blockElements
        let weights = try format.randomBlocks(elements: rows * columns, using: &random)
        let activations = Activations(random.floats(tokens * columns), columns: columns, for: format)
        func part(_ r: Range<Int>, _ t: Range<Int>) throws -> [Float] {
            try product(format, set, weights, activations, rows: r, tokens: t, columns: columns)
        }
        let together = try part(0..<rows, 0..<tokens)
        for (r, t) in [
            (0..<1, 0..<1), (10..<11, 16..<17), (1..<6, 0..<17), (4..<8, 3..<5), (0..<11, 7..<8),
            (2..<5, 1..<14),
        ] {
            let wanted = t.flatMap { t in r.map { together[t * rows + $0] } }
            #expect(identical(try part(r, t), wanted), "rows \(r), tokens \(t)")
        }
    }

    @Test(
        "Rows so long that tokens are taken in chunks give the same bits", arguments: BlockFormat.withKernels,
        vectorSets)
    func chunks(format: BlockFormat, set: InstructionSet) throws {
        var random = Seeded(7)
        // 40 kB of activations a token: eight tokens to a chunk.
        let rows = 3, tokens = 19, columns = 128 * 256
        let weights = try format.randomBlocks(elements: rows * columns, using: &random)
        let activations = Activations(random.floats(tokens * columns), columns: columns, for: format)
        let results = try [.scalar, set].map {
            try product(
                format, $0, weights, activations, rows: 0..<rows, tokens: 0..<tokens, columns: columns)
        }
        #expect(identical(results[0], results[1]))
    }

    @Test(
        "A product writes its own elements only, whatever the stride", arguments: BlockFormat.withKernels,
        InstructionSet.available)
    func stride(format: BlockFormat, set: InstructionSet) throws {
        var random = Seeded(5)
        let rows = 6, tokens = 5, stride = 9, columns = format.blockElements == 1 ? 33 : format.blockElements
        let weights = try format.randomBlocks(elements: rows * columns, using: &random)
        let activations = Activations(random.floats(tokens * columns), columns: columns, for: format)
        let packed = try product(
            format, set, weights, activations, rows: 0..<rows, tokens: 0..<tokens, columns: columns)
        var out = [Float](repeating: 12345, count: stride * tokens)
        try format.matmul(set)(
            weights, try #require(format.byteCount(elements: columns)), activations.bytes,
            activations.rowBytes, &out,
            stride, rows, tokens, columns)
        for t in 0..<tokens {
            #expect(Array(out[t * stride..<t * stride + rows]) == Array(packed[t * rows..<(t + 1) * rows]))
            #expect(out[t * stride + rows..<(t + 1) * stride].allSatisfy { $0 == 12345 })
        }
    }

    @Test(
        "A NaN among the activations reaches every result of its token and no other",
        arguments: BlockFormat.withKernels, InstructionSet.available)
    func poison(format: BlockFormat, set: InstructionSet) throws {
        var random = Seeded(6)
        let rows = 5, tokens = 4, columns = format.blockElements == 1 ? 40 : 2 * format.blockElements
        let weights = try format.randomBlocks(elements: rows * columns, using: &random)
        var x = random.floats(tokens * columns)
        x[2 * columns + 7] = .nan
        let out = try product(
            format, set, weights, Activations(x, columns: columns, for: format), rows: 0..<rows,
            tokens: 0..<tokens,
            columns: columns)
        for t in 0..<tokens { #expect(out[t * rows..<(t + 1) * rows].allSatisfy { $0.isNaN == (t == 2) }) }
    }
}
