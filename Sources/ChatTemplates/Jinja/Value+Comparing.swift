// Owns Python's equality, hashing and order of values.
// Refuses to know how values print. Recursion is bounded: values nest at most `Items.depthLimit` deep.

extension Value {
    /// A number's value where the value is one; `True` is 1.
    var number: Number? {
        switch self {
        case .bool(let value): .int(value ? 1 : 0)
        case .int(let value): .int(value)
        case .float(let value): .float(value)
        default: nil
        }
    }

    /// Python's `==`.
    func equals(_ other: Value) -> Bool {
        if let left = number, let right = other.number { return left == right }
        switch (self, other) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.text(let left), .text(let right)): return left == right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return Value.equal(left.values, right.values)
        case (.dict(let left), .dict(let right)):
            return left.count == right.count
                && left.entries.allSatisfy { entry in
                    guard let other = try? right.lookup(entry.key) else { return false }
                    return entry.value.equals(other)
                }
        case (.view(let left), .view(let right)):
            switch (left.kind, right.kind) {
            case (.range, .range): return Value.equal(left.items.values, right.items.values)
            case (.keys, .keys), (.items, .items):
                // These two are sets to Python.
                return left.items.values.count == right.items.values.count
                    && left.items.values.allSatisfy { value in
                        right.items.values.contains { $0.equals(value) }
                    }
            default: return false
            }
        default: return isSame(as: other)
        }
    }

    private static func equal(_ left: [Value], _ right: [Value]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
    }

    /// Python's `is`, for the values where templates can rely on it.
    func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.none, .none): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.text(let left), .text(let right)): left == right
        case (.namespace(let left), .namespace(let right)): left === right
        case (.generator(let left), .generator(let right)): left === right
        case (.loop(let left), .loop(let right)): left === right
        case (.callable(.macro(let left)), .callable(.macro(let right))): left === right
        default: false
        }
    }

    /// Python's `<`.
    /// - Throws: `type` where Python has no order for the two, `undefined` for an undefined operand.
    func isLess(than other: Value) throws(ChatTemplateError) -> Bool {
        if let left = number, let right = other.number { return left < right }
        switch (self, other) {
        case (.undefined(let undefined), _), (_, .undefined(let undefined)): throw undefined.error
        case (.text(let left), .text(let right)): return left < right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            for (left, right) in zip(left.values, right.values) where !left.equals(right) {
                return try left.isLess(than: right)
            }
            return left.values.count < right.values.count
        default:
            throw ChatTemplateError(
                .type, "'\(typeName)' and '\(other.typeName)' have no order: '<' does not compare them")
        }
    }
}

/// An integer or a float; compares across the two by value, exactly.
enum Number: Hashable {
    case int(Int)
    case float(Double)

    var double: Double {
        switch self {
        case .int(let value): Double(value)
        case .float(let value): value
        }
    }

    static func == (left: Number, right: Number) -> Bool {
        switch (left, right) {
        case (.int(let left), .int(let right)): left == right
        case (.float(let left), .float(let right)): left == right
        case (.int(let int), .float(let float)), (.float(let float), .int(let int)):
            Int(exactly: float) == int
        }
    }

    static func < (left: Number, right: Number) -> Bool {
        switch (left, right) {
        case (.int(let left), .int(let right)): left < right
        case (.float(let left), .float(let right)): left < right
        case (.int(let left), .float(let right)): left.isLess(than: right)
        case (.float(let left), .int(let right)): right.isGreater(than: left)
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .int(let value): hasher.combine(value)
        case .float(let value):
            if let int = Int(exactly: value) { hasher.combine(int) } else { hasher.combine(value) }
        }
    }
}

extension Int {
    fileprivate func isLess(than float: Double) -> Bool {
        if float.isNaN { return false }
        // Past Int's range the sign decides; within it, the whole part does, then the fraction.
        guard let whole = Int(exactly: float.rounded(.down)) else { return float > 0 }
        return self < whole || (self == whole && Double(whole) < float)
    }

    fileprivate func isGreater(than float: Double) -> Bool {
        if float.isNaN { return false }
        guard let whole = Int(exactly: float.rounded(.down)) else { return float < 0 }
        return self > whole
    }
}

/// A value that may be a dictionary's key.
struct HashableValue: Hashable {
    private enum Key: Hashable {
        case none
        case undefined
        case number(Number)
        case text(Text)
        case tuple([HashableValue])
    }
    private let key: Key

    init(text: Text) { key = .text(text) }

    /// - Throws: `type` for lists, dictionaries and other values that Python does not hash either.
    init(_ value: Value) throws(ChatTemplateError) {
        switch value {
        case .none: key = .none
        case .undefined: key = .undefined
        case .bool(let value): key = .number(.int(value ? 1 : 0))
        case .int(let value): key = .number(.int(value))
        case .float(let value): key = .number(.float(value))
        case .text(let text): key = .text(text)
        case .tuple(let items):
            var keys: [HashableValue] = []
            for item in items.values { keys.append(try HashableValue(item)) }
            key = .tuple(keys)
        default:
            throw ChatTemplateError(
                .type, "unhashable type: '\(value.typeName)' cannot be a dictionary's key")
        }
    }
}
