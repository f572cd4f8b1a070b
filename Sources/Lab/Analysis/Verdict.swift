// From a comparison's numbers to a verdict and the sentence that says it. It computes no statistic.

/// What the primary hypothesis came to for one model.
package struct Verdict: Sendable, Encodable {
    package var outcome: Outcome
    package var model: String?
    /// One sentence in plain words, with its numbers.
    package var sentence: String
    /// What takes away from it: an A/A pair that differs, departures, cut answers.
    package var cautions: [String]
    package var isExploratory: Bool

    package init(
        outcome: Outcome, model: String?, sentence: String, cautions: [String] = [],
        isExploratory: Bool = false
    ) {
        self.outcome = outcome
        self.model = model
        self.sentence = sentence
        self.cautions = cautions
        self.isExploratory = isExploratory
    }

    package enum Outcome: Sendable, Encodable, Equatable {
        /// There is a difference. Trivial: it is also shown to be smaller than the smallest effect of interest.
        case difference(Sign, isTrivial: Bool)
        /// Any difference is smaller than the smallest effect of interest.
        case equivalent
        /// Neither is shown.
        case inconclusive

        package var name: String {
            switch self {
            case .difference(_, isTrivial: false): "difference"
            case .difference(_, isTrivial: true): "difference too small to matter"
            case .equivalent: "equivalent"
            case .inconclusive: "inconclusive"
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(name)
        }
    }

    package enum Sign: String, Sendable, Encodable { case less, more }
}

extension Verdict.Outcome {
    /// A difference where the test rejects, in the direction that the plan names, if it names one; equivalence where both one-sided
    /// tests reject. Where an answer in five is cut, no equivalence: nobody has seen how long those would have been.
    package init(_ comparison: Comparison, alpha: Double) {
        let estimate =
            comparison.censoring?.decides == true ? comparison.censoring?.gehanEstimate : comparison.estimate
        let rejects = comparison.adjustedP.map { $0 <= alpha } ?? false
        let bounded =
            comparison.censoring?.decides != true
            && (comparison.equivalence.map { ($0.adjustedP ?? $0.p) <= alpha } ?? false)
        if rejects, let estimate, estimate != 0 {
            self = .difference(estimate < 0 ? .less : .more, isTrivial: bounded)
        } else {
            self = bounded ? .equivalent : .inconclusive
        }
    }
}
