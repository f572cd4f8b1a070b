// Owns reading a conjunction's keywords by type, and whether a given value is valid: constants must meet the keywords
// beside them. Refuses to know rules.

import ChatTemplates

extension SchemaConjunction {
    func numberConstraints() throws(GrammarError) -> NumberConstraints {
        var constraints = NumberConstraints()
        for part in parts {
            for (keyword, relation) in Self.bounds {
                if let value = try part.number(keyword) {
                    constraints.bounds.append(.init(relation: relation, value: value))
                }
            }
            if let divisor = try part.number("multipleOf") {
                guard !divisor.isNegative, !divisor.whole.isEmpty || !divisor.fraction.isEmpty else {
                    throw part.error(.invalidSchema, "expected a number above 0", at: "multipleOf")
                }
                guard divisor.isInteger, divisor.whole.count <= 3 else {
                    throw part.error(
                        .unsupported, "multipleOf is supported for whole numbers up to 999", at: "multipleOf")
                }
                constraints.divisors.append(divisor.whole.reduce(0) { $0 * 10 + Int($1) })
            }
        }
        return constraints
    }

    private static let bounds: [(String, NumberConstraints.Relation)] = [
        ("minimum", .atLeast), ("exclusiveMinimum", .above), ("maximum", .atMost),
        ("exclusiveMaximum", .below),
    ]

    /// The largest of the lower and the smallest of the upper bounds.
    func range(_ minimum: String, _ maximum: String) throws(GrammarError) -> (min: Int, max: Int?) {
        var range: (min: Int, max: Int?) = (0, nil)
        for part in parts {
            range.min = max(range.min, try part.count(minimum) ?? 0)
            if let upper = try part.count(maximum) { range.max = min(range.max ?? upper, upper) }
        }
        return range
    }

    /// What `pattern` and `format` allow; nil where there is neither.
    func textConstraint(in document: SchemaDocument) throws(GrammarError) -> FiniteAutomaton? {
        var all: (key: String, automaton: FiniteAutomaton)?
        for part in parts {
            for keyword in ["pattern", "format"] {
                guard let text = try part.string(keyword) else { continue }
                do {
                    let key = "\(keyword) \(text)"
                    let automaton = try document.automaton(key) { () throws(GrammarError) in
                        guard keyword == "pattern" else { return try StringFormat.automaton(text) }
                        return try RegexParser.parse(text).automaton(matching: .part)
                    }
                    guard let (known, other) = all else {
                        all = (key, automaton)
                        continue
                    }
                    let both = "\(known)\n\(key)"
                    all = (
                        both,
                        try document.automaton(both) { () throws(GrammarError) in
                            try other.intersection(automaton)
                        }
                    )
                } catch {
                    let character =
                        if case .character(let index) = error.place { "character \(index): " } else { "" }
                    throw part.error(error.code, character + error.message, at: keyword)
                }
            }
        }
        return all?.automaton
    }

    /// Whether the value is valid.
    func accepts(_ value: JSONValue, in document: SchemaDocument) throws(GrammarError) -> Bool {
        guard !isFalse, !types.isDisjoint(with: SchemaTypes(of: value)) else { return false }
        if let constants, !constants.contains(where: { $0.isSame(as: value) }) { return false }
        return try acceptsByKeywords(value, in: document)
    }

    /// Whether a value that is one of the constants, if there are some, is valid.
    func acceptsByKeywords(_ value: JSONValue, in document: SchemaDocument) throws(GrammarError) -> Bool {
        guard !isFalse, !types.isDisjoint(with: SchemaTypes(of: value)) else { return false }
        if let undecided {
            var valid = 0
            for branch in try branches(undecided) {
                if try SchemaConjunction(branch, in: document).accepts(value, in: document) { valid += 1 }
            }
            return undecided.keyword == "anyOf" ? valid > 0 : valid == 1
        }
        switch value {
        case .null, .bool: return true
        case .int, .double:
            guard let decimal = Decimal(value) else { return false }
            return try numberConstraints().accepts(decimal, isInteger: decimal.isInteger)
        case .string(let text):
            let (min, max) = try range("minLength", "maxLength")
            let count = text.unicodeScalars.count
            guard count >= min, count <= max ?? count else { return false }
            return try textConstraint(in: document)?.accepts(text.utf8) ?? true
        case .array(let values):
            let (min, max) = try range("minItems", "maxItems")
            guard values.count >= min, values.count <= max ?? values.count else { return false }
            let items = try SchemaItems(self)
            for (index, value) in values.enumerated() {
                guard try SchemaConjunction(items.parts(at: index), in: document).accepts(value, in: document)
                else { return false }
            }
            return true
        case .object(let object):
            let shape = try SchemaShape(self)
            guard shape.required.allSatisfy({ object[$0] != nil }) else { return false }
            for (key, value) in object.members {
                let parts = shape.parts(of: key)
                guard try SchemaConjunction(parts, in: document).accepts(value, in: document) else {
                    return false
                }
            }
            return true
        }
    }
}

/// What a conjunction says of objects.
struct SchemaShape: Sendable {
    /// Declared properties and required ones, in the order of their first mention.
    private(set) var names: [String] = []
    private(set) var required: Set<String> = []
    /// For each schema object its own properties, and what it says of all others.
    private var layers: [(properties: [String: SchemaPart], additional: SchemaPart?)] = []

    init(_ conjunction: SchemaConjunction) throws(GrammarError) {
        var known: Set<String> = []
        for part in conjunction.parts {
            var properties: [String: SchemaPart] = [:]
            for (name, schema) in try part.members("properties") {
                properties[name] = schema
                if known.insert(name).inserted { names.append(name) }
            }
            layers.append((properties, part.child("additionalProperties")))
        }
        for part in conjunction.parts {
            for name in try part.strings("required") ?? [] {
                required.insert(name)
                if known.insert(name).inserted { names.append(name) }
            }
        }
    }

    /// The schemas that hold for a property of that name.
    func parts(of name: String) -> [SchemaPart] {
        layers.compactMap { $0.properties[name] ?? $0.additional }
    }

    /// The schemas that hold for properties that are not declared.
    var additional: [SchemaPart] { layers.compactMap(\.additional) }
}

/// What a conjunction says of arrays.
struct SchemaItems: Sendable {
    /// How many items have schemas of their own.
    private(set) var prefixCount = 0
    private var layers: [(prefix: [SchemaPart], others: SchemaPart?)] = []

    init(_ conjunction: SchemaConjunction) throws(GrammarError) {
        for part in conjunction.parts {
            let prefix = try part.children("prefixItems", mayBeEmpty: true) ?? []
            let others = part.child("items")
            if let others, case .array = others.schema {
                throw part.error(
                    .invalidSchema, "draft 7's list of items became \"prefixItems\"", at: "items")
            }
            prefixCount = max(prefixCount, prefix.count)
            layers.append((prefix, others))
        }
    }

    /// The schemas that hold for the item at `index`; all from `prefixCount` on have the same.
    func parts(at index: Int) -> [SchemaPart] {
        layers.compactMap { index < $0.prefix.count ? $0.prefix[index] : $0.others }
    }
}
