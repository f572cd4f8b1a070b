// Owns one schema object as it stands in the document: its keywords, read with their types checked, and their places.
// Refuses to know what the keywords mean together (`SchemaConjunction`) and what they become (`SchemaCompiler`).
//
// To add a keyword: its name in `SchemaKeywords`, its reading here or where it is used, its meaning in
// `SchemaConjunction+Values` (for constants) and in the builder of its type.

import ChatTemplates

enum SchemaKeywords {
    /// Say nothing about which values are valid.
    static let annotations: Set<String> = [
        "title", "description", "default", "examples", "$comment", "$schema", "deprecated", "readOnly",
        "writeOnly",
        "$defs", "definitions",
    ]

    static let supported: Set<String> = [
        "type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "properties", "required",
        "additionalProperties",
        "items", "prefixItems", "minItems", "maxItems", "minLength", "maxLength", "pattern", "format",
        "minimum",
        "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    ]

    /// What to write instead of keywords that are not supported but often met.
    static let hints: [String: String] = [
        "nullable": "is OpenAPI's; write \"type\": [\"string\", \"null\"]",
        "dependencies": "is draft 7's; it is not supported",
        "additionalItems": "is draft 7's; write \"prefixItems\" and \"items\"",
        "patternProperties": "is not supported; declare the properties or use additionalProperties",
        "uniqueItems":
            "is not supported: a mask cannot remember all items; use an object or an enum per item",
        "not": "is not supported; say what the value is instead",
        "if": "is not supported; use anyOf with a const in each branch",
        "id": "is draft 4's; write \"$id\"",
    ]
}

/// A schema as a whole, and what was made of its texts so far.
final class SchemaDocument {
    let root: JSONValue
    private var automata: [String: FiniteAutomaton] = [:]
    private var work = 0

    init(_ root: JSONValue) { self.root = root }

    /// The automaton that `make` gives for `key` the first time.
    func automaton(
        _ key: String, _ make: () throws(GrammarError) -> FiniteAutomaton
    ) throws(GrammarError) -> FiniteAutomaton {
        if let known = automata[key] { return known }
        let automaton = try make()
        automata[key] = automaton
        return automaton
    }

    /// Counts one schema looked at.
    func count(_ part: SchemaPart) throws(GrammarError) {
        work += 1
        guard work <= 4 * GrammarLimits.schemas else {
            throw part.error(
                .limit,
                "the alternatives multiply to more than \(4 * GrammarLimits.schemas) schemas; simplify them")
        }
    }
}

/// A schema and its place in the document.
struct SchemaPart: Sendable {
    var schema: JSONValue
    /// A JSON pointer as a URI fragment.
    var pointer: String
    /// Alternatives that were already chosen among: `anyOf` or `oneOf` of this very object.
    var decided: Set<String> = []

    /// Whether what `$ref` and `allOf` name stands beside it already.
    var isExpanded = false

    /// The same for parts that say the same.
    var key: String { pointer + decided.sorted().map { "!" + $0 }.joined() + (isExpanded ? "~" : "") }

    var object: JSONObject {
        if case .object(let object) = schema { object } else { JSONObject() }
    }

    func error(_ code: GrammarError.Code, _ message: String, at keyword: String? = nil) -> GrammarError {
        GrammarError(code, .pointer(keyword.map { pointer + "/" + Self.escaped($0) } ?? pointer), message)
    }

    static func escaped(_ key: String) -> String {
        var result = ""
        for character in key.unicodeScalars {
            switch character {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// The schema at a keyword.
    func child(_ keyword: String) -> SchemaPart? {
        object[keyword].map { SchemaPart(schema: $0, pointer: pointer + "/" + Self.escaped(keyword)) }
    }

    /// - Throws: `unsupported` for a keyword that would have to be ignored, `invalidSchema` for what is no schema.
    func check() throws(GrammarError) {
        switch schema {
        case .bool: return
        case .object(let object):
            for (keyword, value) in object.members {
                if keyword == "$schema", !isKnownDialect(value) {
                    throw error(.unsupported, "expected a draft of json-schema.org, or none", at: keyword)
                }
                if SchemaKeywords.supported.contains(keyword) { continue }
                if SchemaKeywords.annotations.contains(keyword) { continue }
                // An `$id` within would change what `$ref` means.
                if keyword == "$id", pointer == "#" || object["$ref"] == nil && !pointer.contains("/") {
                    continue
                }
                if keyword == "uniqueItems", value == .bool(false) { continue }
                let hint =
                    SchemaKeywords.hints[keyword] ?? "is not supported; leave it out and check it afterwards"
                throw error(.unsupported, "'\(keyword)' \(hint)", at: keyword)
            }
        default:
            throw error(.invalidSchema, "a schema is an object, true or false")
        }
    }
}

extension SchemaPart {
    /// The drafts agree on the supported keywords, or what they say differently is an error here.
    private func isKnownDialect(_ value: JSONValue) -> Bool {
        guard case .string(let text) = value else { return false }
        return ["http://json-schema.org/", "https://json-schema.org/"].contains { text.hasPrefix($0) }
    }

    /// A count such as `minItems`.
    func count(_ keyword: String) throws(GrammarError) -> Int? {
        let count: Int
        switch object[keyword] {
        case nil: return nil
        case .int(let int)?: count = int
        case .double(let double)? where Int(exactly: double) != nil: count = Int(double)
        default: throw error(.invalidSchema, "expected a whole number", at: keyword)
        }
        guard count >= 0 else { throw error(.invalidSchema, "expected a number of at least 0", at: keyword) }
        guard count <= GrammarLimits.repetitions else {
            throw error(.limit, "counts go up to \(GrammarLimits.repetitions)", at: keyword)
        }
        return count
    }

    func number(_ keyword: String) throws(GrammarError) -> Decimal? {
        guard let value = object[keyword] else { return nil }
        guard let decimal = Decimal(value) else {
            let hint =
                if case .bool = value { "; draft 4's true and false became numbers of their own" } else { "" }
            throw error(.invalidSchema, "expected a number\(hint)", at: keyword)
        }
        return decimal
    }

    func string(_ keyword: String) throws(GrammarError) -> String? {
        switch object[keyword] {
        case nil: return nil
        case .string(let text)?: return text
        default: throw error(.invalidSchema, "expected a string", at: keyword)
        }
    }

    func strings(_ keyword: String) throws(GrammarError) -> [String]? {
        guard let value = object[keyword] else { return nil }
        guard case .array(let values) = value else {
            throw error(.invalidSchema, "expected a list of strings", at: keyword)
        }
        var strings: [String] = []
        for value in values {
            guard case .string(let text) = value else {
                throw error(.invalidSchema, "expected a list of strings", at: keyword)
            }
            strings.append(text)
        }
        return strings
    }

    /// The schemas of a list such as `anyOf`.
    func children(_ keyword: String, mayBeEmpty: Bool = false) throws(GrammarError) -> [SchemaPart]? {
        guard let value = object[keyword] else { return nil }
        guard case .array(let schemas) = value, mayBeEmpty || !schemas.isEmpty else {
            let hint = keyword == "items" ? "; draft 7's list became \"prefixItems\"" : ""
            throw error(.invalidSchema, "expected a list of schemas that is not empty\(hint)", at: keyword)
        }
        return schemas.enumerated().map { SchemaPart(schema: $1, pointer: "\(pointer)/\(keyword)/\($0)") }
    }

    /// The schemas of an object such as `properties`, in its order.
    func members(_ keyword: String) throws(GrammarError) -> [(name: String, part: SchemaPart)] {
        guard let value = object[keyword] else { return [] }
        guard case .object(let schemas) = value else {
            throw error(.invalidSchema, "expected an object of schemas", at: keyword)
        }
        return schemas.members.map { name, schema in
            (name, SchemaPart(schema: schema, pointer: "\(pointer)/\(keyword)/\(Self.escaped(name))"))
        }
    }
}
