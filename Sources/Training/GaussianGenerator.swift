// Normal deviates from a seed, the same on every machine.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Standard normal numbers: SplitMix64 (Steele et al. 2014) for bits, Box and Muller's method for the shape.
struct GaussianGenerator {
    private var state: UInt64
    private var spare: Double?

    /// Streams of one seed are independent of each other.
    init(seed: UInt64, stream: UInt64) {
        state = GaussianGenerator.mix(seed &+ 0x9e37_79b9_7f4a_7c15) ^ GaussianGenerator.mix(stream)
    }

    /// The next number.
    mutating func next() -> Double {
        if let spare {
            self.spare = nil
            return spare
        }
        let radius = (-2 * log(uniform())).squareRoot()
        let angle = 2 * Double.pi * uniform()
        spare = radius * sin(angle)
        return radius * cos(angle)
    }

    /// In (0, 1]: its logarithm is finite.
    private mutating func uniform() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Double(GaussianGenerator.mix(state) >> 11 + 1) * 0x1p-53
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
