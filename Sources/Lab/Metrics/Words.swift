// How many words an answer has. Where words end is WordBreaks.swift's; which language it is does not matter.

/// Words by Unicode's default boundaries (UAX #29, Unicode 15.0).
///
/// Segments that hold a letter or a number are words: `can't` and `3.14` are one, `well-known` is two, punctuation and
/// emoji are none. Without dictionaries every ideograph, and every letter of Thai or Hiragana, is a word of its own.
struct Words: Metric {
    let name = "words"
    let summary = "Words by Unicode's default boundaries (UAX #29) that hold a letter or a number."
    let unit = "words"
    let scale = MetricScale.length

    func measure(_ sample: Sample) -> Measurement {
        let count = WordSegments(sample.answer).segments.count(where: \.isWord)
        return Measurement(Double(count), isCensored: sample.isCut)
    }
}
