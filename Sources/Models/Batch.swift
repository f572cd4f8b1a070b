// What one forward pass computes: tokens of any number of sequences, and where their caches lie.

package import Tensors

/// One token of a batch.
package struct BatchToken: BitwiseCopyable, Sendable {
    package var id: Int32
    /// Its place in its sequence, from 0. Keys and values of all earlier positions are in the cache,
    /// or come earlier in this batch.
    package var position: Int
    /// The sequence's index into `Batch.pages`.
    package var sequence: Int
    /// The row of the logits output, for tokens whose successor is wanted.
    package var logitRow: Int?
    /// Whether `ModelRunner.state` is wanted of it.
    package var wantsState: Bool

    package init(id: Int32, position: Int, sequence: Int, logitRow: Int?, wantsState: Bool = false) {
        self.id = id
        self.position = position
        self.sequence = sequence
        self.logitRow = logitRow
        self.wantsState = wantsState
    }
}

/// Pages of one sequence's key/value cache: page p holds positions p * 64 ..< (p + 1) * 64 of every
/// layer and head, laid out by `KVLayout`.
package typealias PageTable = UnsafePointer<UnsafePointer<UInt8>?>

/// One expert that the router chose for a token, with its gate weight.
public struct ExpertChoice: BitwiseCopyable, Sendable, Equatable {
    public var expert: Int32
    public var weight: Float

    package init(expert: Int32, weight: Float) {
        self.expert = expert
        self.weight = weight
    }
}

/// The input of a forward pass. Points to memory that the caller keeps for its duration:
/// `@unchecked Sendable` for the pool's threads.
package struct Batch: @unchecked Sendable {
    package let tokens: UnsafeBufferPointer<BatchToken>
    package let pages: UnsafePointer<PageTable>  // by sequence
    /// Where to record the router's choices, [layers, tokens, experts per token]; nil: nowhere.
    package let routing: UnsafeMutablePointer<ExpertChoice>?

    package init(
        tokens: UnsafeBufferPointer<BatchToken>, pages: UnsafePointer<PageTable>,
        routing: UnsafeMutablePointer<ExpertChoice>? = nil
    ) {
        self.tokens = tokens
        self.pages = pages
        self.routing = routing
    }
}

/// Where keys and values lie inside a page: [layer][kv head], each a block of the attention kernels.
package struct KVLayout: Sendable, Equatable {
    package let type: KVType
    package let layers: Int
    package let kvHeads: Int
    package let headDimension: Int

    package init(_ configuration: ModelConfiguration, type: KVType) {
        self.type = type
        layers = configuration.layers
        kvHeads = configuration.kvHeads
        headDimension = configuration.headDimension
    }

    private var blockBytes: Int { type.blockBytes(headDimension: headDimension) }

    /// Bytes of one page.
    package var pageBytes: Int { layers * kvHeads * blockBytes }
    /// Bytes that one position takes.
    package var positionBytes: Int { pageBytes / KVType.pagePositions }

    /// Byte offset of the block of `layer` and `head` inside a page.
    package func blockOffset(layer: Int, head: Int) -> Int { (layer * kvHeads + head) * blockBytes }
}
