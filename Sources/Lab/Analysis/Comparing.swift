// One hypothesis, one model: from prompts' values to estimate, interval, test and equivalence. It decides nothing
// (Verdict) and corrects nothing for the number of hypotheses (Analysis).

internal import Statistics

/// How comparisons are made under a plan.
///
/// **Unit.** With random prompts the unit is the prompt: its contrast of means is one number, and the tests see as many
/// numbers as there are prompts. Samples of one prompt are alike; counted as independent they reject a true null half the
/// time (reference: 56.8 % with 8 prompts × 30 samples). With fixed prompts the unit is the answer, stratified by prompt.
///
/// **Estimate** is always the mean over prompts of treatment minus control, so that test, interval and equivalence speak
/// of one quantity. The t interval stands beside the BCa interval over prompts resampled whole; neither is gated on a
/// test of normality, which rejects everything at n = 240 while the t test keeps its level.
struct Comparing {
    var settings: AnalysisSettings
    var effect: PromptSet.Effect
    var seed: UInt64

    func comparison(
        of hypothesis: Hypothesis, role: Comparison.Role, metric: any Metric, model: String?,
        means: PromptMeans,
        testing: Bool = false
    ) -> Comparison {
        let note = MetricNote(metric)
        let contrasts = means.contrasts
        var result = Comparison(
            role: role, metric: note, contrast: ContrastNote(hypothesis), model: model, counts: means.counts,
            smallestEffect: smallestEffect(hypothesis.smallestEffect, note, means), prompts: contrasts)
        guard !contrasts.isEmpty else {
            result.problems = [
                "no prompt has a value in every cell of both arms"
                    + (means.incomplete > 0 ? " (\(means.incomplete) are incomplete)" : "")
            ]
            return result
        }
        let (control, treatment) = (contrasts.map(\.control), contrasts.map(\.treatment))
        result.controlMean = mean(control)
        result.treatmentMean = mean(treatment)
        result.estimate = mean(contrasts.map(\.difference))
        describe(means, into: &result)
        do {
            let error = try estimate(means)
            result.standardError = error.standardError
            result.interval = Interval(error.interval(level: 1 - settings.alpha), method: intervalName)
            if let smallest = result.smallestEffect.value, smallest > 0 {
                result.equivalence = EquivalenceNote(
                    p: max(
                        error.pValue(against: -smallest, alternative: .greater),
                        error.pValue(against: smallest, alternative: .less)),
                    interval: Interval(error.interval(level: 1 - 2 * settings.alpha), method: intervalName))
            }
            if effect == .random { result.pairedD = error.statistic() / Double(contrasts.count).squareRoot() }
            if role != .level || testing { result.test = try test(means, note) }
        } catch {
            result.problems.append("\(error)")
        }
        bootstrap(means, into: &result)
        result.censoring = censoring(means, note, isTested: role != .level || testing, &result.problems)
        return result
    }

    private var intervalName: String { effect == .random ? "t over prompts" : "Welch within prompts" }

    func estimate(_ means: PromptMeans) throws(StatisticsError) -> MeanEstimate {
        switch effect {
        case .random:
            let contrasts = means.contrasts
            return try PairedTTest(contrasts.map(\.treatment), contrasts.map(\.control)).estimate
        case .fixed: return try stratified(means).estimate
        }
    }

    /// Cells of a fixed prompt are strata of their own, each with the weight that it has in the prompt's mean.
    private func stratified(_ means: PromptMeans) throws(StatisticsError) -> StratifiedWelchTest {
        func strata(_ arm: KeyPath<PromptMeans.Prompt, [[PromptMeans.Value]]>) -> [StratifiedWelchTest
            .Stratum]
        {
            means.prompts.flatMap { prompt in
                prompt[keyPath: arm].map { cell in
                    StratifiedWelchTest.Stratum(
                        values: cell.map(\.value),
                        weight: 1 / Double(prompt[keyPath: arm].count * means.prompts.count))
                }
            }
        }
        return try StratifiedWelchTest(strata(\.treatment), strata(\.control))
    }

    private func test(_ means: PromptMeans, _ note: MetricNote) throws(StatisticsError) -> TestNote {
        let contrasts = means.contrasts
        let (treatment, control) = (contrasts.map(\.treatment), contrasts.map(\.control))
        switch settings.test {
        case .pairedT:
            let test = try PairedTTest(treatment, control)
            return TestNote(
                name: "paired t over prompts", statistic: t(test.statistic, test.degreesOfFreedom),
                value: test.statistic, p: test.pValue)
        case .wilcoxon:
            let test = try WilcoxonTest(treatment, control)
            return TestNote(
                name: "Wilcoxon's signed ranks over prompts",
                statistic: "W = \(NumberForm.value(test.statistic))",
                value: test.statistic, p: test.pValue)
        case .signFlip:
            let test = try signFlip(contrasts.map(\.difference), stream: 2)
            return TestNote(
                name: "sign-flip permutation over prompts",
                statistic: "mean = \(NumberForm.signed(test.statistic)), \(test.enumeration.label)",
                value: test.statistic, p: test.pValue)
        case .welch:
            let test = try stratified(means)
            return TestNote(
                name: means.prompts.count == 1
                    ? "Welch's t of answers" : "Welch's t of answers within prompts",
                statistic: t(test.statistic, test.degreesOfFreedom), value: test.statistic, p: test.pValue)
        case .brunnerMunzel:
            let test = try BrunnerMunzelTest(aligned(means, \.treatment), aligned(means, \.control))
            return TestNote(
                name: means.prompts.count == 1
                    ? "Brunner-Munzel of answers" : "Brunner-Munzel of answers aligned by prompt",
                statistic:
                    "BM(\(NumberForm.value(test.degreesOfFreedom))) = \(NumberForm.value(test.statistic))",
                value: test.statistic, p: test.pValue)
        }
    }

    /// Each answer less the mean of its prompt's two arms, so that ranks compare answers within prompts (the aligned
    /// ranks of Hodges and Lehmann, 1962). With one prompt nothing is taken away.
    private func aligned(
        _ means: PromptMeans, _ arm: KeyPath<PromptMeans.Prompt, [[PromptMeans.Value]]>
    ) -> [Double] {
        means.prompts.flatMap { prompt in
            let contrast = prompt.contrast
            let center = means.prompts.count == 1 ? 0 : (contrast.control + contrast.treatment) / 2
            return prompt[keyPath: arm].flatMap { $0.map { $0.value - center } }
        }
    }

    private func t(_ statistic: Double, _ degrees: Double) -> String {
        let whole = degrees == degrees.rounded()
        return
            "t(\(whole ? NumberForm.count(Int(degrees)) : NumberForm.value(degrees))) = \(NumberForm.value(statistic))"
    }

    func signFlip(_ differences: [Double], stream: UInt64) throws(StatisticsError) -> SignFlipTest {
        var generator = AnalysisGenerator(seed: seed, stream: stream)
        return try SignFlipTest(differences: differences, resamples: settings.resamples, using: &generator)
    }

    /// Over prompts resampled whole; over answers within prompts there is nothing to resample but answers, and with the
    /// few that a cell has the bootstrap is too narrow, so fixed prompts have the t interval alone.
    private func bootstrap(_ means: PromptMeans, into result: inout Comparison) {
        guard effect == .random, result.interval != nil else { return }
        do {
            var generator = AnalysisGenerator(seed: seed, stream: 1)
            let bootstrap = try Bootstrap(resamples: settings.resamples, level: 1 - settings.alpha)
            let found = try bootstrap.mean(of: means.contrasts.map(\.difference), using: &generator)
            result.bootstrap = Interval(
                low: found.interval.lowerBound, high: found.interval.upperBound,
                confidence: 1 - settings.alpha,
                method: found.method == .bca ? "BCa over prompts" : "percentile over prompts")
        } catch {
            result.problems.append("\(error)")
        }
    }

    /// Effects of answers, as other studies report them: both count the spread between prompts as noise.
    private func describe(_ means: PromptMeans, into result: inout Comparison) {
        let (treatment, control) = (means.treatmentValues.map(\.value), means.controlValues.map(\.value))
        result.hedgesG = (try? StandardizedDifference(treatment, control))?.hedgesG
        result.cliffsDelta = (try? CliffsDelta(treatment, control))?.value
    }

    private func smallestEffect(
        _ smallest: SmallestEffect, _ note: MetricNote, _ means: PromptMeans
    ) -> SmallestEffectNote {
        switch smallest {
        case .absolute(let value):
            let shown =
                note.isShare
                ? NumberForm.value(value * 100) + " points" : NumberForm.value(value) + note.suffix
            return SmallestEffectNote(value: value, stated: shown)
        case .relative(let share):
            let base = means.prompts.isEmpty ? nil : abs(mean(means.contrasts.map(\.control)))
            let stated = "\(NumberForm.percent(share)) of the control arm's mean"
            return SmallestEffectNote(
                value: base.map { $0 * share },
                stated: base.map { "\(stated), here \(NumberForm.value($0 * share))\(note.suffix)" } ?? stated
            )
        case .standardized(let d):
            let values = means.controlValues.map(\.value)
            let deviation = values.count > 1 ? (try? Moments(values))?.deviation : nil
            let stated = "\(NumberForm.value(d)) standard deviations of the control arm's answers"
            return SmallestEffectNote(
                value: deviation.map { $0 * d },
                stated: deviation.map { "\(stated), here \(NumberForm.value($0 * d))\(note.suffix)" }
                    ?? stated)
        }
    }
}

extension Interval {
    init(_ interval: ConfidenceInterval, method: String) {
        self.init(low: interval.lower, high: interval.upper, confidence: interval.level, method: method)
    }
}

extension Enumeration {
    var label: String {
        switch self {
        case .complete(let count): "all \(NumberForm.count(count)) patterns of signs"
        case .sampled(let count): "\(NumberForm.count(count)) patterns of signs"
        }
    }
}

/// The plain mean: of no values there is none.
func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// Random numbers of the analysis: the plan's seed gives the same intervals on every machine, and each purpose a stream of
/// its own.
struct AnalysisGenerator: RandomNumberGenerator {
    private var numbers: ReproducibleNumbers

    init(seed: UInt64, stream: UInt64) {
        // Streams of the design are repetitions, from 0; those of the analysis lie above all of them.
        numbers = ReproducibleNumbers(seed: seed, stream: 1 << 40 | stream)
    }

    mutating func next() -> UInt64 { numbers.next() }
}
