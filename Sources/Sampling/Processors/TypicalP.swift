// Locally typical sampling: candidates whose surprise is nearest to the expected surprise (the entropy) until
// they hold p of the mass. It may drop the likeliest token. Source: Meister et al., arXiv 2202.00666.

package struct TypicalP: CandidateFilter {
    private let share: Double

    package init?(_ parameters: SamplingParameters) {
        guard parameters.typicalP < 1 else { return nil }
        share = Double(parameters.typicalP)
    }

    package func filter(_ candidates: inout Candidates) {
        candidates.keepTypical(share: share)
    }
}
