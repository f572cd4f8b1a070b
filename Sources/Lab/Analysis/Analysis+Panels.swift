// The data behind the figures: answers by arm, their summaries, and a few of them to read.

internal import Statistics

extension Analysis {
    /// One panel for each metric and factor of a hypothesis, and each model.
    func panels() throws -> [Panel] {
        var result: [Panel] = []
        var seen: Set<String> = []
        var wanted = plan.hypotheses
        for name in also {
            var hypothesis = plan.hypothesis
            hypothesis.metric = name
            wanted.append(hypothesis)
        }
        for hypothesis in wanted
        where seen.insert(hypothesis.metric + "\n" + hypothesis.contrast.factor).inserted {
            let column = try measured.column(hypothesis.metric)
            for model in models(for: hypothesis.contrast) {
                let contrast = hypothesis.contrast
                result.append(
                    Panel(
                        metric: MetricNote(measured.metrics[column]), factor: contrast.factor, model: model,
                        arms: plan.levels(of: contrast.factor).map { level in
                            let role: Arm.Role =
                                contrast.control.contains(level)
                                ? .control : contrast.treatment.contains(level) ? .treatment : .other
                            var arm = arm(
                                level, role, column, cells: cells([level], of: contrast.factor, model: model))
                            arm.isPlacebo =
                                plan.factors.first { $0.name == contrast.factor }?.levels
                                .first { $0.name == level }?.isPlacebo ?? false
                            return arm
                        }))
            }
        }
        return result
    }

    /// The answers of these cells as an arm.
    func arm(_ name: String, _ role: Arm.Role, _ column: Int, cells: [Cell]) -> Arm {
        let wanted = Set(cells)
        var observations: [Arm.Observation] = []
        var byPrompt: [String: [Double]] = [:]
        var (answers, filtered) = (0, 0)
        for (row, measurement) in zip(measured.rows, measured.measurements)
        where wanted.contains(row.trial.cell) {
            answers += 1
            if row.finish == .filtered { filtered += 1 }
            guard let value = measurement[column].value, value.isFinite else { continue }
            observations.append(Arm.Observation(value, isCensored: measurement[column].isCensored))
            byPrompt[row.trial.prompt, default: []].append(value)
        }
        var arm = Arm(
            name: name, role: role, observations: observations,
            summary: summary(
                observations, answers: answers, filtered: filtered, scale: measured.metrics[column].scale))
        arm.promptMeans = plan.prompts.prompts.compactMap { byPrompt[$0.id].map(mean) }
        arm.distribution = distribution(observations)
        return arm
    }

    private func summary(
        _ observations: [Arm.Observation], answers: Int, filtered: Int, scale: MetricScale
    ) -> Arm.Summary {
        let values = observations.map(\.value)
        let moments = try? Moments(values)
        var share: Interval?
        if scale == .binary,
            let proportion = try? Proportion(successes: values.count { $0 >= 0.5 }, trials: values.count),
            let wilson = try? proportion.wilsonInterval(level: 0.95)
        {
            share = Interval(
                low: wilson.lowerBound, high: wilson.upperBound, confidence: 0.95, method: "Wilson")
        }
        return Arm.Summary(
            answers: answers, count: values.count, mean: moments?.mean, deviation: moments?.deviation,
            median: lengths(observations).flatMap { KaplanMeier($0).median } ?? Quartiles(values)?.median,
            censored: observations.count(where: \.isCensored), filtered: filtered, share: share)
    }

    /// The share at or below each value: one minus Kaplan and Meier's survival where answers were cut.
    private func distribution(_ observations: [Arm.Observation]) -> [Arm.DistributionStep] {
        if let lengths = lengths(observations) {
            return KaplanMeier(lengths).steps.map {
                Arm.DistributionStep(value: $0.length, share: 1 - $0.survival)
            }
        }
        let sorted = observations.map(\.value).sorted()
        return sorted.indices.compactMap { index in
            guard index + 1 == sorted.count || sorted[index + 1] > sorted[index] else { return nil }
            return Arm.DistributionStep(value: sorted[index], share: Double(index + 1) / Double(sorted.count))
        }
    }

    /// Nil where nothing is censored.
    private func lengths(_ observations: [Arm.Observation]) -> CensoredSample? {
        guard observations.contains(where: \.isCensored) else { return nil }
        return try? CensoredSample(
            observations.map { CensoredSample.Length($0.value, isComplete: !$0.isCensored) })
    }

    /// Five answers of each arm, drawn by the plan's seed: nobody chose them.
    func examples() throws -> [Example] {
        let contrast = plan.hypothesis.contrast
        var numbers = AnalysisGenerator(seed: plan.seed, stream: 4)
        return try plan.levels(of: contrast.factor).flatMap { level -> [Example] in
            let wanted = Set(cells([level], of: contrast.factor, model: nil))
            let indices = measured.rows.indices.filter { wanted.contains(measured.rows[$0].trial.cell) }
            return try indices.shuffled(using: &numbers).prefix(5).map { index in
                let row = measured.rows[index]
                let shown = zip(measured.metrics, measured.measurements[index]).map { metric, measurement in
                    let value = measurement.value.map { NumberForm.value($0) } ?? "no value"
                    let finding = measurement.finding.map { " (\($0))" } ?? ""
                    return Registration.Line(
                        metric.name, (measurement.isCensored ? "at least " : "") + value + finding)
                }
                return Example(
                    arm: plan.models.count > 1 && contrast.factor != Contrast.models
                        ? "\(level), \(row.trial.cell.model)" : level,
                    prompt: row.trial.prompt,
                    question: try plan.messages(for: row.trial).map { "\($0.role.rawValue): \($0.content)" }
                        .joined(separator: "\n\n"),
                    answer: row.answer, finish: row.finish, measured: shown)
            }
        }
    }
}
