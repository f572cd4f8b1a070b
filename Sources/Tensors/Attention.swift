// Swift's face of the attention kernels and of the cache blocks they read. The arithmetic, the order of
// every sum and the layout of a block are documented in CKernels.h; what a batch is, is not known here.

import CKernels

/// Consecutive tokens of one sequence, and the query heads that share one key/value head: what one call
/// computes. Points to memory that the caller keeps.
package struct AttentionTile {
    fileprivate var call: sir_attention

    /// - Parameters:
    ///   - queries, out: the first token's first head of the group; tokens are `stride` floats apart.
    ///   - position: the first token's place in its sequence.
    ///   - window: how many positions a token attends to at most, itself among them; nil: all.
    ///   - pages: by position / `KVType.pagePositions`.
    ///   - block: byte offset of the key/value head's block in every page.
    package init(
        queries: UnsafePointer<Float>, out: UnsafeMutablePointer<Float>, stride: Int, tokens: Int, group: Int,
        headDimension: Int, position: Int, window: Int?, pages: UnsafePointer<UnsafePointer<UInt8>?>,
        block: Int, type: KVType
    ) {
        call = sir_attention(
            q: queries, out: out, q_stride: stride, out_stride: stride, tokens: tokens, group: group,
            head_dim: headDimension, position: position, window: window ?? Int.max, pages: pages,
            block: block, type: type.kernelType, scale: 1 / Float(headDimension).squareRoot())
    }

    /// Positions that share one softmax before it is merged with the others.
    package static var chunkPositions: Int { Int(SIR_ATTENTION_CHUNK) }

    /// The chunks that a token at `position` attends to.
    package static func chunks(position: Int, window: Int?) -> Range<Int> {
        let first = max(0, position + 1 - (window ?? position + 1))
        return first / chunkPositions..<position / chunkPositions + 1
    }

    /// Floats of scratch for tiles of at most `rows` = tokens · group.
    package static func scratch(rows: Int, headDimension: Int) -> Int {
        sir_attention_scratch(rows, headDimension)
    }

    /// Floats of one chunk's partial result for one token and query head.
    package static func partial(headDimension: Int) -> Int { sir_attention_partial(headDimension) }
}

extension Operations {
    /// All of attention for the tile's tokens. `scratch` may hold anything.
    package func attend(_ tile: AttentionTile, scratch: UnsafeMutablePointer<Float>) {
        withUnsafePointer(to: tile.call) { table.pointee.attention($0, scratch) }
    }

    /// The part of attention that one chunk gives: [tokens · group] partial results.
    package func attend(
        _ tile: AttentionTile, chunk: Int, into partials: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: tile.call) { table.pointee.attention_chunk($0, chunk, partials, scratch) }
    }

    /// Attention of a tile of one token, from the partial results of all its chunks, [chunks][group], which
    /// are spoilt.
    package func merge(_ tile: AttentionTile, partials: UnsafeMutablePointer<Float>) {
        withUnsafePointer(to: tile.call) { table.pointee.attention_merge($0, partials) }
    }

    /// Stores a position's key and value, `headDimension` floats each, in a block of its page.
    package func store(
        key: UnsafePointer<Float>, value: UnsafePointer<Float>, in block: UnsafeMutablePointer<UInt8>,
        position: Int, headDimension: Int, as type: KVType
    ) {
        table.pointee.kv_store(
            key, value, block, position % KVType.pagePositions, headDimension, type.kernelType)
    }
}

/// The element type of a key/value cache.
public enum KVType: String, Sendable, CaseIterable {
    /// Half precision: half the memory, the default.
    case f16
    /// Single precision: for tests against oracles that compute in fp32.
    case f32

    fileprivate var kernelType: sir_kv_type { self == .f16 ? SIR_KV_F16 : SIR_KV_F32 }
    /// Positions in one page of a cache.
    public static var pagePositions: Int { Int(SIR_KV_PAGE) }
    /// Bytes of one head's keys and values in a page.
    package func blockBytes(headDimension: Int) -> Int { sir_kv_block_bytes(headDimension, kernelType) }
}
