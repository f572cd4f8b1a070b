// What a plan can find: the power of its primary test, and the sizes that reach the power that is wanted.
// It knows spreads, given or from a pilot; the formulas are Statistics'.

import Glibc
import Statistics

/// The power of a plan's primary hypothesis.
package struct PlanPower: Sendable, Equatable, Codable {
    /// The smallest effect of interest, in the metric's unit.
    package var effect: Double
    /// The probability of finding it with the planned prompts and samples.
    package var power: Double
    package var wanted: Double
    /// The level that power is computed at: of several hypotheses, the first step's of Holm's or Benjamini and
    /// Hochberg's procedure, which is the hardest.
    package var alpha: Double
    /// The smallest effect that is found with the wanted power.
    package var detectable: Double
    /// Samples for each cell and prompt that reach the wanted power with the planned prompts; nil: no number does,
    /// since prompts differ among themselves.
    package var samplesNeeded: Int?
    /// Prompts that reach it with the planned samples.
    package var promptsNeeded: Int?
    /// What the looks of a sequential rule cost: the factor on the information of a single test.
    package var inflation: Double?
    /// What the figures leave out.
    package var notes: [String]

    /// - Parameter expected: of the metric; the plan's own, or a pilot's.
    package init(_ plan: Plan, expected: AnalysisSettings.Expectation) throws {
        let spread = Spread(plan, expected)
        let size: Double =
            switch plan.hypothesis.smallestEffect {
            case .absolute(let size): size
            case .relative(let share): share * abs(expected.mean)
            case .standardized(let deviations): deviations * expected.within
            }
        effect = size
        wanted = plan.analysis.power
        let family = plan.analysis.multiplicity == .none ? 1 : 1 + plan.secondary.count
        alpha = plan.analysis.alpha / Double(family)
        let alternative: Alternative = plan.hypothesis.direction == .either ? .twoSided : .greater
        notes = spread.notes
        var sequence: GroupSequentialDesign?
        if case .groupSequential(_, let spending) = plan.stopping {
            sequence = try GroupSequentialDesign(
                informationTimes: Design.lookRepetitions(plan).map {
                    spread.information($0, of: plan.samples)
                },
                alpha: alpha, sides: alternative == .twoSided ? .two : .one,
                spending: spending == .pocock ? .pocock : .obrienFleming)
            inflation = try sequence?.inflation(power: wanted)
        }
        let test = PrimaryTest(spread: spread, alpha: alpha, alternative: alternative, sequence: sequence)
        let (prompts, samples) = (plan.prompts.prompts.count, plan.samples)
        let (level, goal) = (alpha, wanted)
        power = try test.power(size, prompts: prompts, samples: samples)
        detectable = try smallest(above: 0, startingAt: spread.deviation(samples: samples)) {
            try test.power($0, prompts: prompts, samples: samples) >= goal
        }
        samplesNeeded = try smallestCount(most: 1 << 20) {
            try test.power(size, prompts: prompts, samples: $0) >= goal
        }
        promptsNeeded = try smallestCount(from: spread.isPaired ? 2 : 1, most: 1 << 24) {
            try test.power(size, prompts: $0, samples: samples) >= goal
        }
        if family > 1 {
            notes.append(
                "power is at alpha \(level), the first step of \(plan.analysis.multiplicity.rawValue) with \(family) "
                    + "hypotheses")
        }
    }
}

/// How answers scatter, and how the contrast averages them.
private struct Spread {
    let between: Double
    /// Of one answer, so that 2 σ² / m is the variance of a prompt's contrast within it.
    let within: Double
    let isPaired: Bool
    /// For tests that compare answers: cells that are pooled on either side.
    let cells: (treatment: Int, control: Int)
    var notes: [String] = []

    init(_ plan: Plan, _ expected: AnalysisSettings.Expectation) {
        let contrast = plan.hypothesis.contrast
        let all = plan.factors.reduce(plan.models.count) { $0 * $1.levels.count }
        let own =
            contrast.factor == Contrast.models
            ? plan.models.count
            : plan.factors.first { $0.name == contrast.factor }?.levels.count ?? 1
        cells = (contrast.treatment.count * all / own, contrast.control.count * all / own)
        isPaired = plan.analysis.test.comparesPrompts
        let (a, b) = (Double(max(1, cells.treatment)), Double(max(1, cells.control)))
        if isPaired {
            between = plan.prompts.effect == .random ? expected.effectBetween : 0
            // More cells on a side are more answers to each prompt.
            within = expected.within * ((1 / a + 1 / b) / 2).squareRoot()
        } else {
            between = 0
            within = (expected.within * expected.within + expected.effectBetween * expected.effectBetween)
                .squareRoot()
        }
        switch plan.analysis.test {
        case .pairedT, .welch: break
        case .wilcoxon, .signFlip, .brunnerMunzel:
            notes.append("\(plan.analysis.test.rawValue)'s power is taken as the t test's, which is near it")
        }
        if plan.stopping == .alwaysValid {
            notes.append("power is that of one look at the end; always-valid stopping has less")
        }
        if case .standardized = plan.hypothesis.smallestEffect {
            notes.append("the smallest effect is in standard deviations within a prompt")
        }
    }

    /// Standard deviation of one prompt's contrast.
    func deviation(samples: Int) -> Double {
        (between * between + 2 * within * within / Double(samples)).squareRoot()
    }

    /// The share of the information that is in after so many repetitions: more answers to the same prompts shrink only
    /// their own scatter, so that half of the repetitions are more than half of the information.
    func information(_ repetitions: Int, of samples: Int) -> Double {
        let (now, last) = (deviation(samples: repetitions), deviation(samples: samples))
        return repetitions == samples ? 1 : last * last / (now * now)
    }
}

private struct PrimaryTest {
    let spread: Spread
    let alpha: Double
    let alternative: Alternative
    let sequence: GroupSequentialDesign?

    func power(_ effect: Double, prompts: Int, samples: Int) throws -> Double {
        let single: Double
        if spread.isPaired {
            // Forty times the critical value is missed with a probability below any Double's; the series that would say so
            // is long.
            let score = effect * Double(prompts).squareRoot() / spread.deviation(samples: samples)
            if prompts > 1, score > 40 * (try criticalValue(degreesOfFreedom: Double(prompts - 1))) {
                return 1
            }
            single = try PromptDesignPower(
                betweenPrompts: spread.between, withinPrompt: spread.within, alpha: alpha,
                alternative: alternative
            ).power(effect: effect, prompts: prompts, samplesPerCell: samples)
        } else {
            let (treatment, control) = spread.cells
            let perCell = prompts * samples
            guard perCell * (treatment + control) > 2 else { return alpha }
            single = try TTestPower(
                .independent(ratio: Double(control) / Double(treatment)), alpha: alpha,
                alternative: alternative
            ).power(effect: effect / spread.within, n: perCell * treatment)
        }
        guard let sequence else { return single }
        // The boundaries are for normal statistics: the drift is the one that a single z test with this power has.
        let tail = alternative == .twoSided ? alpha / 2 : alpha
        guard single < 1 - 1e-12 else { return sequence.power(drift: 40) }
        let drift = Normal.standard.upperQuantile(tail) + Normal.standard.quantile(single)
        return min(single, sequence.power(drift: max(0, drift)))
    }
}

extension PrimaryTest {
    private func criticalValue(degreesOfFreedom: Double) throws -> Double {
        try StudentT(degreesOfFreedom: degreesOfFreedom)
            .upperQuantile(alternative == .twoSided ? alpha / 2 : alpha)
    }
}

/// The smallest whole number that is enough, where all larger ones are too; nil: none up to `most` is.
private func smallestCount(
    from least: Int = 1, most: Int, _ isEnough: (Int) throws -> Bool
) throws -> Int? {
    if try isEnough(least) { return least }
    var (short, enough) = (least, 2 * least)
    while try !isEnough(enough) {
        guard enough < most else { return nil }
        (short, enough) = (enough, 2 * enough)
    }
    while enough - short > 1 {
        let middle = short + (enough - short) / 2
        if try isEnough(middle) { enough = middle } else { short = middle }
    }
    return enough
}

/// The smallest number that is enough, to six digits.
private func smallest(
    above least: Double, startingAt start: Double, _ isEnough: (Double) throws -> Bool
) throws -> Double {
    var (short, enough) = (least, max(start, .leastNormalMagnitude))
    while try !isEnough(enough) {
        guard enough < 1e300 else { return .infinity }
        (short, enough) = (enough, 2 * enough)
    }
    while enough - short > 1e-6 * enough {
        let middle = (short + enough) / 2
        if try isEnough(middle) { enough = middle } else { short = middle }
    }
    return enough
}

extension AnalysisSettings.Expectation {
    /// A pilot's answer: its prompt, its arm and the metric's value.
    package struct PilotValue: Sendable {
        package var prompt: String
        package var isTreatment: Bool
        package var value: Double

        package init(prompt: String, isTreatment: Bool, value: Double) {
            self.prompt = prompt
            self.isTreatment = isTreatment
            self.value = value
        }
    }

    /// From a pilot's answers: the control's mean over prompts, the pooled deviation within prompts and arms, and the
    /// deviation of the effect between prompts, by moments: the contrasts' variance less what answers explain of it.
    /// - Throws: `analysis` with fewer than two prompts in both arms, or without two answers to any.
    package init(pilot values: [PilotValue]) throws {
        struct Cell: Hashable {
            var prompt: String
            var isTreatment: Bool
        }
        let cells = Dictionary(grouping: values.filter(\.value.isFinite)) {
            Cell(prompt: $0.prompt, isTreatment: $0.isTreatment)
        }.mapValues { $0.map(\.value) }
        var squares = 0.0
        var freedom = 0
        for values in cells.values {
            let mean = values.mean
            squares += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            freedom += values.count - 1
        }
        let pairs = Set(cells.keys.map(\.prompt)).sorted().compactMap { prompt -> ([Double], [Double])? in
            guard let treatment = cells[Cell(prompt: prompt, isTreatment: true)],
                let control = cells[Cell(prompt: prompt, isTreatment: false)]
            else { return nil }
            return (treatment, control)
        }
        guard freedom > 0, pairs.count > 1 else {
            throw LabError(
                .analysis,
                "a pilot needs at least two prompts with answers in both arms, and two answers to one of them; "
                    + "found \(pairs.count) such prompts and \(values.count) answers")
        }
        let variance = squares / Double(freedom)
        let contrasts = pairs.map { $0.mean - $1.mean }
        let center = contrasts.mean
        let total = contrasts.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(contrasts.count - 1)
        let explained =
            pairs.map { variance * (1 / Double($0.count) + 1 / Double($1.count)) }.mean
        self.init(
            mean: pairs.map(\.1.mean).mean, within: variance.squareRoot(),
            effectBetween: max(0, total - explained).squareRoot())
    }
}

extension [Double] {
    fileprivate var mean: Double { reduce(0, +) / Double(count) }
}
