// Owns Python's operators on numbers, strings and lists.
// Refuses to know the order operators are applied in. Integers have 64 bits; where Python's would grow, we say so.

enum Arithmetic {
    static func apply(
        _ step: ArithmeticOperator, _ left: Value, _ right: Value, _ renderer: Renderer
    ) throws(ChatTemplateError) -> Value {
        if let left = left.number, let right = right.number {
            return try apply(step, left, right)
        }
        if case .undefined(let undefined) = left { throw undefined.error }
        if case .text(let format) = left, step == .remainder {
            return .text(try PercentFormat.format(format, with: right, renderer))
        }
        if case .undefined(let undefined) = right { throw undefined.error }
        switch (step, left, right) {
        case (.add, .text(let left), .text(let right)):
            return .text(try concatenate(left, right, renderer))
        case (.add, .list(let left), .list(let right)):
            try renderer.charge(list: left.values.count + right.values.count)
            return try .list(left.values + right.values)
        case (.add, .tuple(let left), .tuple(let right)):
            try renderer.charge(list: left.values.count + right.values.count)
            return try .tuple(left.values + right.values)
        case (.multiply, _, .int), (.multiply, _, .bool):
            if case .int(let count) = right.number, let value = try repeated(left, count, renderer) {
                return value
            }
        case (.multiply, .int, _), (.multiply, .bool, _):
            if case .int(let count) = left.number, let value = try repeated(right, count, renderer) {
                return value
            }
        default: break
        }
        throw ChatTemplateError(
            .type,
            "unsupported operand types for \(step.rawValue): '\(left.typeName)' and '\(right.typeName)'")
    }

    static func concatenate(_ left: Text, _ right: Text, _ renderer: Renderer) throws(ChatTemplateError)
        -> Text
    {
        try renderer.charge(text: left.count + right.count)
        var result = left
        if left.isMarkup || right.isMarkup {
            result = left.escaped()
            result.append(right.escaped())
            result.isMarkup = true
            try renderer.charge(text: result.count)
        } else {
            result.append(right)
        }
        return result
    }

    private static func repeated(
        _ value: Value, _ count: Int, _ renderer: Renderer
    ) throws(ChatTemplateError) -> Value? {
        let count = max(count, 0)
        func length(_ one: Int) -> Int {
            let (length, overflow) = one.multipliedReportingOverflow(by: count)
            return overflow ? .max : length
        }
        switch value {
        case .text(let text):
            try renderer.charge(text: length(text.count))
            guard !text.isEmpty else { return value }
            var result = Text(scalars: [], isMarkup: text.isMarkup)
            result.scalars.reserveCapacity(length(text.count))
            for _ in 0..<count { result.append(text) }
            return .text(result)
        case .list(let items), .tuple(let items):
            try renderer.charge(list: length(items.values.count))
            guard !items.values.isEmpty else { return value }
            let values = Array([[Value]](repeating: items.values, count: count).joined())
            if case .tuple = value { return try .tuple(values) }
            return try .list(values)
        default: return nil
        }
    }

    // MARK: Numbers

    static func negate(_ value: Value) throws(ChatTemplateError) -> Value {
        switch value.number {
        case .int(let int): return .int(try exact(Int(0).subtractingReportingOverflow(int)))
        case .float(let float): return .float(-float)
        case nil: throw badOperand("-", value)
        }
    }

    static func plus(_ value: Value) throws(ChatTemplateError) -> Value {
        switch value.number {
        case .int(let int): .int(int)
        case .float(let float): .float(float)
        case nil: throw badOperand("+", value)
        }
    }

    private static func badOperand(_ sign: String, _ value: Value) -> ChatTemplateError {
        if case .undefined(let undefined) = value { return undefined.error }
        return ChatTemplateError(.type, "bad operand type for unary \(sign): '\(value.typeName)'")
    }

    private static func apply(
        _ step: ArithmeticOperator, _ left: Number, _ right: Number
    ) throws(ChatTemplateError) -> Value {
        if case .int(let left) = left, case .int(let right) = right {
            switch step {
            case .add: return .int(try exact(left.addingReportingOverflow(right)))
            case .subtract: return .int(try exact(left.subtractingReportingOverflow(right)))
            case .multiply: return .int(try exact(left.multipliedReportingOverflow(by: right)))
            case .floorDivide: return .int(try floorDivide(left, right).quotient)
            case .remainder: return .int(try floorDivide(left, right).remainder)
            case .power where right >= 0: return .int(try power(left, right))
            case .divide, .power: break
            }
        }
        return .float(try apply(step, left.double, right.double))
    }

    private static func apply(
        _ step: ArithmeticOperator, _ left: Double, _ right: Double
    ) throws(ChatTemplateError) -> Double {
        switch step {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide:
            guard right != 0 else { throw divisionByZero }
            return left / right
        case .floorDivide, .remainder:
            guard right != 0 else { throw divisionByZero }
            // Python's remainder has the divisor's sign.
            var remainder = left.truncatingRemainder(dividingBy: right)
            if remainder != 0, (remainder < 0) != (right < 0) { remainder += right }
            if step == .remainder {
                return remainder == 0 ? Double(signOf: right, magnitudeOf: 0) : remainder
            }
            let quotient = (left - remainder) / right
            if quotient == 0 { return Double(signOf: left / right, magnitudeOf: 0) }
            let floor = quotient.rounded(.down)
            return quotient - floor > 0.5 ? floor + 1 : floor
        case .power: return try FloatPower.power(left, right)
        }
    }

    static var divisionByZero: ChatTemplateError { ChatTemplateError(.value, "division by zero") }

    private static func exact(_ result: (partialValue: Int, overflow: Bool)) throws(ChatTemplateError) -> Int
    {
        guard !result.overflow else {
            throw ChatTemplateError(.value, "an integer does not fit 64 bits")
        }
        return result.partialValue
    }

    private static func floorDivide(
        _ left: Int, _ right: Int
    ) throws(ChatTemplateError) -> (quotient: Int, remainder: Int) {
        guard right != 0 else { throw divisionByZero }
        // The one overflow of division: the least integer by -1.
        guard right != -1 else { return (try exact(Int(0).subtractingReportingOverflow(left)), 0) }
        let (quotient, remainder) = left.quotientAndRemainder(dividingBy: right)
        let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
        return isBelow ? (quotient - 1, remainder + right) : (quotient, remainder)
    }

    private static func power(_ base: Int, _ exponent: Int) throws(ChatTemplateError) -> Int {
        var result = 1
        var square = base
        var exponent = exponent
        while exponent > 0 {
            if exponent & 1 == 1 { result = try exact(result.multipliedReportingOverflow(by: square)) }
            exponent >>= 1
            // 0, 1 and -1 take any exponent; their squares never overflow.
            if exponent > 0 { square = try exact(square.multipliedReportingOverflow(by: square)) }
        }
        return result
    }
}
