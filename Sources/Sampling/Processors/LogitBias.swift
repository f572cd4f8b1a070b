// Logit bias: a number added to the logits of named tokens. An id the model does not have is the caller's
// mistake and is reported, not ignored: a ban that does nothing would go unnoticed.

package struct LogitBias: LogitsEdit {
    private let biases: [(token: Int32, bias: Float)]
    private let parameters: SamplingParameters

    package init?(_ parameters: SamplingParameters) {
        guard !parameters.logitBias.isEmpty else { return nil }
        biases = parameters.logitBias.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        self.parameters = parameters
    }

    package func edit(_ logits: inout MutableSpan<Float>, after history: TokenHistory) throws(SamplingError) {
        guard let last = biases.last, Int(last.token) < logits.count else {
            try parameters.validated(vocabularySize: logits.count)
            return
        }
        for (token, bias) in biases {
            if bias.isFinite {
                logits.change(token) { $0 + bias }
            } else {
                logits[Int(token)] = -.infinity
            }
        }
    }
}
