// Owns reaching into values: `a.b`, `a[b]`, `a[b:c]`, with jinja2's order of trying and its sandbox.
// Refuses to know what a method does.

extension Renderer {
    /// `value.name`: Python attributes come first (so `d.items` is the method), then items.
    func attribute(_ name: String, of value: Value) throws(ChatTemplateError) -> Value {
        if let found = try pythonAttribute(name, of: value) { return found }
        if case .dict(let dict) = value, let found = dict.lookup(Text(name, isTrusted: true)) { return found }
        return missing(name, of: value)
    }

    /// `value[key]`: items come first, then, for a string key, attributes.
    func item(_ key: Value, of value: Value) throws(ChatTemplateError) -> Value {
        switch (value, key) {
        case (.undefined(let undefined), _): throw undefined.error
        case (.dict(let dict), _):
            if let hashable = try? HashableValue(key), let found = dict.lookup(hashable) { return found }
        case (.list(let items), .int), (.list(let items), .bool), (.tuple(let items), .int),
            (.tuple(let items), .bool):
            if let position = position(key, count: items.values.count) { return items.values[position] }
        case (.view(let view), .int), (.view(let view), .bool):
            if view.isRange, let position = position(key, count: view.items.values.count) {
                return view.items.values[position]
            }
        case (.text(let text), .int), (.text(let text), .bool):
            if let position = position(key, count: text.count) {
                return .text(Text(scalars: [text.scalars[position]], isMarkup: text.isMarkup))
            }
        default: break
        }
        guard case .text(let name) = key else {
            return .undefined("'\(value.objectName)' has no element \(try represented(key).string)")
        }
        return try pythonAttribute(name.string, of: value) ?? missing(name.string, of: value)
    }

    private func position(_ key: Value, count: Int) -> Int? {
        guard case .int(let index) = key.number else { return nil }
        let position = index < 0 ? index + count : index
        return (0..<count).contains(position) ? position : nil
    }

    private func missing(_ name: String, of value: Value) -> Value {
        .undefined("'\(value.objectName)' has no attribute '\(name)'")
    }

    private func pythonAttribute(_ name: String, of value: Value) throws(ChatTemplateError) -> Value? {
        switch value {
        case .undefined(let undefined):
            throw undefined.error
        case .namespace(let namespace):
            if let found = namespace.attributes[name] { return found }
        case .loop(let loop):
            if let found = loop.attribute(name) { return found }
        case .callable(.macro(let macro)):
            switch name {
            case "name": return .trusted(macro.definition.name)
            case "arguments":
                return try .tuple(macro.definition.parameters.map { .trusted($0.name) })
            default: break
            }
        default: break
        }
        if let method = Methods.table(for: value)[name] {
            return .callable(.method(receiver: value, method))
        }
        if Methods.mutating(value).contains(name) || name.hasPrefix("__") {
            // jinja2's sandbox answers with a value that fails when used.
            return .undefined(
                Undefined(
                    message: "access to attribute '\(name)' of '\(value.typeName)' object is unsafe.",
                    code: .security))
        }
        if Methods.unsupported(value).contains(name) {
            return .undefined(
                Undefined(
                    message: "the method '\(name)' of '\(value.typeName)' is not supported",
                    code: .unsupported))
        }
        return nil
    }

    // MARK: Slices

    func slice(
        _ expression: Expression, _ start: Expression?, _ stop: Expression?, _ step: Expression?, line: Int
    ) throws(ChatTemplateError) -> Value {
        let value = try evaluate(expression)
        let bounds = (try bound(start), try bound(stop), try bound(step))
        self.line = line
        switch value {
        case .text(let text):
            let indices = try indices(bounds, count: text.count)
            return .text(Text(scalars: pick(indices, of: text.scalars), isMarkup: text.isMarkup))
        case .list(let items):
            return try .list(pick(try indices(bounds, count: items.values.count), of: items.values))
        case .tuple(let items):
            return try .tuple(pick(try indices(bounds, count: items.values.count), of: items.values))
        case .view(let view):
            guard case .range(let start, _, let step) = view.kind else { break }
            let indices = try indices(bounds, count: view.items.values.count)
            // All products lie within the range being sliced, or one step past it.
            let kind = View.Kind.range(
                start: start &+ indices.start &* step, stop: start &+ indices.stop &* step,
                step: indices.step &* step)
            return .view(View(kind: kind, items: Items(unchecked: pick(indices, of: view.items.values))))
        case .undefined(let undefined): throw undefined.error
        default: break
        }
        throw fail(.type, "'\(value.objectName)' cannot be sliced")
    }

    private func bound(_ expression: Expression?) throws(ChatTemplateError) -> Int? {
        guard let expression else { return nil }
        let value = try evaluate(expression)
        if case .none = value { return nil }
        guard case .int(let bound) = value.number else {
            throw fail(.type, "slice indices must be integers or None, not '\(value.typeName)'")
        }
        return bound
    }

    private typealias Indices = (start: Int, stop: Int, step: Int)

    /// Python's slicing, with its clamping: `PySlice_AdjustIndices`.
    private func indices(
        _ bounds: (start: Int?, stop: Int?, step: Int?), count: Int
    ) throws(ChatTemplateError) -> Indices {
        // A longer step than the whole steps out just the same, and cannot overflow.
        let step = min(max(bounds.step ?? 1, -count - 1), count + 1)
        guard step != 0 else { throw fail(.value, "slice step cannot be zero") }
        let limits = step > 0 ? 0...count : -1...(count - 1)
        func clamp(_ bound: Int?, default fallback: Int) -> Int {
            guard let bound else { return fallback }
            let position = bound < 0 ? (bound < -count ? limits.lowerBound : bound + count) : bound
            return min(max(position, limits.lowerBound), limits.upperBound)
        }
        try charge(count >> 3)
        return (
            clamp(bounds.start, default: step > 0 ? 0 : count - 1),
            clamp(bounds.stop, default: step > 0 ? count : -1), step
        )
    }

    private func pick<Element>(_ indices: Indices, of elements: [Element]) -> [Element] {
        if indices.step == 1 {
            return indices.start < indices.stop ? Array(elements[indices.start..<indices.stop]) : []
        }
        return stride(from: indices.start, to: indices.stop, by: indices.step).map { elements[$0] }
    }
}

extension Value {
    /// How jinja2's messages name a value's kind.
    var objectName: String {
        switch self {
        case .none: "None"
        case .undefined: "Undefined"
        default: "\(typeName) object"
        }
    }
}
