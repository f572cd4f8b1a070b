// Rotary position embedding: which elements turn together, and how fast.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Rotary position embedding (arXiv 2104.09864), with the frequency scalings that files carry.
public struct RotaryEmbedding: Sendable, Equatable {
    /// Which elements of a head form a pair. Files differ, since their Q and K rows are permuted alike.
    public enum Layout: String, Sendable {
        /// (x[2i], x[2i+1]): GGUF and Mistral's own files.
        case pairs
        /// (x[i], x[i + n/2]): Hugging Face files.
        case halves
    }

    public enum Scaling: Sendable, Equatable {
        case none
        /// Positions divided by a factor.
        case linear(factor: Double)
        /// Llama 3.1's: long wavelengths divided by a factor, short ones kept, a ramp between.
        case llama3(factor: Double, low: Double, high: Double, originalContext: Double)
        /// One divisor per frequency, as GGUF's `rope_freqs.weight` has them.
        case divisors([Float])
    }

    public var layout: Layout
    /// Theta of the paper: 10,000 for Llama 2, 1,000,000 for Mixtral.
    public var base: Double
    /// Leading elements of each head that are rotated.
    public var dimensions: Int
    public var scaling: Scaling

    package init(layout: Layout, base: Double, dimensions: Int, scaling: Scaling) {
        self.layout = layout
        self.base = base
        self.dimensions = dimensions
        self.scaling = scaling
    }

    /// Radians per position for each of the `dimensions / 2` pairs.
    public var frequencies: [Double] {
        (0..<dimensions / 2).map { index in
            let frequency = pow(base, -2 * Double(index) / Double(dimensions))
            switch scaling {
            case .none:
                return frequency
            case .linear(let factor):
                return frequency / factor
            case .divisors(let divisors):
                return frequency / Double(divisors[index])
            case .llama3(let factor, let low, let high, let originalContext):
                let turns = originalContext * frequency / (2 * .pi)  // in the original context
                if turns < low { return frequency / factor }
                if turns > high { return frequency }
                let smooth = (turns - low) / (high - low)
                return (1 - smooth) * frequency / factor + smooth * frequency
            }
        }
    }

    /// Writes cosine and sine of every pair's angle at `position`.
    package static func angles(
        position: Int, frequencies: UnsafeBufferPointer<Double>, cosines: UnsafeMutablePointer<Float>,
        sines: UnsafeMutablePointer<Float>
    ) {
        for index in 0..<frequencies.count {
            let angle = Double(position) * frequencies[index]
            cosines[index] = Float(cos(angle))
            sines[index] = Float(sin(angle))
        }
    }
}
