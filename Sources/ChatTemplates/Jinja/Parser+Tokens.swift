// Owns the parser's steps over its tokens, its depth limit and its messages.
// Refuses to know any construct.

extension Parser {
    var current: Token { tokens[index] }
    var next: Token { tokens[min(index + 1, tokens.count - 1)] }
    var line: Int { current.line }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    /// Every recursion of the parser passes here: the tree it builds is never deeper than the limit, so neither
    /// rendering nor freeing it can exhaust the stack.
    mutating func enter() throws(ChatTemplateError) {
        depth += 1
        deepest = max(deepest, depth)
        if depth > limits.depth {
            throw ChatTemplateError(
                .limit, "blocks or expressions are nested more than \(limits.depth) levels deep", line: line)
        }
    }

    mutating func leave() { depth -= 1 }

    /// Begins a value that may be wrapped after it is parsed, as `a` is in `a.b|c`. The tree then grows upwards,
    /// so what counts is the deepest level inside, not the parser's own recursion. Call after `enter`.
    mutating func beginValue() -> (depth: Int, deepest: Int) {
        defer { deepest = depth }
        return (depth, deepest)
    }

    /// The value parsed so far becomes part of a new node around it.
    mutating func wrapValue() throws(ChatTemplateError) {
        depth = max(depth, deepest)
        try enter()
    }

    mutating func endValue(_ mark: (depth: Int, deepest: Int)) {
        deepest = max(mark.deepest, deepest, depth)
        depth = mark.depth - 1
    }

    mutating func skipSymbol(_ symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func skipName(_ name: String) -> Bool {
        guard current.kind == .name(name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind) throws(ChatTemplateError) {
        guard current.kind == kind else {
            throw error("expected \(Token(kind: kind, line: 0).description), got \(current.description)")
        }
        advance()
    }

    mutating func expectSymbol(_ symbol: String) throws(ChatTemplateError) {
        try expect(.symbol(symbol))
    }

    mutating func expectName(_ name: String) throws(ChatTemplateError) {
        try expect(.name(name))
    }

    mutating func expectAnyName() throws(ChatTemplateError) -> String {
        guard case .name(let name) = current.kind else {
            throw error("expected a name, got \(current.description)")
        }
        advance()
        return name
    }

    func error(_ message: String) -> ChatTemplateError {
        ChatTemplateError(.syntax, message, line: line)
    }
}
