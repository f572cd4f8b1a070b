// Owns reading and rounding numbers as Python's `int()`, `float()` and `round()` do.
// Refuses to know filters.

enum PythonNumber {
    /// `int(text, base)`; nil where Python raises ValueError. White space around and `_` between digits are allowed.
    static func int(_ text: String, base: Int) -> Int? {
        var text = Text(text, isTrusted: true).trimmed().string
        var sign = ""
        if let first = text.first, first == "-" || first == "+" {
            sign = String(text.removeFirst())
        }
        let prefixes: [(String, Int)] = [("0x", 16), ("0o", 8), ("0b", 2)]
        var base = base
        for (prefix, radix) in prefixes where base == radix || base == 0 {
            if text.lowercased().hasPrefix(prefix) {
                text = String(text.dropFirst(2))
                base = radix
                if text.first == "_" { text.removeFirst() }
                break
            }
        }
        if base == 0 { base = 10 }
        guard (2...36).contains(base), let digits = withoutUnderscores(text) else { return nil }
        return Int(sign + digits, radix: base)
    }

    /// `float(text)`; nil where Python raises ValueError.
    static func float(_ text: String) -> Double? {
        let text = Text(text, isTrusted: true).trimmed().string.lowercased()
        let unsigned = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        switch unsigned {
        case "inf", "infinity": return text.first == "-" ? -.infinity : .infinity
        case "nan": return .nan
        default: break
        }
        // Swift would also read hexadecimal floats.
        guard let first = unsigned.first, first.isASCII, first.isNumber || first == ".",
            unsigned.utf8.allSatisfy({ "0123456789.e+-_".utf8.contains($0) }),
            let digits = withoutUnderscores(text)
        else { return nil }
        // `5.` and `.5` are floats to Python.
        var normal = digits.replacing(".e", with: ".0e")
        if normal.last == "." { normal += "0" }
        if normal.first == "." { normal = "0" + normal }
        normal = normal.replacing("-.", with: "-0.").replacing("+.", with: "+0.")
        return normal == "0.0" && !digits.contains("0") ? nil : Double(normal)
    }

    /// Python allows single underscores between digits.
    private static func withoutUnderscores(_ text: String) -> String? {
        guard text.contains("_") else { return text }
        let bytes = Array(text.utf8)
        func isDigit(_ index: Int) -> Bool {
            guard bytes.indices.contains(index) else { return false }
            let scalar = Unicode.Scalar(bytes[index])
            return scalar.isPythonAlphanumeric
        }
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            guard isDigit(index - 1), isDigit(index + 1) else { return nil }
        }
        return text.filter { $0 != "_" }
    }

    /// Python's `round(number, places)`: exact, ties to even; an integer stays one.
    static func round(_ number: Number, places: Int) throws(ChatTemplateError) -> Value {
        switch number {
        case .int(let value):
            guard places < 0 else { return .int(value) }
            return .int(try round(value, tens: -places))
        case .float(let value):
            guard value.isFinite, value != 0 else { return .float(value) }
            let rounded: Double?
            if places >= 0 {
                rounded = Double(FloatText.fixed(value.magnitude, places: places))
            } else {
                rounded = Double(FloatText.roundedToTens(value.magnitude, places: -places))
            }
            return .float(Double(signOf: value, magnitudeOf: rounded ?? value))
        }
    }

    private static func round(_ value: Int, tens: Int) throws(ChatTemplateError) -> Int {
        // 10^19 is past every 64-bit integer and more than twice its half.
        guard tens < 19 else { return 0 }
        let unit = UInt((0..<tens).reduce(1) { power, _ in power * 10 })
        let (quotient, remainder) = value.magnitude.quotientAndRemainder(dividingBy: unit)
        let goesUp = remainder > unit - remainder || (remainder == unit - remainder && quotient & 1 == 1)
        let magnitude = (quotient + (goesUp ? 1 : 0)).multipliedReportingOverflow(by: unit)
        guard !magnitude.overflow, let result = Int(exactly: magnitude.partialValue) else {
            throw ChatTemplateError(.value, "an integer does not fit 64 bits")
        }
        return value < 0 ? -result : result
    }
}
