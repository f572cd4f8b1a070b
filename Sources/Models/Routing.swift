// Which experts compute which tokens: the router's choice, and the order of work that follows from it.

package import Tensors

/// Chooses the `count` largest of `logits` and writes them, best first, with softmax weights over the
/// chosen. Of equal logits the lower expert wins; NaN comes after all numbers. (Softmax over all experts, top k, renormalised, as
/// Mixtral's reference writes it, is the same function.)
package func chooseExperts(
    _ logits: UnsafeBufferPointer<Float>, count: Int, into choices: UnsafeMutablePointer<ExpertChoice>
) {
    for rank in 0..<count {
        var best: Int?
        for expert in 0..<logits.count
        where !(0..<rank).contains(where: { Int(choices[$0].expert) == expert }) {
            guard let leader = best else {
                best = expert
                continue
            }
            let isLarger = logits[expert] > logits[leader]
            if isLarger || (logits[leader].isNaN && !logits[expert].isNaN) { best = expert }
        }
        guard let best else { preconditionFailure("\(count) experts wanted of \(logits.count)") }
        choices[rank] = ExpertChoice(expert: Int32(best), weight: logits[best])
    }
    let largest = choices[0].weight
    var sum: Float = 0
    for rank in 0..<count {
        choices[rank].weight = exponential(choices[rank].weight - largest)
        sum += choices[rank].weight
    }
    for rank in 0..<count { choices[rank].weight /= sum }
}

/// The (token, rank) pairs of a batch sorted by expert, so that each expert's tokens lie together.
/// Every worker builds its own copy: that is cheaper than waiting for one of them to do it.
package struct ExpertPlan: ~Copyable {
    /// Pair indices token * k + rank, by expert, tokens in order.
    package let pairs: AlignedBuffer<Int32>
    /// Where each pair went: the inverse of `pairs`.
    package let slots: AlignedBuffer<Int32>
    /// Expert e has slots starts[e] ..< starts[e + 1].
    package let starts: AlignedBuffer<Int32>
    /// Experts that have any slot, ascending; the first `activeCount` entries are valid.
    package let active: AlignedBuffer<Int32>
    package private(set) var activeCount = 0
    /// Slots of the expert that has most.
    package private(set) var mostSlots = 0

    package init(pairs: Int, experts: Int) {
        self.pairs = AlignedBuffer(count: pairs)
        slots = AlignedBuffer(count: pairs)
        starts = AlignedBuffer(count: experts + 1)
        active = AlignedBuffer(count: experts)
    }

    /// Counting sort of `count` choices.
    package mutating func build(_ choices: UnsafePointer<ExpertChoice>, count: Int) {
        let experts = active.count
        let starts = starts.pointer
        starts.update(repeating: 0, count: experts + 1)
        for pair in 0..<count { starts[Int(choices[pair].expert) + 1] += 1 }
        activeCount = 0
        mostSlots = 0
        for expert in 0..<experts {
            mostSlots = max(mostSlots, Int(starts[expert + 1]))
            if starts[expert + 1] > 0 {
                active.pointer[activeCount] = Int32(expert)
                activeCount += 1
            }
            starts[expert + 1] += starts[expert]
        }
        for pair in 0..<count {
            let expert = Int(choices[pair].expert)
            let slot = starts[expert]
            starts[expert] += 1
            pairs.pointer[Int(slot)] = Int32(pair)
            slots.pointer[pair] = slot
        }
        // Each start has moved to its end: shift them back.
        for expert in stride(from: experts, to: 0, by: -1) { starts[expert] = starts[expert - 1] }
        starts[0] = 0
    }

    /// The slots of `expert`.
    package func range(of expert: Int) -> Range<Int> {
        Int(starts.pointer[expert])..<Int(starts.pointer[expert + 1])
    }
}
