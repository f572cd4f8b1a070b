// Owns the filters that apply others: `map`, `select` and their kin, and the attribute paths filters follow.
// Their rows are in the table of `Filters.swift`. Results are generators, as in jinja2.

extension Filters {
    // MARK: Attribute paths

    /// `"a.b.0"` as the keys to follow one after the other; nil for none.
    static func attributePath(_ attribute: Value?) throws(ChatTemplateError) -> [Value]? {
        switch attribute {
        case nil, .some(.none): return nil
        case .int: return attribute.map { [$0] }
        case .text(let text):
            return text.split(on: Text(".", isTrusted: true), limit: .max).map { part in
                part.everyScalar(\.isPythonDigit)
                    ? Int(part.string).map { .int($0) } ?? .text(part) : .text(part)
            }
        default: throw ChatTemplateError(.type, "'attribute' must be a string or an integer")
        }
    }

    static func follow(
        _ path: [Value], from item: Value, _ r: Renderer, fallback: Value? = nil
    ) throws(ChatTemplateError) -> Value {
        var value = item
        for key in path {
            try r.charge()
            value = try r.item(key, of: value)
            if let fallback, value.isUndefined { value = fallback }
        }
        return value
    }

    /// jinja2's `map` and `select` look whether there is anything before they look whether it can be iterated.
    private static func walked(_ value: Value, _ r: Renderer) throws(ChatTemplateError) -> [Value] {
        value.isTruthy ? try r.elements(of: value) : []
    }

    static func map(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        var results: [Value] = []
        if arguments.positional.isEmpty {
            let bound = try arguments.bind("map", ["attribute", "default"])
            guard let path = try attributePath(bound.optional(0)) else {
                throw ChatTemplateError(.value, "map requires a filter argument")
            }
            for item in try walked(value, r) {
                results.append(try follow(path, from: item, r, fallback: bound.optional(1)))
            }
            return try .generator(results)
        }
        guard case .text(let name) = arguments.positional[0] else {
            throw ChatTemplateError(.type, "map requires the name of a filter")
        }
        guard let filter = all[name.string] else {
            throw ChatTemplateError(.unsupported, "No filter named '\(name.string)'.")
        }
        var rest = arguments
        rest.positional.removeFirst()
        for item in try walked(value, r) {
            try r.enter()
            defer { r.leave() }
            results.append(try filter(r, item, rest))
        }
        return try .generator(results)
    }

    /// `select` and `reject`: by a test, or by truth.
    static func select(_ r: Renderer, _ value: Value, _ arguments: CallArguments, keeps: Bool)
        throws(ChatTemplateError) -> Value
    {
        var kept: [Value] = []
        for item in try walked(value, r) {
            if try passes(item, arguments, r) == keeps { kept.append(item) }
        }
        return try .generator(kept)
    }

    /// `selectattr` and `rejectattr`: the same of one attribute.
    static func selectAttribute(_ r: Renderer, _ value: Value, _ arguments: CallArguments, keeps: Bool)
        throws(ChatTemplateError) -> Value
    {
        var rest = arguments
        guard !rest.positional.isEmpty else {
            throw ChatTemplateError(.value, "Missing parameter for attribute name")
        }
        let path = try attributePath(rest.positional.removeFirst()) ?? []
        var kept: [Value] = []
        for item in try walked(value, r) {
            if try passes(try follow(path, from: item, r), rest, r) == keeps { kept.append(item) }
        }
        return try .generator(kept)
    }

    private static func passes(
        _ value: Value, _ arguments: CallArguments, _ r: Renderer
    ) throws(ChatTemplateError) -> Bool {
        try r.charge()
        guard let first = arguments.positional.first else { return value.isTruthy }
        guard case .text(let name) = first, let test = ValueTests.all[name.string] else {
            throw ChatTemplateError(.unsupported, "No test named '\(try r.printed(first).string)'.")
        }
        var rest = arguments
        rest.positional.removeFirst()
        return try test(r, value, rest)
    }
}
