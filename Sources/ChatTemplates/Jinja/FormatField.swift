// Owns one formatted field: sign, padding, precision, base, for `%` and for `str.format` alike.
// Refuses to know how either writes its specification.

struct FormatField {
    enum Alignment { case left, right, center, afterSign }
    enum Sign { case negativeOnly, always, space }

    /// Widths and precisions past this are a mistake or an attack.
    static let sizeLimit = 10_000

    var fill = MarkedScalar(" ", isTrusted: true)
    var alignment: Alignment?
    var sign = Sign.negativeOnly
    var isAlternate = false
    var width = 0
    var grouping: String?
    var precision: Int?
    /// The presentation type: `d`, `f`, `s`…; nil chooses by value.
    var type: Unicode.Scalar?

    func pad(_ text: Text, signLength: Int = 0, default fallback: Alignment) -> Text {
        let missing = width - text.count
        guard missing > 0 else { return text }
        func filler(_ count: Int) -> [MarkedScalar] { Array(repeating: fill, count: count) }
        switch alignment ?? fallback {
        case .left: return Text(scalars: text.scalars + filler(missing))
        case .right: return Text(scalars: filler(missing) + text.scalars)
        case .center:
            return Text(scalars: filler(missing / 2) + text.scalars + filler(missing - missing / 2))
        case .afterSign:
            return Text(
                scalars: text.scalars.prefix(signLength) + filler(missing)
                    + text.scalars.dropFirst(signLength))
        }
    }

    func format(_ text: Text) -> Text {
        let kept = precision.map { Text(text.scalars.prefix($0)) } ?? text
        return pad(kept, default: .left)
    }

    func format(_ value: Int) throws(ChatTemplateError) -> Text {
        let magnitude = value.magnitude
        let (prefix, digits): (String, String) =
            switch type {
            case "x": ("0x", String(magnitude, radix: 16))
            case "X": ("0X", String(magnitude, radix: 16, uppercase: true))
            case "o": ("0o", String(magnitude, radix: 8))
            case "b": ("0b", String(magnitude, radix: 2))
            default: ("", String(magnitude))
            }
        // `%.5d`: a precision pads with zeros.
        let zeros = String(repeating: "0", count: max(0, (precision ?? 0) - digits.utf8.count))
        return pad(
            sign: (value < 0 ? "-" : plusSign) + (isAlternate ? prefix : ""),
            body: grouped(zeros + digits))
    }

    func format(_ value: Double) throws(ChatTemplateError) -> Text {
        let sign = value.sign == .minus && !value.isNaN ? "-" : plusSign
        guard value.isFinite else {
            let name = value.isNaN ? "nan" : "inf"
            let isUpper = type == "F" || type == "E" || type == "G"
            return pad(sign: sign, body: isUpper ? name.uppercased() : name)
        }
        let magnitude = value.magnitude
        switch type {
        case "f", "F":
            return pad(sign: sign, body: grouped(FloatText.fixed(magnitude, places: precision ?? 6)))
        case "e", "E":
            let text = FloatText.scientific(magnitude, places: precision ?? 6)
            return pad(sign: sign, body: type == "E" ? text.uppercased() : text)
        case "%":
            return pad(sign: sign, body: FloatText.fixed(magnitude * 100, places: precision ?? 6) + "%")
        case "g", "G":
            let text = general(magnitude)
            return pad(sign: sign, body: type == "G" ? text.uppercased() : text)
        case nil where precision == nil:
            return pad(sign: sign, body: grouped(FloatText.shortest(magnitude)))
        default:
            throw ChatTemplateError(.unsupported, "this float format is not supported")
        }
    }

    /// `%g`: as many significant digits as the precision says, without zeros at the end.
    private func general(_ value: Double) -> String {
        let significant = max(precision ?? 6, 1)
        let scientific = FloatText.scientific(value, places: significant - 1)
        let parts = scientific.split(separator: "e")
        let exponent = Int(parts[1]) ?? 0
        func trimmed(_ text: some StringProtocol) -> String {
            guard !isAlternate, text.contains(".") else { return String(text) }
            let zeros = text.utf8.reversed().prefix { $0 == UInt8(ascii: "0") }.count
            let cut = text.dropLast(zeros)
            return String(cut.last == "." ? cut.dropLast() : cut)
        }
        if exponent < -4 || exponent >= significant { return trimmed(parts[0]) + "e" + parts[1] }
        return trimmed(FloatText.fixed(value, places: significant - 1 - exponent))
    }

    private var plusSign: String {
        switch sign {
        case .negativeOnly: ""
        case .always: "+"
        case .space: " "
        }
    }

    private func pad(sign: String, body: String) -> Text {
        pad(Text(sign + body, isTrusted: true), signLength: sign.utf8.count, default: .right)
    }

    /// Separators every three digits of the whole part: `{:,}`.
    private func grouped(_ number: String) -> String {
        guard let grouping else { return number }
        let whole = number.prefix { $0 != "." && $0 != "e" }
        var result = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { result += grouping }
            result.append(digit)
        }
        return result + number.dropFirst(whole.count)
    }
}
