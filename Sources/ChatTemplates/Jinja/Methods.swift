// Owns which methods strings, lists and dictionaries have, and the methods of the latter two.
// Those of strings are in `Methods+Text.swift`. Refuses to know how a method is looked up.

/// One method of a type.
struct Method: Sendable {
    let apply: @Sendable (Renderer, Value, CallArguments) throws(ChatTemplateError) -> Value
}

enum Methods {
    static func table(for value: Value) -> [String: Method] {
        switch value {
        case .text: ofText
        case .dict: ofDict
        case .list: ofList
        case .tuple: ofTuple
        case .view(let view): view.isRange ? ofTuple : [:]
        default: [:]
        }
    }

    /// Methods that change their receiver, which jinja2's immutable sandbox hides.
    static func mutating(_ value: Value) -> Set<String> {
        switch value {
        case .list: ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]
        case .dict: ["clear", "pop", "popitem", "setdefault", "update"]
        default: []
        }
    }

    /// Methods Python has and this module has not: they must not look like missing attributes.
    static func unsupported(_ value: Value) -> Set<String> {
        switch value {
        case .text: ["encode", "format_map", "maketrans", "translate", "isidentifier"]
        case .dict: ["fromkeys"]
        case .int, .bool: ["as_integer_ratio", "bit_count", "bit_length", "conjugate", "to_bytes"]
        case .float: ["as_integer_ratio", "conjugate", "fromhex", "hex", "is_integer"]
        default: []
        }
    }

    /// To add a method of dictionaries: one row here.
    private static let ofDict: [String: Method] = [
        "get": Method { _, receiver, arguments throws(ChatTemplateError) in
            guard arguments.keyword.isEmpty else {
                throw ChatTemplateError(.type, "dict.get() takes no keyword arguments")
            }
            let bound = try arguments.bind("get", ["key", "default"], required: 1)
            return try dict(receiver).lookup(bound[0]) ?? bound.optional(1) ?? .none
        },
        "items": Method { r, receiver, arguments throws(ChatTemplateError) in
            _ = try arguments.bind("items", [])
            return .view(View(kind: .items, items: try Items(try items(r, try dict(receiver)))))
        },
        "keys": Method { r, receiver, arguments throws(ChatTemplateError) in
            _ = try arguments.bind("keys", [])
            return .view(View(kind: .keys, items: try Items(try dict(receiver).keys)))
        },
        "values": Method { r, receiver, arguments throws(ChatTemplateError) in
            _ = try arguments.bind("values", [])
            return .view(View(kind: .values, items: try Items(try dict(receiver).values)))
        },
        "copy": Method { _, receiver, arguments throws(ChatTemplateError) in
            _ = try arguments.bind("copy", [])
            return receiver
        },
    ]

    private static func dict(_ value: Value) throws(ChatTemplateError) -> Dict {
        guard case .dict(let dict) = value else { throw ChatTemplateError(.type, "not a dictionary") }
        return dict
    }

    /// The pairs of a dictionary.
    static func items(_ r: Renderer, _ dict: Dict) throws(ChatTemplateError) -> [Value] {
        try r.charge(list: dict.count)
        var pairs: [Value] = []
        for entry in dict.entries { pairs.append(try .tuple([entry.key, entry.value])) }
        return pairs
    }

    private static let ofTuple: [String: Method] = [
        "count": Method { r, receiver, arguments throws(ChatTemplateError) in
            let bound = try arguments.bind("count", ["value"], required: 1)
            var count = 0
            for item in try r.elements(of: receiver) {
                try r.charge()
                if item.equals(bound[0]) { count += 1 }
            }
            return .int(count)
        },
        "index": Method { r, receiver, arguments throws(ChatTemplateError) in
            let bound = try arguments.bind("index", ["value"], required: 1)
            for (index, item) in try r.elements(of: receiver).enumerated() {
                try r.charge()
                if item.equals(bound[0]) { return .int(index) }
            }
            throw ChatTemplateError(.value, "the value is not in the list")
        },
    ]

    /// To add a method of lists: one row here.
    private static let ofList: [String: Method] = ofTuple.merging([
        "copy": Method { _, receiver, arguments throws(ChatTemplateError) in
            _ = try arguments.bind("copy", [])
            return receiver
        }
    ]) { first, _ in first }
}
