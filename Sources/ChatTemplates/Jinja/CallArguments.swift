// Owns the evaluated arguments of a call, and matching them to a callee's parameters as Python does.
// Refuses to know any callee.

struct CallArguments {
    var positional: [Value] = []
    var keyword: [(name: String, value: Value)] = []

    /// Values by parameter; parameters without an argument are `nil` past the first `required`.
    /// - Throws: `type` for arguments that are missing, too many, unknown or given twice.
    func bind(
        _ callee: String, _ parameters: [String], required: Int = 0
    ) throws(ChatTemplateError) -> BoundArguments {
        guard positional.count <= parameters.count else {
            throw ChatTemplateError(
                .type, "\(callee)() takes at most \(parameters.count) arguments, got \(positional.count)")
        }
        var values: [Value?] = positional
        values += Array(repeating: nil, count: parameters.count - positional.count)
        for (name, value) in keyword {
            guard let index = parameters.firstIndex(of: name) else {
                throw ChatTemplateError(.type, "\(callee)() got an unexpected keyword argument '\(name)'")
            }
            guard values[index] == nil else {
                throw ChatTemplateError(.type, "\(callee)() got multiple values for argument '\(name)'")
            }
            values[index] = value
        }
        for index in 0..<required where values[index] == nil {
            throw ChatTemplateError(
                .type, "\(callee)() missing 1 required positional argument: '\(parameters[index])'")
        }
        return BoundArguments(callee: callee, parameters: parameters, values: values)
    }
}

struct BoundArguments {
    fileprivate let callee: String
    fileprivate let parameters: [String]
    fileprivate let values: [Value?]

    /// A required argument.
    subscript(index: Int) -> Value { values[index] ?? .none }

    func optional(_ index: Int) -> Value? { values[index] }

    func int(_ index: Int, default fallback: Int) throws(ChatTemplateError) -> Int {
        guard let value = values[index] else { return fallback }
        guard case .int(let int) = value.number else { throw wrongType(index, "an integer") }
        return int
    }

    func text(_ index: Int) throws(ChatTemplateError) -> Text {
        guard case .text(let text) = values[index] else { throw wrongType(index, "a string") }
        return text
    }

    /// A string, or `nil` where the argument is absent or none.
    func optionalText(_ index: Int) throws(ChatTemplateError) -> Text? {
        switch values[index] {
        case nil, .some(.none): nil
        case .some: try text(index)
        }
    }

    func bool(_ index: Int, default fallback: Bool = false) -> Bool { values[index]?.isTruthy ?? fallback }

    private func wrongType(_ index: Int, _ expected: String) -> ChatTemplateError {
        if case .undefined(let undefined) = values[index] { return undefined.error }
        return ChatTemplateError(
            .type,
            "\(callee)(): '\(parameters[index])' must be \(expected), not \(values[index]?.typeName ?? "absent")"
        )
    }
}
