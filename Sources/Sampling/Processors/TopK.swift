// Top-k: a fixed number of candidates. Ties at the border go to the lowest ids, so exactly k stay
// (Hugging Face keeps every tie).

package struct TopK: CandidateFilter {
    private let limit: Int

    package init?(_ parameters: SamplingParameters) {
        guard let limit = parameters.topK else { return nil }
        self.limit = limit
    }

    package func filter(_ candidates: inout Candidates) {
        candidates.keepLargest(limit)
    }
}
