// Owns numbers within bounds, as automata over their decimal digits: exact, by comparing digit strings.
// Refuses to know schemas.

import ChatTemplates

/// What JSON numbers must be like.
struct NumberConstraints: Sendable {
    enum Relation: Sendable { case atLeast, above, atMost, below }

    struct Bound: Sendable {
        var relation: Relation
        var value: Decimal
    }

    var bounds: [Bound] = []
    /// Each divides the number.
    var divisors: [Int] = []

    var isEmpty: Bool { bounds.isEmpty && divisors.isEmpty }

    func accepts(_ value: Decimal, isInteger: Bool) -> Bool {
        for bound in bounds where !bound.relation.holds(value.order(against: bound.value)) { return false }
        guard !divisors.isEmpty else { return true }
        return isInteger && divisors.allSatisfy { value.remainder(dividedBy: $0) == 0 }
    }
}

extension NumberConstraints.Relation {
    /// - Parameter order: -1, 0 or 1: how the number compares with the bound.
    func holds(_ order: Int) -> Bool {
        switch self {
        case .atLeast: order >= 0
        case .above: order > 0
        case .atMost: order <= 0
        case .below: order < 0
        }
    }
}

/// A number as its digits: sign, those before the point without leading zeros, those behind without trailing ones.
struct Decimal: Sendable {
    var isNegative: Bool
    var whole: [UInt8]
    var fraction: [UInt8]

    /// The number's shortest decimal form; nil for what is no finite number.
    init?(_ value: JSONValue) {
        let text: String
        switch value {
        case .int(let int): text = String(int)
        case .double(let double) where double.isFinite: text = "\(double)"
        default: return nil
        }
        var mantissa = text[...]
        var exponent = 0
        if let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) {
            mantissa = text[..<mark]
            exponent = Int(text[text.index(after: mark)...].drop { $0 == "+" }) ?? 0
        }
        isNegative = mantissa.first == "-"
        let parts = mantissa.drop { $0 == "-" }.split(separator: ".")
        whole = parts[0].utf8.map { $0 - 0x30 }
        fraction = parts.count > 1 ? parts[1].utf8.map { $0 - 0x30 } : []
        while exponent > 0 {
            whole.append(fraction.isEmpty ? 0 : fraction.removeFirst())
            exponent -= 1
        }
        while exponent < 0 {
            fraction.insert(whole.popLast() ?? 0, at: 0)
            exponent += 1
        }
        whole = Array(whole.drop { $0 == 0 })
        while fraction.last == 0 { fraction.removeLast() }
        if whole.isEmpty, fraction.isEmpty { isNegative = false }
    }

    var isInteger: Bool { fraction.isEmpty }

    func order(against other: Decimal) -> Int {
        guard isNegative == other.isNegative else { return isNegative ? -1 : 1 }
        let sign = isNegative ? -1 : 1
        if whole.count != other.whole.count { return whole.count < other.whole.count ? -sign : sign }
        if whole != other.whole { return whole.lexicographicallyPrecedes(other.whole) ? -sign : sign }
        if fraction == other.fraction { return 0 }
        return fraction.lexicographicallyPrecedes(other.fraction) ? -sign : sign
    }

    func remainder(dividedBy divisor: Int) -> Int {
        whole.reduce(0) { ($0 * 10 + Int($1)) % divisor }
    }
}

extension FiniteAutomaton {
    /// Decimal numbers that meet the constraints: integers of up to 18 digits, or numbers of up to 15 digits in all,
    /// which no rounding to a double can push over a bound. No exponents, no negative zero.
    static func numbers(
        _ constraints: NumberConstraints, integersOnly: Bool
    ) throws(GrammarError) -> FiniteAutomaton {
        let classes = ByteClasses(separating: "-.0123456789".utf8.map { $0...$0 })
        let reader = NumberReader(constraints: constraints, limit: integersOnly ? 18 : 15)
        return try exploring(
            from: NumberReader.State(
                orders: constraints.bounds.map { _ in 0 }, remainders: constraints.divisors.map { _ in 0 }),
            classes: classes,
            accepts: { reader.accepts($0) },
            step: { state, byte in
                switch byte {
                case UInt8(ascii: "-"): reader.minus(state)
                case UInt8(ascii: ".") where !integersOnly: reader.point(state)
                case 0x30...0x39: reader.digit(byte - 0x30, state)
                default: nil
                }
            }
        ).minimised()
    }
}

private struct NumberReader {
    enum Phase: Hashable { case start, sign, zero, whole, point, fraction }

    struct State: Hashable {
        var phase = Phase.start
        var isNegative = false
        var isZero = true
        /// Digits so far, without a leading zero.
        var digits = 0
        /// Digits behind the point so far; 0 once no bound asks.
        var behind = 0
        /// For each bound how the digits so far compare with as many of its own.
        var orders: [Int8]
        var remainders: [Int]
    }

    let constraints: NumberConstraints
    let limit: Int

    func minus(_ state: State) -> State? {
        guard state.phase == .start else { return nil }
        var next = state
        next.phase = .sign
        next.isNegative = true
        return next
    }

    func digit(_ digit: UInt8, _ state: State) -> State? {
        var next = state
        switch state.phase {
        case .zero: return nil
        case .start, .sign, .whole:
            if state.phase != .whole, digit == 0 {
                next.phase = .zero
                return next
            }
            next.phase = .whole
            for (index, bound) in constraints.bounds.enumerated() where next.orders[index] == 0 {
                guard state.digits < bound.value.whole.count else { continue }
                next.orders[index] = order(digit, bound.value.whole[state.digits])
            }
            for (index, divisor) in constraints.divisors.enumerated() {
                next.remainders[index] = (state.remainders[index] * 10 + Int(digit)) % divisor
            }
        case .point, .fraction:
            next.phase = .fraction
            for (index, bound) in constraints.bounds.enumerated() where next.orders[index] == 0 {
                let fraction = bound.value.fraction
                next.orders[index] = order(digit, state.behind < fraction.count ? fraction[state.behind] : 0)
            }
            next.behind = next.orders.contains(0) ? state.behind + 1 : 0
        }
        next.digits += 1
        next.isZero = state.isZero && digit == 0
        return next.digits <= limit ? next : nil
    }

    func point(_ state: State) -> State? {
        guard state.phase == .zero || state.phase == .whole else { return nil }
        var next = state
        next.phase = .point
        next.orders = wholeOrders(state)
        return next
    }

    func accepts(_ state: State) -> Bool {
        let orders: [Int8]
        switch state.phase {
        case .start, .sign, .point: return false
        case .zero, .whole: orders = finished(wholeOrders(state), behind: 0)
        case .fraction: orders = finished(state.orders, behind: state.behind)
        }
        guard !(state.isNegative && state.isZero), state.remainders.allSatisfy({ $0 == 0 }) else {
            return false
        }
        return zip(constraints.bounds, orders).allSatisfy { bound, order in
            guard state.isNegative == bound.value.isNegative else {
                return bound.relation.holds(state.isNegative ? -1 : 1)
            }
            return bound.relation.holds(state.isNegative ? -Int(order) : Int(order))
        }
    }

    private func order(_ left: UInt8, _ right: UInt8) -> Int8 { left < right ? -1 : left > right ? 1 : 0 }

    /// At the end of the digits before the point: more digits make the larger number.
    private func wholeOrders(_ state: State) -> [Int8] {
        let count = state.phase == .zero ? 0 : state.digits
        return zip(constraints.bounds, state.orders).map { bound, order in
            count == bound.value.whole.count ? order : count < bound.value.whole.count ? -1 : 1
        }
    }

    /// At the end of all digits: a bound that has some left is the larger.
    private func finished(_ orders: [Int8], behind: Int) -> [Int8] {
        zip(constraints.bounds, orders).map { bound, order in
            order == 0 && behind < bound.value.fraction.count ? -1 : order
        }
    }
}
