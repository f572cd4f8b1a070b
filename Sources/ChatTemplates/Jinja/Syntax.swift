// Owns the syntax tree of a template: plain immutable values, made by the parser, walked by the renderer.
// Refuses to know either.

/// What the parser makes of a template's source.
struct Template: Sendable {
    let body: [Statement]
}

indirect enum Statement: Sendable {
    /// Text between tags.
    case text(Text)
    case output(Expression, line: Int)
    case `if`([Branch], otherwise: [Statement])
    case `for`(ForLoop)
    case set(Target, Expression, line: Int)
    /// `{% set x | filter %}…{% endset %}`; `filters` is applied to `Expression.captured`.
    case setBlock(Target, filters: Expression, body: [Statement], line: Int)
    case macro(MacroDefinition, line: Int)
    /// `{% call(user) list(users) %}…{% endcall %}`: the body becomes the macro's `caller`.
    case callBlock(Expression, caller: MacroDefinition, line: Int)
    case filterBlock(filters: Expression, body: [Statement], line: Int)
    case with([Assignment], body: [Statement], line: Int)
    /// transformers' `{% generation %}`: marks what an assistant wrote, and prints its body as it is.
    case generation([Statement])
    case `break`
    case `continue`

    struct Branch: Sendable {
        let test: Expression
        let body: [Statement]
        let line: Int
    }

    struct Assignment: Sendable {
        let target: Target
        let value: Expression
    }
}

/// Where an assignment goes.
indirect enum Target: Sendable {
    case name(String)
    case tuple([Target])
    /// `ns.attribute`
    case attribute(namespace: String, String)
}

final class ForLoop: Sendable {
    let target: Target
    let iterated: Expression
    let filter: Expression?
    let body: [Statement]
    let otherwise: [Statement]
    let isRecursive: Bool
    let line: Int

    init(
        target: Target, iterated: Expression, filter: Expression?, body: [Statement],
        otherwise: [Statement], isRecursive: Bool, line: Int
    ) {
        self.target = target
        self.iterated = iterated
        self.filter = filter
        self.body = body
        self.otherwise = otherwise
        self.isRecursive = isRecursive
        self.line = line
    }
}

final class MacroDefinition: Sendable {
    struct Parameter: Sendable {
        let name: String
        let fallback: Expression?
    }

    let name: String
    let parameters: [Parameter]
    let body: [Statement]
    /// Whether the body names `varargs`, `kwargs` or `caller`: only then may a call give such arguments.
    let takesVariadic: Bool
    let takesKeywords: Bool
    let takesCaller: Bool

    init(name: String, parameters: [Parameter], body: [Statement], namesInBody: Set<String>) {
        self.name = name
        self.parameters = parameters
        self.body = body
        let own = Set(parameters.map(\.name))
        takesVariadic = namesInBody.contains("varargs") && !own.contains("varargs")
        takesKeywords = namesInBody.contains("kwargs") && !own.contains("kwargs")
        takesCaller = namesInBody.contains("caller")
    }
}

indirect enum Expression: Sendable {
    case literal(Literal)
    case name(String, line: Int)
    /// What the body of a `set` or `filter` block printed.
    case captured
    case list([Expression])
    case tuple([Expression])
    case dict([Entry])
    case negative(Expression)
    case positive(Expression)
    case not(Expression)
    /// Operators of one precedence from left to right. A flat list: a long sum must not cost recursion.
    case arithmetic(Expression, [ArithmeticStep])
    case concatenation([Expression])
    case all([Expression])
    case any([Expression])
    case comparison(Expression, [ComparisonStep])
    case conditional(test: Expression, then: Expression, otherwise: Expression?, line: Int)
    case attribute(Expression, String, line: Int)
    case subscripted(Expression, Expression, line: Int)
    case slice(Expression, start: Expression?, stop: Expression?, step: Expression?, line: Int)
    case call(Expression, Arguments, line: Int)
    case filter(Expression, name: String, Arguments, line: Int)
    case test(Expression, name: String, Arguments, line: Int)

    enum Literal: Sendable {
        case none
        case bool(Bool)
        case int(Int)
        case float(Double)
        case text(Text)
    }

    struct Entry: Sendable {
        let key: Expression
        let value: Expression
    }

    struct ArithmeticStep: Sendable {
        let `operator`: ArithmeticOperator
        let operand: Expression
    }

    struct ComparisonStep: Sendable {
        let `operator`: ComparisonOperator
        let operand: Expression
    }
}

enum ArithmeticOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
}

enum ComparisonOperator: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"
    case notContained = "not in"
}

/// The arguments of a call as written.
struct Arguments: Sendable {
    struct Keyword: Sendable {
        let name: String
        let value: Expression
    }

    var positional: [Expression] = []
    var keyword: [Keyword] = []
    /// `*values` and `**values`.
    var spread: Expression?
    var keywordSpread: Expression?
}
