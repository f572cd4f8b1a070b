// Owns making a deterministic automaton of a regular expression, with its assertions (the subset construction).
// Refuses to know rules: an expression that names some is not regular.

extension FiniteAutomaton {
    /// The language of `expression`, which must name no rules and no tokens but `Expression.Assertion`'s.
    /// - Throws: `limit` where the automaton would grow too large.
    init(determinising expression: Expression) throws(GrammarError) {
        let builder = try AutomatonBuilder(expression, Rules(), countsOnStack: false)
        let subsets = Subsets(builder: builder)
        let classes = ByteClasses(separating: builder.edges.joined().map { $0.low...$0.high })
        self = try .exploring(
            from: Subset(states: subsets.closure([0], atStart: true), atStart: true), classes: classes,
            cost: { $0.states.count },
            accepts: { subset in
                subsets.closure(subset.states, atStart: subset.atStart, atEnd: true)
                    .contains { builder.isFinal[Int($0)] }
            },
            step: { subset, byte in
                var targets: [Int32] = []
                for state in subset.states {
                    for edge in builder.edges[Int(state)] where edge.low <= byte && byte <= edge.high {
                        targets.append(edge.target)
                    }
                }
                return targets.isEmpty ? nil : Subset(states: subsets.closure(targets), atStart: false)
            }
        ).minimised()
    }
}

private struct Subset: Hashable {
    var states: [Int32]
    /// Nothing has been read yet, so `^` holds.
    var atStart: Bool
}

private struct Subsets {
    let builder: AutomatonBuilder

    /// All states that lead on from `states` without reading, ascending.
    func closure(_ states: [Int32], atStart: Bool = false, atEnd: Bool = false) -> [Int32] {
        var seen = Set(states)
        var pending = Array(seen)
        while let state = pending.popLast() {
            for target in builder.jumps[Int(state)] where seen.insert(target).inserted {
                pending.append(target)
            }
            for edge in builder.tokens[Int(state)] {
                let holds = edge.token == Expression.Assertion.start ? atStart : atEnd
                if holds, seen.insert(edge.target).inserted { pending.append(edge.target) }
            }
        }
        return seen.sorted()
    }
}
