// Owns a second reading of JSON Schema, written from the specification alone: it looks at a finished value and knows
// nothing of grammars. `SchemaFixtureTests` holds it to the verdicts of Python's jsonschema. Leaves `format` to that.

import ChatTemplates

struct SchemaValidator {
    let root: JSONValue

    func isValid(_ value: JSONValue) -> Bool { isValid(value, root) }

    private func isValid(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        if case .bool(let verdict) = schema { return verdict }
        guard case .object(let keywords) = schema else { return false }
        return keywords.members.allSatisfy { holds($0.key, $0.value, value, keywords) }
    }

    private func holds(_ keyword: String, _ limit: JSONValue, _ value: JSONValue, _ all: JSONObject) -> Bool {
        switch (keyword, limit, value) {
        case ("type", .string(let name), _): return isOf(name, value)
        case ("type", .array(let names), _):
            return names.contains { if case .string(let name) = $0 { isOf(name, value) } else { false } }
        case ("const", _, _): return same(limit, value)
        case ("enum", .array(let values), _): return values.contains { same($0, value) }
        case ("anyOf", .array(let schemas), _): return schemas.contains { isValid(value, $0) }
        case ("oneOf", .array(let schemas), _): return schemas.filter { isValid(value, $0) }.count == 1
        case ("allOf", .array(let schemas), _): return schemas.allSatisfy { isValid(value, $0) }
        case ("$ref", .string(let pointer), _):
            let target = pointer.split(separator: "/").dropFirst().reduce(Optional(root)) { $0?[String($1)] }
            return target.map { isValid(value, $0) } ?? false
        case ("minLength", .int(let count), .string(let text)): return text.unicodeScalars.count >= count
        case ("maxLength", .int(let count), .string(let text)): return text.unicodeScalars.count <= count
        case ("pattern", .string(let pattern), .string(let text)):
            guard let regex = try? Regex(pattern).matchingSemantics(.unicodeScalar) else { return false }
            return text.firstMatch(of: regex) != nil
        case ("minItems", .int(let count), .array(let items)): return items.count >= count
        case ("maxItems", .int(let count), .array(let items)): return items.count <= count
        case ("prefixItems", .array(let schemas), .array(let items)):
            return zip(schemas, items).allSatisfy { isValid($1, $0) }
        case ("items", _, .array(let items)):
            let prefix = if case .array(let schemas)? = all["prefixItems"] { schemas.count } else { 0 }
            return items.dropFirst(prefix).allSatisfy { isValid($0, limit) }
        case ("properties", .object(let properties), .object(let object)):
            return object.members.allSatisfy { key, value in
                properties[key].map { isValid(value, $0) } ?? true
            }
        case ("required", .array(let names), .object(let object)):
            return names.allSatisfy { if case .string(let name) = $0 { object[name] != nil } else { false } }
        case ("additionalProperties", _, .object(let object)):
            let declared =
                if case .object(let properties)? = all["properties"] { properties } else { JSONObject() }
            return object.members.allSatisfy { declared[$0.key] != nil || isValid($0.value, limit) }
        case ("multipleOf", .int(let divisor), .int(let int)): return int % divisor == 0
        default:
            guard let number = self.number(value), let limit = self.number(limit) else { return true }
            switch keyword {
            case "minimum": return number >= limit
            case "exclusiveMinimum": return number > limit
            case "maximum": return number <= limit
            case "exclusiveMaximum": return number < limit
            case "multipleOf": return number.truncatingRemainder(dividingBy: limit) == 0
            default: return true
            }
        }
    }

    private func number(_ value: JSONValue) -> Double? {
        switch value {
        case .int(let int): Double(int)
        case .double(let double): double
        default: nil
        }
    }

    private func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object),
            ("integer", .int), ("number", .int), ("number", .double):
            true
        case ("integer", .double(let double)): double == double.rounded()
        default: false
        }
    }

    private func same(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let left = number(left), let right = number(right) { return left == right }
        switch (left, right) {
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { same($0, $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.members.allSatisfy { key, value in right[key].map { same(value, $0) } ?? false }
        default: return left == right
        }
    }
}
