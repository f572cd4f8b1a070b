// The fields of requests, declared once: each declaration reads a value, says what is wrong with it, and is the
// field's entry in the OpenAPI document. Knows no endpoint.

package import ChatTemplates

/// How a value of a request is read, and what it looks like as a JSON Schema.
package struct ValueKind<Value: Sendable>: Sendable {
    package let schema: JSONValue
    package let read: @Sendable (JSONValue, RequestPath) throws -> Value

    package init(
        _ schema: JSONValue, read: @escaping @Sendable (JSONValue, RequestPath) throws -> Value
    ) {
        self.schema = schema
        self.read = read
    }

    /// The same value, made into something else.
    package func map<Other: Sendable>(
        _ transform: @escaping @Sendable (Value, RequestPath) throws -> Other
    ) -> ValueKind<Other> {
        ValueKind<Other>(schema) { [read] json, path in try transform(read(json, path), path) }
    }
}

/// One field of a request's object, read into a `Target`.
package struct Field<Target>: Sendable {
    package let name: String
    package let schema: JSONValue
    package let isRequired: Bool
    package let read: @Sendable (inout Target, JSONValue, RequestPath) throws -> Void

    /// A field that may be left out or be null.
    package init<Value: Sendable>(
        _ name: String, _ keyPath: any WritableKeyPath<Target, Value?> & Sendable, _ kind: ValueKind<Value>,
        _ about: String
    ) {
        self.name = name
        schema = Self.described(kind.schema, about, isNullable: true)
        isRequired = false
        read = { target, json, path in
            target[keyPath: keyPath] = if case .null = json { nil } else { try kind.read(json, path) }
        }
    }

    /// A field with a value that holds where it is left out or null.
    package init<Value: Sendable>(
        _ name: String, _ keyPath: any WritableKeyPath<Target, Value> & Sendable, _ kind: ValueKind<Value>,
        isRequired: Bool = false, _ about: String
    ) {
        self.name = name
        schema = Self.described(kind.schema, about, isNullable: !isRequired)
        self.isRequired = isRequired
        read = { target, json, path in
            if !isRequired, case .null = json { return }
            target[keyPath: keyPath] = try kind.read(json, path)
        }
    }

    /// A field that is only allowed with values that change nothing here: clients send it, and any other value would
    /// have to be ignored.
    package init<Value: Sendable>(only kind: ValueKind<Value>, _ name: String, _ about: String) {
        self.name = name
        schema = Self.described(kind.schema, about, isNullable: true)
        isRequired = false
        read = { _, json, path in if json != .null { _ = try kind.read(json, path) } }
    }

    private static func described(_ schema: JSONValue, _ about: String, isNullable: Bool) -> JSONValue {
        guard case .object(var object) = schema else { return schema }
        if isNullable {
            if let type = object["type"], case .string = type, object["enum"] == nil, object["const"] == nil {
                object["type"] = [type, "null"]
            } else {
                object = ["anyOf": [.object(object), ["type": "null"]]]
            }
        }
        object["description"] = .string(about)
        return .object(object)
    }
}

/// An object's fields. What is not among them is an error: a field that is not honoured is never ignored.
package struct RequestShape<Target>: Sendable {
    package let name: String
    package let fields: [Field<Target>]
    private let index: [String: Int]

    package init(_ name: String, _ fields: [Field<Target>]) {
        self.name = name
        self.fields = fields
        index = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.name, $0) })
    }

    package var schema: JSONValue {
        var properties = JSONObject()
        for field in fields { properties[field.name] = field.schema }
        var object: JSONObject = ["type": "object", "properties": .object(properties)]
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        object["additionalProperties"] = false
        return .object(object)
    }

    /// Reads `json` into `target`. Throws `APIError` for the first thing that is wrong.
    package func read(_ json: JSONValue, into target: inout Target, at path: RequestPath = []) throws {
        guard case .object(let object) = json else {
            throw APIError.invalid(
                "\(Self.place(path)): expected an object, found \(json.typeName)", at: path)
        }
        for (key, value) in object.members {
            guard let position = index[key] else { throw unknown(key, at: path / key) }
            try fields[position].read(&target, value, path / key)
        }
        for field in fields where field.isRequired && object[field.name] == nil {
            throw APIError.invalid(
                "\(path / field.name): this field is required", at: path / field.name,
                code: "missing_parameter")
        }
    }

    private func unknown(_ key: String, at path: RequestPath) -> APIError {
        let shown = key.utf8.count > 60 ? String(key.prefix(60)) + "…" : key
        return APIError.invalid("unknown field '\(shown)' in \(name)", at: path, code: "unknown_parameter")
    }

    private static func place(_ path: RequestPath) -> String { path.steps.isEmpty ? "the body" : "\(path)" }
}

extension JSONValue {
    /// What kind of value this is, for error messages.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int, .double: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
