// The ranges of every knob, in one place. Knows no model: only a vocabulary's size, where one is given.

extension SamplingParameters {
    /// Returns the parameters unchanged when every value is in range.
    /// - Parameter vocabularySize: number of logits; when given, the ids in `logitBias` must lie below it.
    /// - Throws: `SamplingError.invalidParameter`, naming the parameter, the value and the range.
    @discardableResult
    public func validated(vocabularySize: Int? = nil) throws(SamplingError) -> SamplingParameters {
        try require(
            "temperature", temperature, temperature >= 0 && temperature.isFinite, "0 or more; 0 is greedy")
        if let topK {
            try require("top-k", topK, topK >= 1, "1 or more; leave it out to keep every token")
        }
        try require("top-p", topP, (0...1).contains(topP), "between 0 and 1; 1 keeps every token")
        try require("min-p", minP, (0...1).contains(minP), "between 0 and 1; 0 keeps every token")
        try require("typical-p", typicalP, (0...1).contains(typicalP), "between 0 and 1; 1 keeps every token")
        try require(
            "repeat penalty", repeatPenalty, repeatPenalty > 0 && repeatPenalty.isFinite,
            "above 0; 1 is neutral")
        if let repeatLastN {
            try require("repeat last n", repeatLastN, repeatLastN >= 0, "0 or more; leave it out for all")
        }
        try require("presence penalty", presencePenalty, presencePenalty.isFinite, "a finite number")
        try require("frequency penalty", frequencyPenalty, frequencyPenalty.isFinite, "a finite number")
        if let topLogProbabilities {
            try require(
                "top log-probabilities", topLogProbabilities, (0...1024).contains(topLogProbabilities),
                "between 0 and 1024")
        }
        for (token, bias) in logitBias.sorted(by: { $0.key < $1.key }) {
            try require(
                "logit bias of token \(token)", bias, bias.isFinite || bias == -.infinity,
                "a finite number, or -infinity to forbid the token")
            let limit = vocabularySize ?? Int(Int32.max)
            try require(
                "logit bias token id", token, token >= 0 && Int(token) < limit,
                vocabularySize == nil ? "0 or more" : "from 0 to \(limit - 1) for this model")
        }
        try dry?.validate()
        return self
    }
}

extension DRYParameters {
    fileprivate func validate() throws(SamplingError) {
        try require(
            "DRY multiplier", multiplier, multiplier >= 0 && multiplier.isFinite, "0 or more; 0 is off")
        try require("DRY base", base, base >= 1 && base.isFinite, "1 or more")
        try require("DRY allowed length", allowedLength, allowedLength >= 1, "1 or more")
        if let lastN { try require("DRY last n", lastN, lastN >= 0, "0 or more; leave it out for all") }
        for (index, breaker) in sequenceBreakers.enumerated() {
            try require("DRY sequence breaker \(index)", breaker, !breaker.isEmpty, "at least one token")
        }
    }
}

private func require(
    _ name: String, _ value: some Any, _ holds: Bool, _ range: String
) throws(SamplingError) {
    guard holds else { throw .invalidParameter(name: name, value: "\(value)", expected: range) }
}
