// Owns what several schemas say of one value together: `allOf`, `$ref` and the keywords beside them, flattened.
// Refuses to know rules and bytes.

import ChatTemplates

/// JSON's types as JSON Schema sees them: a number is an integer or has a fraction.
struct SchemaTypes: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    static let null = SchemaTypes(rawValue: 1)
    static let boolean = SchemaTypes(rawValue: 2)
    static let integer = SchemaTypes(rawValue: 4)
    static let fraction = SchemaTypes(rawValue: 8)
    static let string = SchemaTypes(rawValue: 16)
    static let array = SchemaTypes(rawValue: 32)
    static let object = SchemaTypes(rawValue: 64)
    static let number: SchemaTypes = [.integer, .fraction]
    static let all = SchemaTypes(rawValue: 127)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(name: String) {
        switch name {
        case "null": self = .null
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "number": self = .number
        case "string": self = .string
        case "array": self = .array
        case "object": self = .object
        default: return nil
        }
    }

    init(of value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool: self = .boolean
        case .int: self = .integer
        case .double(let double): self = double == double.rounded(.towardZero) ? .integer : .fraction
        case .string: self = .string
        case .array: self = .array
        case .object: self = .object
        }
    }
}

/// Schemas that hold for one value at once.
struct SchemaConjunction: Sendable {
    /// The schema objects, with what they refer to in place of `$ref` and `allOf`.
    private(set) var parts: [SchemaPart] = []
    /// Whether no value is valid.
    private(set) var isFalse = false
    private(set) var types = SchemaTypes.all
    /// The only values there are, where `enum` or `const` names them.
    private(set) var constants: [JSONValue]?

    /// - Throws: `unsupported`, `invalidSchema`, `undefined`, or `matchesNothing` for references that go in a circle.
    init(_ roots: [SchemaPart], in document: SchemaDocument) throws(GrammarError) {
        var seen: Set<String> = []
        // Each with the references that led to it: one that comes again is a circle.
        var pending = roots.reversed().map { (part: $0, path: Set<String>()) }
        while let (part, path) = pending.popLast() {
            try document.count(part)
            try part.check()
            if case .bool(let isTrue) = part.schema {
                if !isTrue { isFalse = true }
                continue
            }
            guard !path.contains(part.pointer) else {
                throw part.error(
                    .matchesNothing,
                    "this schema refers back to itself and nothing else, so it produces nothing; "
                        + "let the recursion pass through a property or an item")
            }
            guard seen.insert(part.key).inserted else { continue }
            guard seen.count <= GrammarLimits.schemas else {
                throw part.error(
                    .limit, "more than \(GrammarLimits.schemas) schemas hold for one value; split them")
            }
            parts.append(part)
            let inner = path.union([part.pointer])
            if !part.isExpanded {
                for child in (try part.children("allOf") ?? []).reversed() { pending.append((child, inner)) }
                if let reference = try part.string("$ref") {
                    pending.append((try part.resolve(reference, in: document), inner))
                }
            }
            try narrow(by: part)
        }
    }

    private mutating func narrow(by part: SchemaPart) throws(GrammarError) {
        if let value = part.object["type"] {
            let names = if case .string(let name) = value { [name] } else { try part.strings("type") ?? [] }
            var allowed = SchemaTypes()
            for name in names {
                guard let type = SchemaTypes(name: name) else {
                    throw part.error(
                        .invalidSchema,
                        "'\(name)' is no type; there are null, boolean, integer, number, string, "
                            + "array and object", at: "type")
                }
                allowed.formUnion(type)
            }
            types.formIntersection(allowed)
        }
        if let value = part.object["const"] { try keep([value], of: part) }
        if let value = part.object["enum"] {
            guard case .array(let values) = value else {
                throw part.error(.invalidSchema, "expected a list of values", at: "enum")
            }
            try keep(values, of: part)
        }
        if types.isEmpty || constants?.isEmpty == true { isFalse = true }
    }

    private mutating func keep(_ values: [JSONValue], of part: SchemaPart) throws(GrammarError) {
        guard let known = constants else {
            constants = values
            return
        }
        guard known.count.cappedProduct(values.count) <= 1_000_000 else {
            throw part.error(.limit, "too many constants for one value; list those that are left")
        }
        constants = known.filter { constant in values.contains { $0.isSame(as: constant) } }
    }

    /// The first `anyOf` or `oneOf` that no branch was chosen of yet.
    var undecided: (index: Int, keyword: String)? {
        for (index, part) in parts.enumerated() {
            for keyword in ["anyOf", "oneOf"]
            where part.object[keyword] != nil && !part.decided.contains(keyword) {
                return (index, keyword)
            }
        }
        return nil
    }

    /// For each branch of an undecided keyword, the schemas that hold when it was chosen.
    func branches(_ undecided: (index: Int, keyword: String)) throws(GrammarError) -> [[SchemaPart]] {
        var known: Set<String> = []
        var decided: [SchemaPart] = []
        for (index, part) in parts.enumerated() {
            var part = part
            part.isExpanded = true
            if index == undecided.index { part.decided.insert(undecided.keyword) }
            if known.insert(part.key).inserted { decided.append(part) }
        }
        return try parts[undecided.index].children(undecided.keyword)?.map { decided + [$0] } ?? []
    }
}

extension SchemaPart {
    /// The schema that a `$ref` names.
    func resolve(_ reference: String, in document: SchemaDocument) throws(GrammarError) -> SchemaPart {
        guard reference == "#" || reference.hasPrefix("#/") else {
            throw error(
                .unsupported, "'\(reference)': only references within the schema, #/…, are supported",
                at: "$ref")
        }
        var value = document.root
        var pointer = "#"
        for token in reference.dropFirst().split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        {
            guard let name = Self.unescaped(token) else {
                throw error(.undefined, "'\(reference)' is no JSON pointer", at: "$ref")
            }
            let next: JSONValue? =
                switch value {
                case .object(let object): object[name]
                case .array(let values): Int(name).flatMap { values.indices.contains($0) ? values[$0] : nil }
                default: nil
                }
            guard let next else {
                throw error(.undefined, "'\(reference)' is not in this schema", at: "$ref")
            }
            value = next
            pointer += "/" + Self.escaped(name)
        }
        return SchemaPart(schema: value, pointer: pointer)
    }

    /// A pointer's token: percent-encoded as a URI, with ~0 and ~1.
    private static func unescaped(_ token: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(token.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                    rest.count >= 2
                else {
                    return nil
                }
                rest = rest.dropFirst(2)
                bytes.append(value)
            default: bytes.append(byte)
            }
        }
        var result: [UInt8] = []
        rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                result.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "0"): result.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): result.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
