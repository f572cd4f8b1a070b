// How many characters an answer has, as a reader counts them.

/// Extended grapheme clusters: `é` is one in either form, and so is a flag or a family of emoji.
struct Characters: Metric {
    let name = "characters"
    let summary = "Characters as a reader counts them: extended grapheme clusters."
    let unit = "characters"
    let scale = MetricScale.length

    func measure(_ sample: Sample) -> Measurement {
        Measurement(Double(sample.answer.count), isCensored: sample.isCut)
    }
}

extension Sample {
    /// Whether the answer was cut at the plan's `maxTokens`: its length is only known to be at least what is there.
    var isCut: Bool { finish == .length }
}
