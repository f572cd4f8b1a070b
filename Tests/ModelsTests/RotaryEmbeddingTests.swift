// Frequencies and angles of the rotary embedding, against values worked out by hand from the papers.

import Foundation
import Models
import Testing

@Suite("Rotary embedding")
struct RotaryEmbeddingTests {
    private func frequencies(
        _ scaling: RotaryEmbedding.Scaling, base: Double = 10_000, dimensions: Int = 8
    ) -> [Double] {
        RotaryEmbedding(layout: .pairs, base: base, dimensions: dimensions, scaling: scaling).frequencies
    }

    private func agree(_ found: [Double], _ expected: [Double]) -> Bool {
        found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-12 * abs($1) }
    }

    @Test("Frequencies fall from 1 by equal ratios down to base^(2/n) / base")
    func unscaled() {
        #expect(agree(frequencies(.none), [1, 0.1, 0.01, 0.001]))
        #expect(agree(frequencies(.none, base: 1_000_000, dimensions: 6), [1, 0.01, 0.0001]))
    }

    @Test("Linear scaling divides every frequency")
    func linear() {
        #expect(agree(frequencies(.linear(factor: 4)), [0.25, 0.025, 0.0025, 0.00025]))
    }

    @Test("Divisors apply to their own frequency")
    func divisors() {
        #expect(agree(frequencies(.divisors([1, 2, 4, 8])), [1, 0.05, 0.0025, 0.000125]))
    }

    @Test("Llama 3 scaling keeps short wavelengths, divides long ones and blends between")
    func llama3() {
        // Turns in the original context of 20π: 10, 1, 0.1 and 0.01. Above 2 is kept, below 0.5 divided; 1 lies
        // a third of the way.
        let scaling = RotaryEmbedding.Scaling.llama3(factor: 8, low: 0.5, high: 2, originalContext: 20 * .pi)
        let blended = 0.1 * (2.0 / 3 / 8 + 1.0 / 3)
        #expect(agree(frequencies(scaling), [1, blended, 0.00125, 0.000125]))
    }

    @Test("Angles of distant positions keep single precision")
    func angles() {
        let position = 131_071
        let frequencies = frequencies(.none, base: 500_000, dimensions: 16)
        var (cosines, sines) = ([Float](repeating: 0, count: 8), [Float](repeating: 0, count: 8))
        frequencies.withUnsafeBufferPointer {
            RotaryEmbedding.angles(position: position, frequencies: $0, cosines: &cosines, sines: &sines)
        }
        for (index, frequency) in frequencies.enumerated() {
            // Turns taken off first: the rest is small, and its cosine exact to the last place.
            let angle = (Double(position) * frequency).truncatingRemainder(dividingBy: 2 * .pi)
            #expect(abs(Double(cosines[index]) - Foundation.cos(angle)) < 1e-7)
            #expect(abs(Double(sines[index]) - Foundation.sin(angle)) < 1e-7)
        }
    }
}
