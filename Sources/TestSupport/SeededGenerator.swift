// Random choices that are the same in every run: a failing test can be run again.

/// SplitMix64 (Steele et al., 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in -1 ..< 1: for weights, whose shape of distribution does not matter to a test.
    package mutating func symmetric() -> Float { Float(next() >> 40) * 0x1p-23 - 1 }
}
