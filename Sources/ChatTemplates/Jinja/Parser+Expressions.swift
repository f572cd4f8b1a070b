// Owns the grammar of expressions, one function per precedence, loosest first, in jinja2's order.
// Refuses to know values.

extension Parser {
    /// `a, b` makes a tuple, `a` alone does not.
    mutating func parseTuple(
        withConditional: Bool = true, endsAt names: [String] = [], inParentheses: Bool = false
    ) throws(ChatTemplateError) -> Expression {
        var values: [Expression] = []
        var isTuple = false
        while !isTupleEnd(names) {
            values.append(withConditional ? try parseExpression() : try parseOr())
            guard skipSymbol(",") else { break }
            isTuple = true
        }
        if isTuple { return .tuple(values) }
        if let value = values.first { return value }
        guard inParentheses else { throw error("Expected an expression, got \(current.description)") }
        return .tuple([])
    }

    private func isTupleEnd(_ names: [String]) -> Bool {
        switch current.kind {
        case .variableEnd, .blockEnd, .symbol(")"): true
        case .name(let name): names.contains(name)
        default: false
        }
    }

    /// An expression with jinja2's `a if test else b`.
    mutating func parseExpression() throws(ChatTemplateError) -> Expression {
        try enter()
        let mark = beginValue()
        defer { endValue(mark) }
        let unknownBefore = unknown
        var value = try parseOr()
        while current.kind == .name("if") {
            let line = line
            advance()
            try wrapValue()
            let test = try parseOr()
            let otherwise = skipName("else") ? try parseExpression() : nil
            value = .conditional(test: test, then: value, otherwise: otherwise, line: line)
            unknown = unknownBefore
        }
        return value
    }

    mutating func parseOr() throws(ChatTemplateError) -> Expression {
        var operands = [try parseAnd()]
        while skipName("or") { operands.append(try parseAnd()) }
        return operands.count == 1 ? operands[0] : .any(operands)
    }

    private mutating func parseAnd() throws(ChatTemplateError) -> Expression {
        var operands = [try parseNot()]
        while skipName("and") { operands.append(try parseNot()) }
        return operands.count == 1 ? operands[0] : .all(operands)
    }

    private mutating func parseNot() throws(ChatTemplateError) -> Expression {
        guard skipName("not") else { return try parseComparison() }
        try enter()
        defer { leave() }
        return .not(try parseNot())
    }

    private mutating func parseComparison() throws(ChatTemplateError) -> Expression {
        let first = try parseSum()
        var steps: [Expression.ComparisonStep] = []
        while let comparison = skipComparison() {
            steps.append(.init(operator: comparison, operand: try parseSum()))
        }
        return steps.isEmpty ? first : .comparison(first, steps)
    }

    private mutating func skipComparison() -> ComparisonOperator? {
        switch (current.kind, next.kind) {
        case (.name("in"), _):
            advance()
            return .contained
        case (.name("not"), .name("in")):
            advance()
            advance()
            return .notContained
        case (.symbol(let symbol), _):
            guard let comparison = ComparisonOperator(rawValue: symbol) else { return nil }
            advance()
            return comparison
        default: return nil
        }
    }

    private mutating func parseSum() throws(ChatTemplateError) -> Expression {
        let first = try parseConcatenation()
        var steps: [Expression.ArithmeticStep] = []
        while let step = skipArithmetic(["+", "-"]) {
            steps.append(.init(operator: step, operand: try parseConcatenation()))
        }
        return steps.isEmpty ? first : .arithmetic(first, steps)
    }

    private mutating func parseConcatenation() throws(ChatTemplateError) -> Expression {
        var operands = [try parseProduct()]
        while skipSymbol("~") { operands.append(try parseProduct()) }
        return operands.count == 1 ? operands[0] : .concatenation(operands)
    }

    private mutating func parseProduct() throws(ChatTemplateError) -> Expression {
        let first = try parsePower()
        var steps: [Expression.ArithmeticStep] = []
        while let step = skipArithmetic(["*", "/", "//", "%"]) {
            steps.append(.init(operator: step, operand: try parsePower()))
        }
        return steps.isEmpty ? first : .arithmetic(first, steps)
    }

    private mutating func parsePower() throws(ChatTemplateError) -> Expression {
        let first = try parseUnary()
        var steps: [Expression.ArithmeticStep] = []
        while let step = skipArithmetic(["**"]) {
            steps.append(.init(operator: step, operand: try parseUnary()))
        }
        return steps.isEmpty ? first : .arithmetic(first, steps)
    }

    private mutating func skipArithmetic(_ symbols: [String]) -> ArithmeticOperator? {
        guard case .symbol(let symbol) = current.kind, symbols.contains(symbol) else { return nil }
        advance()
        return ArithmeticOperator(rawValue: symbol)
    }

    /// `-x|f` is `(-x)|f` to jinja2: a sign binds tighter than filters.
    private mutating func parseUnary(withFilters: Bool = true) throws(ChatTemplateError) -> Expression {
        try enter()
        let mark = beginValue()
        defer { endValue(mark) }
        var value: Expression
        if skipSymbol("-") {
            value = .negative(try parseUnary(withFilters: false))
        } else if skipSymbol("+") {
            value = .positive(try parseUnary(withFilters: false))
        } else {
            value = try parsePrimary()
        }
        value = try parsePostfix(of: value)
        return withFilters ? try parseFilters(of: value, withTests: true) : value
    }

    /// A test's operand written without parentheses: a value with what follows it, but no filters.
    mutating func parseTestOperand() throws(ChatTemplateError) -> Expression {
        try enter()
        let mark = beginValue()
        defer { endValue(mark) }
        return try parsePostfix(of: try parsePrimary())
    }

    private mutating func parsePrimary() throws(ChatTemplateError) -> Expression {
        let token = current
        advance()
        switch token.kind {
        case .name("true"), .name("True"): return .literal(.bool(true))
        case .name("false"), .name("False"): return .literal(.bool(false))
        case .name("none"), .name("None"): return .literal(.none)
        case .name(let name):
            namesRead.append(name)
            return .name(name, line: token.line)
        case .string(var text):
            while case .string(let more) = current.kind {
                text.append(more)
                advance()
            }
            return .literal(.text(text))
        case .int(let value): return .literal(.int(value))
        case .float(let value): return .literal(.float(value))
        case .symbol("("):
            let value = try parseTuple(inParentheses: true)
            try expectSymbol(")")
            return value
        case .symbol("["): return .list(try parseItems(until: "]"))
        case .symbol("{"): return try parseDict()
        default:
            throw ChatTemplateError(.syntax, "unexpected \(token.description)", line: token.line)
        }
    }

    private mutating func parseItems(until end: String) throws(ChatTemplateError) -> [Expression] {
        var items: [Expression] = []
        while !skipSymbol(end) {
            if !items.isEmpty {
                try expectSymbol(",")
                if skipSymbol(end) { break }
            }
            items.append(try parseExpression())
        }
        return items
    }

    private mutating func parseDict() throws(ChatTemplateError) -> Expression {
        var entries: [Expression.Entry] = []
        while !skipSymbol("}") {
            if !entries.isEmpty {
                try expectSymbol(",")
                if skipSymbol("}") { break }
            }
            let key = try parseExpression()
            try expectSymbol(":")
            entries.append(.init(key: key, value: try parseExpression()))
        }
        return .dict(entries)
    }
}
