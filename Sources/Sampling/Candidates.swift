// The tokens still in the running: parallel rows of ids and logits, always in ascending order of id.
// Filters only ever drop tokens, by a cut in a ranking; nothing is sorted, because the draw does not care about
// order and the cut can be found by counting. Knows no sampling parameter.

/// The working set of one draw, with scratch that is reused from token to token.
package struct Candidates: Sendable {
    /// How many tokens are left; at least one.
    package private(set) var count = 0
    /// Until something is dropped, token i sits at index i and `ids` is not filled in.
    private var isWholeVocabulary = true
    private var ids: ContiguousArray<Int32> = []  // [count]
    private var logits: ContiguousArray<Float> = []  // [count]
    private var weights: ContiguousArray<Float> = []  // [count], scratch
    private var keys: ContiguousArray<Float> = []  // [count], scratch
    private var blockSums: ContiguousArray<Double> = []  // [count / softmaxBlock], scratch
    private var selector = RankSelector()

    package init() {}

    /// Starts over with a copy of the model's logits. +infinity becomes the largest finite value: certain, and
    /// sharing the mass with its equals, where softmax would give NaN.
    package mutating func load(_ row: UnsafeBufferPointer<Float>) {
        count = row.count
        isWholeVocabulary = true
        if logits.count != count {
            logits = ContiguousArray(repeating: 0, count: count)
            weights = logits
            keys = logits
            ids = ContiguousArray(repeating: 0, count: count)
            blockSums = ContiguousArray(repeating: 0, count: (count + softmaxBlock - 1) / softmaxBlock)
        }
        logits.withUnsafeMutableBufferPointer { target in
            for i in 0..<row.count { target[i] = min(row[i], .greatestFiniteMagnitude) }
        }
    }

    /// The whole vocabulary's logits, `[vocabulary]`, for edits that come before any filter.
    package mutating func withVocabulary<Failure: Error>(
        _ body: (inout MutableSpan<Float>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(isWholeVocabulary, "edits come before filters")
        var span = logits.mutableSpan
        try body(&span)
    }

    /// The id of the candidate at `index`.
    package func id(_ index: Int) -> Int32 {
        isWholeVocabulary ? Int32(truncatingIfNeeded: index) : ids[index]
    }

    /// The logit of the candidate at `index`.
    package func logit(_ index: Int) -> Float { logits[index] }

    /// The largest logit left and the lowest id that has it.
    package func peak(step: UInt64) throws(SamplingError) -> LogitsPeak {
        let row = logits.span.extracting(first: count)
        let found = try row.withUnsafeBufferPointer { row throws(SamplingError) in
            try Sampling.peak(of: row, step: step)
        }
        return LogitsPeak(token: id(Int(found.token)), logit: found.logit)
    }

    /// The largest logit left; -infinity if every token is forbidden.
    package var maximum: Float {
        logits.span.extracting(first: count).withUnsafeBufferPointer { largest(of: $0) }
    }
}

// MARK: - Dropping candidates

extension Candidates {
    /// Keeps the candidates whose logit is at least `threshold`. At least one must reach it.
    package mutating func keep(atLeast threshold: Float) {
        drop(below: .atLeast(threshold), rankedByLogit: true)
    }

    /// Keeps the `limit` largest logits; of equals, the lowest ids.
    package mutating func keepLargest(_ limit: Int) {
        guard limit < count else { return }
        keep(atLeast: floorOfLargest(limit))
        guard limit < count else { return }
        drop(below: cut(rankedByLogit: true, weighted: false, reaching: Double(limit)), rankedByLogit: true)
    }

    /// Keeps the shortest prefix, by descending logit, that holds `share` (0..<1) of the probability.
    package mutating func keepMostLikely(share: Double) {
        let maximum = maximum
        let total = weigh(below: maximum)
        // Tokens below (1 − share)/count of the mass hold less than 1 − share together, so all of them may go.
        // On text that leaves hundreds of a hundred thousand to be ranked. The margin covers rounding.
        let floor = naturalLogarithm((1 - share) * total / Double(count)) - 0.001
        keep(atLeast: maximum + Float(floor))
        _ = weigh(below: maximum)
        drop(below: cut(rankedByLogit: true, weighted: true, reaching: share * total), rankedByLogit: true)
    }

    /// Keeps the candidates whose surprise −ln p is nearest to the distribution's entropy until they hold
    /// `share` (0..<1) of the probability.
    package mutating func keepTypical(share: Double) {
        let maximum = maximum
        let total = weigh(below: maximum)
        let logTotal = naturalLogarithm(total)
        var entropy = 0.0
        for i in 0..<count where weights[i] > 0 {
            entropy += Double(weights[i]) / total * (logTotal - Double(logits[i] - maximum))
        }
        let offset = Float(logTotal - entropy) + maximum
        for i in 0..<count { keys[i] = -abs(offset - logits[i]) }
        drop(below: cut(rankedByLogit: false, weighted: true, reaching: share * total), rankedByLogit: false)
    }

    /// A logit that at least `limit` candidates reach and few others do: the `limit`-th largest of the maxima of
    /// short runs. Finding it costs one fast pass, and spares the exact ranking all but a few candidates.
    private mutating func floorOfLargest(_ limit: Int) -> Float {
        let run = 32
        let runs = count / run
        guard runs >= limit else { return -.infinity }
        logits.withUnsafeBufferPointer { row in
            for i in 0..<runs {
                keys[i] = largest(of: UnsafeBufferPointer(rebasing: row[i * run..<(i + 1) * run]))
            }
        }
        return keys.withUnsafeBufferPointer { maxima in
            let maxima = UnsafeBufferPointer(rebasing: maxima[..<runs])
            return selector.cut(keys: maxima, weights: nil, reaching: Double(limit)).threshold
        }
    }

    private mutating func cut(rankedByLogit: Bool, weighted: Bool, reaching target: Double) -> RankCut {
        (rankedByLogit ? logits : keys).withUnsafeBufferPointer { keys in
            weights.withUnsafeBufferPointer { weights in
                selector.cut(
                    keys: UnsafeBufferPointer(rebasing: keys[..<count]), weights: weighted ? weights : nil,
                    reaching: target)
            }
        }
    }

    /// Moves the candidates that the cut keeps to the front, in order.
    private mutating func drop(below cut: RankCut, rankedByLogit: Bool) {
        var kept = 0
        var ties = cut.ties
        let floor = SIMD8<Float>(repeating: cut.threshold)
        logits.withUnsafeMutableBufferPointer { logits in
            ids.withUnsafeMutableBufferPointer { ids in
                keys.withUnsafeBufferPointer { keys in
                    let ranking = rankedByLogit ? UnsafeBufferPointer(logits) : keys
                    var i = 0
                    while i < count {
                        // Nearly all runs of eight hold nothing to keep; they are passed over in one compare.
                        if i + 8 <= count, (ranking.vector(at: i) .>= floor) == noLane {
                            i += 8
                            continue
                        }
                        for j in i..<min(i + 8, count) {
                            let key = ranking[j]
                            guard key >= cut.threshold else { continue }
                            if key == cut.threshold {
                                guard ties > 0 else { continue }
                                ties -= 1
                            }
                            ids[kept] = isWholeVocabulary ? Int32(truncatingIfNeeded: j) : ids[j]
                            logits[kept] = logits[j]
                            kept += 1
                        }
                        i += 8
                    }
                }
            }
        }
        precondition(kept > 0, "a filter keeps at least one candidate")
        isWholeVocabulary = isWholeVocabulary && kept == count
        count = kept
    }
}

// MARK: - Weights and the draw

extension Candidates {
    /// Fills `weights` with exp(`scale` × (logit − maximum)), `blockSums` with their sums; returns the total.
    private mutating func weigh(below maximum: Float, scale: Float = 1) -> Double {
        logits.withUnsafeBufferPointer { logits in
            weights.withUnsafeMutableBufferPointer { weights in
                blockSums.withUnsafeMutableBufferPointer { sums in
                    exponentials(
                        of: UnsafeBufferPointer(rebasing: logits[..<count]), below: maximum, scale: scale,
                        weights: weights, blockSums: sums)
                }
            }
        }
    }

    /// The token at which the cumulative probability, in order of id, first exceeds `uniform`.
    /// - Parameters:
    ///   - temperature: above 0.
    ///   - uniform: in [0, 1).
    package mutating func draw(temperature: Float, uniform: Double) -> Int32 {
        // A temperature so small that its inverse overflows is as good as greedy, and 0 × largest is 0.
        let scale = min(1 / temperature, .greatestFiniteMagnitude)
        var remaining = uniform * weigh(below: maximum, scale: scale)
        var block = 0
        while block < (count - 1) / softmaxBlock, remaining >= blockSums[block] {
            remaining -= blockSums[block]
            block += 1
        }
        var chosen: Int?
        for i in block * softmaxBlock..<min((block + 1) * softmaxBlock, count) where weights[i] > 0 {
            // Rounding can leave a sliver beyond the last candidate of the block; it belongs to that candidate.
            chosen = i
            remaining -= Double(weights[i])
            if remaining < 0 { break }
        }
        return id(chosen ?? lastPositive(before: block * softmaxBlock))
    }

    /// For the sliver that rounding leaves when the last block holds no mass at all.
    private func lastPositive(before end: Int) -> Int {
        guard let index = weights[..<end].lastIndex(where: { $0 > 0 }) else {
            preconditionFailure("a row with a finite maximum has a positive weight")
        }
        return index
    }

    /// Probabilities of what is left at a temperature, as (id, probability) in order of id; for tests and traces.
    package mutating func distribution(temperature: Float) -> [(token: Int32, probability: Double)] {
        let total = weigh(below: maximum, scale: min(1 / temperature, .greatestFiniteMagnitude))
        return (0..<count).map { (id($0), Double(weights[$0]) / total) }
    }
}
