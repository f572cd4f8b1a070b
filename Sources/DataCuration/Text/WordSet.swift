// A set of words to ask a sentence for.

/// Words of any language, in any case and spelling of accents. Only single words: of texts with more, each counts.
struct WordSet: Sendable {
    private let hashes: Set<WordHash>

    init(_ text: String) {
        var hashes: Set<WordHash> = []
        let bytes = Array(text.utf8)
        WordSplitter.forEach(in: bytes.span, range: 0..<bytes.count) { word, letters, _ in
            hashes.insert(word.hash)
        }
        self.hashes = hashes
    }

    func contains(_ word: Word) -> Bool { hashes.contains(word.hash) }
    func isIn(_ words: some Sequence<Word>) -> Bool { words.contains { hashes.contains($0.hash) } }
}
