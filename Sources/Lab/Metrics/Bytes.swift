// How many bytes an answer has: what no choice of tokenizer or segmentation moves.

/// Bytes of UTF-8.
struct Bytes: Metric {
    let name = "bytes"
    let summary = "Bytes of the answer in UTF-8."
    let unit = "bytes"
    let scale = MetricScale.length

    func measure(_ sample: Sample) -> Measurement {
        Measurement(Double(sample.answer.utf8.count), isCensored: sample.isCut)
    }
}
