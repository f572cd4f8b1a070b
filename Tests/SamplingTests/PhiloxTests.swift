// The generator against Random123's known answers.

import Sampling
import Testing

@Suite struct PhiloxTests {
    // The file kat_vectors of Random123, rows "philox4x32 10".
    static let known: [(counter: SIMD4<UInt32>, seed: UInt64, bits: SIMD4<UInt32>)] = [
        (SIMD4(repeating: 0), 0, SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
        (SIMD4(repeating: .max), .max, SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
        (
            SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), 0x299f_31d0_a409_3822,
            SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
        ),
    ]

    @Test("philox4x32-10 gives Random123's known answers", arguments: known.indices)
    func knownAnswers(index: Int) {
        let (counter, seed, bits) = Self.known[index]
        #expect(Philox(seed: seed).block(counter) == bits)
    }

    @Test("uniform numbers lie in [0, 1), differ by step, purpose and seed, and average one half")
    func uniform() {
        var seen: Set<Double> = []
        var sum = 0.0
        for seed in [0, 1, 1 << 40] as [UInt64] {
            for purpose in 0..<2 as Range<UInt32> {
                for step in (0..<1000).map({ $0 }) + [1 << 33, .max] as [UInt64] {
                    let number = Philox(seed: seed).uniform(step: step, purpose: purpose)
                    #expect((0..<1).contains(number))
                    seen.insert(number)
                    sum += number
                }
            }
        }
        #expect(seen.count == 6012)
        // Five deviations of the mean of 6012 uniform numbers.
        #expect(abs(sum / 6012 - 0.5) < 5 * 0.2887 / 77.5)
    }
}
