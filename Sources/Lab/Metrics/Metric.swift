// What a metric is. Each lives in a file of its own beside this one and knows only the sample it is given.

/// Turns one answer into one number.
public protocol Metric: Sendable {
    /// What plans and tables call it: lower case, words joined by hyphens.
    var name: String { get }
    /// What a reader is told: one line.
    var summary: String { get }
    /// Unit of the values, as written behind a number: `characters`, `per 100 words`; empty for shares.
    var unit: String { get }
    var scale: MetricScale { get }
    func measure(_ sample: Sample) -> Measurement
}

/// What values a metric takes, which decides how they are summed up and drawn.
public enum MetricScale: String, Sendable, Equatable, Codable {
    /// A length or a duration, at least 0; cut answers censor it.
    case length
    /// Yes or no: 1 or 0; means are shares.
    case binary
    /// A part of a whole, from 0 to 1.
    case share
    /// Any other number.
    case real
}

/// One answer, as metrics see it.
public struct Sample: Sendable {
    public var prompt: Prompt
    /// What the user's message said, factors' texts included.
    public var question: String
    public var answer: String
    public var finish: Row.Finish
    /// Tokens of the answer.
    public var tokens: Int
    public var logProbability: Double?
    public var seconds: Double

    public init(
        prompt: Prompt, question: String, answer: String, finish: Row.Finish, tokens: Int,
        logProbability: Double? = nil, seconds: Double = 0
    ) {
        self.prompt = prompt
        self.question = question
        self.answer = answer
        self.finish = finish
        self.tokens = tokens
        self.logProbability = logProbability
        self.seconds = seconds
    }
}

/// What a metric found.
public struct Measurement: Sendable, Equatable {
    /// Nil: the metric says nothing of this answer, such as completeness where no items were asked for.
    public var value: Double?
    /// Whether the true value is only known to be at least this.
    public var isCensored: Bool
    /// What was found, for a reader: a class, the matching text.
    public var finding: String?

    public init(_ value: Double?, isCensored: Bool = false, finding: String? = nil) {
        self.value = value
        self.isCensored = isCensored
        self.finding = finding
    }
}
