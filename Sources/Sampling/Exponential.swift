// exp and log, written here so that a sampled token never depends on a C library's version, and so that a
// vocabulary of 128k needs microseconds. No fused multiply-add: every CPU gives the same bits.

/// e^x for x ≤ 0, eight at a time; relative error below 2e-7, exactly 0 below -87.33 (where Float would go
/// subnormal) and exactly 1 at 0. Cody–Waite reduction and the degree-5 polynomial of Cephes' expf.
@inline(__always)
func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
    typealias Vector = SIMD8<Float>
    let tooSmall = x .< Vector(repeating: -87.33)
    let x = x.replacing(with: -87.33, where: tooSmall)
    // Adding 1.5 × 2^23 rounds to the nearest integer and leaves it in the low bits.
    let magic = Vector(repeating: 12_582_912)
    let shifted = x * 1.442_695_04 + magic
    let n = shifted - magic
    let r = (x - n * 0.693_359_375) - n * -2.121_944_4e-4
    var p = r * 1.987_569_15e-4 + 1.398_199_95e-3
    p = p * r + 8.333_451_9e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 5.000_000_1e-1
    p = p * (r * r) + (r + 1)
    let exponent =
        unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- unsafeBitCast(magic, to: SIMD8<Int32>.self)
    let scale = unsafeBitCast((exponent &+ 127) &<< 23, to: Vector.self)
    return (p * scale).replacing(with: 0, where: tooSmall)
}

/// ln x for finite x > 0; relative error below 1e-15. The series of artanh on the mantissa in [√½, √2).
package func naturalLogarithm(_ x: Double) -> Double {
    var mantissa = x.significand
    var exponent = Double(x.exponent)
    if mantissa > 1.414_213_562_373_095_1 {
        mantissa *= 0.5
        exponent += 1
    }
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var term = s
    var sum = 0.0
    // |s| ≤ 0.1716, so term 11 is below 2^-53 of the first.
    for k in 0..<12 {
        sum += term / Double(2 * k + 1)
        term *= square
    }
    return 2 * sum + exponent * 0.693_147_180_559_945_3
}
