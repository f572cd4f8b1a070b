// Owns the filters on sequences and dictionaries: their row is in the table of `Filters.swift`.
// Like jinja2's, `map`, `select` and their kin give generators: to be walked once, without length or items.

extension Filters {
    static func length(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("length", [])
        switch value {
        case .undefined: return .int(0)
        case .text(let text): return .int(text.count)
        case .list(let items), .tuple(let items): return .int(items.values.count)
        case .dict(let dict): return .int(dict.count)
        case .view(let view): return .int(view.items.values.count)
        case .loop(let loop): return .int(loop.items.count)
        default: throw ChatTemplateError(.type, "object of type '\(value.typeName)' has no len()")
        }
    }

    static func first(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("first", [])
        return try r.elements(of: value).first ?? .undefined("No first item, sequence was empty.")
    }

    static func last(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("last", [])
        if case .generator = value { throw notReversible(value) }
        return try r.elements(of: value).last ?? .undefined("No last item, sequence was empty.")
    }

    private static func notReversible(_ value: Value) -> ChatTemplateError {
        ChatTemplateError(.type, "'\(value.typeName)' object is not reversible")
    }

    static func list(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("list", [])
        let items = try r.elements(of: value)
        try r.charge(list: items.count)
        return try .list(items)
    }

    static func reverse(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("reverse", [])
        if case .text(let text) = value {
            try r.charge(text: text.count)
            return .text(text.reversed())
        }
        let items = try r.elements(of: value)
        try r.charge(list: items.count)
        return try .generator(items.reversed())
    }

    static func join(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("join", ["d", "attribute"])
        let separator =
            try bound.optional(0).map { value throws(ChatTemplateError) in try r.printed(value) } ?? .empty
        var items = try r.elements(of: value)
        if let attribute = try attributePath(bound.optional(1)) {
            for index in items.indices { items[index] = try follow(attribute, from: items[index], r) }
        }
        var pieces: [Text] = []
        var length = 0
        for item in items {
            let piece = try r.printed(item)
            length += piece.count + separator.count
            try r.charge(text: piece.count + separator.count)
            guard length <= r.limits.textLength else {
                throw r.fail(.limit, "join() makes too long a string")
            }
            pieces.append(piece)
        }
        return .text(Text.joined(pieces, separator: separator))
    }

    static func items(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        _ = try arguments.bind("items", [])
        switch value {
        case .undefined: return try .generator([])
        case .dict(let dict): return try .generator(Methods.items(r, dict))
        default: throw ChatTemplateError(.type, "Can only get item pairs from a mapping.")
        }
    }

    static func dictsort(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("dictsort", ["case_sensitive", "by", "reverse"])
        let by = try bound.optionalText(1)?.string ?? "key"
        guard by == "key" || by == "value" else {
            throw ChatTemplateError(.value, "You can only sort by either \"key\" or \"value\"")
        }
        guard case .dict(let dict) = value else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw ChatTemplateError(.type, "dictsort() needs a mapping, not \(value.typeName)")
        }
        try r.charge(list: dict.count)
        let isCaseSensitive = bound.bool(0)
        let keys = (by == "key" ? dict.keys : dict.values).map { foldCase($0, unless: isCaseSensitive) }
        let order = try Sorting.order(of: keys, descending: bound.bool(2))
        let pairs = try Methods.items(r, dict)
        return try .list(order.map { pairs[$0] })
    }

    static func sort(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("sort", ["reverse", "case_sensitive", "attribute"])
        let items = try r.elements(of: value)
        let keys = try sortKeys(items, bound.optional(2), isCaseSensitive: bound.bool(1), r)
        let order = try Sorting.order(of: keys, descending: bound.bool(0))
        return try .list(order.map { items[$0] })
    }

    /// One key per item; `attribute` may name several, separated by commas.
    private static func sortKeys(
        _ items: [Value], _ attribute: Value?, isCaseSensitive: Bool, _ r: Renderer
    ) throws(ChatTemplateError) -> [Value] {
        // Comparing costs about this many steps more.
        try r.charge(list: items.count)
        try r.charge(items.count * (Int.bitWidth - items.count.leadingZeroBitCount))
        var paths: [[Value]?] = [nil]
        switch attribute {
        case nil, .some(.none): break
        case .text(let text):
            paths = []
            for part in text.split(on: Text(",", isTrusted: true), limit: .max) {
                paths.append(try attributePath(.text(part)))
            }
        default: paths = [try attributePath(attribute)]
        }
        var keys: [Value] = []
        for item in items {
            var parts: [Value] = []
            for path in paths {
                let part =
                    try path.map { path throws(ChatTemplateError) in try follow(path, from: item, r) } ?? item
                parts.append(foldCase(part, unless: isCaseSensitive))
            }
            keys.append(paths.count == 1 ? parts[0] : try .list(parts))
        }
        return keys
    }

    private static func foldCase(_ value: Value, unless isCaseSensitive: Bool) -> Value {
        if !isCaseSensitive, case .text(let text) = value { return .text(text.lowercased()) }
        return value
    }

    static func unique(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("unique", ["case_sensitive", "attribute"])
        let items = try r.elements(of: value)
        try r.charge(list: items.count)
        let path = try attributePath(bound.optional(1))
        var seen: Set<HashableValue> = []
        var kept: [Value] = []
        for item in items {
            let key =
                try path.map { path throws(ChatTemplateError) in try follow(path, from: item, r) } ?? item
            if seen.insert(try HashableValue(foldCase(key, unless: bound.bool(0)))).inserted {
                kept.append(item)
            }
        }
        return try .generator(kept)
    }

    static func extreme(_ name: String, _ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind(name, ["case_sensitive", "attribute"])
        let items = try r.elements(of: value)
        let path = try attributePath(bound.optional(1))
        var best: (item: Value, key: Value)?
        for item in items {
            try r.charge()
            let followed = try path.map { path throws(ChatTemplateError) in try follow(path, from: item, r) }
            let key = foldCase(followed ?? item, unless: bound.bool(0))
            if let current = best {
                let isBetter =
                    name == "min" ? try key.isLess(than: current.key) : try current.key.isLess(than: key)
                if isBetter { best = (item, key) }
            } else {
                best = (item, key)
            }
        }
        return best?.item ?? .undefined("No aggregated item, sequence was empty.")
    }

    static func sum(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("sum", ["attribute", "start"])
        let path = try attributePath(bound.optional(0))
        var total = bound.optional(1) ?? .int(0)
        if case .text = total { throw ChatTemplateError(.type, "sum() can't sum strings") }
        for item in try r.elements(of: value) {
            try r.charge()
            let item =
                try path.map { path throws(ChatTemplateError) in try follow(path, from: item, r) } ?? item
            total = try Arithmetic.apply(.add, total, item, r)
        }
        return total
    }

    static func batch(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("batch", ["linecount", "fill_with"], required: 1)
        let size = try bound.int(0, default: 1)
        let items = try r.elements(of: value)
        try r.charge(list: max(items.count, size))
        guard size > 0 else {
            throw ChatTemplateError(.value, "batch(): linecount must be at least 1")
        }
        var batches: [Value] = []
        for start in stride(from: 0, to: items.count, by: size) {
            var batch = Array(items[start..<min(start + size, items.count)])
            if let fill = bound.optional(1), !isNone(fill) {
                batch += Array(repeating: fill, count: size - batch.count)
            }
            batches.append(try .list(batch))
        }
        return try .generator(batches)
    }

    static func slice(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("slice", ["slices", "fill_with"], required: 1)
        let count = try bound.int(0, default: 1)
        let items = try r.elements(of: value)
        try r.charge(list: max(items.count, count))
        guard count != 0 else { throw Arithmetic.divisionByZero }
        guard count > 0 else { return try .generator([]) }
        let (perSlice, longer) = items.count.quotientAndRemainder(dividingBy: count)
        var slices: [Value] = []
        var start = 0
        for index in 0..<count {
            let end = start + perSlice + (index < longer ? 1 : 0)
            var slice = Array(items[start..<end])
            if let fill = bound.optional(1), !isNone(fill), index >= longer { slice.append(fill) }
            slices.append(try .list(slice))
            start = end
        }
        return try .generator(slices)
    }

    private static func isNone(_ value: Value) -> Bool {
        if case .none = value { true } else { false }
    }

    /// Pairs of a key and the items that have it, sorted by key.
    static func groupBy(_ r: Renderer, _ value: Value, _ arguments: CallArguments)
        throws(ChatTemplateError) -> Value
    {
        let bound = try arguments.bind("groupby", ["attribute", "default", "case_sensitive"], required: 1)
        let items = try r.elements(of: value)
        guard let path = try attributePath(bound[0]) else {
            throw ChatTemplateError(.type, "groupby() needs an attribute")
        }
        var originals: [Value] = []
        for item in items { originals.append(try follow(path, from: item, r, fallback: bound.optional(1))) }
        let keys = originals.map { foldCase($0, unless: bound.bool(2)) }
        try r.charge(list: items.count)
        try r.charge(items.count * (Int.bitWidth - items.count.leadingZeroBitCount))
        var groups: [(key: Value, original: Value, items: [Value])] = []
        for index in try Sorting.order(of: keys, descending: false) {
            if let last = groups.last, last.key.equals(keys[index]) {
                groups[groups.count - 1].items.append(items[index])
            } else {
                groups.append((keys[index], originals[index], [items[index]]))
            }
        }
        var pairs: [Value] = []
        for group in groups { pairs.append(try .tuple([group.original, try .list(group.items)])) }
        return try .list(pairs)
    }
}
