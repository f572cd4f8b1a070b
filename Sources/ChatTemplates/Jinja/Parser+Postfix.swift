// Owns what may follow a value: attributes, items, slices, calls, filters, tests.
// Each one nests the tree a level deeper, so each one counts towards the depth limit (`wrapValue`).

extension Parser {
    mutating func parsePostfix(of value: Expression) throws(ChatTemplateError) -> Expression {
        var value = value
        while true {
            let line = line
            switch current.kind {
            case .symbol("."):
                advance()
                try wrapValue()
                switch current.kind {
                case .name(let name): value = .attribute(value, name, line: line)
                case .int(let position): value = .subscripted(value, .literal(.int(position)), line: line)
                default: throw error("expected name or number")
                }
                advance()
            case .symbol("["):
                advance()
                try wrapValue()
                value = try parseSubscript(of: value, line: line)
            case .symbol("("):
                try wrapValue()
                value = .call(value, try parseArguments(), line: line)
            default:
                return value
            }
        }
    }

    private mutating func parseSubscript(of value: Expression, line: Int) throws(ChatTemplateError)
        -> Expression
    {
        var start: Expression?
        if current.kind != .symbol(":") {
            let item = try parseExpression()
            if current.kind == .symbol(",") {
                var items = [item]
                while skipSymbol(",") { items.append(try parseExpression()) }
                try expectSymbol("]")
                return .subscripted(value, .tuple(items), line: line)
            }
            if skipSymbol("]") { return .subscripted(value, item, line: line) }
            start = item
        }
        try expectSymbol(":")
        let stop = isSliceEnd ? nil : try parseExpression()
        let step = skipSymbol(":") && !isSliceEnd ? try parseExpression() : nil
        try expectSymbol("]")
        return .slice(value, start: start, stop: stop, step: step, line: line)
    }

    private var isSliceEnd: Bool { current.kind == .symbol(":") || current.kind == .symbol("]") }

    mutating func parseArguments() throws(ChatTemplateError) -> Arguments {
        var arguments = Arguments()
        try expectSymbol("(")
        var isFirst = true
        while !skipSymbol(")") {
            if !isFirst {
                try expectSymbol(",")
                if skipSymbol(")") { break }
            }
            isFirst = false
            if skipSymbol("*") {
                guard arguments.spread == nil, arguments.keywordSpread == nil else { throw badArguments }
                arguments.spread = try parseExpression()
            } else if skipSymbol("**") {
                guard arguments.keywordSpread == nil else { throw badArguments }
                arguments.keywordSpread = try parseExpression()
            } else if case .name(let name) = current.kind, next.kind == .symbol("=") {
                guard arguments.keywordSpread == nil else { throw badArguments }
                advance()
                advance()
                arguments.keyword.append(.init(name: name, value: try parseExpression()))
            } else {
                guard arguments.spread == nil, arguments.keyword.isEmpty, arguments.keywordSpread == nil
                else {
                    throw badArguments
                }
                arguments.positional.append(try parseExpression())
            }
        }
        return arguments
    }

    private var badArguments: ChatTemplateError { error("invalid syntax for function call expression") }

    /// `|filter` and `is test` and calls after them. `firstIsBare`: a filter block names its first without `|`.
    mutating func parseFilters(
        of value: Expression, withTests: Bool = false, firstIsBare: Bool = false
    ) throws(ChatTemplateError) -> Expression {
        var value = value
        var isBare = firstIsBare
        while true {
            let line = line
            if isBare || current.kind == .symbol("|") {
                if !isBare { advance() }
                isBare = false
                try wrapValue()
                let name = try parseDottedName()
                if Filters.all[name] == nil { noteUnknown("filter", name, line: line) }
                let arguments = current.kind == .symbol("(") ? try parseArguments() : Arguments()
                value = .filter(value, name: name, arguments, line: line)
            } else if withTests, current.kind == .name("is") {
                advance()
                try wrapValue()
                value = try parseTest(of: value, line: line)
            } else if withTests, current.kind == .symbol("(") {
                try wrapValue()
                value = .call(value, try parseArguments(), line: line)
            } else {
                return value
            }
        }
    }

    private mutating func parseTest(of value: Expression, line: Int) throws(ChatTemplateError) -> Expression {
        let isNegated = skipName("not")
        let name = try parseDottedName()
        if ValueTests.all[name] == nil { noteUnknown("test", name, line: line) }
        var arguments = Arguments()
        switch current.kind {
        case .symbol("("):
            arguments = try parseArguments()
        case .name("else"), .name("or"), .name("and"): break
        case .name("is"):
            throw error("You cannot chain multiple tests with is")
        case .name, .string, .int, .float, .symbol("["), .symbol("{"):
            // `x is divisibleby 3`: one argument without parentheses.
            arguments.positional = [try parseTestOperand()]
        default: break
        }
        let test = Expression.test(value, name: name, arguments, line: line)
        return isNegated ? .not(test) : test
    }

    /// As in jinja2, an unknown filter or test fails at once, but under a condition only when it is reached.
    private mutating func noteUnknown(_ kind: String, _ name: String, line: Int) {
        guard conditions == 0, unknown == nil else { return }
        unknown = ChatTemplateError(.unsupported, "No \(kind) named '\(name)'.", line: line)
    }

    private mutating func parseDottedName() throws(ChatTemplateError) -> String {
        var name = try expectAnyName()
        while skipSymbol(".") { name += "." + (try expectAnyName()) }
        return name
    }
}
