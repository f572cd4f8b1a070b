// Owns JSON itself as rules: values, strings, numbers and the little space between them. The rules have keys, so all
// grammars that are put together share them and their masks. Refuses to know schemas.

/// JSON's own rules.
enum JSONRules {
    /// Between two parts of an object or array: nothing, a space, or a line end or two with an indentation, as
    /// llama.cpp has it. Never unbounded: a model must not fill its budget with blanks.
    static func space(_ rules: inout Rules) throws(GrammarError) -> Expression {
        try rules.shared("JSON space") { _ throws(GrammarError) in
            let lineEnds = Expression.repeated(.literal("\n"), min: 1, max: 2)
            let indentation = Expression.repeated(.bytes(ByteSet(" \t".utf8)), min: 0, max: 20)
            return .choice([.empty, .literal(" "), .sequence([lineEnds, indentation])])
        }
    }

    /// Any value.
    static func value(_ rules: inout Rules) throws(GrammarError) -> Expression {
        try rules.shared("JSON value") { rules throws(GrammarError) in
            .choice([
                try object(&rules), try array(&rules), try string(&rules), try number(&rules),
                .literal("true"),
                .literal("false"), .literal("null"),
            ])
        }
    }

    static func object(_ rules: inout Rules) throws(GrammarError) -> Expression {
        try rules.shared("JSON object") { rules throws(GrammarError) in
            let member = try member(key: try string(&rules), value: try value(&rules), &rules)
            return try list("{", member, "}", &rules)
        }
    }

    static func array(_ rules: inout Rules) throws(GrammarError) -> Expression {
        try rules.shared("JSON array") { rules throws(GrammarError) in
            try list("[", try value(&rules), "]", &rules)
        }
    }

    static func member(
        key: Expression, value: Expression, _ rules: inout Rules
    ) throws(GrammarError) -> Expression {
        .sequence([key, .literal(":"), try space(&rules), value])
    }

    static func separator(_ rules: inout Rules) throws(GrammarError) -> Expression {
        .sequence([.literal(","), try space(&rules)])
    }

    private static func list(
        _ open: String, _ element: Expression, _ close: String, _ rules: inout Rules
    ) throws(GrammarError) -> Expression {
        let space = try space(&rules)
        let more = Expression.repeated(.sequence([try separator(&rules), element]), min: 0, max: nil)
        let filled = Expression.sequence([element, more, space, .literal(close)])
        return .sequence([.literal(open), space, .choice([.literal(close), filled])])
    }
}

extension JSONRules {
    /// Any string, also as a key.
    static func string(_ rules: inout Rules) throws(GrammarError) -> Expression {
        try rules.shared("JSON string") { rules throws(GrammarError) in
            .sequence([.literal("\""), .repeated(character, min: 0, max: nil), .literal("\"")])
        }
    }

    /// A string of `min` to `max` Unicode scalars, however they are written.
    static func string(
        length min: Int, _ max: Int?, _ rules: inout Rules
    ) throws(GrammarError) -> Expression {
        try rules.shared("JSON string {\(min),\(max.map(String.init) ?? "")}") { rules throws(GrammarError) in
            .sequence([.literal("\""), .repeated(character, min: min, max: max), .literal("\"")])
        }
    }

    /// One scalar of a string: as itself, or escaped. Surrogates come in pairs.
    private static let character: Expression = {
        let plain = ScalarSet([0x20...0x21, 0x23...0x5B, 0x5D...0x10FFFF]).expression
        let digit = Expression.bytes(hexadecimal)
        func digits(_ count: Int) -> [Expression] { Array(repeating: digit, count: count) }
        let notSurrogate = Expression.choice([
            .sequence([.bytes(hexadecimal.subtracting(ByteSet("dD".utf8)))] + digits(3)),
            .sequence([.bytes(ByteSet("dD".utf8)), .bytes(ByteSet("01234567".utf8))] + digits(2)),
        ])
        let pair = Expression.sequence(
            [.bytes(ByteSet("dD".utf8)), .bytes(ByteSet("89abAB".utf8))] + digits(2)
                + [.literal("\\u"), .bytes(ByteSet("dD".utf8)), .bytes(ByteSet("cdefCDEF".utf8))] + digits(2))
        let escape = Expression.choice([
            .bytes(ByteSet("\"\\/bfnrt".utf8)), .sequence([.literal("u"), .choice([notSurrogate, pair])]),
        ])
        return .choice([plain, .sequence([.literal("\\"), escape])])
    }()

    private static let hexadecimal = ByteSet("0123456789abcdefABCDEF".utf8)

    /// A number of at most 15 digits before the point, 15 behind it, and an exponent of two: a double holds every
    /// such number, and no answer can spend itself on digits.
    static func number(_ rules: inout Rules) throws(GrammarError) -> Expression {
        try rules.shared("JSON number") { _ throws(GrammarError) in
            let fraction = Expression.sequence([.literal("."), .repeated(.bytes(digits), min: 1, max: 15)])
            let exponent = Expression.sequence([
                .bytes(ByteSet("eE".utf8)), .optional(.bytes(ByteSet("+-".utf8))),
                .repeated(.bytes(digits), min: 1, max: 2),
            ])
            return .sequence([whole(digits: 15), .optional(fraction), .optional(exponent)])
        }
    }

    /// An integer of at most 18 digits, which 64 bits hold.
    static func integer(_ rules: inout Rules) throws(GrammarError) -> Expression {
        try rules.shared("JSON integer") { _ throws(GrammarError) in whole(digits: 18) }
    }

    private static let digits = ByteSet(0x30...0x39)

    private static func whole(digits count: Int) -> Expression {
        let nonzero = Expression.sequence([
            .bytes(ByteSet(0x31...0x39)), .repeated(.bytes(digits), min: 0, max: count - 1),
        ])
        return .sequence([.optional(.literal("-")), .choice([.literal("0"), nonzero])])
    }
}

extension Grammar {
    /// Any JSON value; space is bounded, and so are the digits of numbers.
    public static func json() throws(GrammarError) -> Grammar {
        var rules = Rules()
        let root = try JSONRules.value(&rules)
        return try Grammar(root, rules)
    }

    /// Any JSON object.
    public static func jsonObject() throws(GrammarError) -> Grammar {
        var rules = Rules()
        let root = try JSONRules.object(&rules)
        return try Grammar(root, rules)
    }
}
