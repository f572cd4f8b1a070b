// Which of the things that a prompt asks for an answer names. Whether what it says of them is right, it does not ask.

/// The share of `prompt.items` that the answer names, on word boundaries, without regard to case and accents.
struct Completeness: Metric {
    let name = "completeness"
    let summary = "Share of the prompt's items that the answer names; nothing for prompts without items."
    let unit = ""
    let scale = MetricScale.share

    func measure(_ sample: Sample) -> Measurement {
        let items = sample.prompt.items
        guard !items.isEmpty else { return Measurement(nil) }
        let missing = MissingItems(of: items, in: sample.answer).items
        let value = 1 - Double(missing.count) / Double(items.count)
        return Measurement(value, finding: missing.isEmpty ? nil : "missing: " + missing.summary)
    }
}

/// The items that an answer does not name.
struct MissingItems {
    /// As the prompt has them; of alternatives, the first.
    private(set) var items: [String] = []

    init(of items: [String], in answer: String) {
        let words = Self.parts(of: answer)
        var places: [String: [Int]] = [:]
        for (place, word) in words.enumerated() { places[word, default: []].append(place) }
        for item in items {
            let alternatives = item.split(separator: "|").map(Self.parts).filter { !$0.isEmpty }
            let isNamed = alternatives.contains { wanted in
                (places[wanted[0]] ?? []).contains { words[$0...].starts(with: wanted) }
            }
            // An item without a letter or number has no words: it is looked for as it is written.
            let isWritten = alternatives.isEmpty && answer.contains(item)
            if !isNamed, !isWritten { self.items.append(String(item.prefix { $0 != "|" })) }
        }
    }

    /// Words, parted at apostrophes too: "l'été" names "été".
    private static func parts(of text: some StringProtocol) -> [String] {
        text.foldedWords.flatMap { $0.split(separator: "'").map(String.init) }
    }
}

extension [String] {
    /// The first five, and how many more.
    fileprivate var summary: String {
        prefix(5).joined(separator: ", ") + (count > 5 ? " and \(count - 5) more" : "")
    }
}
