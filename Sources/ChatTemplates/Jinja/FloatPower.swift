// Owns `**` on floats. The standard library has no `pow`, and the C library stays out of this module, so only
// the exponents templates use are computed: whole numbers and halves. Refuses to guess the rest.

enum FloatPower {
    /// - Throws: `unsupported` for exponents with a fraction other than a half, `value` for zero to a negative
    ///   power and for results that overflow, as Python does.
    static func power(_ base: Double, _ exponent: Double) throws(ChatTemplateError) -> Double {
        if exponent == 0 || base == 1 { return 1 }
        if exponent.isNaN || base.isNaN { return .nan }
        if exponent.isInfinite {
            if base.magnitude == 1 { return 1 }
            return (base.magnitude > 1) == (exponent > 0) ? .infinity : 0
        }
        guard base != 0 || exponent > 0 else {
            throw ChatTemplateError(.value, "0.0 cannot be raised to a negative power")
        }
        let whole = exponent.rounded(.towardZero)
        guard let count = Int(exactly: whole.magnitude),
            whole == exponent || (exponent - whole).magnitude == 0.5
        else {
            throw ChatTemplateError(.unsupported, "powers with the exponent \(exponent) are not supported")
        }
        guard whole == exponent || base >= 0 else {
            throw ChatTemplateError(.unsupported, "complex numbers are not supported")
        }
        var result = whole == exponent ? 1 : base.squareRoot()
        var square = base
        var left = count
        while left > 0 {
            if left & 1 == 1 { result *= square }
            left >>= 1
            if left > 0 { square *= square }
        }
        if result.isInfinite, base.isFinite {
            if exponent < 0 { return 0 }
            throw ChatTemplateError(.value, "the result of ** is too large")
        }
        return exponent < 0 ? 1 / result : result
    }
}
