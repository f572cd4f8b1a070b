// Columns of a row as a task wants them, or one line that says what is there instead.

import ChatTemplates
package import DataFiles

extension DataRow {
    package func text(_ column: String) throws(EvaluationError) -> String {
        guard case .string(let text) = try value(column) else { throw wrong(column, "a text") }
        return text
    }

    /// A number, or the decimal digits of one: data sets have both.
    package func integer(_ column: String) throws(EvaluationError) -> Int {
        switch try value(column) {
        case .int(let value): return value
        case .string(let text):
            guard let value = Int(text) else { throw wrong(column, "a whole number") }
            return value
        default: throw wrong(column, "a whole number")
        }
    }

    package func texts(_ column: String, _ member: String? = nil) throws(EvaluationError) -> [String] {
        var value = try value(column)
        let name = member.map { "\(column).\($0)" } ?? column
        if let member {
            guard let inner = value[member] else { throw wrong(name, "a list of texts") }
            value = inner
        }
        guard case .array(let items) = value else { throw wrong(name, "a list of texts") }
        var texts: [String] = []
        for item in items {
            guard case .string(let text) = item else { throw wrong(name, "a list of texts") }
            texts.append(text)
        }
        return texts
    }

    /// A column that one of `count` choices is meant by.
    package func choice(_ column: String, of count: Int) throws(EvaluationError) -> Int {
        let index = try integer(column)
        guard (0..<count).contains(index) else {
            throw error("column \(column) is \(index); expected 0 to \(count - 1)")
        }
        return index
    }

    package func error(_ problem: String) -> EvaluationError {
        EvaluationError(.badData, "\(place): \(problem)")
    }

    private func value(_ column: String) throws(EvaluationError) -> JSONValue {
        guard let value = columns[column] else {
            let names = columns.members.map(\.key).joined(separator: ", ")
            throw error("there is no column \(column), only \(names); is this the task's own data?")
        }
        return value
    }

    private func wrong(_ column: String, _ expected: String) -> EvaluationError {
        error("column \(column): expected \(expected)")
    }

    /// Whether both have the same values by name, wherever they stand.
    func equals(_ other: DataRow) -> Bool {
        columns.count == other.columns.count
            && columns.members.allSatisfy { other.columns[$0.key] == $0.value }
    }
}
