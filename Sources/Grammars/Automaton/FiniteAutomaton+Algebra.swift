// Owns the automata that constraints on a text are made of: words, UTF-8, lengths, intersection, exclusion.
// Refuses to know which schema asks for them.

extension FiniteAutomaton {
    /// The words, as a tree.
    static func words(_ words: [[UInt8]]) -> FiniteAutomaton {
        guard !words.isEmpty else { return FiniteAutomaton() }
        var result = FiniteAutomaton(states: 1)
        for word in Set(words).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            var state: Int32 = 0
            for byte in word {
                state = result.target(state, byte) ?? result.appendState(after: state, byte)
            }
            result.accept(state)
        }
        return result
    }

    /// UTF-8 text of any length.
    static let anyText: FiniteAutomaton = {
        guard let automaton = try? text(length: 0, nil) else { preconditionFailure("a dozen states") }
        return automaton
    }()

    /// Text of `range` Unicode scalars; nil: no upper bound.
    static func text(length min: Int, _ max: Int?) throws(GrammarError) -> FiniteAutomaton {
        let cap = max ?? min
        return try utf8(
            start: 0,
            classes: [],
            accepts: { (count: Int) in count >= min },
            step: { count, byte in
                if byte & 0xC0 == 0x80 { return count }
                if count == cap { return max == nil ? count : nil }
                return count + 1
            })
    }

    /// What both accept.
    func intersection(_ other: FiniteAutomaton) throws(GrammarError) -> FiniteAutomaton {
        guard !isEmpty, !other.isEmpty else { return FiniteAutomaton() }
        struct Pair: Hashable {
            var left: Int32
            var right: Int32
        }
        return try .exploring(
            from: Pair(left: 0, right: 0), classes: ByteClasses(separating: byteRanges + other.byteRanges),
            accepts: { accepting[Int($0.left)] && other.accepting[Int($0.right)] },
            step: { pair, byte in
                guard let left = target(pair.left, byte), let right = other.target(pair.right, byte) else {
                    return nil
                }
                return Pair(left: left, right: right)
            })
    }

    /// What this accepts and `other` does not.
    func subtracting(_ other: FiniteAutomaton) throws(GrammarError) -> FiniteAutomaton {
        guard !isEmpty, !other.isEmpty else { return self }
        struct Pair: Hashable {
            var left: Int32
            var right: Int32?
        }
        return try .exploring(
            from: Pair(left: 0, right: 0), classes: ByteClasses(separating: byteRanges + other.byteRanges),
            accepts: { accepting[Int($0.left)] && !($0.right.map { other.accepting[Int($0)] } ?? false) },
            step: { pair, byte in
                guard let left = target(pair.left, byte) else { return nil }
                return Pair(left: left, right: pair.right.flatMap { other.target($0, byte) })
            })
    }

    /// Texts in which `trigger` does not occur; or, with `atEnd`, those that it ends and in which it occurs nowhere
    /// else.
    static func text(without trigger: [UInt8], atEnd: Bool) throws(GrammarError) -> FiniteAutomaton {
        // Knuth, Morris, Pratt: how much of the trigger is matched by the end of the text.
        var failure = [0]
        func advance(_ matched: Int, _ byte: UInt8) -> Int {
            var matched = matched
            while trigger[matched] != byte {
                if matched == 0 { return 0 }
                matched = failure[matched]
            }
            return matched + 1
        }
        for index in trigger.indices {
            failure.append(index == 0 ? 0 : advance(failure[index], trigger[index]))
        }
        return try utf8(
            start: 0,
            classes: trigger.map { $0...$0 },
            accepts: { matched in atEnd ? matched == trigger.count : matched < trigger.count },
            step: { matched, byte in
                guard matched < trigger.count else { return nil }
                let next = advance(matched, byte)
                return next == trigger.count && !atEnd ? nil : next
            })
    }
}

extension FiniteAutomaton {
    /// Where a UTF-8 sequence stands: between scalars, or in one that needs more bytes, the next within a range.
    private struct Position<Memory: Hashable>: Hashable {
        var missing: UInt8
        var next: ClosedRange<UInt8>
        var memory: Memory
    }

    /// The bytes at which UTF-8's rules change (Unicode 16, table 3-7).
    private static let utf8Ranges: [ClosedRange<UInt8>] = [
        0x00...0x7F, 0x80...0x8F, 0x90...0x9F, 0xA0...0xBF, 0xC2...0xDF, 0xE0...0xE0, 0xE1...0xEC,
        0xED...0xED,
        0xEE...0xEF, 0xF0...0xF0, 0xF1...0xF3, 0xF4...0xF4,
    ]

    /// Valid UTF-8 that `step` also follows, byte by byte.
    private static func utf8<Memory: Hashable>(
        start: Memory, classes: [ClosedRange<UInt8>], accepts: (Memory) -> Bool,
        step: (Memory, UInt8) -> Memory?
    ) throws(GrammarError) -> FiniteAutomaton {
        try .exploring(
            from: Position(missing: 0, next: 0...255, memory: start),
            classes: ByteClasses(separating: utf8Ranges + classes),
            accepts: { $0.missing == 0 && accepts($0.memory) },
            step: { position, byte in
                guard position.next.contains(byte), let memory = step(position.memory, byte) else {
                    return nil
                }
                let plain: ClosedRange<UInt8> = 0x80...0xBF
                if position.missing > 0 {
                    let missing = position.missing - 1
                    return Position(missing: missing, next: missing == 0 ? 0...255 : plain, memory: memory)
                }
                switch byte {
                case 0x00...0x7F: return Position(missing: 0, next: 0...255, memory: memory)
                case 0xC2...0xDF: return Position(missing: 1, next: plain, memory: memory)
                case 0xE0: return Position(missing: 2, next: 0xA0...0xBF, memory: memory)
                case 0xED: return Position(missing: 2, next: 0x80...0x9F, memory: memory)
                case 0xE1...0xEF: return Position(missing: 2, next: plain, memory: memory)
                case 0xF0: return Position(missing: 3, next: 0x90...0xBF, memory: memory)
                case 0xF1...0xF3: return Position(missing: 3, next: plain, memory: memory)
                case 0xF4: return Position(missing: 3, next: 0x80...0x8F, memory: memory)
                default: return nil
                }
            })
    }
}
