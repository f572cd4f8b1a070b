// How sure the model was of its answer, by the probabilities that the runner stored.

#if canImport(Glibc)
    import Glibc
#else
    import Foundation
#endif

/// The answer's perplexity to the model that wrote it: exp(−log probability / tokens), before any sampling rule.
struct Perplexity: Metric {
    let name = "perplexity"
    let summary =
        "Perplexity of the answer to its own model: 1 is certainty; nothing where the server hides it."
    let unit = "per token"
    let scale = MetricScale.real

    func measure(_ sample: Sample) -> Measurement {
        guard let logProbability = sample.logProbability, sample.tokens > 0 else { return Measurement(nil) }
        let value = exp(-logProbability / Double(sample.tokens))
        return Measurement(value.isFinite ? value : nil)
    }
}
