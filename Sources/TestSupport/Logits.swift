// A forward pass without an engine, for tests that compare logits as they are.

package import Inference
import Models
package import Tensors

extension LoadedModel {
    /// The logits after the last of `ids`, computed in one batch.
    package func lastLogits(_ ids: [Int32], kvType: KVType = .f32, threads: Int = 2) throws -> [Float] {
        let cache = KVCache(
            layout: KVLayout(configuration, type: kvType), capacity: KVCache.pageCount(positions: ids.count))
        guard var lease = cache.lease(positions: ids.count, tokens: ids, usingPrefixes: false) else {
            preconditionFailure("a cache of \(cache.capacity) pages has none for \(ids.count) positions")
        }
        let runner = model.makeRunner(
            limits: RunnerLimits(tokens: ids.count, logitRows: 1, context: ids.count, kvType: kvType),
            pool: ThreadPool(workers: threads))
        var pages: [UnsafePointer<UInt8>?] = []
        for _ in 0..<cache.capacity {
            cache.extend(&lease)
            pages.append(cache.memory(of: lease.pages[lease.pages.count - 1]))
        }
        let tokens = ids.enumerated().map { position, id in
            BatchToken(id: id, position: position, sequence: 0, logitRow: position == ids.count - 1 ? 0 : nil)
        }
        return withExtendedLifetime(cache) {
            pages.withUnsafeBufferPointer { pages in
                tokens.withUnsafeBufferPointer { tokens in
                    guard var table = pages.baseAddress else { return [] }
                    withUnsafePointer(to: &table) { runner.forward(Batch(tokens: tokens, pages: $0)) }
                    return Array(runner.logits(row: 0))
                }
            }
        }
    }
}
