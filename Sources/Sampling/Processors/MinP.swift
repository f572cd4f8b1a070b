// Min-p: candidates at least p times as likely as the likeliest. Source: Nguyen et al., arXiv 2407.01082.

package struct MinP: CandidateFilter {
    /// ln p: the ratio of probabilities is a difference of logits, so no softmax is needed.
    private let margin: Float

    package init?(_ parameters: SamplingParameters) {
        guard parameters.minP > 0 else { return nil }
        margin = Float(naturalLogarithm(Double(parameters.minP)))
    }

    package func filter(_ candidates: inout Candidates) {
        candidates.keep(atLeast: candidates.maximum + margin)
    }
}
