// Matches the pre-tokenizers' regexes by hand: one word at a time, in time linear in the text, where a
// backtracking engine may not be. It knows characters' classes and the rules, no vocabulary.

/// Cuts one fragment of text into words. Every byte of the fragment belongs to exactly one word.
///
/// A byte that is not UTF-8 counts as a character of no class, as U+FFFD does.
struct WordScanner {
    private let text: [UInt8]
    private let end: Int
    private let rules: PreTokenizer.Rules
    private let classes: ScalarClasses

    init(_ text: [UInt8], end: Int, rules: PreTokenizer.Rules) {
        self.text = text
        self.end = end
        self.rules = rules
        classes = .shared
    }

    /// Where the word that begins at `start` ends; `start` must lie before the fragment's end.
    @inline(__always)
    func endOfWord(from start: Int) -> Int {
        switch rules {
        case .gpt2(let isolatesDigits): gpt2Word(from: start, isolatesDigits: isolatesDigits)
        case .modern(let rules): modernWord(from: start, rules)
        }
    }

    /// The class of the character at `index` and where it ends.
    @inline(__always)
    private func character(at index: Int) -> (type: ScalarClass, end: Int) {
        let scalar = text.scalar(at: index, end: end)
        return (classes[scalar.value], index + scalar.length)
    }

    /// The end of the run of characters from `start` on that meet `type`, or fail to if `inverted`.
    @inline(__always)
    private func run(from start: Int, of type: ScalarClass, inverted: Bool = false, atMost: Int = .max) -> Int
    {
        var index = start
        var left = atMost
        while index < end, left > 0 {
            let next = character(at: index)
            if next.type.meets(type) == inverted { break }
            index = next.end
            left -= 1
        }
        return index
    }

    private func byte(at index: Int) -> UInt8? { index < end ? text[index] : nil }
}

// MARK: - GPT-2: 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
extension WordScanner {
    private func gpt2Word(from start: Int, isolatesDigits: Bool) -> Int {
        if text[start] == UInt8(ascii: "'"), let end = contraction(at: start, ignoringCase: false) {
            return end
        }
        let body = text[start] == 0x20 ? start + 1 : start
        if body < end {
            let first = character(at: body)
            if first.type.meets(.letter) { return run(from: first.end, of: .letter) }
            if first.type.meets(.number) {
                if !isolatesDigits { return run(from: first.end, of: .number) }
                // Digits have been cut out before: one alone is a word, and a space before it ends its text.
                return body == start ? first.end : body
            }
            if !first.type.meets(.space) {
                return run(from: first.end, of: [.space, .letter, .number], inverted: true)
            }
        }
        return spaces(from: start, numberEndsText: isolatesDigits)
    }

    /// `\s+(?!\S)|\s+`: a run of spaces leaves its last one to the word that follows.
    private func spaces(from start: Int, numberEndsText: Bool = false) -> Int {
        var last = start
        var index = start
        while index < end {
            let next = character(at: index)
            guard next.type.meets(.space) else {
                let isWhole = last == start || numberEndsText && next.type.meets(.number)
                return isWhole ? index : last
            }
            last = index
            index = next.end
        }
        return index
    }

    /// `'s|'t|'re|'ve|'m|'ll|'d` at an apostrophe.
    private func contraction(at start: Int, ignoringCase: Bool) -> Int? {
        guard let first = byte(at: start + 1) else { return nil }
        let fold: UInt8 = ignoringCase ? 0x20 : 0
        switch first | fold {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "l"):
            return byte(at: start + 2).map { $0 | fold } == UInt8(ascii: "l") ? start + 3 : nil
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return byte(at: start + 2).map { $0 | fold } == UInt8(ascii: "e") ? start + 3 : nil
        // ſ (U+017F) is an s where case is ignored; no other letter here has such a variant.
        case 0xC5 | fold:
            return ignoringCase && first == 0xC5 && byte(at: start + 2) == 0xBF ? start + 3 : nil
        default: return nil
        }
    }
}

// MARK: - cl100k and its descendants
extension WordScanner {
    private func modernWord(from start: Int, _ rules: PreTokenizer.Modern) -> Int {
        if rules.contractions == .first, text[start] == UInt8(ascii: "'"),
            let end = contraction(at: start, ignoringCase: true)
        {
            return end
        }
        let first = character(at: start)
        if let end = word(from: start, first, rules) {
            guard rules.contractions == .suffix, byte(at: end) == UInt8(ascii: "'") else { return end }
            return contraction(at: end, ignoringCase: true) ?? end
        }
        if first.type.meets(.number) { return run(from: start, of: .number, atMost: rules.digits) }
        let notSymbol: ScalarClass =
            rules.words == .lettersAndMarks ? [.space, .letter, .number, .mark] : [.space, .letter, .number]
        // ` ?[^\s\p{L}\p{N}]+[\r\n]*`
        let body = text[start] == 0x20 ? start + 1 : start
        let symbols = run(from: body, of: notSymbol, inverted: true)
        if symbols > body {
            var index = symbols
            while let byte = byte(at: index),
                byte == 0x0A || byte == 0x0D || rules.slashEndsSymbols && byte == UInt8(ascii: "/")
            {
                index += 1
            }
            return index
        }
        return linesOrSpaces(from: start)
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+`: a run of spaces with a line's end in it ends behind the last of these.
    private func linesOrSpaces(from start: Int) -> Int {
        var last = start
        var lineEnd: Int?
        var index = start
        while index < end {
            let next = character(at: index)
            guard next.type.meets(.space) else { return lineEnd ?? (last == start ? index : last) }
            if next.type.meets(.newline) { lineEnd = next.end }
            last = index
            index = next.end
        }
        return lineEnd ?? index
    }

    /// A word with `[^\r\n\p{L}\p{N}]?` before it, if one begins here.
    private func word(from start: Int, _ first: (type: ScalarClass, end: Int), _ rules: PreTokenizer.Modern)
        -> Int?
    {
        let mayPrecede = !first.type.meets([.newline, .letter, .number])
        switch rules.words {
        case .letters, .lettersAndMarks:
            let letters: ScalarClass = rules.words == .letters ? .letter : [.letter, .mark]
            guard mayPrecede || first.type.meets(letters) else { return nil }
            let end = run(from: first.end, of: letters)
            // Nothing behind the first character: it must be part of a word itself.
            return end > first.end || first.type.meets(letters) ? end : nil
        case .cased:
            if mayPrecede, let end = lowerCaseWord(from: first.end) { return end }
            if let end = lowerCaseWord(from: start) { return end }
            // No small letter anywhere: `[upper]+`, whose `[lower]*` matches nothing.
            if mayPrecede {
                let end = run(from: first.end, of: .upper)
                if end > first.end { return end }
            }
            let end = run(from: start, of: .upper)
            return end > start ? end : nil
        }
    }

    /// `[upper]*[lower]+`, where letters without case and marks are both. As a regex engine backtracks: if no
    /// lower follows the run of uppers, the run's last character that is both ends the word.
    private func lowerCaseWord(from start: Int) -> Int? {
        var index = start
        var lastOfBoth: Int?
        while index < end {
            let next = character(at: index)
            guard next.type.meets(.upper) else { break }
            index = next.end
            if next.type.meets(.lower) { lastOfBoth = index }
        }
        let end = run(from: index, of: .lower)
        return end > index ? end : lastOfBoth
    }
}
