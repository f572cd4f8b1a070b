// Owns the compiled grammar: a nondeterministic pushdown automaton over bytes, as flat tables.
// Refuses to know how it was built (`AutomatonBuilder`) and how it is run (`Simulation`).

/// States with four kinds of ways on: a byte, a token without text, a jump that reads nothing, and a call of a rule,
/// which pushes the state to go on from when the rule has ended. A counter state runs its rule `min` to `max` times.
/// The automaton never reads a byte from which the whole could not be completed: `needs` sees to that.
package struct Automaton: Sendable {
    struct Edge: Sendable, Equatable {
        var low: UInt8
        var high: UInt8
        var target: Int32
    }

    struct TokenEdge: Sendable, Equatable {
        var token: Int32
        var target: Int32
    }

    struct Call: Sendable, Equatable {
        var start: Int32
        /// Where to go on when the rule has ended.
        var end: Int32
    }

    struct Counter: Sendable, Equatable {
        var min: Int32
        var max: Int32
        var body: Int32
        var next: Int32
    }

    /// What a frame too many would cost: no document.
    static let unreachable = Int32(1) << 20

    let start: Int32
    let edges: Table<Edge>
    let tokens: Table<TokenEdge>
    let jumps: Table<Int32>
    let calls: Table<Call>
    /// For each state its counter, or -1.
    let counterOf: [Int32]
    let counters: [Counter]
    /// States that end their rule.
    let isFinal: [Bool]
    /// For each state the frames that its rule's shortest way to its end needs on the stack; `unreachable` where
    /// there is no way.
    let needs: [Int32]
    let classes: ByteClasses

    var stateCount: Int { isFinal.count }

    /// What `state` needs at its `count`-th round; `count` is 0 for all but counters.
    func need(_ state: Int32, count: Int32) -> Int32 {
        let counter = counterOf[Int(state)]
        guard counter >= 0, count >= counters[Int(counter)].min else { return needs[Int(state)] }
        return needs[Int(counters[Int(counter)].next)]
    }

    /// Rows of different lengths, one for each state.
    struct Table<Element: Sendable>: Sendable {
        private var starts: [Int32] = [0]
        private var elements: [Element] = []

        init(_ rows: [[Element]]) {
            for row in rows {
                elements += row
                starts.append(Int32(elements.count))
            }
        }

        subscript(state: Int32) -> ArraySlice<Element> {
            elements[Int(starts[Int(state)])..<Int(starts[Int(state) + 1])]
        }

        func indices(_ state: Int32) -> Range<Int> {
            Int(starts[Int(state)])..<Int(starts[Int(state) + 1])
        }

        subscript(at index: Int) -> Element { elements[index] }

        func isEmpty(_ state: Int32) -> Bool { starts[Int(state)] == starts[Int(state) + 1] }
    }
}
