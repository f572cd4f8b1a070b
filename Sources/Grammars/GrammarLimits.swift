// Owns the bounds that keep a hostile grammar cheap. Knows no syntax.

/// What a grammar may cost. Grammars arrive with requests, so every one of these can be met by an attacker.
package enum GrammarLimits {
    /// Bytes of a GBNF grammar or a regular expression.
    package static let sourceBytes = 1 << 20
    /// States of the compiled automaton: some 60 bytes each.
    package static let states = 100_000
    /// States of a deterministic automaton made at compile time, for intersections and complements.
    package static let deterministicStates = 20_000
    /// Steps (states × byte classes × width) of making one: bounds time where the states stay few.
    package static let deterministicWork = 5_000_000
    /// The largest count in `{m,n}`, `minLength`, `maxItems` and the like.
    package static let repetitions = 100_000
    /// Nested groups of a GBNF grammar or a regular expression, nested schemas of a JSON Schema.
    package static let nesting = 100
    /// Schemas, with every branch of every `anyOf` × `anyOf`, that one JSON Schema may come to.
    package static let schemas = 10_000
    /// Frames on the automaton's stack. A JSON value inside another takes one or two, and JSON readers give up at
    /// 128 levels (this project's) or about 1000 (Python's).
    package static let stackDepth = 120
    /// Ways of reading the text that are followed from one token to the next, and in a walk over the vocabulary. More
    /// are dropped, which can only forbid: each that is left can be completed by itself.
    package static let width = 1024
    /// Ways that are followed within one token.
    package static let readingWidth = 8192
    /// States whose masks are kept for one grammar and vocabulary, in bytes.
    package static let cacheBytes = 16 << 20
}
