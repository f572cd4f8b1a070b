// Owns the form that every front end writes and the automaton is built from: expressions over bytes, and rules.
// Refuses to know which syntax an expression came from.

/// A language of byte strings (and control tokens).
package indirect enum Expression: Sendable, Hashable {
    /// The empty string alone.
    case empty
    /// Nothing at all.
    case never
    /// One byte of the set.
    case bytes(ByteSet)
    case literal([UInt8])
    /// A token without text, or one of `Assertion`'s marks, which only `FiniteAutomaton` understands.
    case token(Int32)
    case sequence([Expression])
    case choice([Expression])
    /// `max` nil: no upper bound.
    case repeated(Expression, min: Int, max: Int?)
    /// The rule of that number in `Rules`.
    case rule(Int)
    case automaton(FiniteAutomaton)
    /// The contents of a JSON string whose decoded value, as UTF-8, the automaton accepts.
    case jsonEncoded(FiniteAutomaton)

    package static func literal(_ text: String) -> Expression { .literal(Array(text.utf8)) }

    package static func optional(_ expression: Expression) -> Expression {
        .repeated(expression, min: 0, max: 1)
    }

    /// One of the words; shared beginnings are followed once.
    static func words(_ words: [[UInt8]]) -> Expression {
        words.count == 1 ? .literal(words[0]) : .automaton(.words(words))
    }

    /// Zero-width marks of a regular expression, spelled as tokens that no vocabulary has.
    enum Assertion {
        static let start: Int32 = -1
        static let end: Int32 = -2
    }
}

/// The rules of a grammar. Expressions name them by number.
package struct Rules: Sendable {
    struct Rule: Sendable {
        /// As the source calls it, for errors.
        var name: String
        var place: GrammarError.Place
        var body: Expression
        /// Rules with the same key are the same rule, also in two grammars that are put together: their masks are
        /// computed once.
        var key: String?
    }

    private(set) var rules: [Rule] = []
    private var shared: [String: Int] = [:]

    package init() {}

    /// A rule whose body comes later, for recursion.
    mutating func declare(_ name: String, at place: GrammarError.Place = .none) -> Int {
        rules.append(Rule(name: name, place: place, body: .never))
        return rules.count - 1
    }

    /// - Parameter place: where the body stands, where that is not where the rule was first named.
    mutating func define(_ rule: Int, as body: Expression, at place: GrammarError.Place? = nil) {
        rules[rule].body = body
        if let place { rules[rule].place = place }
    }

    mutating func add(_ name: String, _ body: Expression) -> Expression {
        let rule = declare(name)
        define(rule, as: body)
        return .rule(rule)
    }

    /// The rule with that key, made by `body` the first time.
    mutating func shared(
        _ key: String, body: (inout Rules) throws(GrammarError) -> Expression
    ) throws(GrammarError) -> Expression {
        if let known = shared[key] { return .rule(known) }
        let rule = declare(key)
        rules[rule].key = key
        shared[key] = rule
        define(rule, as: try body(&self))
        return .rule(rule)
    }

    /// Takes in another grammar's rules.
    /// - Returns: its root, in this grammar's numbers.
    mutating func merge(_ other: Rules, root: Expression) -> Expression {
        var numbers: [Int] = []
        var added: [Int] = []
        for (index, rule) in other.rules.enumerated() {
            if let key = rule.key, let known = shared[key] {
                numbers.append(known)
                continue
            }
            numbers.append(rules.count)
            added.append(index)
            if let key = rule.key { shared[key] = rules.count }
            rules.append(rule)
        }
        for index in added { rules[numbers[index]].body = other.rules[index].body.renumbered(numbers) }
        return root.renumbered(numbers)
    }
}

extension Expression {
    fileprivate func renumbered(_ numbers: [Int]) -> Expression {
        switch self {
        case .rule(let rule): .rule(numbers[rule])
        case .sequence(let parts): .sequence(parts.map { $0.renumbered(numbers) })
        case .choice(let parts): .choice(parts.map { $0.renumbered(numbers) })
        case .repeated(let body, let min, let max): .repeated(body.renumbered(numbers), min: min, max: max)
        default: self
        }
    }

    /// Whether the empty string matches, given which rules match it.
    func isNullable(_ nullableRules: [Bool]) -> Bool {
        switch self {
        case .empty: true
        case .never, .bytes, .token: false
        case .literal(let bytes): bytes.isEmpty
        case .sequence(let parts): parts.allSatisfy { $0.isNullable(nullableRules) }
        case .choice(let parts): parts.contains { $0.isNullable(nullableRules) }
        case .repeated(let body, let min, _): min == 0 || body.isNullable(nullableRules)
        case .rule(let rule): nullableRules[rule]
        case .automaton(let automaton), .jsonEncoded(let automaton): automaton.acceptsEmpty
        }
    }

    /// About how many states the expression takes, without those of the rules it names.
    var size: Int {
        switch self {
        case .empty, .never, .bytes, .token, .rule: 1
        case .literal(let bytes): bytes.count
        case .sequence(let parts), .choice(let parts): parts.reduce(1) { $0 + $1.size }
        case .repeated(let body, let min, let max): body.size.cappedProduct(max ?? Swift.max(min, 1))
        case .automaton(let automaton): automaton.stateCount
        case .jsonEncoded(let automaton): 2 * automaton.stateCount
        }
    }
}

extension Int {
    /// The product, or a large number where it is larger.
    func cappedProduct(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? 1 << 40 : Swift.min(product, 1 << 40)
    }
}
