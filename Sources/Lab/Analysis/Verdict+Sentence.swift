// The verdict in plain words. Every number in it is in the findings already.

internal import Foundation

extension Verdict {
    init(
        _ comparison: Comparison, plan: Plan, registration: Registration, pair: ControlPair?,
        placebo: Comparison?, path: SequentialPath?
    ) {
        let outcome = Outcome(comparison, alpha: plan.analysis.alpha)
        var cautions: [String] = []
        if let pair, pair.differs, let test = pair.comparison.decidingTest {
            cautions.append(
                "The control arm differs from its own copy (\(NumberForm.equation(p: test.p))): the apparatus, not the "
                    + "treatment, may make differences. Do not trust this verdict before that is explained.")
        }
        if let placebo, let test = placebo.decidingTest, test.p <= plan.analysis.alpha {
            cautions.append(
                "The placebo is not neutral: \(placebo.contrast.treatment) moves answers against \(placebo.contrast.control) "
                    + "(\(NumberForm.equation(p: test.p))). What is shown is one sentence against another, not the "
                    + "treatment against nothing.")
        }
        if let censoring = comparison.censoring {
            let shares =
                "\(NumberForm.percent(censoring.controlShare)) of the control's and "
                + "\(NumberForm.percent(censoring.treatmentShare)) of the treatment's answers were cut at max_tokens"
            cautions.append(
                censoring.decides
                    ? "\(shares), more than \(NumberForm.percent(plan.analysis.mostCensored)): means of lengths decide "
                        + "nothing. The order of answers does (Gehan), and equivalence cannot be claimed."
                    : "\(shares); their lengths are lower bounds.")
        }
        if comparison.counts.incompletePrompts > 0 {
            cautions.append(
                "\(comparison.counts.incompletePrompts) prompts are left out: not every cell has a value there."
            )
        }
        if !comparison.problems.isEmpty { cautions.append(comparison.problems.joined(separator: "; ") + ".") }
        if let path, path.rule == .groupSequential, path.stoppedAt == nil,
            path.looks.contains(where: { $0.p == nil })
        {
            cautions.append("The run has not reached its last look: it may still be decided.")
        }
        let isExploratory = registration.hash == nil || !registration.departures.isEmpty
        self.init(
            outcome: outcome, model: comparison.model,
            sentence: Sentence(comparison, outcome, plan, registration, path).text, cautions: cautions,
            isExploratory: isExploratory)
    }
}

/// Subject, numbers, verdict, meaning.
private struct Sentence {
    let comparison: Comparison
    let outcome: Verdict.Outcome
    let plan: Plan
    let registration: Registration
    let path: SequentialPath?

    init(
        _ comparison: Comparison, _ outcome: Verdict.Outcome, _ plan: Plan, _ registration: Registration,
        _ path: SequentialPath?
    ) {
        self.comparison = comparison
        self.outcome = outcome
        self.plan = plan
        self.registration = registration
        self.path = path
    }

    var text: String {
        guard comparison.estimate != nil else {
            return "\(subject): no verdict, for the data cannot be compared; \(registered)."
        }
        return "\(subject) \(change) (\(numbers)): \(verdict); \(registered)."
    }

    private var subject: String {
        let contrast = comparison.contrast
        guard let model = comparison.model else {
            return "\(contrast.treatment), compared with \(contrast.control),"
        }
        return "With \(contrast.factor) = \(contrast.treatment) instead of \(contrast.control), \(model)"
    }

    private var change: String {
        if let censoring = comparison.censoring, censoring.decides, let score = censoring.gehanEstimate {
            let isLength = comparison.metric.scale == .length
            if case .difference = outcome {
                return isLength
                    ? "gave \(score < 0 ? "shorter" : "longer") answers more often than not"
                    : "had \(score < 0 ? "less" : "more") \(comparison.metric.name) more often than not"
            }
            return isLength
                ? "gave answers that were neither clearly longer nor clearly shorter"
                : "had neither clearly more nor clearly less \(comparison.metric.name)"
        }
        let estimate = comparison.estimate ?? 0
        let size = NumberForm.value(abs(estimate))
        let note = comparison.metric
        if note.isShare {
            let points = "\(NumberForm.value(abs(estimate) * 100)) percentage points"
            return "had a \(note.name) share \(points) \(estimate < 0 ? "lower" : "higher")"
        }
        if note.scale == .length, ["characters", "words", "tokens", "bytes", "sentences"].contains(note.unit)
        {
            return "wrote \(size) \(note.unit) \(estimate < 0 ? "less" : "more") per answer"
        }
        return "had \(note.name) \(size)\(note.suffix) \(estimate < 0 ? "lower" : "higher")"
    }

    private var numbers: String {
        var parts: [String] = []
        if let censoring = comparison.censoring, censoring.decides {
            if let score = censoring.gehanEstimate {
                let isLength = comparison.metric.scale == .length
                let order = isLength ? "P(longer) − P(shorter)" : "P(more) − P(less)"
                parts.append("\(order) = \(NumberForm.signed(score))")
            }
            if comparison.metric.scale == .length, let restricted = censoring.restrictedMean {
                parts.append(
                    "\(NumberForm.signed(restricted.difference)) tokens up to the cut, 95 % interval "
                        + NumberForm.interval(restricted.interval.low, restricted.interval.high))
            }
        } else if let interval = comparison.bootstrap ?? comparison.interval {
            let unit = comparison.metric.isShare ? 100.0 : 1
            parts.append(
                "\(NumberForm.percent(interval.confidence)) interval "
                    + NumberForm.interval(interval.low * unit, interval.high * unit))
        }
        parts.append(size)
        if let p = comparison.adjustedP { parts.append(NumberForm.equation(p: p)) }
        return parts.joined(separator: "; ")
    }

    private var size: String {
        let counts = comparison.counts
        let answers = NumberForm.count(counts.controlAnswers + counts.treatmentAnswers)
        let prompts = "\(counts.prompts) prompt\(counts.prompts == 1 ? "" : "s")"
        let base =
            path == nil
                && counts.controlAnswers == counts.prompts * plan.samples
                    * plan.controlCells(comparison.model)
            ? "\(prompts) × \(plan.samples) samples" : "\(prompts), \(answers) answers"
        guard let path else { return base }
        return base + (path.stoppedAt.map { ", stopped at look \($0)" } ?? "")
    }

    private var verdict: String {
        let smallest = comparison.smallestEffect.value.map {
            "±\(comparison.metric.isShare ? NumberForm.value($0 * 100) + " points" : NumberForm.value($0) + comparison.metric.suffix)"
        }
        switch outcome {
        case .difference(let sign, let isTrivial):
            let kind =
                isTrivial
                ? "a difference, but too small to matter (less than \(smallest ?? ""))" : "a difference"
            return kind + expectation(sign)
        case .equivalent:
            return "equivalent: any difference is smaller than \(smallest ?? "the smallest that matters")"
        case .inconclusive:
            guard comparison.censoring?.decides != true, let smallest else { return "inconclusive" }
            return "inconclusive: a difference of \(smallest) is neither shown nor ruled out"
        }
    }

    private func expectation(_ sign: Verdict.Sign) -> String {
        switch (comparison.contrast.direction, sign) {
        case (.either, _): ""
        case (.less, .less), (.greater, .more): ", as expected"
        default: ", against what was expected"
        }
    }

    private var registered: String {
        guard let hash = registration.hash else { return "EXPLORATORY, no plan was frozen" }
        let short = "plan \(hash.prefix(12))"
        return registration.departures.isEmpty ? short : "EXPLORATORY, departs from \(short)"
    }
}

extension Plan {
    /// Cells of the primary hypothesis's control arm, of one model or all.
    fileprivate func controlCells(_ model: String?) -> Int {
        Design.cells(of: self).count { cell in
            !cell.isControlCopy && (model == nil || cell.model == model)
                && hypothesis.contrast.control.contains(cell.level(of: hypothesis.contrast.factor) ?? "")
        }
    }
}
