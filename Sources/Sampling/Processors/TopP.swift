// Top-p, or nucleus: the shortest list of most likely candidates that holds p of the mass; at least one.
// Source: Holtzman et al., arXiv 1904.09751.

package struct TopP: CandidateFilter {
    private let share: Double

    package init?(_ parameters: SamplingParameters) {
        guard parameters.topP < 1 else { return nil }
        share = Double(parameters.topP)
    }

    package func filter(_ candidates: inout Candidates) {
        candidates.keepMostLikely(share: share)
    }
}
