// Owns the tree of a regular expression and what it becomes: an expression, or an automaton where its anchors ask
// for one. Refuses to know how it is written (`RegexParser`).

indirect enum RegexSyntax: Sendable {
    case empty
    case scalar(ScalarSet)
    case sequence([RegexSyntax])
    case choice([RegexSyntax])
    case repeated(RegexSyntax, min: Int, max: Int?)
    case start
    case end
}

extension RegexSyntax {
    /// How much of a text must match.
    enum Extent {
        case whole
        /// Any part, as JSON Schema's `pattern` asks; anchors make it more.
        case part
    }

    /// The texts that match.
    func expression(matching extent: Extent) throws(GrammarError) -> Expression {
        let alternatives = if case .choice(let parts) = self { parts } else { [self] }
        var choices: [Expression] = []
        for alternative in alternatives {
            guard let (body, atStart, atEnd) = alternative.withoutOuterAnchors else {
                // An anchor somewhere within: only an automaton knows where it holds.
                return .automaton(try automaton(matching: extent))
            }
            let any = Expression.automaton(.anyText)
            var parts = [body.marked]
            if extent == .part {
                if !atStart { parts.insert(any, at: 0) }
                if !atEnd { parts.append(any) }
            }
            choices.append(parts.count == 1 ? parts[0] : .sequence(parts))
        }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    /// The same as an automaton, for intersections.
    func automaton(matching extent: Extent) throws(GrammarError) -> FiniteAutomaton {
        let any = Expression.automaton(.anyText)
        return try FiniteAutomaton(determinising: extent == .whole ? marked : .sequence([any, marked, any]))
    }

    /// With anchors as marks that the subset construction understands.
    private var marked: Expression {
        switch self {
        case .empty: .empty
        case .scalar(let set): set.expression
        case .sequence(let parts): .sequence(parts.map(\.marked))
        case .choice(let parts): .choice(parts.map(\.marked))
        case .repeated(let body, let min, let max): .repeated(body.marked, min: min, max: max)
        case .start: .token(Expression.Assertion.start)
        case .end: .token(Expression.Assertion.end)
        }
    }

    private var withoutOuterAnchors: (body: RegexSyntax, atStart: Bool, atEnd: Bool)? {
        var parts = if case .sequence(let parts) = self { parts[...] } else { [self][...] }
        var (atStart, atEnd) = (false, false)
        while case .start? = parts.first {
            parts.removeFirst()
            atStart = true
        }
        while case .end? = parts.last {
            parts.removeLast()
            atEnd = true
        }
        guard !parts.contains(where: \.hasAnchor) else { return nil }
        return (.sequence(Array(parts)), atStart, atEnd)
    }

    private var hasAnchor: Bool {
        switch self {
        case .start, .end: true
        case .empty, .scalar: false
        case .sequence(let parts), .choice(let parts): parts.contains(where: \.hasAnchor)
        case .repeated(let body, _, _): body.hasAnchor
        }
    }
}

extension Grammar {
    /// Texts that match the regular expression as a whole. `docs/structured-output.md` lists the syntax.
    /// - Throws: `syntax` or `unsupported` with the character's number, `limit`, or `matchesNothing`.
    public static func regex(_ pattern: String) throws(GrammarError) -> Grammar {
        let syntax = try RegexParser.parse(pattern)
        do {
            return try Grammar(syntax.expression(matching: .whole))
        } catch {
            throw error.at(.character(1))
        }
    }
}
