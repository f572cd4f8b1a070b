// The two lists every token passes through, in order. Each entry lives in a file of its own and is built only
// when the parameters switch it on.
//
// The order is llama.cpp's default chain: bias, penalties, DRY, (grammar mask), top-k, typical-p, top-p, min-p,
// temperature. Filters therefore see the distribution at temperature 1, and a high temperature flattens only what
// survived them. Hugging Face and vLLM divide by the temperature first and filter afterwards, and OpenAI documents
// no order; at temperature 1 all agree. Each filter sees the survivors of the one before, renormalised.
// Log-probabilities are taken before all of this; see `SampledToken`.

/// Changes logits in place, for the whole vocabulary.
package protocol LogitsEdit: Sendable {
    /// Nil when the parameters leave it neutral.
    init?(_ parameters: SamplingParameters)

    /// - Parameter logits: `[vocabulary]`; -infinity is a forbidden token.
    mutating func edit(_ logits: inout MutableSpan<Float>, after history: TokenHistory) throws(SamplingError)
}

/// Drops unlikely candidates; never the last one.
package protocol CandidateFilter: Sendable {
    /// Nil when the parameters leave it neutral.
    init?(_ parameters: SamplingParameters)

    func filter(_ candidates: inout Candidates)
}

package enum Processors {
    /// To add a processor: one file here with a type that conforms to `LogitsEdit` or `CandidateFilter`, one row in
    /// the list below at the place where it takes effect, its knob in `SamplingParameters` (value, range, coding
    /// key) and a neighbour value in the conformance suite, `ProcessorConformanceTests`.
    package static let edits: [any LogitsEdit.Type] = [
        LogitBias.self,
        RepeatPenalty.self,
        PresencePenalty.self,
        DRYPenalty.self,
    ]

    /// To add a filter: as above.
    package static let filters: [any CandidateFilter.Type] = [
        TopK.self,
        TypicalP.self,
        TopP.self,
        MinP.self,
    ]
}

extension MutableSpan<Float> {
    /// Changes the logit of one token. Results saturate at the largest finite values, so that only an explicit
    /// -infinity forbids a token and +infinity never reaches the softmax; a forbidden token stays forbidden.
    mutating func change(_ token: Int32, _ edit: (Float) -> Float) {
        let logit = self[Int(token)]
        guard logit > -.infinity else { return }
        self[Int(token)] = Swift.min(
            Swift.max(edit(logit), -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    }
}
