// The one error of this module: what is wrong, where, and how to mend it.

/// Why a benchmark cannot be run.
package struct EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure, for programs.
    package enum Code: String, Sendable {
        /// The data has not the columns, or not the values, of the task.
        case badData
        /// What was asked for cannot be done: no such task, too few examples, results of another run.
        case badRequest
        /// A file or a program of the system failed.
        case system
    }

    package let code: Code
    /// One line for a person.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
