// A list of phrases, and where one of them occurs among words. It knows no language: lists are their metrics' own.

/// Phrases, each written as words in folded form:
///
/// - `rest|remainder`: either; `as_before|same`: alternatives may have several words, joined by `_`
/// - `the?`: may be missing
/// - `complet*`: a word that begins so
/// - `..`: up to four words of any kind
/// - `$name`: what `macros` has under that name
struct Phrases: Sendable {
    private enum Word: Sendable {
        case exact(String)
        case prefix(String)

        func matches(_ word: String) -> Bool {
            switch self {
            case .exact(let text): word == text
            case .prefix(let text): word.hasPrefix(text)
            }
        }
    }

    private enum Element: Sendable {
        case words(alternatives: [[Word]], isOptional: Bool)
        case gap
    }

    private static let longestGap = 4
    private let phrases: [[Element]]
    /// Places in `phrases` by a word that may open them, and of those that open with a prefix by its first letter.
    private let byFirstWord: [String: [Int]]
    private let byPrefix: [Unicode.Scalar: [Int]]

    /// - Parameter lines: one phrase a line; the first word of each must be there.
    init(_ lines: String, macros: [String: String] = [:]) {
        phrases = lines.split(separator: "\n").map { line in
            line.split(separator: " ").map { Self.element(String($0), macros: macros) }
        }.filter { !$0.isEmpty }
        var first: [String: [Int]] = [:]
        var prefixes: [Unicode.Scalar: [Int]] = [:]
        for (place, phrase) in phrases.enumerated() {
            guard case .words(let alternatives, false) = phrase[0] else {
                preconditionFailure("a phrase opens with a word that must be there")
            }
            for alternative in alternatives {
                switch alternative[0] {
                case .exact(let word): first[word, default: []].append(place)
                case .prefix(let text): prefixes[text.unicodeScalars.first!, default: []].append(place)
                }
            }
        }
        byFirstWord = first
        byPrefix = prefixes
    }

    /// The first place where a phrase occurs.
    func firstMatch(in words: some RandomAccessCollection<String>) -> Range<Int>? {
        let words = Array(words)
        for start in words.indices {
            for places in [byFirstWord[words[start]], words[start].unicodeScalars.first.flatMap { byPrefix[$0] }] {
                for place in places ?? [] {
                    if let end = Self.match(phrases[place][...], in: words, at: start) { return start..<end }
                }
            }
        }
        return nil
    }

    func occur(in words: some RandomAccessCollection<String>) -> Bool { firstMatch(in: words) != nil }

    private static func match(_ phrase: ArraySlice<Element>, in words: [String], at start: Int) -> Int? {
        guard let element = phrase.first else { return start }
        let rest = phrase.dropFirst()
        switch element {
        case .gap:
            for length in 0...longestGap where start + length <= words.count {
                if let end = match(rest, in: words, at: start + length) { return end }
            }
            return nil
        case .words(let alternatives, let isOptional):
            for alternative in alternatives where start + alternative.count <= words.count {
                let fits = zip(alternative, words[start...]).allSatisfy { $0.matches($1) }
                if fits, let end = match(rest, in: words, at: start + alternative.count) { return end }
            }
            return isOptional ? match(rest, in: words, at: start) : nil
        }
    }

    private static func element(_ text: String, macros: [String: String]) -> Element {
        if text == ".." { return .gap }
        let isOptional = text.hasSuffix("?")
        let body = (isOptional ? text.dropLast() : text[...]).split(separator: "|").map { alternative in
            guard alternative.hasPrefix("$") else { return String(alternative) }
            guard let macro = macros[String(alternative.dropFirst())] else {
                preconditionFailure("no macro \(alternative)")
            }
            return macro
        }.joined(separator: "|")
        let alternatives = body.split(separator: "|").map { alternative in
            alternative.split(separator: "_").map { word in
                word.hasSuffix("*") ? Word.prefix(String(word.dropLast())) : .exact(String(word))
            }
        }
        return .words(alternatives: alternatives, isOptional: isOptional)
    }
}
