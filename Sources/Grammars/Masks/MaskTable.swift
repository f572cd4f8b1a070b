// Owns the masks of one grammar over one vocabulary, shared by all its requests and threads.
// Refuses to know a request's progress: it maps states to masks and back.

internal import Synchronization

/// What may come next in one state.
final class TokenMask: Sendable {
    /// Tokens with text that fits, and control tokens that the grammar names.
    let allowed: TokenSet

    init(_ allowed: TokenSet) { self.allowed = allowed }
}

/// Masks as they are asked for. A lock guards the tables alone; walks over the vocabulary happen outside, each in a
/// simulation of its own that goes back into a pool with all it learned.
final class MaskTable: Sendable {
    let automaton: Automaton
    let vocabulary: TokenVocabulary
    let start: GrammarState
    private let tables: Mutex<Tables>

    private struct Tables: Sendable {
        var masks: [GrammarState: TokenMask] = [:]
        var local: [LocalState: LocalMask] = [:]
        var bytes = 0
        /// For walks over the vocabulary.
        var walkers: [Simulation] = []
        /// For reading tokens: they keep more ways at once, so that they lose none that a walk has followed.
        var readers: [Simulation] = []

        mutating func makeRoom(for size: Int) {
            if bytes + size > GrammarLimits.cacheBytes {
                masks.removeAll(keepingCapacity: true)
                local.removeAll(keepingCapacity: true)
                bytes = 0
            }
            bytes += size
        }
    }

    init(_ automaton: Automaton, _ vocabulary: TokenVocabulary) {
        self.automaton = automaton
        self.vocabulary = vocabulary
        var reader = Simulation(automaton, width: GrammarLimits.readingWidth)
        let first = reader.start()
        start = reader.state(of: first)
        tables = Mutex(Tables(readers: [reader]))
    }

    /// The tokens that may follow in `state`.
    func mask(of state: GrammarState) -> TokenMask {
        if let known = tables.withLock({ $0.masks[state] }) { return known }
        let mask = with(\.walkers, width: GrammarLimits.width) { TokenMask(allowed(in: state, &$0)) }
        return tables.withLock { tables in
            // Two threads may have walked at once; they found the same.
            if let known = tables.masks[state] { return known }
            tables.makeRoom(for: vocabulary.count / 8 + 24 * state.frames.count + 200)
            tables.masks[state] = mask
            return mask
        }
    }

    /// The state after `token`; dead if it is not allowed.
    func state(after token: Int32, in state: GrammarState) -> GrammarState {
        let next = with(\.readers, width: GrammarLimits.readingWidth) { read(token, in: state, &$0) }
        guard next.isDead, mask(of: state).allowed.contains(token) else { return next }
        // So many ways at once that the right one was dropped: follow them all.
        var reader = Simulation(automaton, width: .max)
        return read(token, in: state, &reader)
    }

    private func read(_ token: Int32, in state: GrammarState, _ reader: inout Simulation) -> GrammarState {
        var set = reader.set(of: state)
        if let bytes = vocabulary.bytes(of: token) {
            for byte in bytes where set != Simulation.dead { set = reader.step(set, byte) }
        } else {
            set = reader.step(set, token: token)
        }
        return reader.state(of: set)
    }

    private func with<Result>(
        _ pool: any WritableKeyPath<Tables, [Simulation]> & Sendable, width: Int,
        _ body: (inout Simulation) -> Result
    ) -> Result {
        var simulation =
            tables.withLock { $0[keyPath: pool].popLast() } ?? Simulation(automaton, width: width)
        if simulation.isLarge { simulation.reset() }
        let result = body(&simulation)
        tables.withLock { [simulation] tables in
            if tables[keyPath: pool].count < 32 { tables[keyPath: pool].append(simulation) }
        }
        return result
    }
}

extension MaskTable {
    /// A state as its own rule sees it: what comes after the rule is left out.
    private struct LocalState: Sendable, Hashable {
        var state: Int32
        /// The counters that the state lies in, outermost first, with the rounds done; a count far from both of its
        /// bounds stands for all such.
        var counters: [Frame]
        /// The stack below, where that matters; 0 else.
        var depth: Int32
    }

    /// What a state's own rule says of the vocabulary, whatever comes after it.
    private final class LocalMask: Sendable {
        let allowed: TokenSet
        /// Nodes of the vocabulary's tree at which the rule may have ended; what lies below them depends on what
        /// comes after the rule.
        let ends: [Int32]
        /// Nodes at which the walk stopped: below them tokens are so long that they ask for the exact counts.
        let deep: [Int32]
        let controlTokens: [Int32]
        /// The frames that the walk may have needed.
        let extent: Int32

        init(
            _ allowed: TokenSet, ends: [Int32], deep: [Int32], controlTokens: [Int32], extent: Int32
        ) {
            self.allowed = allowed
            self.ends = ends
            self.deep = deep
            self.controlTokens = controlTokens
            self.extent = extent
        }
    }

    private func allowed(in state: GrammarState, _ simulation: inout Simulation) -> TokenSet {
        var allowed = TokenSet(count: vocabulary.count)
        let set = simulation.set(of: state)
        let configurations = simulation.configurations(set)
        guard configurations.count <= 16 else {
            // Many ways share most of their steps: one walk for all of them.
            for configuration in configurations {
                for edge in automaton.tokens[configuration.state] { allowed.insert(edge.token) }
            }
            let all = 0..<vocabulary.nodes.count
            walk(all, depth: 0, from: set, &simulation, into: &allowed) { _, _, _, _ in true }
            return allowed
        }
        for configuration in configurations {
            let (counters, context) = counters(around: configuration, simulation)
            var local = localMask(configuration.state, counters, depth: 0, &simulation)
            let depth = simulation.depth(context)
            if depth + local.extent > GrammarLimits.stackDepth {
                // So near the stack's limit, what fits depends on how near.
                local = localMask(configuration.state, counters, depth: depth, &simulation)
            }
            allowed.formUnion(local.allowed)
            for token in local.controlTokens { allowed.insert(token) }
            walk(deep: local.deep, from: configuration, &simulation, into: &allowed)
            guard context >= 0 else { continue }
            let next = simulation.set(returningTo: context)
            for node in local.ends { walk(below: node, from: next, &simulation, into: &allowed) }
        }
        return allowed
    }

    /// Splits a configuration's stack into the counters on top, which its rule's texts depend on, and the rest.
    private func counters(
        around configuration: Configuration, _ simulation: Simulation
    ) -> (counters: [Frame], context: Int32) {
        var counters: [Frame] = []
        var context = configuration.stack
        while context >= 0 {
            let frame = simulation.frame(context)
            let index = automaton.counterOf[Int(frame.end)]
            guard index >= 0 else { break }
            let counter = automaton.counters[Int(index)]
            counters.append(Frame(end: frame.end, count: stand(frame.count, counter), parent: 0))
            context = frame.parent
        }
        return (counters.reversed(), context)
    }

    /// A walk within counters goes so many bytes deep. Few tokens are longer.
    private static let reach = 24

    /// Tokens make at most as many rounds as they have bytes, so for those within reach a count further than that
    /// from its bounds is no matter: one stands for all such.
    private func stand(_ count: Int32, _ counter: Automaton.Counter) -> Int32 {
        let reach = Int32(Self.reach) + 1
        if counter.max - count <= reach { return count }
        if counter.min - count > reach { return 0 }
        return count >= counter.min ? counter.min : count
    }

    private func localMask(
        _ state: Int32, _ counters: [Frame], depth: Int32, _ simulation: inout Simulation
    ) -> LocalMask {
        let key = LocalState(state: state, counters: counters, depth: depth)
        if let known = tables.withLock({ $0.local[key] }) { return known }
        var stack = Simulation.bottom(depth: depth)
        for var frame in counters {
            frame.parent = stack
            stack = simulation.push(frame)
        }
        let start = simulation.set(of: Configuration(state: state, stack: stack))
        let mask = localWalk(
            from: start, depth: counters.isEmpty ? .max : Self.reach, &simulation,
            controlTokens: automaton.tokens[state].map(\.token))
        // Part of a mask is sound, but the next state must not be held to it.
        guard !simulation.isExhausted else { return mask }
        tables.withLock { tables in
            tables.makeRoom(for: vocabulary.count / 8 + 4 * mask.ends.count + 200)
            tables.local[key] = mask
        }
        return mask
    }

    private func localWalk(
        from start: Simulation.SetID, depth: Int, _ simulation: inout Simulation, controlTokens: [Int32]
    ) -> LocalMask {
        var allowed = TokenSet(count: vocabulary.count)
        var (ends, deep): ([Int32], [Int32]) = ([], [])
        var extent = simulation.extents[Int(start)]
        walk(0..<vocabulary.nodes.count, depth: 0, from: start, &simulation, into: &allowed) {
            node, top, set, simulation in
            extent = max(extent, simulation.extents[Int(set)])
            guard node + 1 < Int(top.end) else { return true }
            if Int(top.depth) >= depth {
                deep.append(Int32(node))
                return false
            }
            if simulation.reachesBottom[Int(set)] { ends.append(Int32(node)) }
            return true
        }
        return LocalMask(allowed, ends: ends, deep: deep, controlTokens: controlTokens, extent: extent)
    }

    /// Allows the tokens below `nodes` that can be read from `configuration`, counts and all.
    private func walk(
        deep nodes: [Int32], from configuration: Configuration, _ simulation: inout Simulation,
        into allowed: inout TokenSet
    ) {
        guard !nodes.isEmpty else { return }
        let start = simulation.set(of: configuration)
        for node in nodes {
            var set = start
            for byte in vocabulary.bytes(to: node) { set = simulation.step(set, byte) }
            walk(below: node, from: set, &simulation, into: &allowed)
        }
    }

    /// Allows the tokens below `node` whose bytes after it can be read from `start`.
    private func walk(
        below node: Int32, from start: Simulation.SetID, _ simulation: inout Simulation,
        into allowed: inout TokenSet
    ) {
        let top = vocabulary.nodes[Int(node)]
        walk(
            Int(node) + 1..<Int(top.end), depth: Int(top.depth), from: start, &simulation, into: &allowed
        ) { _, _, _, _ in true }
    }

    /// Visits the nodes that can be reached, each before those below it; `visit` says whether to go below.
    @inline(__always)
    private func walk(
        _ range: Range<Int>, depth base: Int, from start: Simulation.SetID, _ simulation: inout Simulation,
        into allowed: inout TokenSet,
        visit: (Int, TokenVocabulary.Node, Simulation.SetID, borrowing Simulation) -> Bool
    ) {
        var path = [Simulation.SetID](repeating: start, count: vocabulary.longest - base + 1)
        let classOf = automaton.classes.classOf
        var index = range.lowerBound
        vocabulary.nodes.withUnsafeBufferPointer { nodes in
            while index < range.upperBound {
                let node = nodes[index]
                let depth = Int(node.depth) - base
                let set = simulation.step(path[depth - 1], byteClass: Int(classOf[Int(node.byte)]))
                guard set != Simulation.dead else {
                    index = Int(node.end)
                    continue
                }
                path[depth] = set
                if node.token >= 0 {
                    allowed.insert(node.token)
                    var twin = vocabulary.nextTwin[Int(node.token)]
                    while twin >= 0 {
                        allowed.insert(twin)
                        twin = vocabulary.nextTwin[Int(twin)]
                    }
                }
                index = visit(index, node, set, simulation) ? index + 1 : Int(node.end)
            }
        }
    }
}
