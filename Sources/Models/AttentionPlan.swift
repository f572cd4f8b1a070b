// How the attention of a batch is cut into pieces of work that threads share. It decides who computes
// what, and never a result: each token's attention is the same however it is cut (CKernels.h).

import Tensors

/// A batch's tokens in tiles, made once per forward pass, by each worker for itself.
///
/// A long prompt: tiles of consecutive tokens of a sequence, which share every key and value that is
/// loaded. A few tokens, as in decoding: one to a tile, and its chunks of positions are shared out too.
struct AttentionPlan: ~Copyable {
    struct Tile: BitwiseCopyable {
        var first: Int32  // token
        var count: Int32
        var chunks: Int32  // of positions; 1: the tile is not shared out
        var firstChunk: Int32
        var firstPiece: Int32  // pieces of the tiles before, for each key/value head
    }

    /// Rows of queries, tokens · heads of a group, that share one pass over the cache: their scores and
    /// partial results fill half of an L2 cache of 512 KiB.
    static let tileRows = 96

    /// Work items for each worker at least, so that one that is interrupted does not hold up the others.
    private static let itemsPerWorker = 8

    private(set) var tileCount = 0
    /// Work items for each key/value head.
    private(set) var pieces = 0
    /// Whether some token's chunks are shared out, so that their results must be merged.
    private(set) var needsMerging = false
    private let storage: AlignedBuffer<Tile>
    private let group: Int
    private let kvHeads: Int
    private let window: Int?
    private let workers: Int

    init(_ shape: ModelConfiguration, tokens: Int, workers: Int) {
        storage = AlignedBuffer(count: tokens)
        group = shape.headsPerKV
        kvHeads = shape.kvHeads
        window = shape.slidingWindow
        self.workers = workers
    }

    /// Partial results, of one query head and one chunk, that batches in `context` positions need at most.
    static func partialRows(_ shape: ModelConfiguration, context: Int, workers: Int) -> Int {
        let chunks = (context + AttentionTile.chunkPositions - 1) / AttentionTile.chunkPositions
        return workers > 1 ? itemsPerWorker * workers * shape.headsPerKV * chunks : 0
    }

    /// Rows of a tile at most.
    static func largestTile(_ shape: ModelConfiguration) -> Int { max(tileRows, shape.headsPerKV) }

    mutating func build(_ tokens: UnsafeBufferPointer<BatchToken>) {
        let enough = Self.itemsPerWorker * workers
        let sharesChunks = workers > 1 && tokens.count * kvHeads < enough
        var largest = max(1, Self.tileRows / group)
        if workers > 1 { largest = min(largest, max(1, tokens.count * kvHeads / enough)) }

        (tileCount, pieces, needsMerging) = (0, 0, false)
        var first = 0
        while first < tokens.count {
            var end = first + 1
            while end < tokens.count, end - first < largest, tokens[end].sequence == tokens[first].sequence,
                tokens[end].position == tokens[end - 1].position + 1
            {
                end += 1
            }
            let chunks = AttentionTile.chunks(position: tokens[first].position, window: window)
            let shared = sharesChunks ? chunks.count : 1
            storage.pointer[tileCount] = Tile(
                first: Int32(first), count: Int32(end - first), chunks: Int32(shared),
                firstChunk: Int32(chunks.lowerBound), firstPiece: Int32(pieces))
            tileCount += 1
            pieces += shared
            needsMerging = needsMerging || shared > 1
            first = end
        }
    }

    func tile(_ index: Int) -> Tile { storage.pointer[index] }

    /// The `turn`th piece of each key/value head: its place among them, its tile, and which chunk it is if
    /// the tile is shared out. The last comes first: the end of a prompt attends to most, and the largest
    /// pieces are best begun first.
    func piece(_ turn: Int) -> (index: Int, tile: Tile, chunk: Int) {
        let index = pieces - 1 - turn
        // As many pieces as tiles unless chunks are shared out, and then there are few tiles.
        var owner = needsMerging ? 0 : index
        if needsMerging {
            while owner + 1 < tileCount, Int(tile(owner + 1).firstPiece) <= index { owner += 1 }
        }
        let tile = tile(owner)
        return (index, tile, Int(tile.firstChunk) + index - Int(tile.firstPiece))
    }
}
