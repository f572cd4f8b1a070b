// From a plan and its rows to findings: which comparisons there are, the family they form, and what is said of them.
// The arithmetic is in Comparing and Statistics, the words are in Verdict+Sentence.

internal import Statistics

/// The analysis that a plan asks for, and nothing else unless it is asked for by name.
public struct Analysis: Sendable {
    package let plan: Plan
    let registration: Registration
    let reproduction: Reproduction
    let design: Design
    let measured: MeasuredRows
    /// Metrics asked for after the plan was frozen.
    let also: [String]
    let screening: RowScreening

    /// - Parameters:
    ///   - registration: the frozen plan's hash, and what was done otherwise.
    ///   - rows: the run's rows, in any order.
    ///   - also: metrics besides the plan's; what they show is exploratory.
    ///   - metric: finds a metric by its name.
    /// - Throws: `LabError` where a metric is unknown or a row belongs to another plan.
    package init(
        _ plan: Plan, registration: Registration, rows: [Row], also: [String] = [],
        reproduction: Reproduction = Reproduction(), metric: (String) -> (any Metric)? = Metrics.named
    ) throws {
        self.plan = plan
        self.reproduction = reproduction
        let tested = plan.hypotheses.map(\.metric)
        var seen: Set<String> = []
        self.also = also.filter { !tested.contains($0) && seen.insert($0).inserted }
        design = Design(plan)
        screening = RowScreening(rows, design: design)
        var names: [String] = []
        for name in plan.hypotheses.map(\.metric) + plan.metrics + also where !names.contains(name) {
            names.append(name)
        }
        let metrics = try names.map { name in
            guard let found = metric(name) else {
                throw LabError(
                    .analysis, "there is no metric '\(name)'; `sirocco lab list` shows those there are")
            }
            return found
        }
        measured = try MeasuredRows(screening.samples, metrics: metrics, prompts: plan.prompts.prompts) {
            trial in
            try plan.messages(for: trial).last?.content ?? ""
        }
        var registration = registration
        if plan.stopping == .fixed, screening.missing > 0 {
            registration.departures.append(
                "\(NumberForm.count(screening.missing)) of \(NumberForm.count(design.trials.count)) planned answers "
                    + "are missing")
        }
        if screening.unplanned > 0 {
            registration.departures.append(
                "\(NumberForm.count(screening.unplanned)) answers are none that the plan asks for; they are left out"
            )
        }
        self.registration = registration
    }

    /// All rows with all metrics.
    package var csv: String { measured.csv }

    /// Everything that there is to say.
    public var findings: Findings {
        get throws {
            var comparisons: [Comparison] = []
            for (index, hypothesis) in plan.hypotheses.enumerated() {
                for model in models(for: hypothesis.contrast) {
                    comparisons.append(
                        try compare(hypothesis, role: index == 0 ? .primary : .secondary, model: model))
                }
            }
            correct(&comparisons)
            let sequences = try sequences(&comparisons)
            comparisons += try placeboChecks() + levelComparisons() + afterwards()
            let pairs = try controlPairs()
            for index in comparisons.indices {
                comparisons[index].isExploratory =
                    comparisons[index].role == .afterwards || registration.hash == nil
                    || !registration.departures.isEmpty
            }
            let verdicts = comparisons.filter { $0.role == .primary }.map { comparison in
                Verdict(
                    comparison, plan: plan, registration: registration,
                    pair: pairs.first { $0.comparison.model == comparison.model },
                    placebo: comparisons.first {
                        $0.role == .placebo && $0.model == comparison.model
                            && $0.contrast.treatment == comparison.contrast.control
                    },
                    path: sequences.first { $0.model == comparison.model })
            }
            return Findings(
                registration: registration, verdicts: verdicts, comparisons: comparisons,
                panels: try panels(),
                controlPairs: pairs, sequences: sequences, trends: try trends(), coverage: coverage,
                independence: screening.independence(of: plan), examples: try examples(),
                reproduction: reproduction, notes: notes)
        }
    }

    /// Whether a run may end at this look with these `rows`. Measures what the answer hangs on, and nothing else: there may
    /// be hundreds of looks.
    package static func isDecided(
        _ plan: Plan, rows: [Row], atLook look: Int, metric: (String) -> (any Metric)? = Metrics.named
    ) throws -> Bool {
        var primary = plan
        primary.secondary = []
        primary.metrics = [plan.hypothesis.metric]
        let registration = Registration(name: plan.name, question: plan.question, hash: nil)
        return try Analysis(primary, registration: registration, rows: rows, metric: metric).isDecided(
            atLook: look)
    }

    /// Whether the run may end at this look, by the plan's stopping rule: every model's primary hypothesis has crossed its
    /// boundary at it or before.
    private func isDecided(atLook look: Int) throws -> Bool {
        guard plan.stopping != .fixed else { return false }
        var comparisons = try models(for: plan.hypothesis.contrast).map {
            try compare(plan.hypothesis, role: .primary, model: $0)
        }
        let sequences = try sequences(&comparisons)
        return sequences.allSatisfy { path in path.stoppedAt.map { $0 <= look + 1 } ?? false }
    }

    // MARK: Comparisons

    var comparing: Comparing {
        Comparing(settings: plan.analysis, effect: plan.prompts.effect, seed: plan.seed)
    }

    /// One comparison for each model, or one over all where models are what is compared.
    func models(for contrast: Contrast) -> [String?] {
        contrast.factor == Contrast.models ? [nil] : plan.models.map(\.name)
    }

    func compare(
        _ hypothesis: Hypothesis, role: Comparison.Role, model: String?, before trials: Int? = nil
    ) throws -> Comparison {
        let column = try measured.column(hypothesis.metric)
        let values = measured.values(of: column) { trials == nil || $0.trial.index < trials! }
        return comparing.comparison(
            of: hypothesis, role: role, metric: measured.metrics[column], model: model,
            means: PromptMeans(
                control: cells(hypothesis.contrast.control, of: hypothesis.contrast.factor, model: model),
                treatment: cells(hypothesis.contrast.treatment, of: hypothesis.contrast.factor, model: model),
                prompts: plan.prompts.prompts.map(\.id), values: values))
    }

    /// Cells with one of these levels; the control arm's copy is for its own panel and adds nothing to the verdict.
    func cells(_ levels: [String], of factor: String, model: String?) -> [Cell] {
        design.cells.filter { cell in
            !cell.isControlCopy && (model == nil || cell.model == model)
                && cell.level(of: factor).map(levels.contains) ?? false
        }
    }

    /// Holm or Benjamini-Hochberg over all hypotheses × models. A comparison that could not be tested stays in the
    /// family with p = 1: leaving it out would make the others' correction smaller because data are missing. Equivalence
    /// is a family of its own: the two kinds of claim are never both false for one hypothesis.
    private func correct(_ comparisons: inout [Comparison]) {
        let method: Multiplicity? =
            switch plan.analysis.multiplicity {
            case .holm: .holm
            case .benjaminiHochberg: .benjaminiHochberg
            case .none: nil
            }
        let p = comparisons.map { $0.decidingTest?.p ?? 1 }
        let equivalence = comparisons.map { $0.equivalence?.p ?? 1 }
        let adjusted = method.flatMap { try? $0.adjusted(p) } ?? p
        let adjustedEquivalence = method.flatMap { try? $0.adjusted(equivalence) } ?? equivalence
        for index in comparisons.indices {
            if comparisons[index].decidingTest != nil { comparisons[index].adjustedP = adjusted[index] }
            comparisons[index].equivalence?.adjustedP = adjustedEquivalence[index]
        }
    }

    /// Each level against the control, where a factor has more than two: estimates beside the verdict, no tests.
    private func levelComparisons() throws -> [Comparison] {
        var result: [Comparison] = []
        var seen: Set<String> = []
        for hypothesis in plan.hypotheses
        where seen.insert(hypothesis.metric + "\n" + hypothesis.contrast.factor).inserted {
            let contrast = hypothesis.contrast
            let levels = plan.levels(of: contrast.factor)
            guard levels.count > 2 else { continue }
            for model in models(for: contrast) {
                for level in levels where !contrast.control.contains(level) && contrast.treatment != [level] {
                    var one = hypothesis
                    one.contrast.treatment = [level]
                    result.append(try compare(one, role: .level, model: model))
                }
            }
        }
        return result
    }

    /// Each placebo that stands as a control of the primary metric, against the level that says nothing, where there is
    /// one. A placebo that moves answers has a meaning of its own, and treatment minus placebo is then not the
    /// treatment's alone.
    private func placeboChecks() throws -> [Comparison] {
        var seen: Set<[String]> = []
        return try plan.hypotheses.flatMap { hypothesis -> [Comparison] in
            let contrast = hypothesis.contrast
            guard hypothesis.metric == plan.hypothesis.metric, seen.insert(contrast.control).inserted,
                let factor = plan.factors.first(where: { $0.name == contrast.factor }),
                let silent = factor.levels.first(where: \.isSilent),
                contrast.control.allSatisfy({ name in
                    factor.levels.contains { $0.name == name && $0.isPlacebo }
                })
            else { return [] }
            var check = hypothesis
            check.direction = .either
            check.contrast.treatment = contrast.control
            check.contrast.control = [silent.name]
            return try models(for: contrast).map { try compare(check, role: .placebo, model: $0) }
        }
    }

    private func afterwards() throws -> [Comparison] {
        try also.flatMap { name in
            var hypothesis = plan.hypothesis
            hypothesis.metric = name
            hypothesis.direction = .either
            return try models(for: hypothesis.contrast).map { model in
                var comparison = try compare(hypothesis, role: .afterwards, model: model)
                comparison.smallestEffect = SmallestEffectNote(value: nil, stated: "none was registered")
                comparison.equivalence = nil
                comparison.adjustedP = comparison.decidingTest?.p
                return comparison
            }
        }
    }

    /// The control's copy as treatment, its original as control, by the same test.
    private func controlPairs() throws -> [ControlPair] {
        guard plan.hasControlPair else { return [] }
        let column = try measured.column(plan.hypothesis.metric)
        let values = measured.values(of: column)
        return models(for: plan.hypothesis.contrast).compactMap { model in
            let copies = design.cells.filter { $0.isControlCopy && (model == nil || $0.model == model) }
            let originals = copies.map { Cell(model: $0.model, levels: $0.levels) }
            guard !copies.isEmpty else { return nil }
            var hypothesis = plan.hypothesis
            hypothesis.direction = .either
            var comparison = comparing.comparison(
                of: hypothesis, role: .level, metric: measured.metrics[column], model: model,
                means: PromptMeans(
                    control: originals, treatment: copies, prompts: plan.prompts.prompts.map(\.id),
                    values: values),
                testing: true)
            let control = comparison.contrast.control
            comparison.contrast = ContrastNote(
                factor: plan.hypothesis.contrast.factor, treatment: control + ", copy", control: control)
            let panel = Panel(
                metric: MetricNote(measured.metrics[column]), factor: "copy", model: model,
                arms: [
                    arm(control, .control, column, cells: originals),
                    arm(control + ", copy", .other, column, cells: copies),
                ])
            let differs = comparison.decidingTest.map { $0.p <= plan.analysis.alpha } ?? false
            return ControlPair(comparison: comparison, panel: panel, differs: differs)
        }
    }

    private func trends() throws -> [Trend] {
        let contrast = plan.hypothesis.contrast
        let levels = plan.levels(of: contrast.factor)
        guard levels.count > 2 else { return [] }
        let column = try measured.column(plan.hypothesis.metric)
        let values = measured.values(of: column)
        return models(for: contrast).map { model in
            let arms = levels.map { cells([$0], of: contrast.factor, model: model) }
            let blocks = plan.prompts.prompts.compactMap { prompt -> [Double]? in
                let means = arms.compactMap { arm -> Double? in
                    let cells = arm.map { values[$0]?[prompt.id] ?? [] }
                    guard !cells.isEmpty, !cells.contains(where: \.isEmpty) else { return nil }
                    return mean(cells.map { mean($0.map(\.value)) })
                }
                return means.count == levels.count ? means : nil
            }
            return Trend(
                metric: MetricNote(measured.metrics[column]), factor: contrast.factor, model: model,
                levels: levels,
                prompts: blocks.count, tests: TrendTests.all(blocks))
        }
    }

    private var coverage: Coverage {
        var unmeasured: [String: Int] = [:]
        for (column, metric) in measured.metrics.enumerated() {
            let missing = measured.measurements.count { $0[column].value == nil }
            if missing > 0 { unmeasured[metric.name] = missing }
        }
        return Coverage(
            planned: design.trials.count, missing: screening.missing, rows: screening.rows,
            unplanned: screening.unplanned, unmeasured: unmeasured)
    }

    private var notes: [String] {
        var notes = [
            plan.prompts.effect == .random
                ? "Prompts are a sample of those that might be asked: the unit of all tests is the prompt, its contrast "
                    + "of cell means one number."
                : "Prompts are all that is of interest: the unit is the answer, compared within prompts. The verdict is "
                    + "about these prompts only.",
            "Tests are two-sided; a direction that the plan names is held against the estimate's sign.",
        ]
        switch plan.stopping {
        case .fixed:
            let family = plan.hypotheses.map { models(for: $0.contrast).count }.reduce(0, +)
            if family > 1, plan.analysis.multiplicity != .none {
                notes.append(
                    "p values are adjusted over the \(family) comparisons of all hypotheses and models "
                        + "(\(plan.analysis.multiplicity.rawValue)); those of equivalence among themselves.")
            }
        case .groupSequential, .alwaysValid:
            notes.append(
                "The stopping rule spends α on the primary hypothesis, divided among models; secondary hypotheses were "
                    + "tested once, where the run ended, and support the verdict only.")
        }
        notes.append(
            "g (Hedges) and δ (Cliff) are effects of single answers, d of the prompts' contrasts in their own standard "
                + "deviations: they answer different questions and differ in size.")
        return notes
    }
}

extension Plan {
    /// The primary hypothesis first.
    package var hypotheses: [Hypothesis] { [hypothesis] + secondary }

    /// Levels of a factor in the plan's order.
    func levels(of factor: String) -> [String] {
        factor == Contrast.models
            ? models.map(\.name) : factors.first { $0.name == factor }?.levels.map(\.name) ?? []
    }
}

extension Comparison {
    /// The test that the verdict rests on.
    package var decidingTest: TestNote? { censoring?.decides == true ? censoring?.gehan : test }
}
