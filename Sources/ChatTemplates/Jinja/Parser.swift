// Owns turning tokens into statements: the tags of jinja2, loop controls and transformers' `generation`.
// Expressions are in `Parser+Expressions.swift`. Refuses to know what anything does when rendered.

struct Parser {
    let tokens: [Token]
    let limits: ChatTemplateLimits
    var index = 0
    var depth = 0
    /// The greatest depth reached inside the value being parsed.
    var deepest = 0
    /// Blocks with a condition around the parser: an unknown filter there may never run, so it is no error yet.
    var conditions = 0
    /// An unknown filter or test outside any condition, until the expression around it is read: it may yet turn out
    /// to be a conditional one.
    var unknown: ChatTemplateError?
    /// Loops around the parser, within the innermost macro.
    private var loops = 0
    /// Every name read so far, in order: a macro asks which of them its body used.
    var namesRead: [String] = []

    static func parse(_ source: String, limits: ChatTemplateLimits) throws(ChatTemplateError) -> Template {
        guard source.utf8.count <= limits.sourceBytes else {
            throw ChatTemplateError(
                .limit, "the source has \(source.utf8.count) bytes; \(limits.sourceBytes) are allowed")
        }
        var parser = Parser(tokens: try Lexer.tokens(of: source), limits: limits)
        let body = try parser.parseBody(until: [])
        return Template(body: body)
    }

    private init(tokens: [Token], limits: ChatTemplateLimits) {
        self.tokens = tokens
        self.limits = limits
    }

    // MARK: Bodies

    /// Statements up to a tag named in `ends`, whose name token is left for the caller; with no `ends`, to the end.
    mutating func parseBody(until ends: [String]) throws(ChatTemplateError) -> [Statement] {
        try enter()
        defer { leave() }
        let opening = line
        var body: [Statement] = []
        while true {
            switch current.kind {
            case .end:
                guard ends.isEmpty else {
                    throw error(
                        "Unexpected end of template: the block of line \(opening) needs "
                            + ends.map { "'{% \($0) %}'" }.joined(separator: " or "))
                }
                return body
            case .data(let text):
                advance()
                body.append(.text(text))
            case .variableBegin:
                let line = line
                advance()
                let value = try parseTuple()
                try expect(.variableEnd)
                if let unknown { throw unknown }
                body.append(.output(value, line: line))
            case .blockBegin:
                advance()
                guard case .name(let tag) = current.kind else { throw error("tag name expected") }
                if ends.contains(tag) { return body }
                body.append(try parseStatement(tag))
                if let unknown { throw unknown }
                try expect(.blockEnd)
            default:
                throw error("unexpected \(current.description)")
            }
        }
    }

    /// One statement from its tag's name to before the closing `%}`.
    /// To add a statement: one case here, one in `Renderer.run(_:)`.
    private mutating func parseStatement(_ tag: String) throws(ChatTemplateError) -> Statement {
        let line = line
        switch tag {
        case "for": return try parseFor()
        case "if": return try parseIf()
        case "set": return try parseSet()
        case "macro": return try parseMacro()
        case "call": return try parseCallBlock()
        case "filter": return try parseFilterBlock()
        case "with": return try parseWith()
        case "generation":
            advance()
            try expect(.blockEnd)
            let body = try parseBody(until: ["endgeneration"])
            advance()
            return .generation(body)
        case "print":
            advance()
            return .output(try parseTuple(), line: line)
        case "break", "continue":
            guard loops > 0 else { throw error("'\(tag)' outside loop") }
            advance()
            return tag == "break" ? .break : .continue
        case "block", "extends", "include", "import", "from", "autoescape", "trans", "do", "debug":
            throw ChatTemplateError(
                .unsupported, "the tag '\(tag)' is not part of what chat templates may use", line: line)
        default:
            throw error("Encountered unknown tag '\(tag)'.")
        }
    }

    // MARK: Statements

    private mutating func parseFor() throws(ChatTemplateError) -> Statement {
        let line = line
        advance()
        let target = try parseTargets(until: "in")
        try expectName("in")
        let iterated = try parseTuple(withConditional: false, endsAt: ["recursive"])
        let filter = skipName("if") ? try parseExpression() : nil
        let isRecursive = skipName("recursive")
        try expect(.blockEnd)
        loops += 1
        let body = try parseBody(until: ["endfor", "else"])
        loops -= 1
        var otherwise: [Statement] = []
        if skipName("else") {
            try expect(.blockEnd)
            otherwise = try parseBody(until: ["endfor"])
        }
        advance()
        return .for(
            ForLoop(
                target: target, iterated: iterated, filter: filter, body: body, otherwise: otherwise,
                isRecursive: isRecursive, line: line))
    }

    private mutating func parseIf() throws(ChatTemplateError) -> Statement {
        conditions += 1
        defer { conditions -= 1 }
        var branches: [Statement.Branch] = []
        var otherwise: [Statement] = []
        while true {
            let line = line
            advance()
            let test = try parseTuple(withConditional: false)
            try expect(.blockEnd)
            let body = try parseBody(until: ["elif", "else", "endif"])
            branches.append(.init(test: test, body: body, line: line))
            if current.kind == .name("elif") { continue }
            if skipName("else") {
                try expect(.blockEnd)
                otherwise = try parseBody(until: ["endif"])
            }
            advance()
            return .if(branches, otherwise: otherwise)
        }
    }

    private mutating func parseSet() throws(ChatTemplateError) -> Statement {
        let line = line
        advance()
        let target = try parseTargets(until: "=")
        if skipSymbol("=") {
            return .set(target, try parseTuple(), line: line)
        }
        let filters = try parseFilters(of: .captured)
        try expect(.blockEnd)
        let body = try parseBody(until: ["endset"])
        advance()
        return .setBlock(target, filters: filters, body: body, line: line)
    }

    private mutating func parseMacro() throws(ChatTemplateError) -> Statement {
        let line = line
        advance()
        let name = try expectAnyName()
        let parameters = try parseParameters()
        try expect(.blockEnd)
        let definition = try parseMacroBody(name: name, parameters: parameters, end: "endmacro")
        return .macro(definition, line: line)
    }

    private mutating func parseCallBlock() throws(ChatTemplateError) -> Statement {
        let line = line
        advance()
        let parameters = current.kind == .symbol("(") ? try parseParameters() : []
        let call = try parseExpression()
        guard case .call = call else { throw error("expected call") }
        try expect(.blockEnd)
        let caller = try parseMacroBody(name: "caller", parameters: parameters, end: "endcall")
        return .callBlock(call, caller: caller, line: line)
    }

    private mutating func parseMacroBody(
        name: String, parameters: [MacroDefinition.Parameter], end: String
    ) throws(ChatTemplateError) -> MacroDefinition {
        let firstName = namesRead.count
        let outerLoops = loops
        loops = 0
        defer { loops = outerLoops }
        let body = try parseBody(until: [end])
        advance()
        return MacroDefinition(
            name: name, parameters: parameters, body: body, namesInBody: Set(namesRead[firstName...]))
    }

    private mutating func parseParameters() throws(ChatTemplateError) -> [MacroDefinition.Parameter] {
        var parameters: [MacroDefinition.Parameter] = []
        try expectSymbol("(")
        while !skipSymbol(")") {
            if !parameters.isEmpty { try expectSymbol(",") }
            let name = try expectAssignableName()
            let fallback = skipSymbol("=") ? try parseExpression() : nil
            if fallback == nil, parameters.last?.fallback != nil {
                throw error("non-default argument follows default argument")
            }
            parameters.append(.init(name: name, fallback: fallback))
        }
        return parameters
    }

    private mutating func parseFilterBlock() throws(ChatTemplateError) -> Statement {
        let line = line
        advance()
        let filters = try parseFilters(of: .captured, firstIsBare: true)
        try expect(.blockEnd)
        let body = try parseBody(until: ["endfilter"])
        advance()
        return .filterBlock(filters: filters, body: body, line: line)
    }

    private mutating func parseWith() throws(ChatTemplateError) -> Statement {
        let line = line
        advance()
        var assignments: [Statement.Assignment] = []
        while current.kind != .blockEnd {
            if !assignments.isEmpty { try expectSymbol(",") }
            let target = try parseSingleTarget()
            try expectSymbol("=")
            assignments.append(.init(target: target, value: try parseExpression()))
        }
        try expect(.blockEnd)
        let body = try parseBody(until: ["endwith"])
        advance()
        return .with(assignments, body: body, line: line)
    }

    // MARK: Targets of assignments

    /// `a`, `a, b`, `(a, b), c`, `ns.a`.
    private mutating func parseTargets(until end: String) throws(ChatTemplateError) -> Target {
        var targets: [Target] = []
        var isTuple = false
        while true {
            if current.kind == .name(end) || current.kind == .symbol(end) || current.kind == .symbol(")") {
                break
            }
            targets.append(try parseSingleTarget())
            guard skipSymbol(",") else { break }
            isTuple = true
        }
        if isTuple { return .tuple(targets) }
        guard let target = targets.first else { throw error("expected a name to assign to") }
        return target
    }

    private mutating func parseSingleTarget() throws(ChatTemplateError) -> Target {
        try enter()
        defer { leave() }
        if skipSymbol("(") {
            let target = try parseTargets(until: ")")
            try expectSymbol(")")
            return target
        }
        let name = try expectAssignableName()
        guard skipSymbol(".") else { return .name(name) }
        return .attribute(namespace: name, try expectAnyName())
    }

    private mutating func expectAssignableName() throws(ChatTemplateError) -> String {
        let name = try expectAnyName()
        if ["true", "false", "none", "True", "False", "None"].contains(name) {
            throw error("can't assign to '\(name)'")
        }
        return name
    }
}
