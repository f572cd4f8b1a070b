// Owns turning a JSON Schema into rules: one for each set of schemas that holds for a value somewhere.
// Refuses to know what keywords mean together (`SchemaConjunction`) and how JSON is written (`JSONRules`).

public import ChatTemplates

extension Grammar {
    /// The JSON documents that a schema of draft 2020-12 calls valid, in one spelling: declared properties in the
    /// schema's order, then the others. `docs/structured-output.md` lists the keywords.
    /// - Throws: `unsupported` for every keyword that the documents could not be held to, `invalidSchema`,
    ///   `undefined`, `matchesNothing` or `limit`, each with the keyword's JSON pointer.
    public static func jsonSchema(_ schema: JSONValue) throws(GrammarError) -> Grammar {
        var compiler = SchemaCompiler(schema)
        do {
            let root = try compiler.compile()
            return try Grammar(root, compiler.rules)
        } catch {
            throw error.at(.pointer("#"))
        }
    }
}

/// Compiles one schema. Schemas wait in a queue, so that neither nesting nor references deepen the call stack.
struct SchemaCompiler {
    var rules = Rules()
    let document: SchemaDocument
    private var known: [String: Int] = [:]
    private var pending: [(rule: Int, parts: [SchemaPart])] = []

    init(_ schema: JSONValue) { document = SchemaDocument(schema) }

    mutating func compile() throws(GrammarError) -> Expression {
        let root = try expression([SchemaPart(schema: document.root, pointer: "#")])
        while let (rule, parts) = pending.popLast() {
            do {
                rules.define(rule, as: try body(parts))
            } catch {
                throw error.at(.pointer(parts.first?.pointer ?? "#"))
            }
        }
        return root
    }

    /// A value for which all of `parts` hold.
    mutating func expression(_ parts: [SchemaPart]) throws(GrammarError) -> Expression {
        guard let last = parts.last else { return try JSONRules.value(&rules) }
        let key = parts.map(\.key).joined(separator: " ")
        if let rule = known[key] { return .rule(rule) }
        guard known.count < GrammarLimits.schemas else {
            throw last.error(
                .limit,
                "the alternatives multiply to more than \(GrammarLimits.schemas) schemas; simplify them")
        }
        let rule = rules.declare(last.pointer, at: .pointer(last.pointer))
        known[key] = rule
        pending.append((rule, parts))
        return .rule(rule)
    }

    private mutating func body(_ parts: [SchemaPart]) throws(GrammarError) -> Expression {
        let conjunction = try SchemaConjunction(parts, in: document)
        if conjunction.isFalse { return .never }
        if let undecided = conjunction.undecided {
            let branches = try conjunction.branches(undecided)
            if undecided.keyword == "oneOf" {
                try requireDisjoint(branches, of: conjunction.parts[undecided.index])
            }
            var choices: [Expression] = []
            for branch in branches { choices.append(try expression(branch)) }
            return .choice(choices)
        }
        if let constants = conjunction.constants { return try body(constants, conjunction) }
        return try body(conjunction)
    }

    private mutating func body(
        _ constants: [JSONValue], _ conjunction: SchemaConjunction
    ) throws(GrammarError) -> Expression {
        var words: [[UInt8]] = []
        var others: [Expression] = []
        for constant in constants where try conjunction.acceptsByKeywords(constant, in: document) {
            let expression = try JSONText.expression(of: constant, &rules)
            if case .literal(let bytes) = expression {
                words.append(bytes)
            } else {
                others.append(expression)
            }
        }
        if !words.isEmpty { others.append(.words(words)) }
        return .choice(others)
    }

    private mutating func body(_ conjunction: SchemaConjunction) throws(GrammarError) -> Expression {
        let types = conjunction.types
        var choices: [Expression] = []
        if types.contains(.object) { choices.append(try object(conjunction)) }
        if types.contains(.array) { choices.append(try array(conjunction)) }
        if types.contains(.string) { choices.append(try string(conjunction)) }
        if !types.isDisjoint(with: .number) { choices.append(try number(conjunction)) }
        if types.contains(.boolean) { choices += [.literal("true"), .literal("false")] }
        if types.contains(.null) { choices.append(.literal("null")) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }
}

extension SchemaCompiler {
    private mutating func number(_ conjunction: SchemaConjunction) throws(GrammarError) -> Expression {
        let constraints = try conjunction.numberConstraints()
        let integersOnly = !conjunction.types.contains(.fraction) || !constraints.divisors.isEmpty
        guard !constraints.isEmpty else {
            return try integersOnly ? JSONRules.integer(&rules) : JSONRules.number(&rules)
        }
        return .automaton(try .numbers(constraints, integersOnly: integersOnly))
    }

    private mutating func string(_ conjunction: SchemaConjunction) throws(GrammarError) -> Expression {
        let (min, max) = try conjunction.range("minLength", "maxLength")
        guard min <= max ?? min else { return .never }
        guard var automaton = try conjunction.textConstraint(in: document) else {
            if min == 0, max == nil { return try JSONRules.string(&rules) }
            return try JSONRules.string(length: min, max, &rules)
        }
        if min > 0 || max != nil { automaton = try automaton.intersection(.text(length: min, max)) }
        return quoted(automaton)
    }

    private func quoted(_ automaton: FiniteAutomaton) -> Expression {
        .sequence([.literal("\""), .jsonEncoded(automaton), .literal("\"")])
    }

    private mutating func array(_ conjunction: SchemaConjunction) throws(GrammarError) -> Expression {
        let items = try SchemaItems(conjunction)
        let (min, max) = try conjunction.range("minItems", "maxItems")
        guard min <= max ?? min else { return .never }
        let space = try JSONRules.space(&rules)
        let separator = try JSONRules.separator(&rules)
        let end = Expression.sequence([space, .literal("]")])
        let prefix = Swift.min(items.prefixCount, max ?? items.prefixCount)
        let other = try expression(items.parts(at: items.prefixCount))
        // What may follow once so many items are there; built from the last, as each names the next.
        let more = Expression.sequence([separator, other])
        let rest = Expression.repeated(more, min: Swift.max(0, min - prefix), max: max.map { $0 - prefix })
        var following = Expression.sequence([rest, end])
        for index in (0..<prefix).reversed() where index > 0 {
            let item = try expression(items.parts(at: index))
            let next = rules.add("items", following)
            var choices = [Expression.sequence([separator, item, next])]
            if index >= min { choices.append(end) }
            following = .choice(choices)
        }
        var filled = Expression.never
        if prefix > 0 {
            filled = .sequence([try expression(items.parts(at: 0)), following])
        } else if max != 0 {
            let rest = Expression.repeated(more, min: Swift.max(0, min - 1), max: max.map { $0 - 1 })
            filled = .sequence([other, rest, end])
        }
        let empty = min == 0 ? Expression.literal("]") : .never
        return .sequence([.literal("["), space, .choice([empty, filled])])
    }

    private mutating func object(_ conjunction: SchemaConjunction) throws(GrammarError) -> Expression {
        let shape = try SchemaShape(conjunction)
        let additional = try SchemaConjunction(shape.additional, in: document)
        if shape.names.isEmpty, shape.additional.isEmpty { return try JSONRules.object(&rules) }
        let space = try JSONRules.space(&rules)
        let separator = try JSONRules.separator(&rules)
        let end = Expression.sequence([space, .literal("}")])
        // What may follow the declared properties, when a property stands before it and when none does.
        var (after, first) = (end, Expression.literal("}"))
        if !additional.isFalse {
            let key =
                shape.names.isEmpty
                ? try JSONRules.string(&rules)
                : quoted(try FiniteAutomaton.anyText.subtracting(.words(shape.names.map { Array($0.utf8) })))
            let value = try expression(shape.additional)
            let member = try JSONRules.member(key: key, value: value, &rules)
            let more = rules.add(
                "properties", .sequence([.repeated(.sequence([separator, member]), min: 0, max: nil), end]))
            (after, first) = (more, .choice([first, .sequence([member, more])]))
        }
        for name in shape.names.reversed() {
            let value = try expression(shape.parts(of: name))
            let member = rules.add(
                "property",
                try JSONRules.member(key: .literal(JSONText.string(name)), value: value, &rules))
            let (next, nextFirst) = (rules.add("properties", after), rules.add("properties", first))
            let isRequired = shape.required.contains(name)
            after = .sequence([separator, member, next])
            first = .sequence([member, next])
            if !isRequired { (after, first) = (.choice([after, next]), .choice([first, nextFirst])) }
        }
        return .sequence([.literal("{"), space, first])
    }
}
