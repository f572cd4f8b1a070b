// Names that a sentence may have: which class each is of, and how they are found among words. The names themselves are
// data: `Names+Known.swift`.

/// What a name is a name of.
enum NameClass: String, CaseIterable {
    /// A company or laboratory that makes models.
    case vendor
    /// A model or assistant that nothing else is called.
    case product
    /// A model or assistant that is also a word, a person or a beast: Claude, Gemini, Llama.
    case ambiguous
}

struct Name {
    /// As people write it.
    let text: String
    let classes: [NameClass]
}

/// Finds names among words.
struct NameIndex {
    private var byFirst: [UInt16: [(rest: [UInt16], name: Name)]] = [:]

    mutating func insert(_ name: Name, vocabulary: inout Vocabulary) {
        var symbols: [UInt16] = []
        let bytes = Array(name.text.utf8)
        WordSplitter.forEach(in: bytes.span, range: 0..<bytes.count) { word, _, _ in
            symbols.append(vocabulary.symbol(of: word.hash, prefixLetters: nil))
        }
        guard let first = symbols.first else { return }
        byFirst[first, default: []].append((Array(symbols.dropFirst()), name))
        byFirst[first]?.sort { $0.rest.count < $1.rest.count }
    }

    /// All names in a line, shorter before longer ones at the same word.
    func names(in words: [Word]) -> [NameMatch] {
        var found: [NameMatch] = []
        for start in words.indices {
            for lane in 0..<4 where words[start].symbols[lane] != 0 {
                for (rest, name) in byFirst[words[start].symbols[lane]] ?? [] {
                    let end = start + 1 + rest.count
                    guard end <= words.count else { continue }
                    let matches = zip(words[(start + 1)..<end], rest).allSatisfy { word, symbol in
                        any(word.symbols .== SIMD4(repeating: symbol))
                    }
                    if matches { found.append(NameMatch(name: name, range: start..<end)) }
                }
            }
        }
        return found
    }
}
