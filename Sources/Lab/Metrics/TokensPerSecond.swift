// How fast an answer came. A cut answer's rate is as good as another's: nothing is censored.

/// Tokens of the answer per second from the request to its end, reading the prompt included.
struct TokensPerSecond: Metric {
    let name = "tokens-per-second"
    let summary = "Tokens of the answer per second, reading the prompt included."
    let unit = "tokens/s"
    let scale = MetricScale.real

    func measure(_ sample: Sample) -> Measurement {
        guard sample.seconds > 0 else { return Measurement(nil) }
        return Measurement(Double(sample.tokens) / sample.seconds)
    }
}
