// One contrast of one metric: estimates, tests and the numbers they rest on. Plain values.

/// Treatment minus control.
package struct Comparison: Sendable, Encodable {
    package var role: Role
    package var metric: MetricNote
    package var contrast: ContrastNote
    /// Nil where models are what is compared.
    package var model: String?
    package var counts: Counts
    /// Means over prompts of the cells' means.
    package var controlMean: Double?
    package var treatmentMean: Double?
    package var estimate: Double?
    package var standardError: Double?
    package var interval: Interval?
    package var bootstrap: Interval?
    /// Hedges' g and Cliff's δ of the answers, and the mean of the prompts' contrasts in their own standard deviations.
    package var hedgesG: Double?
    package var cliffsDelta: Double?
    package var pairedD: Double?
    package var test: TestNote?
    /// After the family's correction.
    package var adjustedP: Double?
    package var smallestEffect: SmallestEffectNote
    package var equivalence: EquivalenceNote?
    package var censoring: CensoringNote?
    package var prompts: [PromptContrast]
    /// What could not be computed, and why.
    package var problems: [String]
    package var isExploratory: Bool

    package enum Role: String, Sendable, Encodable {
        case primary, secondary
        /// One level against the control, beside a hypothesis on several; estimates only.
        case level
        /// A placebo against saying nothing: tested, beside the family.
        case placebo
        /// Asked for after the plan was frozen.
        case afterwards
    }

    package init(
        role: Role, metric: MetricNote, contrast: ContrastNote, model: String?, counts: Counts,
        controlMean: Double? = nil, treatmentMean: Double? = nil, estimate: Double? = nil,
        standardError: Double? = nil, interval: Interval? = nil, bootstrap: Interval? = nil,
        hedgesG: Double? = nil, cliffsDelta: Double? = nil, pairedD: Double? = nil, test: TestNote? = nil,
        adjustedP: Double? = nil, smallestEffect: SmallestEffectNote, equivalence: EquivalenceNote? = nil,
        censoring: CensoringNote? = nil, prompts: [PromptContrast] = [], problems: [String] = [],
        isExploratory: Bool = false
    ) {
        self.role = role
        self.metric = metric
        self.contrast = contrast
        self.model = model
        self.counts = counts
        self.controlMean = controlMean
        self.treatmentMean = treatmentMean
        self.estimate = estimate
        self.standardError = standardError
        self.interval = interval
        self.bootstrap = bootstrap
        self.hedgesG = hedgesG
        self.cliffsDelta = cliffsDelta
        self.pairedD = pairedD
        self.test = test
        self.adjustedP = adjustedP
        self.smallestEffect = smallestEffect
        self.equivalence = equivalence
        self.censoring = censoring
        self.prompts = prompts
        self.problems = problems
        self.isExploratory = isExploratory
    }

    package struct Counts: Sendable, Encodable, Equatable {
        /// Prompts that count, and those left out because a cell of theirs has no value.
        package var prompts: Int
        package var incompletePrompts: Int
        /// Answers with a value in the counted prompts.
        package var controlAnswers: Int
        package var treatmentAnswers: Int

        package init(prompts: Int, incompletePrompts: Int, controlAnswers: Int, treatmentAnswers: Int) {
            self.prompts = prompts
            self.incompletePrompts = incompletePrompts
            self.controlAnswers = controlAnswers
            self.treatmentAnswers = treatmentAnswers
        }
    }
}

/// What is compared with what, as text.
package struct ContrastNote: Sendable, Encodable, Hashable {
    package var factor: String
    package var treatment: String
    package var control: String
    package var direction: Hypothesis.Direction

    package init(
        factor: String, treatment: String, control: String, direction: Hypothesis.Direction = .either
    ) {
        self.factor = factor
        self.treatment = treatment
        self.control = control
        self.direction = direction
    }

    package init(_ hypothesis: Hypothesis) {
        self.init(
            factor: hypothesis.contrast.factor, treatment: Self.list(hypothesis.contrast.treatment),
            control: Self.list(hypothesis.contrast.control), direction: hypothesis.direction)
    }

    package var label: String { "\(treatment) − \(control)" }

    /// `december`, `june and july`, `january … december (11 levels)`.
    package static func list(_ levels: [String]) -> String {
        switch levels.count {
        case 0...3: levels.joined(separator: levels.count == 2 ? " and " : ", ")
        default: "\(levels[0]) … \(levels[levels.count - 1]) (\(levels.count) levels)"
        }
    }
}

package struct TestNote: Sendable, Encodable, Equatable {
    /// `paired t over prompts`.
    package var name: String
    /// `t(39) = −1.21`.
    package var statistic: String
    package var value: Double
    package var p: Double

    package init(name: String, statistic: String, value: Double, p: Double) {
        self.name = name
        self.statistic = statistic
        self.value = value
        self.p = p
    }
}

/// The smallest effect of interest in the metric's own unit.
package struct SmallestEffectNote: Sendable, Encodable, Equatable {
    /// Nil where it could not be converted.
    package var value: Double?
    /// How the plan states it.
    package var stated: String

    package init(value: Double?, stated: String) {
        self.value = value
        self.stated = stated
    }
}

/// Two one-sided tests at plus and minus the smallest effect.
package struct EquivalenceNote: Sendable, Encodable, Equatable {
    package var p: Double
    package var adjustedP: Double?
    /// At 1 − 2α: inside the bounds where the p value is below α.
    package var interval: Interval

    package init(p: Double, adjustedP: Double? = nil, interval: Interval) {
        self.p = p
        self.adjustedP = adjustedP
        self.interval = interval
    }
}

/// What cut answers do to a comparison.
package struct CensoringNote: Sendable, Encodable, Equatable {
    package var controlShare: Double
    package var treatmentShare: Double
    /// Above the plan's most: means of lengths decide nothing, and the censored test stands in their place.
    package var decides: Bool
    /// Gehan's scores, over prompts: P(longer) − P(shorter), of the pairs whose order is known.
    package var gehan: TestNote?
    package var gehanEstimate: Double?
    /// Of tokens, up to the cut.
    package var restrictedMean: RestrictedMean?

    package struct RestrictedMean: Sendable, Encodable, Equatable {
        package var limit: Double
        package var control: Double
        package var treatment: Double
        package var difference: Double
        package var interval: Interval

        package init(
            limit: Double, control: Double, treatment: Double, difference: Double, interval: Interval
        ) {
            self.limit = limit
            self.control = control
            self.treatment = treatment
            self.difference = difference
            self.interval = interval
        }
    }

    package init(
        controlShare: Double, treatmentShare: Double, decides: Bool, gehan: TestNote? = nil,
        gehanEstimate: Double? = nil, restrictedMean: RestrictedMean? = nil
    ) {
        self.controlShare = controlShare
        self.treatmentShare = treatmentShare
        self.decides = decides
        self.gehan = gehan
        self.gehanEstimate = gehanEstimate
        self.restrictedMean = restrictedMean
    }
}

/// One prompt's two means.
package struct PromptContrast: Sendable, Encodable, Equatable {
    package var prompt: String
    package var control: Double
    package var treatment: Double
    package var difference: Double { treatment - control }

    package init(prompt: String, control: Double, treatment: Double) {
        self.prompt = prompt
        self.control = control
        self.treatment = treatment
    }
}

/// The control arm against its copy: where the two differ, the apparatus does it.
package struct ControlPair: Sendable, Encodable {
    package var comparison: Comparison
    package var panel: Panel
    /// Whether the same test that decides the verdict finds a difference here.
    package var differs: Bool

    package init(comparison: Comparison, panel: Panel, differs: Bool) {
        self.comparison = comparison
        self.panel = panel
        self.differs = differs
    }
}

/// Looks at the data while it came in.
package struct SequentialPath: Sendable, Encodable {
    package var model: String?
    package var metric: MetricNote
    package var contrast: ContrastNote
    package var rule: Rule
    package var looks: [Look]
    /// From 1; nil: no boundary was crossed.
    package var stoppedAt: Int?
    package var smallestEffect: Double?

    package enum Rule: String, Sendable, Encodable { case groupSequential, alwaysValid }

    package struct Look: Sendable, Encodable, Equatable {
        /// Answers seen, and their share of all planned.
        package var answers: Int
        package var information: Double
        /// Nil: not reached, or too few prompts yet.
        package var estimate: Double?
        package var statistic: Double?
        /// What |statistic| must pass; nil for always-valid p values.
        package var boundary: Double?
        package var p: Double?
        package var interval: Interval?
        package var crosses: Bool

        package init(
            answers: Int, information: Double, estimate: Double? = nil, statistic: Double? = nil,
            boundary: Double? = nil, p: Double? = nil, interval: Interval? = nil, crosses: Bool = false
        ) {
            self.answers = answers
            self.information = information
            self.estimate = estimate
            self.statistic = statistic
            self.boundary = boundary
            self.p = p
            self.interval = interval
            self.crosses = crosses
        }
    }

    /// Level that p values are held against.
    package var alpha: Double

    package init(
        model: String?, metric: MetricNote, contrast: ContrastNote, rule: Rule, looks: [Look],
        stoppedAt: Int?,
        smallestEffect: Double? = nil, alpha: Double
    ) {
        self.model = model
        self.metric = metric
        self.contrast = contrast
        self.rule = rule
        self.looks = looks
        self.stoppedAt = stoppedAt
        self.smallestEffect = smallestEffect
        self.alpha = alpha
    }
}

/// All levels of a factor in their order.
package struct Trend: Sendable, Encodable {
    package var metric: MetricNote
    package var factor: String
    package var model: String?
    package var levels: [String]
    package var prompts: Int
    package var tests: [TestNote]

    package init(
        metric: MetricNote, factor: String, model: String?, levels: [String], prompts: Int, tests: [TestNote]
    ) {
        self.metric = metric
        self.factor = factor
        self.model = model
        self.levels = levels
        self.prompts = prompts
        self.tests = tests
    }
}

/// What the rows say about being samples.
package struct Independence: Sendable, Encodable {
    /// One sentence each; none: nothing speaks against it.
    package var problems: [String]
    package var rows: Int
    package var distinctSeeds: Int
    package var distinctAnswers: Int
    package var finishes: [String: Int]
    /// Rows whose prompt was partly in a cache; those whose server does not say.
    package var cachedPrompts: Int
    package var cacheUnknown: Int
    package var backends: [String]

    package init(
        problems: [String], rows: Int, distinctSeeds: Int, distinctAnswers: Int, finishes: [String: Int],
        cachedPrompts: Int, cacheUnknown: Int, backends: [String]
    ) {
        self.problems = problems
        self.rows = rows
        self.distinctSeeds = distinctSeeds
        self.distinctAnswers = distinctAnswers
        self.finishes = finishes
        self.cachedPrompts = cachedPrompts
        self.cacheUnknown = cacheUnknown
        self.backends = backends
    }
}
