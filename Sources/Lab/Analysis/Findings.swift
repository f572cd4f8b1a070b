// What an analysis found, as plain values: everything that the report, the terminal and `--json` show, and nothing
// that still needs computing. It knows neither how it was computed (Analysis) nor how it is drawn (Report).

/// An experiment's outcome.
public struct Findings: Sendable, Encodable {
    package var registration: Registration
    /// One for each model: what the primary hypothesis came to.
    package var verdicts: [Verdict]
    /// Primary, secondary, per level, asked afterwards: in that order, by model.
    package var comparisons: [Comparison]
    /// The answers themselves by metric, factor and model.
    package var panels: [Panel]
    package var controlPairs: [ControlPair]
    package var sequences: [SequentialPath]
    package var trends: [Trend]
    package var coverage: Coverage
    package var independence: Independence
    package var examples: [Example]
    package var reproduction: Reproduction
    /// What a reader must know about how numbers were made: conversions, fallbacks, families.
    package var notes: [String]

    package init(
        registration: Registration, verdicts: [Verdict], comparisons: [Comparison], panels: [Panel],
        controlPairs: [ControlPair] = [], sequences: [SequentialPath] = [], trends: [Trend] = [],
        coverage: Coverage, independence: Independence, examples: [Example] = [],
        reproduction: Reproduction = Reproduction(), notes: [String] = []
    ) {
        self.registration = registration
        self.verdicts = verdicts
        self.comparisons = comparisons
        self.panels = panels
        self.controlPairs = controlPairs
        self.sequences = sequences
        self.trends = trends
        self.coverage = coverage
        self.independence = independence
        self.examples = examples
        self.reproduction = reproduction
        self.notes = notes
    }

    /// Whether anything differs from what was registered.
    package var isExploratory: Bool { registration.hash == nil || !registration.departures.isEmpty }
}

/// What was fixed before the first sample, and what was not kept.
package struct Registration: Sendable, Encodable, Equatable {
    package var name: String
    package var question: String
    /// SHA-256 of the frozen plan; nil: nothing was frozen, and everything is exploratory.
    package var hash: String?
    /// When it was frozen, in words; nil where unknown.
    package var frozenAt: String?
    /// What was done otherwise than the frozen plan says, one sentence each.
    package var departures: [String]
    /// The plan in a few lines: models, factors, prompts, sampling, test, stopping.
    package var summary: [Line]

    package struct Line: Sendable, Encodable, Equatable {
        package var name: String
        package var text: String

        package init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    package init(
        name: String, question: String, hash: String?, frozenAt: String? = nil, departures: [String] = [],
        summary: [Line] = []
    ) {
        self.name = name
        self.question = question
        self.hash = hash
        self.frozenAt = frozenAt
        self.departures = departures
        self.summary = summary
    }
}

/// What a table or axis says about a metric.
package struct MetricNote: Sendable, Encodable, Hashable {
    package var name: String
    package var summary: String
    package var unit: String
    package var scale: MetricScale

    package init(name: String, summary: String, unit: String, scale: MetricScale) {
        self.name = name
        self.summary = summary
        self.unit = unit
        self.scale = scale
    }

    package init(_ metric: any Metric) {
        self.init(name: metric.name, summary: metric.summary, unit: metric.unit, scale: metric.scale)
    }

    /// Behind a number; shares have none.
    package var suffix: String { unit.isEmpty ? "" : " " + unit }
    /// On an axis.
    package var axis: String { unit.isEmpty || unit == name ? name : "\(name) (\(unit))" }
    package var isShare: Bool { scale == .binary || scale == .share }
}

/// The answers of one model (or of all, where models are what is compared) under each level of one factor.
package struct Panel: Sendable, Encodable {
    package var metric: MetricNote
    package var factor: String
    package var model: String?
    package var arms: [Arm]

    package init(metric: MetricNote, factor: String, model: String?, arms: [Arm]) {
        self.metric = metric
        self.factor = factor
        self.model = model
        self.arms = arms
    }
}

/// The answers under one level.
package struct Arm: Sendable, Encodable {
    package var name: String
    package var role: Role
    package var isPlacebo: Bool
    package var observations: [Observation]
    package var summary: Summary
    /// Prompts' own means, for a yes-or-no metric's dots.
    package var promptMeans: [Double] = []
    /// The share of answers at or below each value, cut answers allowed for.
    package var distribution: [DistributionStep] = []

    package enum Role: String, Sendable, Encodable { case control, treatment, other }

    package struct DistributionStep: Sendable {
        package var value: Double
        package var share: Double

        package init(value: Double, share: Double) {
            self.value = value
            self.share = share
        }
    }

    package struct Observation: Sendable, Encodable, Equatable {
        package var value: Double
        /// Whether the true value is only known to be at least this.
        package var isCensored: Bool

        package init(_ value: Double, isCensored: Bool = false) {
            self.value = value
            self.isCensored = isCensored
        }
    }

    package struct Summary: Sendable, Encodable, Equatable {
        /// Answers, and those of them with a value.
        package var answers: Int
        package var count: Int
        package var mean: Double?
        package var deviation: Double?
        package var median: Double?
        package var censored: Int
        package var filtered: Int
        /// Wilson's interval of a binary metric's share.
        package var share: Interval?

        package init(
            answers: Int, count: Int, mean: Double?, deviation: Double?, median: Double?, censored: Int,
            filtered: Int, share: Interval? = nil
        ) {
            self.answers = answers
            self.count = count
            self.mean = mean
            self.deviation = deviation
            self.median = median
            self.censored = censored
            self.filtered = filtered
            self.share = share
        }

        package var censoredShare: Double { count == 0 ? 0 : Double(censored) / Double(count) }
    }

    package init(
        name: String, role: Role, isPlacebo: Bool = false, observations: [Observation], summary: Summary
    ) {
        self.name = name
        self.role = role
        self.isPlacebo = isPlacebo
        self.observations = observations
        self.summary = summary
    }

    enum CodingKeys: String, CodingKey { case name, role, isPlacebo, summary }
}

/// A range of values at a level of confidence.
package struct Interval: Sendable, Encodable, Equatable {
    package var low: Double
    package var high: Double
    package var confidence: Double
    /// What made it: `t`, `BCa`, `Wilson`, `confidence sequence`.
    package var method: String

    package init(low: Double, high: Double, confidence: Double, method: String) {
        self.low = low
        self.high = high
        self.confidence = confidence
        self.method = method
    }
}

/// Rows that were planned, came, and count.
package struct Coverage: Sendable, Encodable, Equatable {
    /// Trials of the plan; those without a row.
    package var planned: Int
    package var missing: Int
    package var rows: Int
    /// Rows that no trial of the plan asks for.
    package var unplanned: Int
    /// Answers for which a metric says nothing, by metric.
    package var unmeasured: [String: Int]

    package init(planned: Int, missing: Int, rows: Int, unplanned: Int = 0, unmeasured: [String: Int] = [:]) {
        self.planned = planned
        self.missing = missing
        self.rows = rows
        self.unplanned = unplanned
        self.unmeasured = unmeasured
    }
}

/// Five answers of an arm, drawn by the plan's seed.
package struct Example: Sendable, Encodable {
    package var arm: String
    package var prompt: String
    package var question: String
    package var answer: String
    package var finish: Row.Finish
    /// Each metric's value, as shown.
    package var measured: [Registration.Line]

    package init(
        arm: String, prompt: String, question: String, answer: String, finish: Row.Finish,
        measured: [Registration.Line]
    ) {
        self.arm = arm
        self.prompt = prompt
        self.question = question
        self.answer = answer
        self.finish = finish
        self.measured = measured
    }
}

/// What another person needs to do all this again.
package struct Reproduction: Sendable, Encodable, Equatable {
    package var commands: [String]
    package var facts: [Registration.Line]

    package init(commands: [String] = [], facts: [Registration.Line] = []) {
        self.commands = commands
        self.facts = facts
    }
}
