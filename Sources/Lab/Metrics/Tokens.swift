// How many tokens the model drew, by the runner's count.

/// Tokens of the answer by the model's own tokenizer, its end token not counted.
struct Tokens: Metric {
    let name = "tokens"
    let summary = "Tokens of the answer by the model's own tokenizer; no measure between models."
    let unit = "tokens"
    let scale = MetricScale.length

    func measure(_ sample: Sample) -> Measurement {
        Measurement(Double(sample.tokens), isCensored: sample.isCut)
    }
}
