// Random order that is the same on every machine and in every release: the generator and the shuffle are ours, since
// the standard library promises neither for the next version. Knows nothing of trials.

import Sampling

/// Numbers in a row from Philox4x32-10, for one seed and one stream of it.
struct ReproducibleNumbers {
    private let philox: Philox
    private let stream: UInt64
    private var step: UInt32 = 0
    private var spare: UInt64?

    /// Keeps these numbers apart from a sampler's, which has the fourth word of its counters at 0.
    private static let purpose: UInt32 = 0x4C41_4200  // "LAB"

    init(seed: UInt64, stream: UInt64) {
        philox = Philox(seed: seed)
        self.stream = stream
    }

    mutating func next() -> UInt64 {
        if let number = spare {
            spare = nil
            return number
        }
        let bits = philox.block(
            SIMD4(
                step, UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32),
                Self.purpose))
        step += 1
        spare = UInt64(bits[3]) << 32 | UInt64(bits[2])
        return UInt64(bits[1]) << 32 | UInt64(bits[0])
    }

    /// A uniform number below `bound`, without the bias of a remainder.
    /// Source: Lemire, "Fast random integer generation in an interval", 2019.
    mutating func next(below bound: UInt64) -> UInt64 {
        precondition(bound > 0)
        let threshold = (0 &- bound) % bound
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= threshold { return product.high }
        }
    }
}

extension Array {
    /// Fisher and Yates, from the end: every order is equally likely.
    mutating func shuffle(by numbers: inout ReproducibleNumbers) {
        for last in stride(from: count - 1, to: 0, by: -1) {
            swapAt(last, Int(numbers.next(below: UInt64(last + 1))))
        }
    }
}
