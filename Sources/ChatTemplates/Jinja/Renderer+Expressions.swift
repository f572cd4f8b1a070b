// Owns computing expressions: names, literals, operators' order of evaluation, conditions.
// Refuses to know what an operator, filter or method does; `Arithmetic`, `Filters` and the method tables do.

extension Renderer {
    func evaluate(_ expression: Expression) throws(ChatTemplateError) -> Value {
        try enter()
        defer { leave() }
        switch expression {
        case .literal(let literal): return value(of: literal)
        case .name(let name, let line): return lookup(name, line: line)
        case .captured: return .text(captured)
        case .list(let items): return try .list(evaluate(all: items))
        case .tuple(let items): return try .tuple(evaluate(all: items))
        case .dict(let entries): return try evaluate(entries)
        case .negative(let operand): return try Arithmetic.negate(try evaluate(operand))
        case .positive(let operand): return try Arithmetic.plus(try evaluate(operand))
        case .not(let operand): return .bool(!(try evaluate(operand).isTruthy))
        case .arithmetic(let first, let steps): return try evaluate(first, steps)
        case .concatenation(let operands): return try concatenate(operands)
        case .all(let operands): return try firstOperand(operands) { !$0.isTruthy }
        case .any(let operands): return try firstOperand(operands) { $0.isTruthy }
        case .comparison(let first, let steps): return try compare(first, steps)
        case .conditional(let test, let then, let otherwise, let line):
            if try evaluate(test).isTruthy { return try evaluate(then) }
            if let otherwise { return try evaluate(otherwise) }
            return .undefined(
                "the inline if-expression on line \(line) evaluated to false and no else section was defined."
            )
        case .attribute(let value, let name, let line):
            let value = try evaluate(value)
            self.line = line
            return try attribute(name, of: value)
        case .subscripted(let value, let key, let line):
            let value = try evaluate(value)
            let key = try evaluate(key)
            self.line = line
            return try item(key, of: value)
        case .slice(let value, let start, let stop, let step, let line):
            return try slice(value, start, stop, step, line: line)
        case .call:
            return try evaluateCall(expression, caller: nil)
        case .filter(let value, let name, let arguments, let line):
            return try applyFilter(name, to: value, arguments, line: line)
        case .test(let value, let name, let arguments, let line):
            return try applyTest(name, to: value, arguments, line: line)
        }
    }

    private func value(of literal: Expression.Literal) -> Value {
        switch literal {
        case .none: .none
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .float(let value): .float(value)
        case .text(let text): .text(text)
        }
    }

    func lookup(_ name: String, line: Int) -> Value {
        if let value = scope.lookup(name) { return value }
        if let function = Function(rawValue: name), function != .strftimeNow || date != nil {
            return .callable(.function(function))
        }
        self.line = line
        if name == Function.strftimeNow.rawValue {
            return .undefined("'strftime_now' is undefined: this rendering was given no date")
        }
        return .undefined("'\(name)' is undefined")
    }

    func evaluate(all expressions: [Expression]) throws(ChatTemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private func evaluate(_ entries: [Expression.Entry]) throws(ChatTemplateError) -> Value {
        var dict = Dict()
        for entry in entries {
            let key = try evaluate(entry.key)
            try dict.set(key, try evaluate(entry.value))
        }
        return .dict(dict)
    }

    private func evaluate(
        _ first: Expression, _ steps: [Expression.ArithmeticStep]
    ) throws(ChatTemplateError) -> Value {
        var value = try evaluate(first)
        for step in steps {
            let operand = try evaluate(step.operand)
            value = try Arithmetic.apply(step.operator, value, operand, self)
        }
        return value
    }

    private func concatenate(_ operands: [Expression]) throws(ChatTemplateError) -> Value {
        var text = Text.empty
        for operand in operands {
            let piece = try printed(try evaluate(operand))
            try charge(text: text.count + piece.count)
            text.append(piece)
        }
        return .text(text)
    }

    /// `and` and `or`: the operand that decides, or the last.
    private func firstOperand(
        _ operands: [Expression], where decides: (Value) -> Bool
    ) throws(ChatTemplateError) -> Value {
        for operand in operands.dropLast() {
            let value = try evaluate(operand)
            if decides(value) { return value }
        }
        guard let last = operands.last else { preconditionFailure("the parser makes no empty chain") }
        return try evaluate(last)
    }

    /// `a < b < c` is `a < b and b < c`, with `b` computed once.
    private func compare(
        _ first: Expression, _ steps: [Expression.ComparisonStep]
    ) throws(ChatTemplateError) -> Value {
        var left = try evaluate(first)
        for step in steps {
            let right = try evaluate(step.operand)
            guard try compare(left, step.operator, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    func compare(
        _ left: Value, _ comparison: ComparisonOperator, _ right: Value
    ) throws(ChatTemplateError) -> Bool {
        try chargeForWalking(left)
        switch comparison {
        case .equal: return left.equals(right)
        case .notEqual: return !left.equals(right)
        case .less: return try left.isLess(than: right)
        case .greater: return try right.isLess(than: left)
        // For NaN neither holds, so `<=` is not the negation of `>`.
        case .lessOrEqual: return try left.isLess(than: right) || left.equals(right)
        case .greaterOrEqual: return try right.isLess(than: left) || left.equals(right)
        case .contained: return try contains(left, in: right)
        case .notContained: return try !contains(left, in: right)
        }
    }

    func contains(_ value: Value, in container: Value) throws(ChatTemplateError) -> Bool {
        switch container {
        case .text(let text):
            guard case .text(let part) = value else {
                throw fail(.type, "'in <string>' requires string as left operand, not \(value.typeName)")
            }
            try charge(text.count >> 3)
            return text.contains(part)
        case .dict(let dict):
            return try dict.lookup(value) != nil
        case .namespace, .callable:
            throw fail(.type, "argument of type '\(container.typeName)' is not iterable")
        default:
            let items = try elements(of: container)
            try charge(items.count)
            for item in items {
                try chargeForWalking(item)
                if item.equals(value) { return true }
            }
            return false
        }
    }

    /// Pays for an operation that visits all of a value's elements, such as comparing it.
    func chargeForWalking(_ value: Value) throws(ChatTemplateError) {
        switch value {
        case .text(let text): try charge(text.count >> 6)
        case .list(let items), .tuple(let items):
            try charge(items.values.count)
            if items.depth > 1 {
                for item in items.values { try chargeForWalking(item) }
            }
        case .dict(let dict):
            try charge(dict.count)
            for entry in dict.entries { try chargeForWalking(entry.value) }
        default: break
        }
    }

    /// What iterating over a value gives.
    func elements(of value: Value) throws(ChatTemplateError) -> [Value] {
        switch value {
        case .undefined(let undefined):
            if undefined.code == .unsupported { throw undefined.error }
            return []
        case .list(let items), .tuple(let items): return items.values
        case .view(let view): return view.items.values
        case .generator(let generator): return generator.drain()
        case .dict(let dict): return dict.keys
        case .text(let text):
            try charge(list: text.count)
            return text.scalars.map { .text(Text(scalars: [$0], isMarkup: text.isMarkup)) }
        case .none: throw fail(.type, "'NoneType' object is not iterable")
        case .loop(let loop):
            throw fail(.unsupported, "iterating over 'loop' itself (item \(loop.index)) is not supported")
        default: throw fail(.type, "'\(value.typeName)' object is not iterable")
        }
    }

    func applyFilter(
        _ name: String, to expression: Expression, _ arguments: Arguments, line: Int
    ) throws(ChatTemplateError) -> Value {
        let value = try evaluate(expression)
        let arguments = try evaluate(arguments)
        self.line = line
        guard let filter = Filters.all[name] else { throw fail(.unsupported, "No filter named '\(name)'.") }
        return try filter(self, value, arguments)
    }

    func applyTest(
        _ name: String, to expression: Expression, _ arguments: Arguments, line: Int
    ) throws(ChatTemplateError) -> Value {
        let value = try evaluate(expression)
        let arguments = try evaluate(arguments)
        self.line = line
        guard let test = ValueTests.all[name] else { throw fail(.unsupported, "No test named '\(name)'.") }
        return .bool(try test(self, value, arguments))
    }
}
