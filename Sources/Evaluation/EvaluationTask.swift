// What a benchmark is: which columns it reads, how it asks, how it counts. Each task is a file in Tasks/.

package import DataFiles

/// A benchmark, with lm-evaluation-harness's prompts and rules to the letter: a figure is only worth something beside
/// others that were got in the same way.
package protocol EvaluationTask: Sendable {
    /// The name that lm-evaluation-harness has for it.
    static var name: String { get }
    /// One line: what it asks, and where the data is from.
    static var summary: String { get }
    /// Where the questions and the examples are in the data set: its configuration's folder, if it has several, and the
    /// names of its splits. Files are called so.
    static var source: DataSource { get }
    /// Worked examples before each question where the user names no number.
    static var shots: Int { get }
    /// How examples are chosen among the rows of the file that has them.
    static var shotRule: ShotRule { get }
    /// The measures of one row, the first being what the chart shows.
    static var metrics: [String] { get }
    /// How free answers end, for tasks that want one.
    static var answer: AnswerRule? { get }
    /// Whether the answer is a program, which is run.
    static var runsCode: Bool { get }

    init()

    /// Throws what is wrong with a row that is not of this task.
    func document(_ row: DataRow) throws(EvaluationError) -> Document

    /// The rows of a file that may be examples, in the order in which `ShotRule.first` takes them.
    func examples(_ rows: [DataRow]) -> [DataRow]

    /// The measures of a free answer, in the order of `metrics`; for programs, the text to run is `program`'s.
    func score(_ answer: String, _ row: DataRow) throws(EvaluationError) -> [Double]

    /// The program that ends without an error if `answer` is right.
    func program(_ answer: String, _ row: DataRow) throws(EvaluationError) -> String
}

/// Where a data set has a task's rows.
package struct DataSource: Sendable, Equatable {
    package var folder: String?
    package var split: String
    /// Nil: it has no rows to be examples.
    package var examples: String?

    package init(folder: String? = nil, split: String, examples: String?) {
        self.folder = folder
        self.split = split
        self.examples = examples
    }
}

/// How worked examples are chosen.
package enum ShotRule: Sendable, Equatable {
    /// At random, anew for each question, with Python's generator seeded 1234. If `excludesOwn`, one more is drawn, so that
    /// the question's own row can be left out: so the harness does where a task has no test split of its own.
    case random(excludesOwn: Bool)
    /// The first of the question's group.
    case first
}

/// How a free answer ends.
package struct AnswerRule: Sendable {
    package var stops: [String]
    package var maxTokens: Int

    package init(stops: [String], maxTokens: Int = 256) {
        self.stops = stops
        self.maxTokens = maxTokens
    }
}

extension EvaluationTask {
    package static var shots: Int { 0 }
    package static var shotRule: ShotRule { .random(excludesOwn: false) }
    package static var answer: AnswerRule? { nil }
    package static var runsCode: Bool { false }

    package func examples(_ rows: [DataRow]) -> [DataRow] { rows }

    package func score(_ answer: String, _ row: DataRow) throws(EvaluationError) -> [Double] {
        preconditionFailure("\(Self.name) scores no free answers")
    }

    package func program(_ answer: String, _ row: DataRow) throws(EvaluationError) -> String {
        preconditionFailure("\(Self.name) runs no programs")
    }
}
