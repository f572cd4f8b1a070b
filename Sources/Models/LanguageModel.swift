// What the engine knows of a model: its shape, and how to run a batch through it.

package import Tensors

/// A loaded model: constant weights, shared by all who run it.
package protocol LanguageModel: AnyObject, Sendable {
    var configuration: ModelConfiguration { get }
    var statistics: WeightStatistics { get }
    /// Values that one token is multiplied with: all but the experts it is not routed to.
    var activeParameters: Int { get }

    /// Scratch memory and output for forward passes within `limits` on `pool`.
    func makeRunner(limits: RunnerLimits, pool: ThreadPool) -> any ModelRunner
}

/// How large one forward pass may be.
package struct RunnerLimits: Sendable {
    /// Tokens in a batch.
    package var tokens: Int
    /// Tokens in a batch whose logits are wanted.
    package var logitRows: Int
    /// Positions in a sequence.
    package var context: Int
    package var kvType: KVType

    package init(tokens: Int, logitRows: Int, context: Int, kvType: KVType) {
        self.tokens = tokens
        self.logitRows = logitRows
        self.context = context
        self.kvType = kvType
    }
}

/// Runs batches through a model, one at a time, from one thread.
package protocol ModelRunner: AnyObject {
    var limits: RunnerLimits { get }
    /// Computes the batch: writes its keys and values to its pages, and its logits to `logits`.
    /// Precondition: the batch is within `limits`, token ids are within the vocabulary and every page that
    /// a token writes or reads is there.
    func forward(_ batch: Batch)
    /// Row `row` of the last batch's logits: one value per vocabulary entry.
    func logits(row: Int) -> UnsafeMutableBufferPointer<Float>
    /// The last layer's output of the last batch's token `index`, normed as the head takes it: `dimension` values.
    /// Precondition: the token had `wantsState`.
    func state(token index: Int) -> UnsafeBufferPointer<Float>
}
