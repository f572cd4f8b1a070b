// Owns the decimal text of floats: Python's shortest `repr`, and exact rounding to a number of digits.
// Refuses to know about fields, signs and padding; the formatters add those.

enum FloatText {
    /// Python's `repr`: the shortest digits that read back the same, with an exponent below 1e-4 and from 1e16.
    static func shortest(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return sign + "0.0" }
        // Swift's description has the same digits and sets its exponent by other bounds.
        let (digits, exponent) = decimal(of: value.magnitude.description)
        if exponent < -4 || exponent >= 16 {
            return sign + scientific(digits, exponent: exponent)
        }
        return sign + positional(digits, exponent: exponent)
    }

    /// `digits` as `d.ddd` times ten to `exponent`.
    private static func decimal(of description: String) -> (digits: [UInt8], exponent: Int) {
        let parts = description.split(separator: "e")
        var digits: [UInt8] = []
        var pointAt: Int?
        for byte in parts[0].utf8 {
            if byte == UInt8(ascii: ".") { pointAt = digits.count } else { digits.append(byte - 48) }
        }
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        exponent += (pointAt ?? digits.count) - 1
        let leading = digits.prefix { $0 == 0 }.count
        digits.removeFirst(leading)
        while digits.count > 1, digits.last == 0 { digits.removeLast() }
        return (digits, exponent - leading)
    }

    private static func text(_ digits: some Sequence<UInt8>) -> String {
        var text = ""
        for digit in digits { text.unicodeScalars.append(Unicode.Scalar(digit + 48)) }
        return text
    }

    private static func scientific(_ digits: [UInt8], exponent: Int) -> String {
        let fraction = digits.count > 1 ? "." + text(digits.dropFirst()) : ""
        let magnitude = String(exponent.magnitude)
        let padded = magnitude.utf8.count < 2 ? "0" + magnitude : magnitude
        return text(digits.prefix(1)) + fraction + "e" + (exponent < 0 ? "-" : "+") + padded
    }

    private static func positional(_ digits: [UInt8], exponent: Int) -> String {
        if exponent < 0 {
            return "0." + String(repeating: "0", count: -exponent - 1) + text(digits)
        }
        let whole = digits.prefix(exponent + 1)
        let zeros = String(repeating: "0", count: exponent + 1 - whole.count)
        let fraction = digits.dropFirst(exponent + 1)
        return text(whole) + zeros + "." + (fraction.isEmpty ? "0" : text(fraction))
    }

    // MARK: Exact digits

    /// `value`, finite and not negative, rounded to `places` digits after the point: `%.2f`. Exact, with ties to
    /// even, because a double is a finite decimal: its digits are computed in full and then cut.
    static func fixed(_ value: Double, places: Int) -> String {
        var (digits, pointAt) = exactDigits(of: value)
        let kept = pointAt + places
        if kept < digits.count { round(&digits, &pointAt, keeping: kept) }
        let whole = digits.prefix(max(pointAt, 0))
        var fraction = Array(digits.dropFirst(max(pointAt, 0)))
        fraction = Array((Array(repeating: 0, count: max(-pointAt, 0)) + fraction).prefix(places))
        fraction += Array(repeating: 0, count: places - fraction.count)
        return (whole.isEmpty ? "0" : text(whole)) + (places > 0 ? "." + text(fraction) : "")
    }

    /// `value`, finite and not negative, rounded to a multiple of ten to `places`.
    static func roundedToTens(_ value: Double, places: Int) -> String {
        var (digits, pointAt) = exactDigits(of: value)
        let before = pointAt
        round(&digits, &pointAt, keeping: before - places)
        let zeros = String(repeating: "0", count: max(0, pointAt - digits.count))
        return digits.isEmpty ? "0" : text(digits) + zeros
    }

    /// `%e`: one digit before the point.
    static func scientific(_ value: Double, places: Int) -> String {
        guard value != 0 else {
            return "0" + (places > 0 ? "." + String(repeating: "0", count: places) : "") + "e+00"
        }
        var (digits, pointAt) = exactDigits(of: value)
        if places + 1 < digits.count { round(&digits, &pointAt, keeping: places + 1) }
        digits = Array(digits.prefix(places + 1))
        digits += Array(repeating: 0, count: max(0, places + 1 - digits.count))
        return scientific(digits, exponent: pointAt - 1)
    }

    /// Rounds to the first `kept` digits; a carry may add one in front.
    private static func round(_ digits: inout [UInt8], _ pointAt: inout Int, keeping kept: Int) {
        guard kept >= 0 else {
            digits = []
            return
        }
        let rest = digits[kept...]
        let isTie = rest.first == 5 && rest.dropFirst().allSatisfy { $0 == 0 }
        let previousIsOdd = kept > 0 && digits[kept - 1] & 1 == 1
        let goesUp = isTie ? previousIsOdd : (rest.first ?? 0) >= 5
        digits.removeSubrange(kept...)
        guard goesUp else { return }
        var index = kept - 1
        while index >= 0, digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        if index >= 0 {
            digits[index] += 1
        } else {
            digits.insert(1, at: 0)
            pointAt += 1
        }
    }

    /// All decimal digits of a finite value, without leading zeros, and where the point is among them.
    private static func exactDigits(of value: Double) -> (digits: [UInt8], pointAt: Int) {
        guard value != 0 else { return ([], 0) }
        let shift = Int(value.exponent) - 52
        // Subnormals have fewer bits; the bit pattern holds for both.
        let isNormal = value.isNormal
        let bits = value.significandBitPattern | (isNormal ? 1 << 52 : 0)
        let power = isNormal ? shift : -1074
        // Base 1e9 limbs, least first.
        var limbs: [UInt64] = []
        var rest = bits
        while rest > 0 {
            limbs.append(rest % 1_000_000_000)
            rest /= 1_000_000_000
        }
        // times 2^power, or times 5^-power with the point moved -power digits to the left
        let factor: UInt64 = power >= 0 ? 2 : 5
        for _ in 0..<power.magnitude {
            var carry: UInt64 = 0
            for index in limbs.indices {
                let product = limbs[index] * factor + carry
                limbs[index] = product % 1_000_000_000
                carry = product / 1_000_000_000
            }
            if carry > 0 { limbs.append(carry) }
        }
        var digits: [UInt8] = []
        for limb in limbs.reversed() {
            let text = String(limb)
            let zeros = digits.isEmpty ? 0 : 9 - text.utf8.count
            digits += Array(repeating: 0, count: zeros)
            digits += text.utf8.map { $0 - 48 }
        }
        return (digits, digits.count - (power < 0 ? -power : 0))
    }
}
