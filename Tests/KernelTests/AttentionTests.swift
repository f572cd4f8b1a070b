// Attention over a paged cache: against softmax in double precision, and every instruction set against scalar.

import CKernels
import Foundation
import Tensors
import Testing

@Suite("Attention")
struct AttentionTests {
    struct Shape: CustomTestStringConvertible {
        var group: Int, headDim: Int, first: Int, length: Int
        var testDescription: String { "group \(group), head_dim \(headDim), positions \(first)..<\(length)" }
    }

    static let shapes: [Shape] = [
        Shape(group: 1, headDim: 64, first: 0, length: 1),
        Shape(group: 3, headDim: 64, first: 0, length: 200),
        Shape(group: 4, headDim: 128, first: 0, length: 65),
        Shape(group: 5, headDim: 80, first: 10, length: 64),
        Shape(group: 2, headDim: 7, first: 63, length: 130),
        Shape(group: 7, headDim: 33, first: 64, length: 129),
        Shape(group: 1, headDim: 1, first: 5, length: 6),
        Shape(group: 8, headDim: 24, first: 127, length: 128),
        Shape(group: 1, headDim: 100, first: 1, length: 260),
        Shape(group: 6, headDim: 256, first: 0, length: 70),
    ]

    /// A cache of random keys and values whose pages lie apart, each with something before and between.
    struct Cache {
        var pages: [[UInt8]] = []
        var keys: [[Double]] = [], values: [[Double]] = []  // [position][head_dim]
        let keyOffset = 48, valueOffset: Int

        init(_ shape: Shape, _ type: sir_kv_type, using random: inout Seeded) {
            let size = type == SIR_KV_F32 ? 4 : 2, page = Int(SIR_KV_PAGE)
            valueOffset = keyOffset + page * shape.headDim * size + 16
            let bytes = valueOffset + page * shape.headDim * size
            for _ in 0..<(shape.length + page - 1) / page {
                var content = random.bytes(bytes)
                for offset in [keyOffset, valueOffset] {
                    for p in 0..<page {
                        var row: [Double] = []
                        for d in 0..<shape.headDim {
                            let x = Float.random(in: -2...2, using: &random),
                                at = offset + (p * shape.headDim + d) * size
                            if type == SIR_KV_F32 {
                                withUnsafeBytes(of: x) { content.replaceSubrange(at..<at + 4, with: $0) }
                                row.append(Double(x))
                            } else {
                                withUnsafeBytes(of: Float16(x)) {
                                    content.replaceSubrange(at..<at + 2, with: $0)
                                }
                                row.append(Double(Float16(x)))
                            }
                        }
                        if offset == keyOffset { keys.append(row) } else { values.append(row) }
                    }
                }
                pages.append(content)
            }
        }
    }

    func attend(
        _ set: InstructionSet, _ q: [Float], _ cache: Cache, _ shape: Shape, _ type: sir_kv_type
    ) -> [Float] {
        var out = [Float](repeating: .nan, count: q.count)
        var scores = [Float](repeating: .nan, count: shape.group * shape.length)
        let copies = cache.pages.map { page in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: page.count, alignment: 1)
            copy.copyBytes(from: page)
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        let pointers = copies.map {
            UnsafePointer($0.baseAddress!.assumingMemoryBound(to: UInt8.self)) as UnsafePointer?
        }
        operations(set).attention(
            q, &out, q.count / shape.headDim, shape.headDim, pointers, cache.keyOffset, cache.valueOffset,
            shape.first,
            shape.length, type, 1 / Float(shape.headDim).squareRoot(), &scores)
        return out
    }

    @Test("Attention is the softmax-weighted sum of the values", arguments: shapes, [SIR_KV_F32, SIR_KV_F16])
    func reference(shape: Shape, type: sir_kv_type) {
        var random = Seeded(7)
        let cache = Cache(shape, type, using: &random),
            q = random.floats(shape.group * shape.headDim, in: -2...2)
        let exact = (0..<shape.group).flatMap { g -> [Double] in
            let query = (0..<shape.headDim).map { Double(q[g * shape.headDim + $0]) }
            let positions = shape.first..<shape.length
            let scores = positions.map { p in
                zip(query, cache.keys[p]).reduce(0) { $0 + $1.0 * $1.1 } / Double(shape.headDim).squareRoot()
            }
            let weights = scores.map { exp($0 - scores.max()!) }, total = weights.reduce(0, +)
            return (0..<shape.headDim).map { d in
                zip(positions, weights).reduce(0) { $0 + $1.1 * cache.values[$1.0][d] } / total
            }
        }
        for set in InstructionSet.available {
            let out = attend(set, q, cache, shape, type)
            for (a, b) in zip(out, exact) { #expect(abs(Double(a) - b) < 4e-6, "\(set)") }
        }
    }

    @Test(
        "Every instruction set gives scalar's bits, and a head alone what it gives in its group",
        arguments: shapes, [SIR_KV_F32, SIR_KV_F16])
    func identicalToScalar(shape: Shape, type: sir_kv_type) {
        var random = Seeded(8)
        let cache = Cache(shape, type, using: &random),
            q = random.floats(shape.group * shape.headDim, in: -9...9)
        let scalar = attend(.scalar, q, cache, shape, type)
        for set in InstructionSet.available {
            #expect(identical(attend(set, q, cache, shape, type), scalar), "\(set)")
            for g in 0..<shape.group {
                let head = g * shape.headDim..<(g + 1) * shape.headDim
                #expect(
                    identical(attend(set, Array(q[head]), cache, shape, type), Array(scalar[head])),
                    "\(set), head \(g)")
            }
        }
    }
}
