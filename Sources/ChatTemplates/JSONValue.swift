// Owns JSON as chat templates need it: objects keep their order, and integers stay integers.
// Reading is in `JSONReader.swift`. Refuses to know what a value means.

/// A JSON value.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// A JSON object whose members keep their order: a prompt must show a tool's schema as its author wrote it.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    public private(set) var members: [(key: String, value: JSONValue)] = []
    private var index: [String: Int] = [:]

    public init() {}

    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }

    public var count: Int { members.count }

    /// The member's value. Setting a new key appends; setting nil removes, in time linear in the members after it.
    public subscript(key: String) -> JSONValue? {
        get { index[key].map { members[$0].value } }
        set {
            switch (index[key], newValue) {
            case (let position?, let value?): members[position].value = value
            case (nil, let value?):
                index[key] = members.count
                members.append((key, value))
            case (let position?, nil):
                members.remove(at: position)
                index[key] = nil
                for later in position..<members.count { index[members[later].key] = later }
            case (nil, nil): break
            }
        }
    }

    /// Order matters: two objects that would print differently are different.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count
            && zip(left.members, right.members).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}

extension JSONValue {
    /// The member of an object; nil for other values.
    public subscript(key: String) -> JSONValue? {
        if case .object(let object) = self { object[key] } else { nil }
    }

    /// JSON text on one line, spaced as Python's `json.dumps` spaces it.
    /// - Throws: `limit` where values nest too deeply.
    public func text() throws(ChatTemplateError) -> String {
        try JSONWriter.text(of: self)
    }
}
