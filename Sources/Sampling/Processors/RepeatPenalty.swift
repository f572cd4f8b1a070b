// Repeat penalty: positive logits of recent tokens are divided, negative ones multiplied, once per token however
// often it occurred. Prompt and answer both count. Source: Keskar et al., arXiv 1909.05858 (CTRL); the sign rule is
// Hugging Face's and llama.cpp's.

package struct RepeatPenalty: LogitsEdit {
    private let penalty: Float
    private let lastN: Int?
    private var recent = TokenTally()

    package init?(_ parameters: SamplingParameters) {
        guard parameters.repeatPenalty != 1, parameters.repeatLastN != 0 else { return nil }
        penalty = parameters.repeatPenalty
        lastN = parameters.repeatLastN
    }

    package mutating func edit(
        _ logits: inout MutableSpan<Float>, after history: TokenHistory
    ) throws(SamplingError) {
        recent.reserve(vocabularySize: logits.count)
        recent.clear()
        for index in history.window(lastN) { recent.raise(history.tokens[index], to: 1) }
        for token in recent.touched {
            logits.change(token) { $0 <= 0 ? $0 * penalty : $0 / penalty }
        }
    }
}
