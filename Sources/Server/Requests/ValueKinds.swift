// The kinds of values that requests are made of. Each reads strictly: no string is taken for a number.

package import ChatTemplates

private func mismatch(_ path: RequestPath, _ expected: String, _ found: JSONValue) -> APIError {
    APIError.invalid("\(path): expected \(expected), found \(found.typeName)", at: path, code: "invalid_type")
}

extension ValueKind<Bool> {
    package static let bool = ValueKind(["type": "boolean"]) { json, path in
        guard case .bool(let value) = json else { throw mismatch(path, "true or false", json) }
        return value
    }
}

extension ValueKind<Double> {
    package static func number(_ range: ClosedRange<Double>) -> ValueKind {
        ValueKind([
            "type": "number", "minimum": .double(range.lowerBound), "maximum": .double(range.upperBound),
        ]) { json, path in
            let value: Double
            switch json {
            case .int(let number): value = Double(number)
            case .double(let number): value = number
            default: throw mismatch(path, "a number", json)
            }
            guard range.contains(value) else {
                throw APIError.invalid(
                    "\(path) is \(value); expected \(range.lowerBound) to \(range.upperBound)", at: path)
            }
            return value
        }
    }
}

extension ValueKind<Int> {
    package static func integer(_ range: ClosedRange<Int>) -> ValueKind {
        var schema: JSONObject = ["type": "integer"]
        if range.lowerBound > .min { schema["minimum"] = .int(range.lowerBound) }
        if range.upperBound < .max { schema["maximum"] = .int(range.upperBound) }
        return ValueKind(.object(schema)) { json, path in
            let value: Int
            switch json {
            case .int(let number): value = number
            // 1.0 is an integer to JSON Schema, and clients in languages without integers write it.
            case .double(let number) where Int(exactly: number) != nil: value = Int(number)
            default: throw mismatch(path, "an integer", json)
            }
            guard range.contains(value) else {
                let most = range.upperBound == .max ? "or more" : "to \(range.upperBound)"
                throw APIError.invalid("\(path) is \(value); expected \(range.lowerBound) \(most)", at: path)
            }
            return value
        }
    }
}

extension ValueKind<String> {
    package static let string = text()

    package static func text(_ length: ClosedRange<Int> = 0...(.max)) -> ValueKind {
        var schema: JSONObject = ["type": "string"]
        if length.lowerBound > 0 { schema["minLength"] = .int(length.lowerBound) }
        if length.upperBound < .max { schema["maxLength"] = .int(length.upperBound) }
        return ValueKind(.object(schema)) { json, path in
            guard case .string(let value) = json else { throw mismatch(path, "a string", json) }
            guard length.contains(value.unicodeScalars.count) else {
                throw APIError.invalid(
                    "\(path): expected \(length.lowerBound) to \(length.upperBound) characters, found "
                        + "\(value.unicodeScalars.count)", at: path)
            }
            return value
        }
    }

    /// One of a few words; of others, that this server has nothing like them.
    package static func word(_ words: [String]) -> ValueKind {
        ValueKind(["type": "string", "enum": .array(words.map(JSONValue.string))]) { json, path in
            guard case .string(let value) = json else { throw mismatch(path, "a string", json) }
            guard words.contains(value) else {
                let shown = value.utf8.count > 40 ? String(value.prefix(40)) + "…" : value
                throw APIError.unsupported(
                    "\(path) is '\(shown)'; this server takes \(words.joined(separator: ", "))", at: path)
            }
            return value
        }
    }
}

extension ValueKind where Value: Collection & Sendable, Value.Element: Sendable {
    /// A list of values of one kind.
    package static func list<Element>(
        of kind: ValueKind<Element>, count: ClosedRange<Int> = 0...(.max)
    ) -> ValueKind where Value == [Element] {
        var schema: JSONObject = ["type": "array", "items": kind.schema]
        if count.lowerBound > 0 { schema["minItems"] = .int(count.lowerBound) }
        if count.upperBound < .max { schema["maxItems"] = .int(count.upperBound) }
        return ValueKind(.object(schema)) { json, path in
            guard case .array(let items) = json else { throw mismatch(path, "a list", json) }
            guard count.contains(items.count) else {
                let most = count.upperBound == .max ? "or more" : "to \(count.upperBound)"
                throw APIError.invalid(
                    "\(path): expected \(count.lowerBound) \(most) items, found \(items.count)", at: path)
            }
            return try items.enumerated().map { try kind.read($1, path / $0) }
        }
    }

    /// A list, or one value in its place.
    package static func oneOrList<Element>(
        of kind: ValueKind<Element>, count: ClosedRange<Int> = 0...(.max)
    ) -> ValueKind where Value == [Element] {
        let list = list(of: kind, count: count)
        return ValueKind(["anyOf": [kind.schema, list.schema]]) { json, path in
            if case .array = json { try list.read(json, path) } else { [try kind.read(json, path)] }
        }
    }
}

extension ValueKind<JSONValue> {
    /// Anything; whoever uses it looks at it.
    package static let any = ValueKind([:]) { json, _ in json }

    /// Any object.
    package static let object = ValueKind(["type": "object"]) { json, path in
        guard case .object = json else { throw mismatch(path, "an object", json) }
        return json
    }

    /// One value and no other.
    package static func constant(_ values: [JSONValue], _ why: String) -> ValueKind {
        ValueKind(["enum": .array(values)]) { json, path in
            guard values.contains(json) else { throw APIError.unsupported("\(path): \(why)", at: path) }
            return json
        }
    }
}

extension ValueKind {
    /// An object with fields of its own.
    package static func object(_ shape: RequestShape<Value>, initial: Value) -> ValueKind {
        ValueKind(shape.schema) { json, path in
            var value = initial
            try shape.read(json, into: &value, at: path)
            return value
        }
    }
}
