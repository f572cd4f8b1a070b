// Owns llama.cpp's grammar notation (GBNF): rules, literals, classes, groups, repetition, tokens by id.
// Refuses to know what a grammar is for.

struct GBNFParser {
    private let scalars: [Unicode.Scalar]
    private let lineStarts: [Int]
    private var index = 0
    private var depth = 0
    private var rules = Rules()
    private var numbers: [String: Int] = [:]
    private var defined: Set<Int> = []

    private init(_ source: String) {
        let scalars = Array(source.unicodeScalars)
        lineStarts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
        self.scalars = scalars
    }

    /// - Throws: `syntax`, `undefined`, `unsupported` or `limit`, with line and column.
    static func parse(_ source: String) throws(GrammarError) -> (root: Expression, rules: Rules) {
        guard source.utf8.count <= GrammarLimits.sourceBytes else {
            throw GrammarError(
                .limit, .line(1, column: 1), "the grammar has more than \(GrammarLimits.sourceBytes) bytes")
        }
        var parser = GBNFParser(source)
        parser.skipSpace(withLineEnds: true)
        while parser.next != nil { try parser.rule() }
        for (number, rule) in parser.rules.rules.enumerated() where !parser.defined.contains(number) {
            throw GrammarError(
                .undefined, rule.place, "there is no rule '\(rule.name)'; add \(rule.name) ::= …")
        }
        guard let root = parser.numbers["root"] else {
            throw GrammarError(
                .undefined, .line(1, column: 1),
                "there is no rule 'root', from which a text starts; add root ::= …")
        }
        return (.rule(root), parser.rules)
    }

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private func place(_ index: Int) -> GrammarError.Place {
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= index { low = middle } else { high = middle }
        }
        return .line(low + 1, column: index - lineStarts[low] + 1)
    }

    private func error(_ code: GrammarError.Code, _ message: String, at index: Int? = nil) -> GrammarError {
        GrammarError(code, place(index ?? self.index), message)
    }

    private mutating func skip(_ text: String) -> Bool {
        guard scalars[index...].starts(with: text.unicodeScalars) else { return false }
        index += text.unicodeScalars.count
        return true
    }

    private mutating func skipSpace(withLineEnds: Bool) {
        while let scalar = next {
            if scalar == "#" {
                while let scalar = next, scalar != "\n", scalar != "\r" { index += 1 }
            } else if scalar == " " || scalar == "\t" || (withLineEnds && (scalar == "\n" || scalar == "\r"))
            {
                index += 1
            } else {
                return
            }
        }
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
        default: false
        }
    }

    private mutating func name() throws(GrammarError) -> String {
        let start = index
        while let scalar = next, Self.isNamePart(scalar) { index += 1 }
        guard index > start else {
            throw error(.syntax, "expected a rule's name (letters, digits, -), then ::=")
        }
        return String(String.UnicodeScalarView(scalars[start..<index]))
    }

    /// The rule's number; its place is that of its first mention until it is defined.
    private mutating func number(of name: String, at index: Int) -> Int {
        if let known = numbers[name] { return known }
        let number = rules.declare(name, at: place(index))
        numbers[name] = number
        return number
    }
}

extension GBNFParser {
    private mutating func rule() throws(GrammarError) {
        let start = index
        let name = try name()
        skipSpace(withLineEnds: false)
        guard skip("::=") else { throw error(.syntax, "expected ::= after '\(name)'") }
        skipSpace(withLineEnds: true)
        let number = number(of: name, at: start)
        guard defined.insert(number).inserted else {
            throw error(.syntax, "rule '\(name)' is defined twice; join the two with |", at: start)
        }
        rules.define(number, as: try alternatives(isNested: false), at: place(start))
        guard next == nil || next == "\n" || next == "\r" else {
            throw error(.syntax, "unexpected '\(next.map(String.init) ?? "")'; a rule ends with its line")
        }
        skipSpace(withLineEnds: true)
    }

    private mutating func alternatives(isNested: Bool) throws(GrammarError) -> Expression {
        var choices = [try sequence(isNested: isNested)]
        while true {
            // A line may begin with the next alternative.
            let end = index
            skipSpace(withLineEnds: true)
            guard skip("|") else {
                if !isNested { index = end }
                break
            }
            skipSpace(withLineEnds: true)
            choices.append(try sequence(isNested: isNested))
        }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence(isNested: Bool) throws(GrammarError) -> Expression {
        var parts: [Expression] = []
        while let item = try item() {
            let repeated = try self.repeated(item)
            parts.append(repeated)
            skipSpace(withLineEnds: isNested)
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func item() throws(GrammarError) -> Expression? {
        let start = index
        switch next {
        case "\"":
            index += 1
            var text = String.UnicodeScalarView()
            while !skip("\"") { text.append(try character(closing: "\"", from: start)) }
            return .literal(String(text))
        case "[":
            index += 1
            return try characterClass(from: start)
        case ".":
            index += 1
            return ScalarSet.all.expression
        case "(":
            index += 1
            return try group(from: start)
        case "<", "!": return try token(from: start)
        case .some(let scalar) where Self.isNamePart(scalar):
            let name = try name()
            return .rule(number(of: name, at: start))
        default: return nil
        }
    }

    private mutating func group(from start: Int) throws(GrammarError) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= GrammarLimits.nesting else {
            throw error(.limit, "groups are nested more than \(GrammarLimits.nesting) levels deep", at: start)
        }
        skipSpace(withLineEnds: true)
        let body = try alternatives(isNested: true)
        guard skip(")") else { throw error(.syntax, "this '(' is not closed here", at: start) }
        return body
    }

    /// `<[1000]>`: the token of that id.
    private mutating func token(from start: Int) throws(GrammarError) -> Expression {
        guard skip("<["), let token = integer(), token <= Int(Int32.max), skip("]>") else {
            throw error(
                .unsupported, "of tokens only <[id]> is supported, with the token's number", at: start)
        }
        return .token(Int32(token))
    }

    private mutating func repeated(_ item: Expression) throws(GrammarError) -> Expression {
        var result = item
        while true {
            let start = index
            if skip("*") {
                result = .repeated(result, min: 0, max: nil)
            } else if skip("+") {
                result = .repeated(result, min: 1, max: nil)
            } else if skip("?") {
                result = .repeated(result, min: 0, max: 1)
            } else if skip("{") {
                skipSpace(withLineEnds: false)
                let min = integer()
                skipSpace(withLineEnds: false)
                var max = min
                if skip(",") {
                    skipSpace(withLineEnds: false)
                    max = integer()
                    skipSpace(withLineEnds: false)
                }
                guard min != nil || max != nil, skip("}") else {
                    throw error(.syntax, "expected {m}, {m,} or {m,n}", at: start)
                }
                try checkRepetition(min: min ?? 0, max: max, at: place(start))
                result = .repeated(result, min: min ?? 0, max: max)
            } else {
                return result
            }
        }
    }

    private mutating func integer() -> Int? {
        var value: Int?
        while let scalar = next, (0x30...0x39).contains(scalar.value) {
            value = Swift.min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1 << 40)
            index += 1
        }
        return value
    }

    private mutating func characterClass(from start: Int) throws(GrammarError) -> Expression {
        let isNegated = skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !skip("]") {
            let low = try character(closing: "]", from: start)
            guard next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
                ranges.append(low.value...low.value)
                continue
            }
            let place = index
            index += 1
            let high = try character(closing: "]", from: start)
            guard low <= high else {
                throw error(
                    .syntax, "a range goes from one character to a later one; write \\x2D for a hyphen",
                    at: place)
            }
            ranges.append(low.value...high.value)
        }
        let set = isNegated ? ScalarSet(ranges).complement : ScalarSet(ranges)
        guard !set.isEmpty else { throw error(.syntax, "no character can match this class", at: start) }
        return set.expression
    }

    private mutating func character(
        closing: Unicode.Scalar, from start: Int
    ) throws(GrammarError) -> Unicode.Scalar {
        guard let scalar = next, scalar != "\n" else {
            throw error(.syntax, "this is never closed with '\(closing)'", at: start)
        }
        let place = index
        index += 1
        guard scalar == "\\" else { return scalar }
        let escape = next
        index += 1
        switch escape {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "\\", "\"", "[", "]", "-", "^": return escape ?? "\\"
        case "x": return try hexadecimal(2, from: place)
        case "u": return try hexadecimal(4, from: place)
        case "U": return try hexadecimal(8, from: place)
        default:
            throw error(
                .syntax, "unknown escape; there are \\n \\t \\r \\\\ \\\" \\[ \\] \\xHH \\uHHHH \\UHHHHHHHH",
                at: place)
        }
    }

    private mutating func hexadecimal(_ digits: Int, from start: Int) throws(GrammarError) -> Unicode.Scalar {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let nibble = next?.hexadecimalValue else {
                throw error(.syntax, "expected \(digits) hexadecimal digits", at: start)
            }
            value = value &* 16 &+ nibble
            index += 1
        }
        guard let scalar = Unicode.Scalar(value) else { throw error(.syntax, "no Unicode scalar", at: start) }
        return scalar
    }
}

extension Grammar {
    /// Texts of the rule `root` of a grammar in llama.cpp's notation. `docs/structured-output.md` has the syntax.
    /// - Throws: `syntax`, `undefined`, `unsupported`, `leftRecursion`, `matchesNothing` or `limit`, with line and
    ///   column where there is one.
    public static func gbnf(_ source: String) throws(GrammarError) -> Grammar {
        let (root, rules) = try GBNFParser.parse(source)
        return try Grammar(root, rules)
    }
}
