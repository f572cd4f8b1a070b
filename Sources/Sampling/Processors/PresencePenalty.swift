// Presence and frequency penalties: logit − count × frequency − (count > 0) × presence, where count is how often
// the token was generated. One type, because both read one count. The formula is OpenAI's, and so is counting the
// answer alone; llama.cpp counts the last tokens of the prompt too.

package struct PresencePenalty: LogitsEdit {
    private let presence: Float
    private let frequency: Float
    private var counts = TokenTally()
    /// How many tokens of the answer `counts` has seen.
    private var seen = 0

    package init?(_ parameters: SamplingParameters) {
        guard parameters.presencePenalty != 0 || parameters.frequencyPenalty != 0 else { return nil }
        presence = parameters.presencePenalty
        frequency = parameters.frequencyPenalty
    }

    package mutating func edit(
        _ logits: inout MutableSpan<Float>, after history: TokenHistory
    ) throws(SamplingError) {
        counts.reserve(vocabularySize: logits.count)
        let answer = history.tokens[history.promptCount...]
        for token in answer.dropFirst(seen) { counts.increment(token) }
        seen = answer.count
        for token in counts.touched {
            let penalty = Float(counts[token]) * frequency + presence
            logits.change(token) { $0 - penalty }
        }
    }
}
