// Owns how given JSON values are written where a schema names them, and when two are the same. Knows no schema.

import ChatTemplates

enum JSONText {
    /// A string with its quotes; escaped only what JSON wants escaped.
    static func string(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = [0x22]
        for byte in text.utf8 {
            switch byte {
            case 0x22, 0x5C: bytes += [0x5C, byte]
            case 0x0A: bytes += Array("\\n".utf8)
            case 0x0D: bytes += Array("\\r".utf8)
            case 0x09: bytes += Array("\\t".utf8)
            case 0x08: bytes += Array("\\b".utf8)
            case 0x0C: bytes += Array("\\f".utf8)
            case ..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        return bytes + [0x22]
    }

    /// The value, with space where a document may have some; nil for a number that JSON cannot write.
    static func expression(
        of value: JSONValue, _ rules: inout Rules
    ) throws(GrammarError) -> Expression {
        switch value {
        case .null: return .literal("null")
        case .bool(let bool): return .literal(bool ? "true" : "false")
        case .int(let int): return .literal(String(int))
        case .double(let double):
            guard double.isFinite else {
                throw GrammarError(.invalidSchema, .none, "a number is too large for a double")
            }
            return .literal("\(double)")
        case .string(let text): return .literal(string(text))
        case .array(let values):
            var parts: [Expression] = []
            for value in values { parts.append(try expression(of: value, &rules)) }
            return try list("[", parts, "]", &rules)
        case .object(let object):
            var parts: [Expression] = []
            for (key, value) in object.members {
                let value = try expression(of: value, &rules)
                parts.append(try JSONRules.member(key: .literal(string(key)), value: value, &rules))
            }
            return try list("{", parts, "}", &rules)
        }
    }

    private static func list(
        _ open: String, _ parts: [Expression], _ close: String, _ rules: inout Rules
    ) throws(GrammarError) -> Expression {
        let space = try JSONRules.space(&rules)
        guard let first = parts.first else { return .sequence([.literal(open), space, .literal(close)]) }
        var all = [.literal(open), space, first]
        for part in parts.dropFirst() { all += [try JSONRules.separator(&rules), part] }
        return .sequence(all + [space, .literal(close)])
    }
}

extension JSONValue {
    /// Whether JSON Schema takes the two for the same: numbers by value, objects in any order, strings by their
    /// scalars.
    func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.string(let left), .string(let right)): return left.utf8.elementsEqual(right.utf8)
        case (.int(let int), .double(let double)), (.double(let double), .int(let int)):
            return Double(exactly: int) == double || Int(exactly: double) == int
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.object(let left), .object(let right)):
            guard left.count == right.count else { return false }
            return left.members.allSatisfy { key, value in
                right.members.contains { $0.key.utf8.elementsEqual(key.utf8) && $0.value.isSame(as: value) }
            }
        default: return self == other
        }
    }
}
