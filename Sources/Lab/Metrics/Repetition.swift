// How much of an answer it has said before: loops show as shares near 1.

/// The share of four-word runs that occurred earlier in the same answer: 1 − distinct / all, in any case of letters.
///
/// Ordinary prose stays below 0.05; lists that repeat a phrase reach 0.3; a model caught in a loop, 0.9.
struct Repetition: Metric {
    let name = "repetition"
    let summary = "Share of four-word runs that the answer has said before."
    let unit = ""
    let scale = MetricScale.share

    func measure(_ sample: Sample) -> Measurement {
        let words = WordSegments(sample.answer).words.map { $0.lowercased() }
        guard words.count >= Self.run else {
            return Measurement(nil, finding: "fewer than \(Self.run) words")
        }
        var ids: [String: Int32] = [:]
        let sequence = words.map { word in
            if let known = ids[word] { return known }
            ids[word] = Int32(ids.count)
            return Int32(ids.count - 1)
        }
        var counts: [SIMD4<Int32>: Int] = [:]
        for start in 0...(sequence.count - Self.run) {
            let run = SIMD4(sequence[start], sequence[start + 1], sequence[start + 2], sequence[start + 3])
            counts[run, default: 0] += 1
        }
        let total = sequence.count - Self.run + 1
        let value = 1 - Double(counts.count) / Double(total)
        guard let most = counts.values.max(), most > 1 else { return Measurement(value) }
        // Of the runs said most often, the first: a dictionary's order is no order.
        for start in 0..<total {
            let run = SIMD4(sequence[start], sequence[start + 1], sequence[start + 2], sequence[start + 3])
            if counts[run] == most {
                return Measurement(
                    value,
                    finding: "\(most) times “\(words[start..<(start + Self.run)].joined(separator: " "))”")
            }
        }
        return Measurement(value)
    }

    private static let run = 4
}
