// What an experiment is, before its first sample: everything that is fixed when the plan is registered.
// It knows no file format (PlanFile.swift) and computes nothing; Design.swift makes its trials.

/// An experiment's plan: what is asked, of which models, how often, and how the answers decide it.
public struct Plan: Sendable, Equatable {
    /// Short name of the experiment, of letters, digits and hyphens; also its folder's.
    public var name: String
    /// The question in one sentence, as a person asks it.
    public var question: String
    /// What the verdict is about.
    public var hypothesis: Hypothesis
    /// What is tested besides; together with `hypothesis` under `analysis.multiplicity`.
    public var secondary: [Hypothesis]
    public var models: [ModelUnderTest]
    /// What is varied besides the model; cells are all combinations of levels.
    public var factors: [Factor]
    /// Text that every system prompt opens with; factors' texts follow in their order.
    public var system: String
    public var prompts: PromptSet
    /// Samples for each cell and prompt.
    public var samples: Int
    /// Whether the control arm is run twice, as two arms that differ in nothing but their seeds.
    public var hasControlPair: Bool
    public var sampling: SamplingSettings
    /// Names of metrics, each of `Metrics.all`.
    public var metrics: [String]
    public var analysis: AnalysisSettings
    public var stopping: StoppingRule
    /// Determines the order of trials and each trial's own seed.
    public var seed: UInt64

    public init(
        name: String, question: String, hypothesis: Hypothesis, secondary: [Hypothesis] = [],
        models: [ModelUnderTest], factors: [Factor], system: String = "", prompts: PromptSet, samples: Int,
        hasControlPair: Bool = true, sampling: SamplingSettings = SamplingSettings(), metrics: [String],
        analysis: AnalysisSettings = AnalysisSettings(), stopping: StoppingRule = .fixed, seed: UInt64
    ) {
        self.name = name
        self.question = question
        self.hypothesis = hypothesis
        self.secondary = secondary
        self.models = models
        self.factors = factors
        self.system = system
        self.prompts = prompts
        self.samples = samples
        self.hasControlPair = hasControlPair
        self.sampling = sampling
        self.metrics = metrics
        self.analysis = analysis
        self.stopping = stopping
        self.seed = seed
    }
}

/// One statement that the data can speak for or against: the metric differs between two sets of arms.
public struct Hypothesis: Sendable, Equatable {
    /// A name of `Metrics.all`.
    public var metric: String
    public var contrast: Contrast
    /// Where the treatment is expected to lie beside the control.
    public var direction: Direction
    /// The smallest difference that would matter.
    public var smallestEffect: SmallestEffect

    public init(metric: String, contrast: Contrast, direction: Direction, smallestEffect: SmallestEffect) {
        self.metric = metric
        self.contrast = contrast
        self.direction = direction
        self.smallestEffect = smallestEffect
    }

    public enum Direction: String, Sendable, Equatable, Codable, CaseIterable {
        case either, less, greater
    }
}

/// Treatment minus control: the mean over the treatment's levels less that over the control's, prompt by prompt.
public struct Contrast: Sendable, Equatable {
    /// A factor's name, or `Contrast.models`: the levels are models' names then.
    public var factor: String
    public var treatment: [String]
    public var control: [String]

    /// The factor that every plan has.
    public static let models = "model"

    public init(factor: String, treatment: [String], control: [String]) {
        self.factor = factor
        self.treatment = treatment
        self.control = control
    }
}

/// The smallest effect of interest.
public enum SmallestEffect: Sendable, Equatable {
    /// In the metric's unit.
    case absolute(Double)
    /// As a fraction of the control arm's mean: 0.05 is five per cent.
    case relative(Double)
    /// In standard deviations of the control arm's answers.
    case standardized(Double)
}

/// A model, and where it answers.
public struct ModelUnderTest: Sendable, Equatable {
    /// What the report calls it.
    public var name: String
    public var source: Source

    public init(name: String, source: Source) {
        self.name = name
        self.source = source
    }

    public enum Source: Sendable, Equatable {
        /// A file, folder or name in the store, run by the local engine.
        case local(String)
        /// An OpenAI-compatible server: its base address (…/v1), its name for the model, and the environment
        /// variable that holds the key, if it wants one.
        case endpoint(url: String, model: String, keyVariable: String?)
    }
}

/// Something that is varied, and where its text goes.
public struct Factor: Sendable, Equatable {
    public var name: String
    public var place: Place
    public var levels: [Level]
    /// Whether all levels' texts must have the same number of tokens, so that length itself is no treatment.
    public var isTokenMatched: Bool

    public init(name: String, place: Place, levels: [Level], isTokenMatched: Bool = false) {
        self.name = name
        self.place = place
        self.levels = levels
        self.isTokenMatched = isTokenMatched
    }

    public enum Place: String, Sendable, Equatable, Codable, CaseIterable {
        /// Appended to the system prompt.
        case system
        /// Before or behind the prompt, in the user's message.
        case before, after
        /// The level names one of each prompt's `variants`, which stands in the prompt's place.
        case variant
    }

    /// One setting of a factor.
    public struct Level: Sendable, Equatable {
        public var name: String
        /// The text and its paraphrases, used in turn over repetitions; `[""]`: nothing is said.
        public var texts: [String]
        /// Whether the level only has the treatment's form, and none of its meaning.
        public var isPlacebo: Bool

        public init(name: String, texts: [String] = [""], isPlacebo: Bool = false) {
            self.name = name
            self.texts = texts
            self.isPlacebo = isPlacebo
        }
    }
}

/// What is asked.
public struct PromptSet: Sendable, Equatable {
    public var prompts: [Prompt]
    /// Whether the prompts are a sample of all that might be asked (random: the verdict is about those too) or all that
    /// is of interest (fixed).
    public var effect: Effect

    public init(prompts: [Prompt], effect: Effect = .random) {
        self.prompts = prompts
        self.effect = effect
    }

    public enum Effect: String, Sendable, Equatable, Codable, CaseIterable {
        case random, fixed
    }
}

/// One question to the models. In a JSONL file: `{"id": …, "prompt": …, "variants": {…}, "items": […], "language": …}`.
public struct Prompt: Sendable, Equatable, Codable {
    public var id: String
    public var text: String
    /// The question in other words or languages, by the name of a level whose factor's place is `variant`.
    public var variants: [String: String]
    /// What a complete answer names, for metrics of completeness: texts or, by `a|b`, alternatives.
    public var items: [String]
    /// Language tag of the answer that is expected, such as `en`.
    public var language: String?

    public init(
        id: String, text: String, variants: [String: String] = [:], items: [String] = [],
        language: String? = nil
    ) {
        self.id = id
        self.text = text
        self.variants = variants
        self.items = items
        self.language = language
    }

    enum CodingKeys: String, CodingKey {
        case id
        case text = "prompt"
        case variants, items, language
    }
}

/// How answers are drawn, the same for every trial.
public struct SamplingSettings: Sendable, Equatable {
    public var temperature: Double
    public var topP: Double?
    public var topK: Int?
    public var minP: Double?
    /// Answers are cut here; a cut answer's length is known only to be at least this.
    public var maxTokens: Int

    public init(
        temperature: Double = 1, topP: Double? = nil, topK: Int? = nil, minP: Double? = nil,
        maxTokens: Int = 1024
    ) {
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.minP = minP
        self.maxTokens = maxTokens
    }
}

/// How the answers decide.
public struct AnalysisSettings: Sendable, Equatable {
    public var test: Test
    /// Probability of a false alarm that is accepted, for the whole family of hypotheses.
    public var alpha: Double
    /// Probability of finding the smallest effect of interest that the sample size is to give.
    public var power: Double
    /// Resamples of the bootstrap and of permutation tests.
    public var resamples: Int
    public var multiplicity: Multiplicity
    /// Share of cut answers in an arm above which means of lengths decide nothing.
    public var mostCensored: Double
    /// What is expected of the metric, for power: from a pilot run or the literature.
    public var expected: Expectation?

    public init(
        test: Test = .pairedT, alpha: Double = 0.05, power: Double = 0.8, resamples: Int = 9_999,
        multiplicity: Multiplicity = .holm, mostCensored: Double = 0.1, expected: Expectation? = nil
    ) {
        self.test = test
        self.alpha = alpha
        self.power = power
        self.resamples = resamples
        self.multiplicity = multiplicity
        self.mostCensored = mostCensored
        self.expected = expected
    }

    /// The test of the difference. The first three work on each prompt's contrast, and so suit random prompts; the
    /// others compare answers, and suit fixed prompts only.
    public enum Test: String, Sendable, Equatable, Codable, CaseIterable {
        case pairedT = "paired-t"
        case wilcoxon
        case signFlip = "sign-flip"
        case welch
        case brunnerMunzel = "brunner-munzel"
    }

    public enum Multiplicity: String, Sendable, Equatable, Codable, CaseIterable {
        case holm
        case benjaminiHochberg = "benjamini-hochberg"
        case none
    }

    /// Mean and spread of a metric, in its unit.
    public struct Expectation: Sendable, Equatable {
        /// Mean of the control arm.
        public var mean: Double
        /// Standard deviation of answers to one prompt in one cell.
        public var within: Double
        /// Standard deviation, between prompts, of the effect itself.
        public var effectBetween: Double

        public init(mean: Double, within: Double, effectBetween: Double) {
            self.mean = mean
            self.within = within
            self.effectBetween = effectBetween
        }
    }
}

/// When the run ends.
public enum StoppingRule: Sendable, Equatable {
    /// When every trial has been run; nobody tests before.
    case fixed
    /// At one of so many looks, equally spaced, by Lan-DeMets boundaries.
    case groupSequential(looks: Int, spending: Spending)
    /// At any time: the test is looked at after each block of repetitions, and stays valid.
    case alwaysValid

    public enum Spending: String, Sendable, Equatable, Codable, CaseIterable {
        case obrienFleming = "obrien-fleming"
        case pocock
    }
}
