// What the tests of this target share: random rows, fixtures, a seeded generator.

import FoundationEssentials
import Sampling

/// SplitMix64, so that rows are the same on every machine and toolchain.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Bell-shaped: the sum of twelve uniform numbers, mean 0, deviation 1.
    mutating func normal() -> Float {
        (0..<12).reduce(-6) { sum, _ in sum + Float.random(in: 0..<1, using: &self) }
    }

    /// A row of logits as a language model gives them: a broad bell and a few far above it.
    mutating func row(_ count: Int, deviation: Float = 2.5, peaks: Int = 5) -> [Float] {
        var row = (0..<count).map { _ in normal() * deviation }
        for _ in 0..<peaks { row[Int.random(in: 0..<count, using: &self)] += 9 }
        return row
    }
}

extension Sampler {
    mutating func sample(_ row: [Float]) throws(SamplingError) -> SampledToken {
        try sample(logits: row.span)
    }

    mutating func probabilities(_ row: [Float]) throws(SamplingError) -> [Int32: Double] {
        Dictionary(
            uniqueKeysWithValues: try distribution(logits: row.span).map { ($0.token, $0.probability) })
    }
}

/// One row of `distributions.json`.
struct DistributionCase: Decodable, Sendable {
    var name: String
    var logits: [FixtureFloat]
    var prompt: [Int32]
    var answer: [Int32]
    var parameters: SamplingParameters
    var probabilities: [String: Double]

    /// JSON has no infinity, so the fixture writes it as a string.
    struct FixtureFloat: Decodable, Sendable {
        var value: Float

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Float.self) {
                value = number
            } else {
                value = try container.decode(String.self) == "inf" ? .infinity : -.infinity
            }
        }
    }
}
