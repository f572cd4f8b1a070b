// Runs many patterns over a sentence's words: an index says which are worth trying, a small machine tries them. It
// knows nothing of what matches mean.

/// A sentence ready for patterns.
struct WordLine {
    var words: [Word] = []
    /// Names, in the order of their first words; several may begin at one word.
    var names: [NameMatch] = []
}

struct NameMatch {
    var name: Name
    /// Indices of words.
    var range: Range<Int>
}

/// Patterns that are looked for together.
struct PatternSet {
    struct Match {
        /// Index of the pattern.
        var pattern: Int
        /// Indices of words.
        var range: Range<Int>
    }

    private(set) var patterns: [Pattern] = []
    private var index: [Pattern.Anchor.Key: [Int]] = [:]

    mutating func append(_ pattern: Pattern) {
        for key in Set(pattern.anchors.map(\.key)) { index[key, default: []].append(patterns.count) }
        patterns.append(pattern)
    }

    /// The first match of each pattern that has one, in the order of patterns.
    func matches(in line: WordLine) -> [Match] {
        var candidates: Set<Int> = []
        for word in line.words {
            for lane in 0..<4 where word.symbols[lane] != 0 {
                if let found = index[.word(word.symbols[lane])] { candidates.formUnion(found) }
            }
        }
        for match in line.names {
            for name in match.name.classes {
                if let found = index[.name(name)] { candidates.formUnion(found) }
            }
        }
        var matches: [Match] = []
        for candidate in candidates.sorted() {
            let machine = Machine(program: patterns[candidate].program, line: line)
            for start in line.words.indices {
                if let end = machine.run(from: 0, at: start) {
                    matches.append(Match(pattern: candidate, range: start..<max(end, start + 1)))
                    break
                }
            }
        }
        return matches
    }
}

/// Tries one program at one word, going back where a way ends.
private struct Machine {
    let program: [Pattern.Instruction]
    let line: WordLine

    /// The word behind the match; nil: none begins here. Programs have no loops, so this ends.
    func run(from start: Int, at word: Int) -> Int? {
        var (counter, word) = (start, word)
        while true {
            switch program[counter] {
            case .accept: return word
            case .word(let symbol):
                guard word < line.words.count, any(line.words[word].symbols .== SIMD4(repeating: symbol))
                else {
                    return nil
                }
                word += 1
            case .any:
                guard word < line.words.count else { return nil }
                word += 1
            case .name(let wanted):
                // The longest name first, as a person reads.
                for match in line.names.reversed()
                where match.range.lowerBound == word && match.name.classes.contains(wanted) {
                    if let end = run(from: counter + 1, at: match.range.upperBound) { return end }
                }
                return nil
            case .boundary:
                guard word == line.words.count || line.words[word].afterPunctuation else { return nil }
            case .sentenceStart: guard word == 0 else { return nil }
            case .sentenceEnd: guard word == line.words.count else { return nil }
            case .split(let other):
                if let end = run(from: counter + 1, at: word) { return end }
                counter = other
                continue
            case .jump(let target):
                counter = target
                continue
            case .look(let negative, let end):
                guard (run(from: counter + 1, at: word) == nil) == negative else { return nil }
                counter = end
                continue
            }
            counter += 1
        }
    }
}
