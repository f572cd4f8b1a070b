// What the kernel tests share: the gguf package's fixture, seeded values, calls of the C table from arrays.

import CKernels
import Foundation
import Tensors
import Testing

// MARK: Fixture

/// `gguf.json`: what the gguf package makes of random blocks (Tests/Oracles/kernels_gguf.py).
struct Fixture: Decodable {
    struct Size: Decodable {
        var name: String
        var number: UInt32
        var elements: Int
        var bytes: Int
    }

    struct Format: Decodable {
        var name: String
        var blocks: Data
        var decoded: Data
        var values: Data?
        var encoded: Data?
    }

    var sizes: [Size]
    var formats: [Format]

    static let gguf: Fixture = {
        do {
            let url = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/gguf.json")
            return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
        } catch {
            fatalError("Fixtures/gguf.json: \(error)")
        }
    }()

    func format(_ format: BlockFormat) throws -> Format {
        try #require(formats.first { $0.name == format.name }, "no fixture for \(format)")
    }
}

extension Data {
    var floats: [Float] {
        withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }
}

// MARK: Random values

/// SplitMix64: every test draws from a seed of its own.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }
}

// MARK: Formats and instruction sets

extension BlockFormat {
    /// Every format with kernels: the conformance tests run over these, so a new row is tested without a new test.
    static let withKernels = all.filter { $0.row.pointee.activation != SIR_ACTIVATION_NONE }
    static let encodable = all.filter(\.isEncodable)
    /// Those that the gguf package writes, too; the K formats it only reads.
    static let encodedByGGUF = encodable.filter { (try? Fixture.gguf.format($0))?.encoded != nil }

    func matmul(_ set: InstructionSet, _ layout: MatrixLayout = .rows) throws -> sir_matmul_fn {
        try #require(kernel(layout, set), "\(self) has no matmul in \(layout) for \(set)")
    }

    func decoded(_ blocks: [UInt8]) throws -> [Float] {
        let decode = try #require(row.pointee.decode)
        var values = [Float](repeating: .nan, count: blocks.count / blockBytes * blockElements)
        decode(blocks, &values, values.count)
        return values
    }

    /// Where a block keeps its half-precision numbers: the byte pairs whose infinity makes decoding not finite.
    func halfPositions() throws -> [Int] {
        guard blockElements > 1 else { return [] }
        return try Swift.stride(from: 0, to: blockBytes - 1, by: 2).filter { place in
            var block = [UInt8](repeating: 0x11, count: blockBytes)
            (block[place], block[place + 1]) = (0x00, 0x7C)
            return try !decoded(block).allSatisfy(\.isFinite)
        }
    }

    /// Random blocks, with `half` for every half they hold; floats of -1 to 1 in the formats without blocks.
    func randomBlocks(
        elements: Int, using random: inout Seeded, half: ((inout Seeded) -> Float16)? = nil
    ) throws -> [UInt8] {
        var blocks = random.bytes(try #require(byteCount(elements: elements)))
        if blockElements == 1 {
            let encode = try #require(row.pointee.encode)
            encode(random.floats(elements), &blocks, elements)
            return blocks
        }
        let places = try halfPositions()
        for start in Swift.stride(from: 0, to: blocks.count, by: blockBytes) {
            for place in places {
                let bits = (half?(&random) ?? Float16.random(in: -1...1, using: &random)).bitPattern
                blocks[start + place] = UInt8(truncatingIfNeeded: bits)
                blocks[start + place + 1] = UInt8(bits >> 8)
            }
        }
        return blocks
    }
}

/// The instruction sets beside scalar that this machine has.
let vectorSets = InstructionSet.available.filter { $0 != .scalar }

func operations(_ set: InstructionSet) -> sir_operations {
    sir_operations_for(sir_isa(UInt32(set.rawValue))).pointee
}

// MARK: Activations

/// Rows of activations, converted to what a format multiplies with.
struct Activations {
    var bytes: [UInt8]
    var rowBytes: Int
    /// What the converted activations stand for.
    var values: [Double]

    init(_ x: [Float], columns: Int, for format: BlockFormat) {
        let scalar = operations(.scalar)
        func blocks<Block>(
            of elements: Int, _ zero: Block,
            _ quantize: (UnsafePointer<Float>, UnsafeMutablePointer<Block>, Int) -> Void,
            _ value: (Block, Int) -> Double
        ) {
            var packed = [Block](repeating: zero, count: x.count / elements)
            quantize(x, &packed, x.count)
            bytes = packed.withUnsafeBytes { Array($0) }
            rowBytes = columns / elements * MemoryLayout<Block>.stride
            values = packed.flatMap { block in (0..<elements).map { value(block, $0) } }
        }
        (bytes, rowBytes, values) = ([], 0, [])
        switch format.row.pointee.activation {
        case SIR_ACTIVATION_Q8_32:
            blocks(of: 32, sir_q8_32(), { scalar.quantize_q8_32($0, $1, $2) }) { block, i in
                Double(block.scale)
                    * Double(withUnsafeBytes(of: block.q) { $0.load(fromByteOffset: i, as: Int8.self) })
            }
        case SIR_ACTIVATION_Q8_256:
            blocks(of: 256, sir_q8_256(), { scalar.quantize_q8_256($0, $1, $2) }) { block, i in
                Double(block.scale)
                    * Double(withUnsafeBytes(of: block.q) { $0.load(fromByteOffset: i, as: Int8.self) })
            }
        default:
            bytes = x.withUnsafeBytes { Array($0) }
            rowBytes = columns * MemoryLayout<Float>.stride
            values = x.map(Double.init)
        }
    }
}

/// The product of `rows` packed rows with each of the tokens: [tokens][rows].
func product(
    _ format: BlockFormat, _ set: InstructionSet, _ weights: [UInt8], _ activations: Activations,
    rows: Range<Int>,
    tokens: Range<Int>, columns: Int
) throws -> [Float] {
    let matmul = try format.matmul(set), rowBytes = try #require(format.byteCount(elements: columns))
    var out = [Float](repeating: .nan, count: rows.count * tokens.count)
    weights.withUnsafeBytes { w in
        activations.bytes.withUnsafeBytes { a in
            matmul(
                w.baseAddress! + rows.lowerBound * rowBytes, rowBytes,
                a.baseAddress! + tokens.lowerBound * activations.rowBytes, activations.rowBytes, &out,
                rows.count,
                rows.count, tokens.count, columns)
        }
    }
    return out
}

// MARK: Comparison

/// Whether all bits agree, NaN with any NaN: which NaN a sum of NaNs gives is not part of the contract.
func identical(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
}
