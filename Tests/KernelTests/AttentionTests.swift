// Attention over a paged cache: against softmax in double precision, every instruction set against scalar,
// and every way to cut the work against every other.

import CKernels
import Foundation
import Tensors
import Testing

@Suite("Attention")
struct AttentionTests {
    /// The last `tokens` of `length` positions.
    struct Shape: CustomTestStringConvertible {
        var tokens: Int, group: Int, headDim: Int, length: Int, window: Int?
        var position: Int { length - tokens }
        var testDescription: String {
            "\(tokens) tokens of \(length), group \(group), head_dim \(headDim), window \(window ?? length)"
        }

        init(_ tokens: Int, of length: Int, group: Int, headDim: Int, window: Int? = nil) {
            (self.tokens, self.length, self.group, self.headDim, self.window) =
                (tokens, length, group, headDim, window)
        }

        /// What belongs to `part` of an output for all tokens and heads.
        func rows(of out: [Float], _ part: Part) -> [Float] {
            var rows: [Float] = []
            for t in part.tokens {
                let first = (t * group + part.heads.lowerBound) * headDim
                rows += out[first..<first + part.heads.count * headDim]
            }
            return rows
        }

        /// The positions that token `t` attends to.
        func range(_ t: Int) -> Range<Int> {
            let end = position + t + 1
            return max(0, end - (window ?? end))..<end
        }
    }

    static let shapes: [Shape] = [
        Shape(1, of: 1, group: 1, headDim: 64), Shape(1, of: 1, group: 1, headDim: 1),
        Shape(1, of: 200, group: 3, headDim: 64), Shape(5, of: 130, group: 2, headDim: 7, window: 67),
        // Lengths around the borders of panels, pages and chunks; every group up to 9.
        Shape(1, of: 15, group: 2, headDim: 128), Shape(1, of: 16, group: 4, headDim: 96),
        Shape(1, of: 17, group: 5, headDim: 80), Shape(2, of: 64, group: 6, headDim: 64),
        Shape(3, of: 65, group: 7, headDim: 33), Shape(1, of: 255, group: 8, headDim: 24),
        Shape(1, of: 256, group: 9, headDim: 100), Shape(1, of: 257, group: 4, headDim: 128),
        Shape(4, of: 258, group: 1, headDim: 96), Shape(1, of: 513, group: 3, headDim: 64),
        Shape(70, of: 300, group: 1, headDim: 40), Shape(32, of: 530, group: 3, headDim: 64),
        Shape(24, of: 512, group: 4, headDim: 128), Shape(6, of: 70, group: 6, headDim: 256),
        // Windows that begin and end anywhere, over no, one and several borders of chunks.
        Shape(1, of: 300, group: 4, headDim: 64, window: 1),
        Shape(1, of: 700, group: 2, headDim: 80, window: 500),
        Shape(40, of: 600, group: 2, headDim: 64, window: 100),
        Shape(20, of: 276, group: 3, headDim: 17, window: 3),
        Shape(30, of: 790, group: 1, headDim: 96, window: 512),
    ]

    /// Some tokens and heads, in a call of their own.
    struct Part {
        var tokens: Range<Int>, heads: Range<Int>
    }

    /// A cache of random keys and values whose pages lie apart. What no position holds is NaN.
    final class Cache {
        let shape: Shape, type: sir_kv_type
        let keys: [[Float]], values: [[Float]]  // [position][head_dim], as the cache holds them
        let block = 128
        private(set) var pages: [UnsafePointer<UInt8>?] = []

        convenience init(_ shape: Shape, _ type: sir_kv_type, using random: inout Seeded) {
            let rows = (0..<2 * shape.length).map { _ in
                random.floats(shape.headDim, in: -2...2).map { type == SIR_KV_F32 ? $0 : Float(Float16($0)) }
            }
            self.init(
                shape, type, keys: Array(rows[..<shape.length]), values: Array(rows[shape.length...]))
        }

        init(_ shape: Shape, _ type: sir_kv_type, keys: [[Float]], values: [[Float]]) {
            (self.shape, self.type, self.keys, self.values) = (shape, type, keys, values)
            let bytes = block + sir_kv_block_bytes(shape.headDim, type), size = Int(SIR_KV_PAGE)
            let memory = (0..<(shape.length + size - 1) / size).map { _ in
                let page = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes)
                page.initialize(repeating: 0xff, count: bytes)
                return page
            }
            for p in 0..<shape.length {
                operations(.scalar).kv_store(
                    keys[p], values[p], memory[p / size] + block, p % size, shape.headDim, type)
            }
            pages = memory.map { UnsafePointer($0) }
        }

        deinit { for page in pages { page?.deallocate() } }
    }

    /// How a token's attention is computed.
    enum Way: CaseIterable {
        case whole
        /// Each chunk by itself, the last one first, then merged.
        case chunks
    }

    /// Attention of `part` of the shape's tokens and heads: [tokens][heads][head_dim].
    func attend(
        _ set: InstructionSet, _ q: [Float], _ cache: Cache, _ part: Part, _ way: Way = .whole
    ) -> [Float] {
        let shape = cache.shape, width = shape.group * shape.headDim
        var out = [Float](repeating: .nan, count: q.count)
        let rows = part.tokens.count * part.heads.count
        var scratch = [Float](repeating: .nan, count: sir_attention_scratch(rows, shape.headDim))
        let at = part.tokens.lowerBound * width + part.heads.lowerBound * shape.headDim
        cache.pages.withUnsafeBufferPointer { pages in
            q.withUnsafeBufferPointer { q in
                out.withUnsafeMutableBufferPointer { out in
                    var call = sir_attention(
                        q: q.baseAddress! + at, out: out.baseAddress! + at, q_stride: width,
                        out_stride: width,
                        tokens: part.tokens.count, group: part.heads.count, head_dim: shape.headDim,
                        position: shape.position + part.tokens.lowerBound, window: shape.window ?? .max,
                        pages: pages.baseAddress, block: cache.block, type: cache.type,
                        scale: 1 / Float(shape.headDim).squareRoot())
                    switch way {
                    case .whole: operations(set).attention(&call, &scratch)
                    case .chunks:
                        var first = 0
                        let end = sir_attention_chunks(&call, &first)
                        let size = rows * sir_attention_partial(shape.headDim)
                        var partials = [Float](repeating: .nan, count: (end - first) * size)
                        partials.withUnsafeMutableBufferPointer { partials in
                            for chunk in (first..<end).reversed() {
                                operations(set).attention_chunk(
                                    &call, chunk, partials.baseAddress! + (chunk - first) * size, &scratch)
                            }
                            operations(set).attention_merge(&call, partials.baseAddress!)
                        }
                    }
                }
            }
        }
        return shape.rows(of: out, part)
    }

    /// Attention of one query in double precision.
    func softmax(_ query: [Float], _ cache: Cache, token: Int) -> [Double] {
        let positions = cache.shape.range(token)
        let scores = positions.map { p -> Double in
            var sum = 0.0
            for (a, b) in zip(query, cache.keys[p]) { sum += Double(a) * Double(b) }
            return sum / Double(query.count).squareRoot()
        }
        let weights = scores.map { exp($0 - scores.max()!) }
        let total = weights.reduce(0, +)
        return query.indices.map { d in
            var sum = 0.0
            for (p, weight) in zip(positions, weights) { sum += weight * Double(cache.values[p][d]) }
            return sum / total
        }
    }

    @Test(
        "Attention is the softmax-weighted sum of the values, to 4e-6 where those are up to 2",
        arguments: shapes,
        [SIR_KV_F32, SIR_KV_F16])
    func reference(shape: Shape, type: sir_kv_type) {
        var random = Seeded(7)
        let cache = Cache(shape, type, using: &random)
        let q = random.floats(shape.tokens * shape.group * shape.headDim, in: -2...2)
        let exact = (0..<shape.tokens * shape.group).flatMap { row in
            softmax(
                Array(q[row * shape.headDim..<(row + 1) * shape.headDim]), cache, token: row / shape.group)
        }
        let all = Part(tokens: 0..<shape.tokens, heads: 0..<shape.group)
        for set in InstructionSet.available {
            let out = attend(set, q, cache, all)
            let worst = zip(out, exact).map { abs(Double($0) - $1) }.max() ?? 0
            #expect(worst < 4e-6, "\(set)")
        }
    }

    @Test(
        "Scalar's bits come from every instruction set, however tokens, heads and chunks are cut",
        arguments: shapes, [SIR_KV_F32, SIR_KV_F16])
    func identicalToScalar(shape: Shape, type: sir_kv_type) {
        var random = Seeded(8)
        let cache = Cache(shape, type, using: &random)
        let q = random.floats(shape.tokens * shape.group * shape.headDim, in: -9...9)
        let width = shape.group * shape.headDim
        let heads = 0..<shape.group
        let scalar = attend(.scalar, q, cache, Part(tokens: 0..<shape.tokens, heads: heads))
        for set in InstructionSet.available {
            for size in [1, 2, 3, 7, 32, shape.tokens] where size <= shape.tokens {
                let tiles = stride(from: 0, to: shape.tokens, by: size).flatMap { first in
                    attend(
                        set, q, cache,
                        Part(tokens: first..<min(first + size, shape.tokens), heads: heads))
                }
                #expect(identical(tiles, scalar), "\(set), \(size) tokens at a time")
            }
            for t in 0..<shape.tokens {
                let expected = Array(scalar[t * width..<(t + 1) * width])
                let inChunks = attend(set, q, cache, Part(tokens: t..<t + 1, heads: heads), .chunks)
                #expect(identical(inChunks, expected), "\(set), token \(t) in chunks")
            }
            for g in heads {
                let alone = attend(set, q, cache, Part(tokens: 0..<shape.tokens, heads: g..<g + 1))
                let expected = shape.rows(of: scalar, Part(tokens: 0..<shape.tokens, heads: g..<g + 1))
                #expect(identical(alone, expected), "\(set), head \(g)")
            }
        }
    }

    @Test(
        "A token does not see keys and values after it, whatever they hold",
        arguments: [Float.nan, .infinity])
    func future(poison: Float) {
        let shape = Shape(40, of: 300, group: 3, headDim: 80)
        var random = Seeded(9)
        let cache = Cache(shape, SIR_KV_F16, using: &random)
        let q = random.floats(shape.tokens * shape.group * shape.headDim, in: -2...2)
        let width = shape.group * shape.headDim
        for set in InstructionSet.available {
            let all = Part(tokens: 0..<shape.tokens, heads: 0..<shape.group)
            let expected = attend(set, q, cache, all)
            let hurt = Cache(shape, SIR_KV_F16, copying: cache, poison, from: shape.position + 17)
            let out = attend(set, q, hurt, all)
            #expect(identical(Array(out[..<(17 * width)]), Array(expected[..<(17 * width)])), "\(set)")
            #expect(out[(17 * width)...].allSatisfy { $0.isNaN }, "\(set)")
        }
    }

    @Test("A score of minus infinity weighs nothing, unless all are that")
    func minusInfinity() {
        let shape = Shape(1, of: 520, group: 2, headDim: 16)
        var random = Seeded(10)
        let cache = Cache(shape, SIR_KV_F32, using: &random)
        let q = [Float](repeating: 1, count: 32)
        let part = Part(tokens: 0..<1, heads: 0..<2)
        for set in InstructionSet.available {
            // A whole chunk of such keys, and then all of them.
            let some = Cache(shape, SIR_KV_F32, copying: cache, keys: -.infinity, in: 0..<256)
            let rest = Cache(
                Shape(1, of: 520, group: 2, headDim: 16, window: 264), SIR_KV_F32, copying: cache,
                keys: -.infinity, in: 0..<256)
            #expect(identical(attend(set, q, some, part), attend(set, q, rest, part)), "\(set)")
            let none = Cache(shape, SIR_KV_F32, copying: cache, keys: -.infinity, in: 0..<520)
            #expect(attend(set, q, none, part).allSatisfy { $0.isNaN }, "\(set)")
        }
    }

    @Test("Keys and values lie where CKernels.h says", arguments: [1, 16, 33, 128], InstructionSet.available)
    func layout(headDim: Int, set: InstructionSet) {
        var random = Seeded(11)
        let key = random.floats(headDim, in: -2...2), value = random.floats(headDim, in: -2...2)
        for position in [0, 15, 16, 63] {
            var block = [Float](repeating: .nan, count: sir_kv_block_bytes(headDim, SIR_KV_F32) / 4)
            block.withUnsafeMutableBytes {
                operations(set).kv_store(
                    key, value, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), position, headDim,
                    SIR_KV_F32)
            }
            for d in 0..<headDim {
                #expect(block[(position / 16 * headDim + d) * 16 + position % 16] == key[d])
                #expect(block[64 * headDim + (d / 16 * 64 + position) * 16 + d % 16] == value[d])
            }
            #expect(block.count { !$0.isNaN } == 2 * headDim)
        }
    }
}

extension AttentionTests.Cache {
    /// A copy whose keys and values are `poison` from `start` on.
    convenience init(
        _ shape: AttentionTests.Shape, _ type: sir_kv_type, copying other: AttentionTests.Cache,
        _ poison: Float,
        from start: Int
    ) {
        self.init(
            shape, type,
            keys: other.keys.enumerated().map { p, key in p < start ? key : key.map { _ in poison } },
            values: other.values.enumerated().map { p, value in p < start ? value : value.map { _ in poison }
            })
    }

    /// A copy whose keys in `positions` are all `key`.
    convenience init(
        _ shape: AttentionTests.Shape, _ type: sir_kv_type, copying other: AttentionTests.Cache,
        keys key: Float,
        in positions: Range<Int>
    ) {
        self.init(
            shape, type,
            keys: other.keys.enumerated().map { p, old in positions.contains(p) ? old.map { _ in key } : old
            },
            values: other.values)
    }
}
