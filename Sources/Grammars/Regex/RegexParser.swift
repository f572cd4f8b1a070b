// Owns the syntax of regular expressions: what ECMA-262 and Python's `re` have in common.
// Refuses to know what a pattern is for.

struct RegexParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0

    private init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

    /// - Throws: `syntax`, `unsupported` or `limit`, with the character's number.
    static func parse(_ pattern: String) throws(GrammarError) -> RegexSyntax {
        guard pattern.utf8.count <= GrammarLimits.sourceBytes else {
            throw GrammarError(
                .limit, .character(1), "the pattern has more than \(GrammarLimits.sourceBytes) bytes")
        }
        var parser = RegexParser(pattern)
        let syntax = try parser.choice()
        guard parser.index == parser.scalars.count else {
            throw parser.error(.syntax, "')' without a '('; write \\) for the character")
        }
        return syntax
    }

    private func error(_ code: GrammarError.Code, _ message: String, at place: Int? = nil) -> GrammarError {
        GrammarError(code, .character((place ?? index) + 1), message)
    }

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        index += 1
        return true
    }

    private mutating func choice() throws(GrammarError) -> RegexSyntax {
        var alternatives = [try sequence()]
        while skip("|") { alternatives.append(try sequence()) }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private mutating func sequence() throws(GrammarError) -> RegexSyntax {
        var parts: [RegexSyntax] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let atom = try atom()
            parts.append(try quantified(atom))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func atom() throws(GrammarError) -> RegexSyntax {
        let start = index
        let scalar = scalars[index]
        index += 1
        switch scalar {
        case "(": return try group(from: start)
        case "[": return .scalar(try characterClass(from: start))
        case ".": return .scalar(ScalarClass.notLineEnd)
        case "^": return .start
        case "$": return .end
        case "\\": return .scalar(try escape(from: start, inClass: false).certain)
        case "*", "+", "?":
            throw error(
                .syntax, "'\(scalar)' has nothing to repeat; write \\\(scalar) for the character", at: start)
        default: return .scalar(ScalarSet(scalar))
        }
    }

    private mutating func group(from start: Int) throws(GrammarError) -> RegexSyntax {
        if skip("?") { try groupKind(from: start) }
        depth += 1
        defer { depth -= 1 }
        guard depth <= GrammarLimits.nesting else {
            throw error(.limit, "groups are nested more than \(GrammarLimits.nesting) levels deep", at: start)
        }
        let body = try choice()
        guard skip(")") else { throw error(.syntax, "this '(' is never closed", at: start) }
        return body
    }

    /// Skips what makes a group with `?` a plain group.
    private mutating func groupKind(from start: Int) throws(GrammarError) {
        if skip(":") { return }
        let isNamed = skip("P") ? skip("<") : skip("<")
        if isNamed, next != "=", next != "!" {
            while let scalar = next, scalar != ">" {
                guard scalar.isASCII,
                    scalar.properties.isAlphabetic || scalar == "_" || (0x30...0x39).contains(scalar.value)
                else { throw error(.syntax, "a group's name has letters, digits and _ only") }
                index += 1
            }
            guard skip(">") else {
                throw error(.syntax, "the group's name is never closed with '>'", at: start)
            }
            return
        }
        let what = isNamed || next == "=" || next == "!" ? "lookaround" : "a group with flags"
        throw error(
            .unsupported, "\(what) is not supported; (…), (?:…) and (?<name>…) are", at: start)
    }

    private mutating func quantified(_ atom: RegexSyntax) throws(GrammarError) -> RegexSyntax {
        var result = atom
        var count = 0
        while let (min, max) = try quantifier() {
            if case .start = atom { throw error(.unsupported, "an anchor cannot be repeated", at: index - 1) }
            if case .end = atom { throw error(.unsupported, "an anchor cannot be repeated", at: index - 1) }
            count += 1
            guard count == 1 else {
                throw error(.syntax, "two repetitions in a row; use a group", at: index - 1)
            }
            result = .repeated(result, min: min, max: max)
            // A lazy one matches the same whole texts.
            _ = skip("?")
            if next == "+" {
                throw error(.unsupported, "possessive repetition is not supported; leave out the '+'")
            }
        }
        return result
    }

    private mutating func quantifier() throws(GrammarError) -> (min: Int, max: Int?)? {
        if skip("*") { return (0, nil) }
        if skip("+") { return (1, nil) }
        if skip("?") { return (0, 1) }
        let start = index
        guard skip("{") else { return nil }
        guard let min = number() else {
            // Not a count: in both dialects an ordinary character, which `atom` reads next.
            index = start
            return nil
        }
        var max: Int? = min
        if skip(",") { max = number() }
        guard skip("}") else {
            index = start
            return nil
        }
        try checkRepetition(min: min, max: max, at: .character(start + 1))
        return (min, max)
    }

    /// Digits; a number too large is as good as any above the limit.
    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = next, (0x30...0x39).contains(scalar.value) {
            value = Swift.min((value ?? 0) * 10 + Int(scalar.value - 0x30), GrammarLimits.repetitions + 1)
            index += 1
        }
        return value
    }
}

extension RegexParser {
    private mutating func characterClass(from start: Int) throws(GrammarError) -> ScalarSet {
        let isNegated = skip("^")
        guard next != "]" else {
            throw error(.syntax, "an empty class, or a ']' that should be written \\]")
        }
        var members = ScalarClass(ScalarSet())
        var ranges: [ClosedRange<UInt32>] = []
        var shorthands: Set<Unicode.Scalar> = []
        while !skip("]") {
            guard next != nil else { throw error(.syntax, "this '[' is never closed", at: start) }
            let low = try classMember()
            guard next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
                if let scalar = low.single {
                    ranges.append(scalar...scalar)
                } else if shorthands.insert(scalars[index - 1]).inserted {
                    members = members.union(low)
                }
                continue
            }
            index += 1
            let place = index
            let high = try classMember()
            guard let first = low.single, let last = high.single, first <= last else {
                throw error(
                    .syntax, "a range goes from one character to a later one; write \\- for a hyphen",
                    at: place)
            }
            ranges.append(first...last)
        }
        members = members.union(ScalarClass(ScalarSet(ranges)))
        let set = isNegated ? members.complement.certain : members.certain
        guard !set.isEmpty else { throw error(.syntax, "no character can match this class", at: start) }
        return set
    }

    private mutating func classMember() throws(GrammarError) -> ScalarClass {
        let start = index
        guard let scalar = next else { throw error(.syntax, "a class is never closed") }
        index += 1
        return scalar == "\\" ? try escape(from: start, inClass: true) : ScalarClass(ScalarSet(scalar))
    }

    private mutating func escape(from start: Int, inClass: Bool) throws(GrammarError) -> ScalarClass {
        guard let scalar = next else {
            throw error(.syntax, "a '\\' at the end; write \\\\ for the character", at: start)
        }
        index += 1
        switch scalar {
        case "d": return .digit
        case "D": return .digit.complement
        case "w": return .word
        case "W": return .word.complement
        case "s": return .space
        case "S": return .space.complement
        case "n": return ScalarClass(ScalarSet("\n"))
        case "r": return ScalarClass(ScalarSet("\r"))
        case "t": return ScalarClass(ScalarSet("\t"))
        case "f": return ScalarClass(ScalarSet("\u{0C}"))
        case "v": return ScalarClass(ScalarSet("\u{0B}"))
        case "b" where inClass: return ScalarClass(ScalarSet("\u{08}"))
        case "0" where next.map { !(0x30...0x39).contains($0.value) } ?? true:
            return ScalarClass(ScalarSet("\0"))
        case "x": return ScalarClass(ScalarSet(try hexadecimal(2, from: start)))
        case "u": return ScalarClass(ScalarSet(try unicodeEscape(from: start)))
        case "0"..."9", "k":
            throw error(.unsupported, "back references are not supported", at: start)
        case "b", "B", "A", "Z", "z", "G":
            throw error(
                .unsupported, "\\\(scalar) is not supported; of the assertions ^ and $ are", at: start)
        case "p", "P":
            throw error(
                .unsupported, "\\\(scalar){…} is not supported; write the ranges, such as [A-Za-zÀ-ÿ]",
                at: start)
        default:
            // A letter without a meaning may get one; punctuation stands for itself.
            guard !scalar.properties.isAlphabetic else {
                throw error(.unsupported, "\\\(scalar) is not supported", at: start)
            }
            return ScalarClass(ScalarSet(scalar))
        }
    }

    private mutating func unicodeEscape(from start: Int) throws(GrammarError) -> Unicode.Scalar {
        if skip("{") {
            var value: UInt32 = 0
            while let digit = next, digit != "}" {
                guard let nibble = digit.hexadecimalValue, value <= 0x10FFFF else {
                    throw error(.syntax, "\\u{…} takes up to six hexadecimal digits", at: start)
                }
                value = value * 16 + nibble
                index += 1
            }
            guard skip("}"), let scalar = Unicode.Scalar(value) else {
                throw error(.syntax, "\\u{…} is no Unicode scalar", at: start)
            }
            return scalar
        }
        let unit = try hexadecimalValue(4, from: start)
        if (0xD800...0xDBFF).contains(unit), skip("\\"), skip("u") {
            let low = try hexadecimalValue(4, from: start)
            if (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            {
                return scalar
            }
        }
        guard let scalar = Unicode.Scalar(unit) else {
            throw error(.syntax, "half of a surrogate pair", at: start)
        }
        return scalar
    }

    private mutating func hexadecimal(_ digits: Int, from start: Int) throws(GrammarError) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(try hexadecimalValue(digits, from: start)) else {
            throw error(.syntax, "no Unicode scalar", at: start)
        }
        return scalar
    }

    private mutating func hexadecimalValue(_ digits: Int, from start: Int) throws(GrammarError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let nibble = next?.hexadecimalValue else {
                throw error(.syntax, "expected \(digits) hexadecimal digits", at: start)
            }
            value = value * 16 + nibble
            index += 1
        }
        return value
    }
}

extension ScalarClass {
    /// The one scalar of the class.
    fileprivate var single: UInt32? {
        guard certain == possible, certain.ranges.count == 1, let range = certain.ranges.first,
            range.count == 1
        else { return nil }
        return range.lowerBound
    }
}

extension Unicode.Scalar {
    var hexadecimalValue: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}
