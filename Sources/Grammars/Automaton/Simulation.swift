// Owns running an automaton: sets of configurations, determinised as they are met, with every step remembered.
// Refuses to know tokens and masks; it reads bytes.

/// A way the text so far can be read: a state with edges, and the frames to return to.
struct Configuration: Sendable, Hashable {
    var state: Int32
    var stack: Int32
}

/// Where to go on when a rule has ended. `count` is the rounds done where `end` is a counter.
struct Frame: Sendable, Hashable {
    var end: Int32
    var count: Int32
    var parent: Int32
}

/// All ways to read the text so far, in a form that depends on nothing else: it can be kept, compared and forked.
package struct GrammarState: Sendable, Hashable {
    /// Each behind its parent; a parent of -1 is the bottom: the whole document's end.
    var frames: [Frame]
    var configurations: [Configuration]
    /// Whether the text so far is a whole document.
    package var isComplete: Bool

    /// Nothing can follow and nothing was completed.
    package var isDead: Bool { configurations.isEmpty && !isComplete }
}

/// Runs one automaton. A value with memory: steps once taken are looked up. Not shared between threads at once.
struct Simulation: Sendable {
    /// A set of configurations, by number.
    typealias SetID = Int32

    static let dead: SetID = 0

    let automaton: Automaton
    /// The most configurations that a step keeps. What is dropped can only forbid: each one left can be completed.
    let width: Int
    private var frames: [Frame] = []
    private var depths: [Int32] = []
    private var frameIDs: [Frame: Int32] = [:]
    private var sets: [[Configuration]] = []
    private var setIDs: [SetKey: SetID] = [:]
    /// Whether the set's closure reached the bottom of the stack.
    private(set) var reachesBottom: [Bool] = []
    /// The deepest stack that any member of the closure may come to need.
    private(set) var extents: [Int32] = []
    private var transitions: [SetID] = []  // [sets, classes]
    /// Configurations in all sets.
    private var stored = 0
    private let classCount: Int
    private var closure = Closure()

    private struct SetKey: Hashable {
        var configurations: [Configuration]
        var reachesBottom: Bool
    }

    init(_ automaton: Automaton, width: Int) {
        self.automaton = automaton
        self.width = width
        classCount = automaton.classes.count
        reset()
    }

    /// Forgets everything; numbers of sets and frames given out before are void.
    mutating func reset() {
        frames.removeAll(keepingCapacity: true)
        depths.removeAll(keepingCapacity: true)
        frameIDs.removeAll(keepingCapacity: true)
        sets.removeAll(keepingCapacity: true)
        setIDs.removeAll(keepingCapacity: true)
        reachesBottom.removeAll(keepingCapacity: true)
        extents.removeAll(keepingCapacity: true)
        transitions.removeAll(keepingCapacity: true)
        stored = 0
        _ = intern([], reachesBottom: false, extent: 0)
    }

    /// Whether so much is remembered that forgetting is cheaper.
    var isLarge: Bool { transitions.count > 1 << 18 || frames.count > 1 << 15 || stored > 1 << 20 }

    /// Whether a walk over the vocabulary has met so many ways to read it that the rest was left out. Only the most
    /// ambiguous grammars get there; what is left out is forbidden.
    var isExhausted: Bool { stored > 1 << 21 && width <= GrammarLimits.width }
}

extension Simulation {
    func configurations(_ set: SetID) -> [Configuration] { sets[Int(set)] }

    func frame(_ id: Int32) -> Frame { frames[Int(id)] }

    /// How many frames lie on the stack up to and with this one; the bottom, -1, has none.
    func depth(_ frame: Int32) -> Int32 { frame < 0 ? -1 - frame : depths[Int(frame)] }

    /// A bottom for stacks whose lower `depth` frames are left out.
    static func bottom(depth: Int32) -> Int32 { -1 - depth }

    mutating func push(_ frame: Frame) -> Int32 {
        if let known = frameIDs[frame] { return known }
        let id = Int32(frames.count)
        frames.append(frame)
        depths.append(depth(frame.parent) + 1)
        frameIDs[frame] = id
        return id
    }

    /// The set of a single configuration that a closure has given before.
    mutating func set(of configuration: Configuration) -> SetID {
        intern(
            [configuration], reachesBottom: false, extent: extent(configuration.state, 0, configuration.stack)
        )
    }

    /// The start of a document.
    mutating func start() -> SetID {
        closure.begin()
        follow(automaton.start, 0, Self.bottom(depth: 0))
        return closed()
    }

    /// Where the text goes on once `frame` has been returned to.
    mutating func set(returningTo frame: Int32) -> SetID {
        guard frame >= 0 else { return Self.dead }
        closure.begin()
        follow(frames[Int(frame)].end, frames[Int(frame)].count, frames[Int(frame)].parent)
        return closed()
    }

    mutating func step(_ set: SetID, _ byte: UInt8) -> SetID {
        step(set, byteClass: Int(automaton.classes.classOf[Int(byte)]))
    }

    @inline(__always)
    mutating func step(_ set: SetID, byteClass: Int) -> SetID {
        let known = transitions[Int(set) * classCount + byteClass]
        return known >= 0 ? known : firstStep(set, byteClass: byteClass)
    }

    @inline(never)
    private mutating func firstStep(_ set: SetID, byteClass: Int) -> SetID {
        guard !isExhausted else { return Self.dead }
        closure.begin()
        let byte = automaton.classes.representatives[byteClass]
        for configuration in sets[Int(set)] {
            for index in automaton.edges.indices(configuration.state) {
                let edge = automaton.edges[at: index]
                if edge.low <= byte, byte <= edge.high { follow(edge.target, 0, configuration.stack) }
            }
        }
        let next = closed()
        transitions[Int(set) * classCount + byteClass] = next
        return next
    }

    /// Reads a token that has no text.
    mutating func step(_ set: SetID, token: Int32) -> SetID {
        closure.begin()
        for configuration in sets[Int(set)] {
            for edge in automaton.tokens[configuration.state] where edge.token == token {
                follow(edge.target, 0, configuration.stack)
            }
        }
        return closed()
    }
}

extension Simulation {
    /// Work of one closure: what was seen and what is still to be followed.
    private struct Closure: Sendable {
        struct Item: Sendable, Hashable {
            var state: Int32
            var count: Int32
            var stack: Int32
        }

        var pending: [Item] = []
        var seen: Set<Item> = []
        var found: [Configuration] = []
        var reachesBottom = false
        var extent: Int32 = 0

        mutating func begin() {
            pending.removeAll(keepingCapacity: true)
            seen.removeAll(keepingCapacity: true)
            found.removeAll(keepingCapacity: true)
            reachesBottom = false
            extent = 0
        }
    }

    private func extent(_ state: Int32, _ count: Int32, _ stack: Int32) -> Int32 {
        depth(stack) + automaton.need(state, count: count)
    }

    /// Takes in a state, unless no document could be completed from it within the stack's limit.
    private mutating func follow(_ state: Int32, _ count: Int32, _ stack: Int32) {
        let extent = extent(state, count, stack)
        guard extent <= GrammarLimits.stackDepth else { return }
        closure.extent = max(closure.extent, extent)
        closure.pending.append(.init(state: state, count: count, stack: stack))
    }

    /// Follows all that reads nothing, and gives the set of what is left.
    private mutating func closed() -> SetID {
        while closure.found.count < width, let item = closure.pending.popLast() {
            // Most closures have one item or two; only states that others lead to can be met twice.
            guard closure.seen.insert(item).inserted else { continue }
            if automaton.counterOf[Int(item.state)] >= 0 {
                followCounter(item)
                continue
            }
            if !automaton.edges.isEmpty(item.state) || !automaton.tokens.isEmpty(item.state) {
                closure.found.append(Configuration(state: item.state, stack: item.stack))
            }
            if automaton.isFinal[Int(item.state)] {
                if item.stack < 0 {
                    closure.reachesBottom = true
                } else {
                    let frame = frames[Int(item.stack)]
                    follow(frame.end, frame.count, frame.parent)
                }
            }
            for index in automaton.jumps.indices(item.state) {
                follow(automaton.jumps[at: index], 0, item.stack)
            }
            for index in automaton.calls.indices(item.state) {
                let call = automaton.calls[at: index]
                followCall(call.start, returningTo: call.end, count: 0, item.stack)
            }
        }
        closure.found.sort { ($0.state, $0.stack) < ($1.state, $1.stack) }
        return intern(closure.found, reachesBottom: closure.reachesBottom, extent: closure.extent)
    }

    private mutating func followCounter(_ item: Closure.Item) {
        let counter = automaton.counters[Int(automaton.counterOf[Int(item.state)])]
        if item.count < counter.max {
            followCall(counter.body, returningTo: item.state, count: item.count + 1, item.stack)
        }
        if item.count >= counter.min { follow(counter.next, 0, item.stack) }
    }

    private mutating func followCall(_ start: Int32, returningTo end: Int32, count: Int32, _ stack: Int32) {
        // Both halves must fit: the rule itself, and what comes after it.
        guard extent(end, count, stack) <= GrammarLimits.stackDepth,
            depth(stack) + 1 + automaton.needs[Int(start)] <= GrammarLimits.stackDepth
        else { return }
        closure.extent = max(closure.extent, extent(end, count, stack))
        follow(start, 0, push(Frame(end: end, count: count, parent: stack)))
    }

    private mutating func intern(
        _ configurations: [Configuration], reachesBottom: Bool, extent: Int32
    ) -> SetID {
        let key = SetKey(configurations: configurations, reachesBottom: reachesBottom)
        if let known = setIDs[key] {
            extents[Int(known)] = max(extents[Int(known)], extent)
            return known
        }
        let id = SetID(sets.count)
        sets.append(configurations)
        stored += configurations.count
        self.reachesBottom.append(reachesBottom)
        extents.append(extent)
        transitions.append(
            contentsOf: repeatElement(id == Self.dead ? 0 : -1, count: classCount))
        setIDs[key] = id
        return id
    }
}

extension Simulation {
    /// The set in a form that outlives this simulation. Past `GrammarLimits.width` ways are dropped: each of those
    /// left can still be completed.
    func state(of set: SetID) -> GrammarState {
        var numbers: [Int32: Int32] = [:]
        var frames: [Frame] = []
        func number(_ frame: Int32) -> Int32 {
            var path: [Int32] = []
            var current = frame
            while current >= 0, numbers[current] == nil {
                path.append(current)
                current = self.frames[Int(current)].parent
            }
            for id in path.reversed() {
                var copy = self.frames[Int(id)]
                if copy.parent >= 0 { copy.parent = numbers[copy.parent] ?? -1 }
                numbers[id] = Int32(frames.count)
                frames.append(copy)
            }
            return frame < 0 ? frame : numbers[frame] ?? -1
        }
        let configurations = sets[Int(set)].prefix(GrammarLimits.width).map {
            Configuration(state: $0.state, stack: number($0.stack))
        }
        return GrammarState(
            frames: frames, configurations: configurations, isComplete: reachesBottom[Int(set)])
    }

    /// The set of a state that this or another simulation of the same automaton gave.
    mutating func set(of state: GrammarState) -> SetID {
        var numbers: [Int32] = []
        for frame in state.frames {
            var copy = frame
            if copy.parent >= 0 { copy.parent = numbers[Int(copy.parent)] }
            numbers.append(push(copy))
        }
        var configurations = state.configurations.map {
            Configuration(state: $0.state, stack: $0.stack < 0 ? $0.stack : numbers[Int($0.stack)])
        }
        configurations.sort { ($0.state, $0.stack) < ($1.state, $1.stack) }
        var extent: Int32 = 0
        for configuration in configurations {
            extent = max(extent, self.extent(configuration.state, 0, configuration.stack))
        }
        return intern(configurations, reachesBottom: state.isComplete, extent: extent)
    }
}
