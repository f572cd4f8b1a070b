// Every row of the format table against the gguf package: sizes, decoding, encoding.

import CKernels
import Foundation
import Tensors
import Testing

@Suite("Block formats")
struct FormatTests {
    @Test(
        "The table has every type of the gguf package, with its number and size",
        arguments: Fixture.gguf.sizes)
    func sizes(expected: Fixture.Size) throws {
        let format = try #require(BlockFormat(named: expected.name))
        #expect(format.ggmlType == expected.number)
        #expect(format.blockElements == expected.elements)
        // The package counts two floats where ggml stores two halves; see formats.c.
        #expect(format.blockBytes == (expected.name == "Q8_1" ? 36 : expected.bytes))
    }

    @Test("The table has no two rows of one name or number")
    func unique() {
        #expect(Set(BlockFormat.all.map(\.name)).count == BlockFormat.all.count)
        #expect(Set(BlockFormat.all.map(\.ggmlType)).count == BlockFormat.all.count)
    }

    @Test("A format has all of its kernels or none", arguments: BlockFormat.all)
    func complete(format: BlockFormat) throws {
        let hasKernels = format.row.pointee.activation != SIR_ACTIVATION_NONE
        #expect(format.isDecodable == hasKernels)
        #expect(!format.isEncodable || hasKernels)
        for set in InstructionSet.available where hasKernels { _ = try format.matmul(set) }
    }

    @Test("Decoding gives the gguf package's values, bit for bit", arguments: BlockFormat.withKernels)
    func decoding(format: BlockFormat) throws {
        let fixture = try Fixture.gguf.format(format)
        #expect(fixture.decoded.count == fixture.blocks.count / format.blockBytes * format.blockElements * 4)
        #expect(identical(try format.decoded([UInt8](fixture.blocks)), fixture.decoded.floats))
    }

    @Test("Encoding gives the gguf package's blocks, byte for byte", arguments: BlockFormat.encodedByGGUF)
    func encoding(format: BlockFormat) throws {
        let fixture = try Fixture.gguf.format(format)
        let values = try #require(fixture.values).floats, expected = [UInt8](try #require(fixture.encoded))
        let encode = try #require(format.row.pointee.encode)
        var encoded = [UInt8](repeating: 0xAA, count: expected.count)
        encode(values, &encoded, values.count)
        for block in 0..<encoded.count / format.blockBytes {
            let range = block * format.blockBytes..<(block + 1) * format.blockBytes
            #expect(encoded[range] == expected[range], "block \(block)")
        }
    }

    @Test(
        "Encoding what decoding gave is stable for values on the format's grid",
        arguments: BlockFormat.encodedByGGUF)
    func roundTrip(format: BlockFormat) throws {
        // Small integers with both ends of the range present are on the grid of every writable format.
        let bits = Int(format.name.dropFirst().prefix(1)) ?? 8
        let low: Float = format.name.hasSuffix("_1") ? 0 : -Float(1 << (bits - 1))
        let count = format.blockElements * 4
        var values = (0..<count).map { low + Float($0 % (1 << bits)) }
        if format == .q8_0 { values = (0..<count).map { Float($0 % 255) - 127 } }
        for block in 0..<4 where format.blockElements > 1 {
            values[block * format.blockElements] = format == .q8_0 ? 127 : low
            values[block * format.blockElements + 1] = format == .q8_0 ? -127 : low + Float(1 << bits) - 1
        }
        let encode = try #require(format.row.pointee.encode)
        var blocks = [UInt8](repeating: 0, count: try #require(format.byteCount(elements: count)))
        encode(values, &blocks, count)
        #expect(try format.decoded(blocks) == values)
    }

    @Test(
        "Encoding NaN and infinity neither traps nor spoils other blocks", arguments: BlockFormat.encodable,
        [Float.nan, .infinity, -.infinity])
    func notFinite(format: BlockFormat, value: Float) throws {
        let encode = try #require(format.row.pointee.encode), elements = format.blockElements
        var random = Seeded(1)
        let clean = random.floats(2 * elements)
        var spoiled = clean
        spoiled[elements - 1] = value
        var a = [UInt8](repeating: 0, count: 2 * format.blockBytes), b = a
        encode(clean, &a, clean.count)
        encode(spoiled, &b, spoiled.count)
        #expect(a[format.blockBytes...] == b[format.blockBytes...])
    }
}

extension Fixture.Size: CustomTestStringConvertible {
    var testDescription: String { name }
}
