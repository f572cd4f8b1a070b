// The one error of this module: which method, what is wrong with its input, and how to mend it.
// It decides nothing: what counts as degenerate is said by each method.

/// Why a statistic cannot be computed. Nothing in this module answers NaN instead.
///
/// Its description is one line, such as `Welch test: arm B has 1 value; a variance needs at least 2`.
public struct StatisticsError: Error, Equatable, Sendable {
    /// The kind of failure, for programs.
    public enum Code: String, Sendable {
        /// Fewer values, pairs, clusters or blocks than the method needs.
        case tooFewValues
        /// The data leave the statistic undefined: constants, no difference at all, collinear columns.
        case degenerate
        /// A value is NaN or infinite, or a result is past the largest number.
        case notFinite
        /// Lists that belong together are of different lengths.
        case mismatchedLengths
        /// A parameter, such as a level or degrees of freedom, is outside its range.
        case outOfRange
    }

    /// The kind of failure.
    public let code: Code
    /// The method that refused, as it is called in reports.
    public let method: String
    /// What is wrong.
    public let problem: String
    /// How to mend it.
    public let fix: String

    /// An error of `method`; `problem` and `fix` become the two halves of its one line.
    public init(_ code: Code, in method: String, _ problem: String, fix: String) {
        self.code = code
        self.method = method
        self.problem = problem
        self.fix = fix
    }
}

extension StatisticsError: CustomStringConvertible {
    /// One line for people.
    public var description: String { "\(method): \(problem); \(fix)" }
}
