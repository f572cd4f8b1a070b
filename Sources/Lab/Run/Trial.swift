// One sample that the plan asks for, and what came of it: the unit that is ordered, run, stored and measured.
// It knows neither how trials are ordered (Design) nor how they are run (Runner).

/// One sample of one cell: who is asked what, under which levels, for which time, with which seed.
public struct Trial: Sendable, Hashable, Codable {
    /// Place in the randomised order, from 0.
    public var index: Int
    public var cell: Cell
    /// The prompt's `id`.
    public var prompt: String
    /// Which repetition of cell and prompt this is, from 0. Trials are ordered by blocks of one repetition each.
    public var repetition: Int
    /// Seed of the sampler; no two trials of an experiment share one.
    public var seed: UInt64

    public init(index: Int, cell: Cell, prompt: String, repetition: Int, seed: UInt64) {
        self.index = index
        self.cell = cell
        self.prompt = prompt
        self.repetition = repetition
        self.seed = seed
    }
}

/// A combination of model and levels.
public struct Cell: Sendable, Hashable, Codable {
    /// The model's name in the plan.
    public var model: String
    /// Level by factor.
    public var levels: [String: String]
    /// Whether this is the control arm's second copy, which differs in nothing but seeds.
    public var isControlCopy: Bool

    public init(model: String, levels: [String: String], isControlCopy: Bool = false) {
        self.model = model
        self.levels = levels
        self.isControlCopy = isControlCopy
    }
}

/// A trial and its answer: one line of a run's `rows.jsonl`.
public struct Row: Sendable, Equatable, Codable {
    public var trial: Trial
    public var answer: String
    public var finish: Finish
    public var promptTokens: Int
    /// Prompt tokens whose keys and values were found in a cache; nil: the server does not say. Cached keys and values
    /// change no answer; a cached answer would be no sample.
    public var cachedTokens: Int?
    /// Tokens of the answer, its end token not counted.
    public var tokens: Int
    /// Natural logarithm of the answer's probability, before any sampling rule; nil: the server does not say.
    public var logProbability: Double?
    /// Seconds from the request to the answer's end, with others beside it, and to its first text.
    public var seconds: Double
    public var firstSeconds: Double?
    /// When the answer was complete, as seconds since 1970.
    public var time: Double
    /// SHA-256 of everything that was sent but the seed, in hexadecimal.
    public var requestDigest: String
    /// What answered: program, version and the model file's digest, or the server's own identification.
    public var backend: String
    /// The server's own name for this answer, if it gives one; no two rows may share it.
    public var responseID: String?

    public init(
        trial: Trial, answer: String, finish: Finish, promptTokens: Int, cachedTokens: Int?, tokens: Int,
        logProbability: Double?, seconds: Double, firstSeconds: Double?, time: Double, requestDigest: String,
        backend: String, responseID: String?
    ) {
        self.trial = trial
        self.answer = answer
        self.finish = finish
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.tokens = tokens
        self.logProbability = logProbability
        self.seconds = seconds
        self.firstSeconds = firstSeconds
        self.time = time
        self.requestDigest = requestDigest
        self.backend = backend
        self.responseID = responseID
    }

    /// Why the answer ended.
    public enum Finish: String, Sendable, Equatable, Codable {
        case stop
        /// Cut at `maxTokens`: its length is censored.
        case length
        /// The server refused to show the answer.
        case filtered
    }
}
