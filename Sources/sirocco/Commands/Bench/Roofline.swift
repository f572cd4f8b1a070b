// What a machine could do with a model at best: the ceilings that measured rates are held against. Pure
// arithmetic over rates and bytes; it measures nothing.

package import Models

/// The ceilings of one model on one machine.
///
/// Two limits are reckoned: the weights (and, in decode, keys and values) that must be read from memory, and
/// the 8-bit multiplications that must be done. The lower one is the ceiling. What is left out (attention's
/// arithmetic, norms, quantizing activations, sampling) could only lower it. Weights that stay in a cache can
/// be read faster than memory: a small model can exceed its ceiling in decode.
package struct Roofline: Sendable {
    /// Bytes a second from memory.
    package var memory: Double
    /// 8-bit operations a second; a product and its addition are two.
    package var int8: Double
    package var weights: ActiveWeights
    /// Bytes of keys and values of one position in all layers.
    package var cacheBytesPerPosition: Int
    package var slidingWindow: Int?
    /// Prompt tokens that are computed together, and so share one reading of the weights.
    package var prefillChunk: Int

    package init(
        memory: Double, int8: Double, weights: ActiveWeights, cacheBytesPerPosition: Int,
        slidingWindow: Int? = nil, prefillChunk: Int = 512
    ) {
        self.memory = memory
        self.int8 = int8
        self.weights = weights
        self.cacheBytesPerPosition = cacheBytesPerPosition
        self.slidingWindow = slidingWindow
        self.prefillChunk = prefillChunk
    }

    /// The most tokens a second that `task` allows, and what would be at its limit then.
    package func ceiling(_ task: BenchMeasurement.Task) -> BenchMeasurement.Ceiling {
        switch task.kind {
        case .prefill:
            let full = task.tokens / prefillChunk
            let rest = task.tokens % prefillChunk
            // Only the last token's logits are wanted.
            let last = rest > 0 ? weights.bytes(tokens: rest, logits: 1) : Double(weights.head.bytes)
            return lower(
                tokens: task.tokens,
                bytes: Double(full) * weights.bytes(tokens: prefillChunk, logits: 0) + last,
                multiplications: weights.multiplications(tokens: task.tokens, logits: 1))
        case .decode:
            return lower(
                tokens: task.sequences,
                bytes: weights.bytes(tokens: task.sequences, logits: task.sequences)
                    + Double(task.sequences) * cacheBytes(task),
                multiplications: weights.multiplications(tokens: task.sequences, logits: task.sequences))
        }
    }

    /// Keys and values that one sequence reads for a token, on average over the timed ones.
    private func cacheBytes(_ task: BenchMeasurement.Task) -> Double {
        let positions = Double(task.depth + 1) + Double(task.tokens + 1) / 2
        return min(positions, Double(slidingWindow ?? .max)) * Double(cacheBytesPerPosition)
    }

    private func lower(tokens: Int, bytes: Double, multiplications: Double) -> BenchMeasurement.Ceiling {
        let byMemory = Double(tokens) * memory / bytes
        let byInt8 = Double(tokens) * int8 / (2 * multiplications)
        return byMemory < byInt8
            ? .init(tokensPerSecond: byMemory, limit: .memory) : .init(tokensPerSecond: byInt8, limit: .int8)
    }
}

extension Roofline {
    /// Nil where the machine was not measured.
    init?(_ record: BenchRecord, _ weights: ActiveWeights, _ shape: ModelConfiguration) {
        guard let machine = record.machine else { return nil }
        self.init(
            memory: machine.memory_bytes_per_second, int8: machine.int8_operations_per_second,
            weights: weights,
            cacheBytesPerPosition: record.cache_bytes_per_position, slidingWindow: shape.slidingWindow)
    }
}
