// Owns one rendering: the output so far, the scopes, and the sandbox's meters. Statements are here, expressions
// in `Renderer+Expressions.swift`. Refuses to know syntax; it walks the tree and never looks at source.

final class Renderer {
    let limits: ChatTemplateLimits
    let date: TemplateDate?
    var scope: Scope
    /// Where printing goes: the prompt, or what a macro or block captures.
    var output = Text.empty
    /// What the innermost `set` or `filter` block printed.
    var captured = Text.empty
    /// The line being executed, for errors raised without one.
    var line = 1
    private(set) var stepsLeft: Int
    private var depth = 0
    /// Bytes of `output` if it is the prompt; captured text is bounded by `textLength`.
    private var isCapturing = false
    /// Scopes and namespaces that can take part in reference cycles; cut when the rendering ends.
    private var scopesWithMacros: [Scope] = []
    private var namespaces: [Namespace] = []

    /// Execution depth allowed per level of `ChatTemplateLimits.depth`: a block, its tag, its expression.
    private static let executionLevelsPerDepth = 4

    init(limits: ChatTemplateLimits, date: TemplateDate?, variables: [String: Value]) {
        self.limits = limits
        self.date = date
        stepsLeft = limits.steps
        scope = Scope(parent: nil)
        for (name, value) in variables { scope.set(name, value) }
        // Assignments of the template go one level further in, so that macros see them as globals.
        scope = Scope(parent: scope)
    }

    deinit {
        // Clearing one by one while this array still holds all of them: freeing never recurses.
        for scope in scopesWithMacros { scope.clear() }
        for namespace in namespaces { namespace.attributes = [:] }
    }

    func render(_ template: Template) throws(ChatTemplateError) -> Text {
        do {
            _ = try run(template.body)
            return output
        } catch {
            throw error.at(line: line)
        }
    }

    // MARK: The meters

    /// Pays for work before it is done.
    @inline(__always)
    func charge(_ steps: Int = 1) throws(ChatTemplateError) {
        stepsLeft -= steps
        if stepsLeft < 0 {
            throw fail(.limit, "the template takes more than \(limits.steps) steps")
        }
    }

    /// Pays for a new string of `count` code points.
    func charge(text count: Int) throws(ChatTemplateError) {
        guard count <= limits.textLength else {
            throw fail(.limit, "a string would have more than \(limits.textLength) characters")
        }
        try charge(count >> 3)
    }

    /// Pays for a new list of `count` elements.
    func charge(list count: Int) throws(ChatTemplateError) {
        guard count <= limits.listLength else {
            throw fail(.limit, "a list would have more than \(limits.listLength) elements")
        }
        try charge(count)
    }

    func enter() throws(ChatTemplateError) {
        depth += 1
        if depth > limits.depth * Self.executionLevelsPerDepth {
            throw fail(.limit, "macros or expressions are nested too deeply")
        }
        try charge()
    }

    func leave() { depth -= 1 }

    func fail(_ code: ChatTemplateError.Code, _ message: String) -> ChatTemplateError {
        ChatTemplateError(code, message, line: line)
    }

    func track(_ namespace: Namespace) { namespaces.append(namespace) }

    // MARK: Output

    func print(_ text: Text) throws(ChatTemplateError) {
        // The prompt is counted in code points here, at most a quarter of the bytes; exactly when it is done.
        let limit = isCapturing ? limits.textLength : limits.outputBytes
        guard output.count + text.count <= limit else {
            throw fail(.limit, "the output is larger than \(limit) bytes")
        }
        try charge(text.count >> 3)
        output.append(text)
    }

    /// Runs `body` and answers what it printed instead of printing it.
    func capture(_ body: () throws(ChatTemplateError) -> Void) throws(ChatTemplateError) -> Text {
        let outer = (output, isCapturing)
        output = .empty
        isCapturing = true
        defer { (output, isCapturing) = outer }
        try body()
        return output
    }

    /// Runs `body` with a scope inside `parent`, or inside the current one.
    func withScope<Result>(
        in parent: Scope? = nil, _ body: () throws(ChatTemplateError) -> Result
    ) throws(ChatTemplateError) -> Result {
        let outer = scope
        scope = Scope(parent: parent ?? outer)
        defer { scope = outer }
        return try body()
    }

    // MARK: Statements

    enum Flow { case next, `break`, `continue` }

    func run(_ body: [Statement]) throws(ChatTemplateError) -> Flow {
        try enter()
        defer { leave() }
        for statement in body {
            let flow = try run(statement)
            if flow != .next { return flow }
        }
        return .next
    }

    private func run(_ statement: Statement) throws(ChatTemplateError) -> Flow {
        try charge()
        switch statement {
        case .text(let text):
            try print(text)
        case .output(let value, let line):
            self.line = line
            try print(try printed(try evaluate(value)))
        case .if(let branches, let otherwise):
            for branch in branches {
                line = branch.line
                if try evaluate(branch.test).isTruthy { return try run(branch.body) }
            }
            return try run(otherwise)
        case .for(let loop):
            line = loop.line
            try run(loop, over: try evaluate(loop.iterated), recursionDepth: 0)
        case .set(let target, let value, let line):
            self.line = line
            try assign(try evaluate(value), to: target)
        case .setBlock(let target, let filters, let body, let line):
            self.line = line
            try assign(try filtered(body, by: filters), to: target)
        case .macro(let definition, let line):
            self.line = line
            scopesWithMacros.append(scope)
            scope.set(definition.name, .callable(.macro(Macro(definition: definition, scope: scope))))
        case .callBlock(let call, let caller, let line):
            self.line = line
            scopesWithMacros.append(scope)
            let macro = Value.callable(.macro(Macro(definition: caller, scope: scope)))
            try print(try printed(try evaluateCall(call, caller: macro)))
        case .filterBlock(let filters, let body, let line):
            self.line = line
            guard case .text(let text) = try filtered(body, by: filters) else {
                throw fail(.type, "a filter block's filters must end in a string")
            }
            try print(text)
        case .with(let assignments, let body, let line):
            self.line = line
            return try runWith(assignments, body)
        case .generation(let body):
            // A call block to jinja2: assignments stay inside, and so do `break` and `continue`.
            _ = try withScope { () throws(ChatTemplateError) in try run(body) }
        case .break: return .break
        case .continue: return .continue
        }
        return .next
    }

    private func runWith(
        _ assignments: [Statement.Assignment], _ body: [Statement]
    ) throws(ChatTemplateError) -> Flow {
        // The values are computed outside: `{% with a = 1, b = a %}` does not see the new `a`.
        var values: [Value] = []
        for assignment in assignments { values.append(try evaluate(assignment.value)) }
        return try withScope { () throws(ChatTemplateError) in
            for (assignment, value) in zip(assignments, values) { try assign(value, to: assignment.target) }
            return try run(body)
        }
    }

    private func filtered(_ body: [Statement], by filters: Expression) throws(ChatTemplateError) -> Value {
        let text = try capture { () throws(ChatTemplateError) in
            _ = try withScope { () throws(ChatTemplateError) in try run(body) }
        }
        let outer = captured
        captured = text
        defer { captured = outer }
        return try evaluate(filters)
    }

    func run(_ loop: ForLoop, over value: Value, recursionDepth: Int) throws(ChatTemplateError) {
        var items = try elements(of: value)
        if let filter = loop.filter {
            var kept: [Value] = []
            for item in items {
                let keeps = try withScope { () throws(ChatTemplateError) in
                    try assign(item, to: loop.target)
                    return try evaluate(filter).isTruthy
                }
                if keeps { kept.append(item) }
            }
            items = kept
        }
        let state = LoopState(
            items: items, depthOfItems: try Items(items).depth, recursionDepth: recursionDepth,
            recursion: loop.isRecursive ? (loop, scope) : nil)
        // jinja2's `else` runs when no pass reached the body's end, which `break` and `continue` prevent too.
        var someCompleted = false
        for (index, item) in items.enumerated() {
            state.index = index
            let flow = try withScope { () throws(ChatTemplateError) in
                scope.set("loop", .loop(state))
                try assign(item, to: loop.target)
                return try run(loop.body)
            }
            if flow == .break { break }
            if flow == .next { someCompleted = true }
        }
        if !someCompleted {
            _ = try withScope { () throws(ChatTemplateError) in try run(loop.otherwise) }
        }
    }

    // MARK: Assignment

    func assign(_ value: Value, to target: Target) throws(ChatTemplateError) {
        switch target {
        case .name(let name):
            scope.set(name, value)
        case .attribute(let name, let attribute):
            guard case .namespace(let namespace) = scope.lookup(name) else {
                throw fail(.type, "cannot assign attribute on non-namespace object")
            }
            try checkNamespaceAttribute(attribute)
            namespace.attributes[attribute] = value
        case .tuple(let targets):
            let items = try elements(of: value)
            guard items.count == targets.count else {
                throw fail(.value, "expected \(targets.count) values to unpack, got \(items.count)")
            }
            for (target, item) in zip(targets, items) { try assign(item, to: target) }
        }
    }

    /// transformers refuses names through which a template could reach Python's internals.
    func checkNamespaceAttribute(_ name: String) throws(ChatTemplateError) {
        if name.hasPrefix("_") {
            throw fail(.security, "a namespace cannot store the underscore-prefixed attribute '\(name)'")
        }
    }
}
