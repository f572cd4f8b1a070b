// How long an answer took, by the runner's clock.

/// Seconds from the request to the answer's end.
///
/// A cut answer would have taken longer, so its time is censored like its length. Other answers in the same batch slow
/// this one down: compare arms that ran interleaved only.
struct Seconds: Metric {
    let name = "seconds"
    let summary = "Seconds from the request to the answer's end, with others beside it."
    let unit = "s"
    let scale = MetricScale.length

    func measure(_ sample: Sample) -> Measurement {
        Measurement(sample.seconds, isCensored: sample.isCut)
    }
}
