// Owns the way from expressions and rules to states and edges (Thompson's construction with few empty jumps).
// Refuses to know which states are of use: `AutomatonAnalysis` finds that out.

/// An automaton under construction.
struct AutomatonBuilder {
    var edges: [[Automaton.Edge]] = []
    var tokens: [[Automaton.TokenEdge]] = []
    var jumps: [[Int32]] = []
    var calls: [[Automaton.Call]] = []
    var counterOf: [Int32] = []
    var counters: [Automaton.Counter] = []
    var isFinal: [Bool] = []
    /// For each rule reached so far its first and last state.
    private var ruleStates: [Int: (start: Int32, end: Int32)] = [:]
    /// Rules whose bodies are still to be built.
    private var pending: [Int] = []
    private let rules: Rules
    private let nullable: [Bool]
    private let countsOnStack: Bool

    /// States and edges for `root` and all rules that it reaches; a body's place is named in errors.
    /// - Parameter countsOnStack: whether many rounds may be counted by one state, rather than written out.
    init(_ root: Expression, _ rules: Rules, countsOnStack: Bool = true) throws(GrammarError) {
        self.rules = rules
        self.countsOnStack = countsOnStack
        nullable = Self.nullableRules(rules)
        let start = try state()
        let end = try state()
        isFinal[Int(end)] = true
        try build(root, from: start, to: end)
        while let rule = pending.popLast(), let states = ruleStates[rule] {
            do {
                try build(rules.rules[rule].body, from: states.start, to: states.end)
            } catch {
                throw error.at(rules.rules[rule].place)
            }
        }
    }

    /// The rule that a state starts, for errors.
    func rule(startingAt state: Int32) -> Rules.Rule? {
        ruleStates.first { $0.value.start == state }.map { rules.rules[$0.key] }
    }

    private static func nullableRules(_ rules: Rules) -> [Bool] {
        var nullable = [Bool](repeating: false, count: rules.rules.count)
        // Rules mostly name later ones, so going backwards settles nearly all in one round.
        var changed = true
        while changed {
            changed = false
            for index in rules.rules.indices.reversed() where !nullable[index] {
                guard rules.rules[index].body.isNullable(nullable) else { continue }
                nullable[index] = true
                changed = true
            }
        }
        return nullable
    }

    private mutating func state() throws(GrammarError) -> Int32 {
        guard isFinal.count < GrammarLimits.states else {
            throw GrammarError(
                .limit, .none,
                "the grammar takes more than \(GrammarLimits.states) states; lower its counts or split it")
        }
        edges.append([])
        tokens.append([])
        jumps.append([])
        calls.append([])
        counterOf.append(-1)
        isFinal.append(false)
        return Int32(isFinal.count - 1)
    }
}

extension AutomatonBuilder {
    private mutating func build(
        _ expression: Expression, from: Int32, to: Int32
    ) throws(GrammarError) {
        switch expression {
        case .never: break
        case .empty: jumps[Int(from)].append(to)
        case .bytes(let set):
            for range in set.ranges {
                edges[Int(from)].append(.init(low: range.lowerBound, high: range.upperBound, target: to))
            }
        case .literal(let bytes): try build(bytes, from: from, to: to)
        case .token(let token): tokens[Int(from)].append(.init(token: token, target: to))
        case .sequence(let parts):
            guard let last = parts.last else { return jumps[Int(from)].append(to) }
            var current = from
            for part in parts.dropLast() {
                let next = try state()
                try build(part, from: current, to: next)
                current = next
            }
            try build(last, from: current, to: to)
        case .choice(let parts):
            for part in parts { try build(part, from: from, to: to) }
        case .repeated(let body, let min, let max):
            try build(repeating: body, min: min, max: max, from: from, to: to)
        case .rule(let rule):
            let states = try self.states(of: rule)
            // A call at the end of a rule needs no frame: the called rule's end is this one's.
            if isFinal[Int(to)] {
                jumps[Int(from)].append(states.start)
            } else {
                calls[Int(from)].append(.init(start: states.start, end: to))
            }
        case .automaton(let automaton): try build(automaton, from: from, to: to)
        case .jsonEncoded(let automaton): try build(encoding: automaton, from: from, to: to)
        }
    }

    private mutating func states(of rule: Int) throws(GrammarError) -> (start: Int32, end: Int32) {
        if let known = ruleStates[rule] { return known }
        let states = (start: try state(), end: try state())
        isFinal[Int(states.end)] = true
        ruleStates[rule] = states
        pending.append(rule)
        return states
    }

    private mutating func build(_ bytes: [UInt8], from: Int32, to: Int32) throws(GrammarError) {
        guard let last = bytes.last else { return jumps[Int(from)].append(to) }
        var current = from
        for byte in bytes.dropLast() {
            let next = try state()
            edges[Int(current)].append(.init(low: byte, high: byte, target: next))
            current = next
        }
        edges[Int(current)].append(.init(low: last, high: last, target: to))
    }

    private mutating func build(
        repeating body: Expression, min: Int, max: Int?, from: Int32, to: Int32
    ) throws(GrammarError) {
        // Rounds that read nothing change nothing, so a body that may be empty need not be there at all.
        let isNullable = body.isNullable(nullable)
        let min = isNullable ? 0 : min
        var current = from
        let bounded = max ?? min
        if bounded > 0 {
            let target = max == nil ? try state() : to
            // Few rounds are written out; many are counted on the stack, by one state.
            if bounded.cappedProduct(body.size) <= 64 || isNullable || !countsOnStack {
                for round in 1...bounded {
                    if round > min { jumps[Int(current)].append(target) }
                    let next = round == bounded ? target : try state()
                    try build(body, from: current, to: next)
                    current = next
                }
            } else {
                try build(counting: body, min: min, max: bounded, from: current, to: target)
                current = target
            }
        } else if max == 0 {
            jumps[Int(from)].append(to)
        }
        guard max == nil else { return }
        let loop = try state()
        jumps[Int(current)].append(loop)
        try build(body, from: loop, to: loop)
        jumps[Int(loop)].append(to)
    }

    private mutating func build(
        counting body: Expression, min: Int, max: Int, from: Int32, to: Int32
    ) throws(GrammarError) {
        let site = try state()
        let bodyStart: Int32
        if case .rule(let rule) = body {
            bodyStart = try states(of: rule).start
        } else {
            bodyStart = try state()
            let bodyEnd = try state()
            isFinal[Int(bodyEnd)] = true
            try build(body, from: bodyStart, to: bodyEnd)
        }
        counterOf[Int(site)] = Int32(counters.count)
        counters.append(.init(min: Int32(min), max: Int32(max), body: bodyStart, next: to))
        jumps[Int(from)].append(site)
    }

    private mutating func build(
        _ automaton: FiniteAutomaton, from: Int32, to: Int32
    ) throws(GrammarError) {
        guard !automaton.isEmpty else { return }
        let states = try numbered(automaton, from: from, to: to)
        for (state, outgoing) in zip(states, automaton.edges) {
            edges[Int(state)] += outgoing.map {
                .init(low: $0.low, high: $0.high, target: states[Int($0.target)])
            }
        }
    }

    /// One new state for each of the automaton's, joined to `from` and `to`.
    private mutating func numbered(
        _ automaton: FiniteAutomaton, from: Int32, to: Int32
    ) throws(GrammarError) -> [Int32] {
        var states: [Int32] = []
        for accepts in automaton.accepting {
            let state = try state()
            states.append(state)
            if accepts { jumps[Int(state)].append(to) }
        }
        jumps[Int(from)].append(states[0])
        return states
    }
}

extension AutomatonBuilder {
    /// What JSON writes after a backslash, for the values that may be written so and no other way here.
    private static let escapes: [(value: UInt8, text: String)] =
        [(0x22, "\""), (0x5C, "\\"), (0x08, "b"), (0x0C, "f"), (0x0A, "n"), (0x0D, "r"), (0x09, "t")]

    /// A JSON string's contents: quotes, backslashes and control characters escaped, all else as it is.
    private mutating func build(
        encoding automaton: FiniteAutomaton, from: Int32, to: Int32
    ) throws(GrammarError) {
        guard !automaton.isEmpty else { return }
        let states = try numbered(automaton, from: from, to: to)
        for (index, outgoing) in automaton.edges.enumerated() {
            let state = states[index]
            var escaped: [(value: UInt8, target: Int32)] = []
            for edge in outgoing {
                let target = states[Int(edge.target)]
                var raw = ByteSet(edge.low...edge.high)
                for value in edge.low...edge.high where value < 0x20 || value == 0x22 || value == 0x5C {
                    escaped.append((value, target))
                    raw = raw.subtracting(ByteSet(value...value))
                }
                for range in raw.ranges {
                    edges[Int(state)].append(
                        .init(low: range.lowerBound, high: range.upperBound, target: target))
                }
            }
            try build(escaped, from: state)
        }
    }

    private mutating func build(
        _ escaped: [(value: UInt8, target: Int32)], from state: Int32
    ) throws(GrammarError) {
        guard !escaped.isEmpty else { return }
        let backslash = try self.state()
        edges[Int(state)].append(.init(low: 0x5C, high: 0x5C, target: backslash))
        var prefixes: [UInt8: Int32] = [:]
        for (value, target) in escaped {
            if let escape = Self.escapes.first(where: { $0.value == value }) {
                try build(Array(escape.text.utf8), from: backslash, to: target)
                continue
            }
            let digits = Array("0123456789abcdef".utf8)
            if prefixes[value >> 4] == nil {
                let prefix = try self.state()
                try build(Array("u00".utf8) + [digits[Int(value >> 4)]], from: backslash, to: prefix)
                prefixes[value >> 4] = prefix
            }
            guard let prefix = prefixes[value >> 4] else { continue }
            var spellings = ByteSet([digits[Int(value & 15)]])
            if value & 15 > 9 {
                spellings.insert(digits[Int(value & 15)] - 32...digits[Int(value & 15)] - 32)
            }
            for range in spellings.ranges {
                edges[Int(prefix)].append(
                    .init(low: range.lowerBound, high: range.upperBound, target: target))
            }
        }
    }
}
