// Owns deterministic automata over bytes, for what needs more than reading on: intersection, complement, counting.
// Everything is made one way: by exploring a step function. Refuses to know what the bytes mean.

/// A deterministic automaton in which every state can still reach an accepting one; without states it accepts
/// nothing. It starts in state 0.
package struct FiniteAutomaton: Sendable, Hashable {
    struct Edge: Sendable, Hashable {
        var low: UInt8
        var high: UInt8
        var target: Int32
    }

    /// For each state its edges, ascending, without overlaps.
    private(set) var edges: [[Edge]] = []
    private(set) var accepting: [Bool] = []

    /// States without edges, none of them accepting.
    init(states: Int = 0) {
        edges = Array(repeating: [], count: states)
        accepting = Array(repeating: false, count: states)
    }

    var stateCount: Int { edges.count }
    package var isEmpty: Bool { edges.isEmpty }
    var acceptsEmpty: Bool { accepting.first ?? false }

    func target(_ state: Int32, _ byte: UInt8) -> Int32? {
        edges[Int(state)].first { $0.low <= byte && byte <= $0.high }?.target
    }

    package func accepts(_ bytes: some Sequence<UInt8>) -> Bool {
        guard !isEmpty else { return false }
        var state: Int32 = 0
        for byte in bytes {
            guard let next = target(state, byte) else { return false }
            state = next
        }
        return accepting[Int(state)]
    }

    /// A new state, behind an edge that must come after the state's others.
    mutating func appendState(after state: Int32, _ byte: UInt8) -> Int32 {
        let target = Int32(edges.count)
        edges[Int(state)].append(Edge(low: byte, high: byte, target: target))
        edges.append([])
        accepting.append(false)
        return target
    }

    mutating func accept(_ state: Int32) { accepting[Int(state)] = true }

    var byteRanges: [ClosedRange<UInt8>] { edges.flatMap { $0.map { $0.low...$0.high } } }
}

extension FiniteAutomaton {
    /// The automaton whose states are all that `step` leads to from `start`; bytes of one class are taken to lead
    /// to the same state.
    /// - Throws: `limit` past `GrammarLimits.deterministicStates` or `deterministicWork`.
    static func exploring<State: Hashable>(
        from start: State, classes: ByteClasses, cost: (State) -> Int = { _ in 1 },
        accepts: (State) -> Bool, step: (State, UInt8) -> State?
    ) throws(GrammarError) -> FiniteAutomaton {
        var numbers = [start: Int32(0)]
        var states = [start]
        var result = FiniteAutomaton()
        var work = 0
        while result.edges.count < states.count {
            let state = states[result.edges.count]
            work += cost(state) * classes.count
            guard states.count <= GrammarLimits.deterministicStates, work <= GrammarLimits.deterministicWork
            else {
                throw GrammarError(
                    .limit, .none,
                    "the text is constrained in too many ways at once (more than "
                        + "\(GrammarLimits.deterministicStates) states); simplify the pattern or lower its counts"
                )
            }
            var targets = [Int32?](repeating: nil, count: classes.count)
            for (index, byte) in classes.representatives.enumerated() {
                guard let next = step(state, byte) else { continue }
                if let known = numbers[next] {
                    targets[index] = known
                } else {
                    numbers[next] = Int32(states.count)
                    targets[index] = Int32(states.count)
                    states.append(next)
                }
            }
            result.edges.append(Self.edges(targets, classes))
            result.accepting.append(accepts(state))
        }
        return result.trimmed()
    }

    private static func edges(_ targets: [Int32?], _ classes: ByteClasses) -> [Edge] {
        var edges: [Edge] = []
        for (index, low) in classes.representatives.enumerated() {
            guard let target = targets[index] else { continue }
            let high = index + 1 < classes.count ? classes.representatives[index + 1] - 1 : 255
            if let last = edges.last, last.target == target, last.high + 1 == low {
                edges[edges.count - 1].high = high
            } else {
                edges.append(Edge(low: low, high: high, target: target))
            }
        }
        return edges
    }

    /// Without the states from which nothing can be accepted.
    private func trimmed() -> FiniteAutomaton {
        var sources = [[Int32]](repeating: [], count: edges.count)
        for (state, edges) in edges.enumerated() {
            for edge in edges { sources[Int(edge.target)].append(Int32(state)) }
        }
        var isLive = accepting
        var pending = accepting.indices.filter { accepting[$0] }
        while let state = pending.popLast() {
            for source in sources[state] where !isLive[Int(source)] {
                isLive[Int(source)] = true
                pending.append(Int(source))
            }
        }
        guard isLive.first == true else { return FiniteAutomaton() }
        var numbers: [Int32] = []
        var count: Int32 = 0
        for live in isLive {
            numbers.append(count)
            if live { count += 1 }
        }
        var result = FiniteAutomaton()
        for state in edges.indices where isLive[state] {
            result.accepting.append(accepting[state])
            result.edges.append(
                edges[state].filter { isLive[Int($0.target)] }
                    .map { Edge(low: $0.low, high: $0.high, target: numbers[Int($0.target)]) })
        }
        return result
    }

    /// The smallest automaton of the same language, by refining partitions (Moore); large ones are left as they
    /// are, since a chain of n states takes n rounds.
    func minimised() -> FiniteAutomaton {
        guard !isEmpty, stateCount <= 1000 else { return self }
        var blocks = accepting.map { Int32($0 ? 1 : 0) }
        var count = Set(blocks).count
        while true {
            var numbers: [[Int32]: Int32] = [:]
            var refined: [Int32] = []
            for state in edges.indices {
                var signature = [blocks[state]]
                for edge in edges[state] {
                    let block = blocks[Int(edge.target)]
                    let size = signature.count
                    // Neighbouring edges into one block are one edge.
                    if size >= 4, signature[size - 1] == block, signature[size - 2] + 1 == Int32(edge.low) {
                        signature[size - 2] = Int32(edge.high)
                    } else {
                        signature += [Int32(edge.low), Int32(edge.high), block]
                    }
                }
                let next = Int32(numbers.count)
                refined.append(numbers[signature] ?? next)
                numbers[signature] = numbers[signature] ?? next
            }
            blocks = refined
            if numbers.count == count { break }
            count = numbers.count
        }
        guard count < stateCount else { return self }
        var result = FiniteAutomaton()
        // Blocks are numbered by first appearance, so the start stays 0.
        for state in edges.indices where Int(blocks[state]) == result.edges.count {
            result.accepting.append(accepting[state])
            result.edges.append(
                edges[state].map { Edge(low: $0.low, high: $0.high, target: blocks[Int($0.target)]) })
        }
        return result
    }
}
