// The looks at the data that the stopping rule allows, and what may be said after them.

internal import Foundation
internal import Statistics

extension Analysis {
    /// The primary hypothesis at each look, by model. Sets the primary comparisons' adjusted p, and for always-valid tests and
    /// stopped designs the interval, to those that know of the looks.
    ///
    /// **Group sequential.** At a look the plan's own test gives a p value, which is turned into the z of the same sign and p,
    /// so that a t test on 12 prompts is held against its own tails. Information time is the share of trials. Where prompts
    /// differ in the effect itself, the first block brings more than its share of information, and successive z are *more*
    /// alike than the boundaries assume; by Slepian's inequality the chance of ever crossing is then at most α.
    ///
    /// **Always valid.** Successive estimates over the same prompts have independent increments in 1/variance: with b̄ the
    /// prompts' own effects and w̄ the answers' noise, Cov(b̄ + w̄ⱼ, b̄ + w̄ₖ) = Var(b̄ + w̄ₖ) for j < k. That is what the
    /// mixture test asks for. τ is the smallest effect of interest, converted at the first look where it is relative.
    func sequences(_ comparisons: inout [Comparison]) throws -> [SequentialPath] {
        guard plan.stopping != .fixed else { return [] }
        let primaries = comparisons.indices.filter { comparisons[$0].role == .primary }
        let alpha = plan.analysis.alpha / Double(primaries.count)
        return try primaries.map { index in
            switch plan.stopping {
            case .groupSequential(_, let spending):
                return try groupSequential(&comparisons[index], spending, alpha, count: primaries.count)
            case .alwaysValid, .fixed:
                return try alwaysValid(&comparisons[index], alpha, count: primaries.count)
            }
        }
    }

    private func groupSequential(
        _ comparison: inout Comparison, _ spending: StoppingRule.Spending, _ alpha: Double, count: Int
    ) throws -> SequentialPath {
        let times = design.looks.map { Double($0.trials) / Double(design.trials.count) }
        let boundary = try GroupSequentialDesign(
            informationTimes: times, alpha: alpha, spending: spending == .pocock ? .pocock : .obrienFleming)
        var path = SequentialPath(
            model: comparison.model, metric: comparison.metric, contrast: comparison.contrast,
            rule: .groupSequential, looks: [], stoppedAt: nil,
            smallestEffect: comparison.smallestEffect.value,
            alpha: alpha)
        var last: (index: Int, z: Double, comparison: Comparison)?
        for (index, look) in design.looks.enumerated() {
            var point = SequentialPath.Look(
                answers: look.trials, information: times[index], boundary: boundary.boundaries[index])
            if path.stoppedAt == nil, isReached(look) {
                let seen = try compare(
                    plan.hypothesis, role: .primary, model: comparison.model, before: look.trials)
                point.estimate = seen.decidingEstimate
                point.p = seen.decidingTest?.p
                if let z = seen.normalScore {
                    point.statistic = z
                    point.crosses = abs(z) >= boundary.boundaries[index]
                    last = (index, z, seen)
                }
                if point.crosses { path.stoppedAt = index + 1 }
            }
            path.looks.append(point)
        }
        comparison.adjustedP = nil
        comparison.equivalence = nil
        guard let last else {
            comparison.problems.append(
                "no look was reached: the first comes after \(design.looks[0].trials) answers")
            return path
        }
        // What was collected after the boundary was crossed decides nothing.
        if path.stoppedAt != nil { comparison = last.comparison }
        let inference = try boundary.inference(z: last.z, atLook: last.index)
        // Between looks there is no p value: the stagewise one belongs to a run that has ended.
        let hasEnded = path.stoppedAt != nil || last.index + 1 == design.looks.count
        comparison.adjustedP = hasEnded ? min(1, inference.pValue * Double(count)) : nil
        comparison.equivalence = nil
        if let error = last.comparison.standardError, last.comparison.censoring?.decides != true {
            let range = inference.interval(standardError: error, at: times[last.index])
            comparison.interval = Interval(
                low: range.lowerBound, high: range.upperBound, confidence: 1 - alpha, method: "stagewise")
            comparison.bootstrap = nil
            comparison.claimEquivalence(within: range, alpha: alpha, at: hasEnded)
        }
        return path
    }

    private func alwaysValid(
        _ comparison: inout Comparison, _ alpha: Double, count: Int
    ) throws -> SequentialPath {
        var path = SequentialPath(
            model: comparison.model, metric: comparison.metric, contrast: comparison.contrast,
            rule: .alwaysValid,
            looks: [], stoppedAt: nil, smallestEffect: comparison.smallestEffect.value, alpha: alpha)
        var test: AlwaysValidTest?
        var last: Interval?
        comparison.adjustedP = nil
        comparison.equivalence = nil
        for (index, look) in design.looks.enumerated() where isReached(look) {
            let seen = try compare(
                plan.hypothesis, role: .primary, model: comparison.model, before: look.trials)
            var point = SequentialPath.Look(
                answers: look.trials, information: Double(look.trials) / Double(design.trials.count),
                estimate: seen.estimate, p: test?.pValue)
            if let estimate = seen.estimate, let error = seen.standardError, seen.censoring?.decides != true {
                if test == nil {
                    test = try AlwaysValidTest(
                        mixingDeviation: seen.smallestEffect.value.flatMap { $0 > 0 ? $0 : nil } ?? error,
                        alpha: alpha)
                }
                try test?.look(estimate: estimate, standardError: error)
                if let range = try test?.interval(estimate: estimate, standardError: error) {
                    last = Interval(
                        low: range.lowerBound, high: range.upperBound, confidence: 1 - alpha,
                        method: "confidence sequence")
                    point.interval = last
                }
                point.p = test?.pValue
                point.crosses = path.stoppedAt == nil && (test?.pValue ?? 1) <= alpha
                if point.crosses {
                    path.stoppedAt = index + 1
                    comparison = seen
                    comparison.equivalence = nil
                }
            }
            path.looks.append(point)
            if path.stoppedAt != nil { break }
        }
        guard let test, let last else {
            comparison.problems.append("no look could be tested")
            return path
        }
        comparison.test = TestNote(
            name: "always-valid mixture test over prompts",
            statistic: "Λ = \(NumberForm.value(1 / test.pValue))",
            value: 1 / test.pValue, p: test.pValue)
        comparison.adjustedP = min(1, test.pValue * Double(count))
        comparison.interval = last
        comparison.bootstrap = nil
        comparison.claimEquivalence(within: last.low...last.high, alpha: alpha, at: true)
        return path
    }

    /// All of the look's trials have rows, or the run went past it.
    private func isReached(_ look: Design.Look) -> Bool {
        guard let last = measured.rows.last else { return false }
        return last.trial.index >= look.trials
            || measured.rows.count { $0.trial.index < look.trials } == look.trials
    }

}

extension Comparison {
    package var decidingEstimate: Double? {
        censoring?.decides == true ? censoring?.gehanEstimate : estimate
    }

    /// The z with the deciding test's p value and the estimate's sign.
    var normalScore: Double? {
        guard let p = decidingTest?.p, let estimate = decidingEstimate, p > 0, p.isFinite else { return nil }
        let z = Normal.standard.upperQuantile(min(1, p) / 2)
        return estimate < 0 ? -z : z
    }

    /// After looks, equivalence is that the interval which knows of them lies inside the bounds: at α/2 on each side, so
    /// stricter than two one-sided tests at α.
    fileprivate mutating func claimEquivalence(within range: ClosedRange<Double>, alpha: Double, at end: Bool)
    {
        guard end, let smallest = smallestEffect.value, smallest > 0 else { return }
        let isInside = range.lowerBound > -smallest && range.upperBound < smallest
        equivalence = EquivalenceNote(
            p: isInside ? alpha : 1,
            interval: Interval(
                low: range.lowerBound, high: range.upperBound, confidence: 1 - alpha,
                method: "the interval that knows of the looks"))
    }
}
