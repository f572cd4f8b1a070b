// Owns a compiled grammar and how grammars are put together. Front ends live beside it, one folder each.
// Refuses to know models: a vocabulary comes with the mask.
//
// To add a front end: a folder with a parser that gives an `Expression` and `Rules`, and one factory in an extension.

internal import Synchronization

/// A language of texts, compiled once and cheap to share: copies share their masks.
public struct Grammar: Sendable {
    private let compiled: Compiled

    /// The masks of a grammar for the vocabularies that it was used with last.
    private final class Compiled: Sendable {
        let root: Expression
        let rules: Rules
        let automaton: Automaton
        let tables = Mutex<[MaskTable]>([])

        init(_ root: Expression, _ rules: Rules) throws(GrammarError) {
            self.root = root
            self.rules = rules
            automaton = try Automaton(root, rules)
        }
    }

    /// - Throws: `matchesNothing`, `leftRecursion` or `limit`.
    package init(_ root: Expression, _ rules: Rules = Rules()) throws(GrammarError) {
        compiled = try Compiled(root, rules)
    }

    /// How large the compiled grammar is.
    public var stateCount: Int { compiled.automaton.stateCount }

    package var automaton: Automaton { compiled.automaton }

    func table(for vocabulary: TokenVocabulary) -> MaskTable {
        if let known = compiled.tables.withLock({ $0.first { $0.vocabulary === vocabulary } }) {
            return known
        }
        let table = MaskTable(compiled.automaton, vocabulary)
        return compiled.tables.withLock { tables in
            if let known = tables.first(where: { $0.vocabulary === vocabulary }) { return known }
            // A server has a handful of models; the oldest goes.
            if tables.count == 4 { tables.removeFirst() }
            tables.append(table)
            return table
        }
    }
}

extension Grammar {
    /// Exactly this text.
    public static func literal(_ text: String) throws(GrammarError) -> Grammar {
        try Grammar(.literal(text))
    }

    /// Exactly the control token of that id.
    /// - Throws: `undefined` for a negative id.
    public static func controlToken(_ token: Int32) throws(GrammarError) -> Grammar {
        guard token >= 0 else {
            throw GrammarError(.undefined, .none, "there is no token \(token); ids start at 0")
        }
        return try Grammar(.token(token))
    }

    /// Any text that is valid UTF-8, also none.
    public static func anyText() throws(GrammarError) -> Grammar { try Grammar(.automaton(.anyText)) }

    /// One after the other.
    public static func sequence(_ grammars: [Grammar]) throws(GrammarError) -> Grammar {
        try combined(grammars) { .sequence($0) }
    }

    /// One of them.
    public static func choice(_ grammars: [Grammar]) throws(GrammarError) -> Grammar {
        try combined(grammars) { .choice($0) }
    }

    /// `min` to `max` times; `max` nil: as often as it likes.
    public static func repeated(
        _ grammar: Grammar, min: Int = 0, max: Int? = nil
    ) throws(GrammarError) -> Grammar {
        try checkRepetition(min: min, max: max, at: .none)
        return try combined([grammar]) { .repeated($0[0], min: min, max: max) }
    }

    private static func combined(
        _ grammars: [Grammar], _ combine: ([Expression]) -> Expression
    ) throws(GrammarError) -> Grammar {
        var rules = Rules()
        let roots = grammars.map { rules.merge($0.compiled.rules, root: $0.compiled.root) }
        return try Grammar(combine(roots), rules)
    }
}

extension Grammar {
    /// What sets off a grammar within free text.
    public enum Trigger: Sendable, Hashable {
        case literal(String)
        case controlToken(Int32)
    }

    /// Free text that may end at any time; but once the trigger was written, `grammar` holds, and then free text
    /// again, in which the trigger may come again.
    /// - Throws: `syntax` for an empty trigger.
    public static func triggered(
        by trigger: Trigger, then grammar: Grammar
    ) throws(GrammarError) -> Grammar {
        var rules = Rules()
        let body = rules.merge(grammar.compiled.rules, root: grammar.compiled.root)
        switch trigger {
        case .literal(let text):
            let bytes = Array(text.utf8)
            guard !bytes.isEmpty else {
                throw GrammarError(.syntax, .none, "a trigger must have at least one character")
            }
            let before = try FiniteAutomaton.text(without: bytes, atEnd: true)
            let free = try FiniteAutomaton.text(without: bytes, atEnd: false)
            let rounds = Expression.repeated(.sequence([.automaton(before), body]), min: 0, max: nil)
            return try Grammar(.sequence([rounds, .automaton(free)]), rules)
        case .controlToken(let token):
            let free = Expression.automaton(.anyText)
            let rounds = Expression.repeated(.sequence([.token(token), body, free]), min: 0, max: nil)
            return try Grammar(.sequence([free, rounds]), rules)
        }
    }
}

/// - Throws: `limit` or `syntax`.
func checkRepetition(min: Int, max: Int?, at place: GrammarError.Place) throws(GrammarError) {
    guard min >= 0, min <= max ?? min else {
        throw GrammarError(
            .syntax, place, "{\(min),\(max.map(String.init) ?? "")}: the first count must not be larger")
    }
    guard Swift.max(min, max ?? 0) <= GrammarLimits.repetitions else {
        throw GrammarError(
            .limit, place, "counts go up to \(GrammarLimits.repetitions); leave out the upper bound for more")
    }
}
