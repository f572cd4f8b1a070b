// The lab's one error type.

/// What is wrong with a plan, a run or a report, where, and how to mend it.
public struct LabError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// A plan that cannot be read, or contradicts itself.
        case badPlan
        /// A file that cannot be read or written.
        case file
        /// A run that does not belong to the plan, or rows that are no samples.
        case badRun
        /// A model or server that does not answer as it should.
        case backend
        /// Data that cannot answer the question.
        case analysis
    }

    public var code: Code
    /// One line: place, what was found, what to do.
    public var description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
