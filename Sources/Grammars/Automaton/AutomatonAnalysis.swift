// Owns what must be known before an automaton may run: that it can finish from wherever it gets, how deep its stack
// must be for that, and that no rule calls itself before it has read anything. Refuses to know any syntax.

extension Automaton {
    /// Compiles `root` with the rules it names.
    /// - Throws: `matchesNothing`, `leftRecursion` or `limit`.
    package init(_ root: Expression, _ rules: Rules) throws(GrammarError) {
        let builder = try AutomatonBuilder(root, rules)
        let needs = builder.needs()
        guard needs[0] < Automaton.unreachable else {
            throw GrammarError(
                .matchesNothing, .none,
                "no text can ever match: every way through it calls itself or needs what cannot be; "
                    + "give each recursive rule an alternative that ends")
        }
        guard needs[0] <= GrammarLimits.stackDepth else {
            throw GrammarError(
                .limit, .none,
                "the shortest match nests \(needs[0]) rules, more than \(GrammarLimits.stackDepth); flatten it"
            )
        }
        try builder.refuseLeftRecursion(needs: needs)
        let isUseful = needs.map { $0 <= GrammarLimits.stackDepth }
        start = 0
        edges = Table(builder.edges.map { $0.filter { isUseful[Int($0.target)] } })
        tokens = Table(builder.tokens.map { $0.filter { isUseful[Int($0.target)] } })
        jumps = Table(builder.jumps.map { $0.filter { isUseful[Int($0)] } })
        calls = Table(
            builder.calls.map { $0.filter { isUseful[Int($0.start)] && isUseful[Int($0.end)] } })
        counterOf = builder.counterOf
        counters = builder.counters
        isFinal = builder.isFinal
        self.needs = needs
        classes = ByteClasses(separating: builder.edges.joined().map { $0.low...$0.high })
    }
}

/// How one state leads to another: what it takes besides.
private enum Use {
    case reads(Int32)
    case jumps(Int32)
    /// The state calls a rule; with the call's other half.
    case calls(Int32, Automaton.Call)
    case counts(Int32, Automaton.Counter)
}

extension AutomatonBuilder {
    /// For each state the least stack that reaches its rule's end: Dijkstra's algorithm as Knuth generalised it, where
    /// a call costs the larger of its two parts.
    /// - Complexity: O(edges), whatever their number at one state.
    func needs() -> [Int32] {
        var needs = [Int32](repeating: Automaton.unreachable, count: isFinal.count)
        var isSettled = [Bool](repeating: false, count: isFinal.count)
        let uses = uses()
        var buckets: [[Int32]] = [[]]
        for state in isFinal.indices where isFinal[state] {
            needs[state] = 0
            buckets[0].append(Int32(state))
        }
        var level = 0
        while level < buckets.count {
            while let settled = buckets[level].popLast() {
                guard !isSettled[Int(settled)] else { continue }
                isSettled[Int(settled)] = true
                for use in uses[Int(settled)] {
                    let (user, need) = Self.need(of: use, at: needs[Int(settled)], needs)
                    guard need < needs[Int(user)] else { continue }
                    needs[Int(user)] = need
                    while buckets.count <= Int(need) { buckets.append([]) }
                    buckets[Int(need)].append(user)
                }
            }
            level += 1
        }
        return needs
    }

    private static func need(of use: Use, at need: Int32, _ needs: [Int32]) -> (user: Int32, need: Int32) {
        switch use {
        case .reads(let user), .jumps(let user): return (user, need)
        case .calls(let user, let call): return (user, max(needs[Int(call.start)] + 1, needs[Int(call.end)]))
        case .counts(let user, let counter):
            let rounds = counter.min > 0 ? needs[Int(counter.body)] + 1 : 0
            return (user, max(rounds, needs[Int(counter.next)]))
        }
    }

    /// For each state those that lead to it.
    private func uses() -> [[Use]] {
        var uses = [[Use]](repeating: [], count: isFinal.count)
        for index in isFinal.indices {
            let state = Int32(index)
            for edge in edges[index] { uses[Int(edge.target)].append(.reads(state)) }
            for edge in tokens[index] { uses[Int(edge.target)].append(.reads(state)) }
            for jump in jumps[index] { uses[Int(jump)].append(.jumps(state)) }
            for call in calls[index] {
                uses[Int(call.start)].append(.calls(state, call))
                uses[Int(call.end)].append(.calls(state, call))
            }
            if counterOf[index] >= 0 {
                let counter = counters[Int(counterOf[index])]
                uses[Int(counter.body)].append(.counts(state, counter))
                uses[Int(counter.next)].append(.counts(state, counter))
            }
        }
        return uses
    }
}

extension AutomatonBuilder {
    /// Left recursion would push frames for ever without reading.
    /// - Throws: `leftRecursion`, at the rule that does it.
    func refuseLeftRecursion(needs: [Int32]) throws(GrammarError) {
        let nullable = nullableStates()
        var silent = [[Int32]](repeating: [], count: isFinal.count)
        var pushes: [(from: Int32, to: Int32)] = []
        for index in isFinal.indices where needs[index] < Automaton.unreachable {
            silent[index] = jumps[index]
            for call in calls[index] {
                silent[index].append(call.start)
                pushes.append((Int32(index), call.start))
                if nullable[Int(call.start)] { silent[index].append(call.end) }
            }
            if counterOf[index] >= 0 {
                let counter = counters[Int(counterOf[index])]
                silent[index].append(counter.body)
                pushes.append((Int32(index), counter.body))
                if counter.min == 0 { silent[index].append(counter.next) }
            }
        }
        let components = stronglyConnectedComponents(silent)
        for push in pushes where components[Int(push.from)] == components[Int(push.to)] {
            let rule = rule(startingAt: push.to)
            throw GrammarError(
                .leftRecursion, rule?.place ?? .none,
                "\(rule.map { "rule '\($0.name)'" } ?? "a rule") calls itself before it has read anything; "
                    + "write the repetition with * or put the recursion last")
        }
    }

    /// States from which their rule can end without reading.
    private func nullableStates() -> [Bool] {
        var nullable = isFinal
        let uses = uses()
        var pending = isFinal.indices.filter { isFinal[$0] }
        while let settled = pending.popLast() {
            for use in uses[settled] {
                let (user, isNullable) =
                    switch use {
                    case .reads(let user): (user, false)
                    case .jumps(let user): (user, true)
                    case .calls(let user, let call):
                        (user, nullable[Int(call.start)] && nullable[Int(call.end)])
                    case .counts(let user, let counter):
                        (user, counter.min == 0 && nullable[Int(counter.next)])
                    }
                guard isNullable, !nullable[Int(user)] else { continue }
                nullable[Int(user)] = true
                pending.append(Int(user))
            }
        }
        return nullable
    }
}

/// For each node the number of its strongly connected component (Tarjan, without recursion).
private func stronglyConnectedComponents(_ successors: [[Int32]]) -> [Int32] {
    var component = [Int32](repeating: -1, count: successors.count)
    var order = [Int32](repeating: -1, count: successors.count)
    var low = [Int32](repeating: 0, count: successors.count)
    var open: [Int32] = []
    var next: Int32 = 0
    var components: Int32 = 0
    for root in successors.indices where order[root] < 0 {
        var path: [(node: Int32, child: Int)] = [(Int32(root), 0)]
        while let (node, child) = path.last {
            let index = Int(node)
            if child == 0 {
                order[index] = next
                low[index] = next
                next += 1
                open.append(node)
            }
            if child < successors[index].count {
                path[path.count - 1].child += 1
                let target = Int(successors[index][child])
                if order[target] < 0 {
                    path.append((Int32(target), 0))
                } else if component[target] < 0 {
                    low[index] = min(low[index], order[target])
                }
                continue
            }
            path.removeLast()
            if let parent = path.last { low[Int(parent.node)] = min(low[Int(parent.node)], low[index]) }
            guard low[index] == order[index] else { continue }
            while let member = open.popLast() {
                component[Int(member)] = components
                if member == node { break }
            }
            components += 1
        }
    }
    return component
}
