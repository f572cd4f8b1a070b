// Owns calls: evaluating arguments, running macros and recursive loops, the global functions.
// Refuses to know the methods of strings and dictionaries; their tables do.

/// The functions every template can call. To add one: a case here, a branch in `Renderer.call(_:_:)`.
enum Function: String {
    case range
    case dict
    case namespace
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
}

extension Renderer {
    func evaluate(_ arguments: Arguments) throws(ChatTemplateError) -> CallArguments {
        var result = CallArguments()
        result.positional = try evaluate(all: arguments.positional)
        for keyword in arguments.keyword {
            guard !result.keyword.contains(where: { $0.name == keyword.name }) else {
                throw fail(.syntax, "keyword argument repeated: \(keyword.name)")
            }
            result.keyword.append((keyword.name, try evaluate(keyword.value)))
        }
        if let spread = arguments.spread {
            let values = try elements(of: try evaluate(spread))
            try charge(values.count)
            result.positional += values
        }
        if let spread = arguments.keywordSpread {
            guard case .dict(let dict) = try evaluate(spread) else {
                throw fail(.type, "argument after ** must be a mapping")
            }
            for entry in dict.entries {
                guard case .text(let name) = entry.key else { throw fail(.type, "keywords must be strings") }
                guard !result.keyword.contains(where: { name.string == $0.name }) else {
                    throw fail(.type, "got multiple values for keyword argument '\(name.string)'")
                }
                result.keyword.append((name.string, entry.value))
            }
        }
        return result
    }

    /// `caller` is the body of a `{% call %}` block, handed to the macro called.
    func evaluateCall(_ expression: Expression, caller: Value?) throws(ChatTemplateError) -> Value {
        guard case .call(let callee, let arguments, let line) = expression else {
            preconditionFailure("the parser makes a call block only of a call")
        }
        let target = try evaluate(callee)
        var evaluated = try evaluate(arguments)
        if let caller { evaluated.keyword.append(("caller", caller)) }
        self.line = line
        return try call(target, evaluated)
    }

    func call(_ callee: Value, _ arguments: CallArguments) throws(ChatTemplateError) -> Value {
        switch callee {
        case .callable(.macro(let macro)): return .text(try call(macro, arguments))
        case .callable(.function(let function)): return try call(function, arguments)
        case .callable(.method(let receiver, let method)):
            return try method.apply(self, receiver, arguments)
        case .callable(.cycle(let loop)):
            guard !arguments.positional.isEmpty else { throw fail(.type, "no items for cycling given") }
            return arguments.positional[loop.index % arguments.positional.count]
        case .callable(.changed(let loop)):
            return .bool(loop.changed(arguments.positional))
        case .loop(let loop): return try recurse(loop, arguments)
        case .undefined(let undefined): throw undefined.error
        default: throw fail(.type, "'\(callee.typeName)' object is not callable")
        }
    }

    private func recurse(_ loop: LoopState, _ arguments: CallArguments) throws(ChatTemplateError) -> Value {
        guard let recursion = loop.recursion else {
            throw fail(.type, "The loop must have the 'recursive' marker to be called recursively.")
        }
        let bound = try arguments.bind("loop", ["iterable"], required: 1)
        let outer = scope
        scope = recursion.scope
        defer { scope = outer }
        return .text(
            try capture { () throws(ChatTemplateError) in
                try run(recursion.definition, over: bound[0], recursionDepth: loop.recursionDepth + 1)
            })
    }

    // MARK: Macros

    private func call(_ macro: Macro, _ arguments: CallArguments) throws(ChatTemplateError) -> Text {
        try enter()
        defer { leave() }
        let callLine = line
        let definition = macro.definition
        let result = try withScope(in: macro.scope) { () throws(ChatTemplateError) in
            try bind(arguments, to: definition)
            return try capture { () throws(ChatTemplateError) in _ = try run(definition.body) }
        }
        line = callLine
        return result
    }

    private func bind(
        _ arguments: CallArguments, to definition: MacroDefinition
    ) throws(ChatTemplateError) {
        var keyword = arguments.keyword
        func takeKeyword(_ name: String) -> Value? {
            guard let index = keyword.firstIndex(where: { $0.name == name }) else { return nil }
            return keyword.remove(at: index).value
        }
        for (index, parameter) in definition.parameters.enumerated() {
            if index < arguments.positional.count {
                guard !keyword.contains(where: { $0.name == parameter.name }) else {
                    throw fail(
                        .type, "macro '\(definition.name)' got multiple values for '\(parameter.name)'")
                }
                scope.set(parameter.name, arguments.positional[index])
            } else if let value = takeKeyword(parameter.name) {
                scope.set(parameter.name, value)
            } else if let fallback = parameter.fallback {
                scope.set(parameter.name, try evaluate(fallback))
            } else {
                scope.set(parameter.name, .undefined("parameter '\(parameter.name)' was not provided"))
            }
        }
        if definition.takesCaller, !definition.parameters.contains(where: { $0.name == "caller" }) {
            scope.set("caller", takeKeyword("caller") ?? .undefined("No caller defined"))
        }
        if definition.takesKeywords {
            var dict = Dict()
            for (name, value) in keyword { try dict.set(.trusted(name), value) }
            scope.set("kwargs", .dict(dict))
        } else if let first = keyword.first {
            throw fail(
                .type, "macro '\(definition.name)' takes no keyword argument '\(first.name)'")
        }
        let extra = arguments.positional.dropFirst(definition.parameters.count)
        if definition.takesVariadic {
            scope.set("varargs", try .tuple(Array(extra)))
        } else if !extra.isEmpty {
            throw fail(
                .type,
                "macro '\(definition.name)' takes not more than \(definition.parameters.count) argument(s)")
        }
    }

    // MARK: Global functions

    private func call(_ function: Function, _ arguments: CallArguments) throws(ChatTemplateError) -> Value {
        switch function {
        case .range: return try range(arguments)
        case .dict: return .dict(try dict(arguments))
        case .namespace:
            let namespace = Namespace()
            track(namespace)
            for (key, value) in try dict(arguments).entries {
                guard case .text(let name) = key else { throw fail(.type, "attribute names must be strings") }
                try checkNamespaceAttribute(name.string)
                namespace.attributes[name.string] = value
            }
            return .namespace(namespace)
        case .raiseException:
            let bound = try arguments.bind("raise_exception", ["message"], required: 1)
            throw fail(.raisedByTemplate, try printed(bound[0]).string)
        case .strftimeNow:
            guard let date else { throw fail(.undefined, "'strftime_now' needs a date") }
            let bound = try arguments.bind("strftime_now", ["format"], required: 1)
            guard case .text(let format) = bound[0] else {
                throw fail(.type, "strftime_now() needs a string, not \(bound[0].typeName)")
            }
            return .trusted(try date.formatted(format.string))
        }
    }

    private func range(_ arguments: CallArguments) throws(ChatTemplateError) -> Value {
        var bounds: [Int] = []
        for argument in arguments.positional {
            guard case .int(let bound) = argument.number else {
                throw fail(.type, "'\(argument.typeName)' object cannot be interpreted as an integer")
            }
            bounds.append(bound)
        }
        guard (1...3).contains(bounds.count), arguments.keyword.isEmpty else {
            throw fail(.type, "range expected 1 to 3 arguments, got \(bounds.count)")
        }
        let start = bounds.count == 1 ? 0 : bounds[0]
        let stop = bounds.count == 1 ? bounds[0] : bounds[1]
        let step = bounds.count == 3 ? bounds[2] : 1
        guard step != 0 else { throw fail(.value, "range() arg 3 must not be zero") }
        // The distance of two integers always fits an unsigned one.
        let distance = step > 0 ? UInt(bitPattern: stop &- start) : UInt(bitPattern: start &- stop)
        let isEmpty = step > 0 ? start >= stop : start <= stop
        let length = isEmpty ? 0 : (distance - 1) / step.magnitude + 1
        guard length <= UInt(limits.listLength) else {
            throw fail(.limit, "Range too big. The sandbox blocks ranges larger than \(limits.listLength).")
        }
        try charge(list: Int(length))
        let values = (0..<Int(length)).map { Value.int(start &+ $0 &* step) }
        let kind = View.Kind.range(start: start, stop: stop, step: step)
        return .view(View(kind: kind, items: Items(unchecked: values)))
    }

    private func dict(_ arguments: CallArguments) throws(ChatTemplateError) -> Dict {
        var result = Dict()
        guard arguments.positional.count <= 1 else {
            throw fail(.type, "dict expected at most 1 argument, got \(arguments.positional.count)")
        }
        if let source = arguments.positional.first {
            if case .dict(let dict) = source {
                result = dict
            } else {
                for pair in try elements(of: source) {
                    let pair = try elements(of: pair)
                    guard pair.count == 2 else { throw fail(.value, "dict() needs pairs of key and value") }
                    try result.set(pair[0], pair[1])
                }
            }
        }
        for (name, value) in arguments.keyword { try result.set(.trusted(name), value) }
        try charge(list: result.count)
        return result
    }
}
