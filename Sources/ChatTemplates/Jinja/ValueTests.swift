// Owns the tests of `is` and of `select`: `x is defined`, `x is divisibleby 3`.
// Refuses to know how they were written.

/// To add a test: one row here, named as jinja2 names it, and one in the oracle's conformance table.
enum ValueTests {
    typealias Test = @Sendable (Renderer, Value, CallArguments) throws(ChatTemplateError) -> Bool

    static let all: [String: Test] = {
        var tests: [String: Test] = [
            "defined": simple { !$0.isUndefined },
            "undefined": simple { $0.isUndefined },
            "none": simple { if case .none = $0 { true } else { false } },
            "boolean": simple { if case .bool = $0 { true } else { false } },
            "true": simple { if case .bool(true) = $0 { true } else { false } },
            "false": simple { if case .bool(false) = $0 { true } else { false } },
            "integer": simple { if case .int = $0 { true } else { false } },
            "float": simple { if case .float = $0 { true } else { false } },
            "number": simple { $0.number != nil },
            "string": simple { if case .text = $0 { true } else { false } },
            "mapping": simple { if case .dict = $0 { true } else { false } },
            "sequence": simple(isSequence),
            "iterable": simple(isIterable),
            "callable": simple(isCallable),
            "escaped": simple { if case .text(let text) = $0 { text.isMarkup } else { false } },
            "filter": named { Filters.all[$0] != nil },
            "test": named { all[$0] != nil },
            "odd": { r, value, arguments throws(ChatTemplateError) in
                try remainderOfTwo(value, r, arguments, "odd").equals(.int(1))
            },
            "even": { r, value, arguments throws(ChatTemplateError) in
                try remainderOfTwo(value, r, arguments, "even").equals(.int(0))
            },
            "divisibleby": { r, value, arguments throws(ChatTemplateError) in
                let bound = try arguments.bind("divisibleby", ["num"], required: 1)
                return try Arithmetic.apply(.remainder, value, bound[0], r).equals(.int(0))
            },
            "lower": { r, value, arguments throws(ChatTemplateError) in
                _ = try arguments.bind("lower", [])
                return try r.printed(value).everyCasedScalar(\.properties.isLowercase)
            },
            "upper": { r, value, arguments throws(ChatTemplateError) in
                _ = try arguments.bind("upper", [])
                return try r.printed(value).everyCasedScalar(\.properties.isUppercase)
            },
            "sameas": sameAs,
        ]
        let comparisons: [(ComparisonOperator, [String])] = [
            (.equal, ["eq", "equalto", "=="]), (.notEqual, ["ne", "!="]), (.less, ["lt", "lessthan", "<"]),
            (.lessOrEqual, ["le", "<="]), (.greater, ["gt", "greaterthan", ">"]),
            (.greaterOrEqual, ["ge", ">="]), (.contained, ["in"]),
        ]
        for (comparison, names) in comparisons {
            for name in names { tests[name] = comparing(comparison) }
        }
        return tests
    }()

    private static func comparing(_ comparison: ComparisonOperator) -> Test {
        { r, value, arguments throws(ChatTemplateError) in
            let bound = try arguments.bind(comparison.rawValue, ["other"], required: 1)
            return try r.compare(value, comparison, bound[0])
        }
    }

    private static func sameAs(
        _ r: Renderer, _ value: Value, _ arguments: CallArguments
    ) throws(ChatTemplateError) -> Bool {
        value.isSame(as: try arguments.bind("sameas", ["other"], required: 1)[0])
    }

    private static func simple(_ test: @escaping @Sendable (Value) -> Bool) -> Test {
        { _, value, arguments throws(ChatTemplateError) in
            _ = try arguments.bind("this test", [])
            // An attribute that the sandbox hides, or that we lack, is not simply absent.
            if case .undefined(let undefined) = value, undefined.code == .unsupported {
                throw undefined.error
            }
            return test(value)
        }
    }

    private static func named(_ exists: @escaping @Sendable (String) -> Bool) -> Test {
        { _, value, arguments throws(ChatTemplateError) in
            _ = try arguments.bind("this test", [])
            guard case .text(let name) = value else { return false }
            return exists(name.string)
        }
    }

    /// 1.5 is neither odd nor even.
    private static func remainderOfTwo(
        _ value: Value, _ r: Renderer, _ arguments: CallArguments, _ name: String
    ) throws(ChatTemplateError) -> Value {
        _ = try arguments.bind(name, [])
        return try Arithmetic.apply(.remainder, value, .int(2), r)
    }

    /// Has a length and items by position or key, in Python's eyes.
    private static func isSequence(_ value: Value) -> Bool {
        switch value {
        case .undefined, .text, .list, .tuple, .dict: true
        case .view(let view): view.isRange
        default: false
        }
    }

    private static func isIterable(_ value: Value) -> Bool {
        switch value {
        case .undefined, .text, .list, .tuple, .dict, .view, .generator, .loop: true
        default: false
        }
    }

    private static func isCallable(_ value: Value) -> Bool {
        switch value {
        case .undefined, .callable, .loop: true
        default: false
        }
    }
}
