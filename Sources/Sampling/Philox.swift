// Randomness by counter: a pure function of (seed, step, purpose), with no state to share, save or replay.
// So token n of an answer never depends on the batch around it, on threads, or on what was drawn before.

/// Philox4x32-10. Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; constants and
/// known answers from the Random123 library.
package struct Philox: Sendable {
    private let key: SIMD2<UInt32>

    /// A generator for one seed.
    package init(seed: UInt64) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    }

    /// The 128 random bits that belong to a counter.
    package func block(_ counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
        var x = counter
        var k = key
        for _ in 0..<10 {
            let a = (0xD251_1F53 as UInt32).multipliedFullWidth(by: x[0])
            let b = (0xCD9E_8D57 as UInt32).multipliedFullWidth(by: x[2])
            x = SIMD4(b.high ^ x[1] ^ k[0], b.low, a.high ^ x[3] ^ k[1], a.low)
            k = k &+ SIMD2(0x9E37_79B9, 0xBB67_AE85)
        }
        return x
    }

    /// A uniform number in [0, 1) with 53 random bits for step `step`. Purposes keep independent uses of one step
    /// apart; the draw of the token is purpose 0.
    package func uniform(step: UInt64, purpose: UInt32 = 0) -> Double {
        let bits = block(
            SIMD4(UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: step >> 32), purpose, 0))
        let word = UInt64(bits[1]) << 32 | UInt64(bits[0])
        return Double(word >> 11) * 0x1p-53
    }
}
