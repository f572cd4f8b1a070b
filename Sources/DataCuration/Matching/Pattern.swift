// The little language that rules are written in, and its compilation. It knows words and names, no rules.
//
//     i (am|m) [just] (a|an) ~3 @product !(user|expert)
//
// word      this word, in any case and spelling of accents; `word*` with any ending
// (a|b c)   one of these; [a] the same or nothing
// ~3        at most three words of any kind
// @class    a name of this class, however many words it has
// {macro}   what the lexicon says, as if it stood in parentheses
// ,         punctuation or the sentence's end comes before the next word; takes no word
// &(a) !(a) this follows, or does not; takes no word
// +word     nothing matches without this: what the prefilter looks for, instead of the longest word
// ^         the sentence begins here
// $         the sentence ends here

/// A compiled pattern: a small program for `PatternSet`.
struct Pattern {
    enum Instruction {
        case word(UInt16)
        case name(NameClass)
        /// Go on behind this instruction, or else at that one.
        case split(Int)
        case jump(Int)
        case any
        case boundary
        case sentenceStart
        case sentenceEnd
        /// What follows up to `end` must match here (or must not), and takes nothing.
        case look(negative: Bool, end: Int)
        case accept
    }

    /// What a sentence must have for a pattern to be worth trying.
    struct Anchor: Hashable {
        enum Key: Hashable {
            case word(UInt16)
            case name(NameClass)

            var isWord: Bool { if case .word = self { true } else { false } }
        }

        let key: Key
        /// The word, or the words written together, as the pattern has them; empty for a name.
        let literal: String
        /// Whether the word may go on.
        let isPrefix: Bool
    }

    let source: String
    let program: [Instruction]
    /// One of these is in every match.
    let anchors: [Anchor]
}

/// Something wrong with a pattern's text: our own fault, found by a test that compiles them all.
struct PatternError: Error, CustomStringConvertible {
    let pattern: String
    let problem: String

    var description: String { "pattern \"\(pattern)\": \(problem)" }
}

/// Compiles patterns; words become symbols of its vocabulary.
struct PatternCompiler {
    private indirect enum Node {
        /// Words that are written together.
        case words([UInt16], literal: String, isPrefix: Bool, weight: Int)
        case name(NameClass)
        case anchor(Node)
        case sequence([Node])
        case choice([Node])
        case optional(Node)
        case gap(Int)
        case boundary, sentenceStart, sentenceEnd
        case look(Node, negative: Bool)
    }

    private let macros: [String: String]
    var vocabulary: Vocabulary
    private var source = ""
    private var tokens: ArraySlice<Substring> = []

    init(macros: [String: String], vocabulary: Vocabulary) {
        self.macros = macros
        self.vocabulary = vocabulary
    }

    mutating func compile(_ source: String) throws(PatternError) -> Pattern {
        self.source = source
        let node = try parse(source, depth: 0)
        var program: [Pattern.Instruction] = []
        emit(node, into: &program)
        program.append(.accept)
        guard let anchors = anchors(of: node), !anchors.set.isEmpty else {
            throw error("has no word of its own")
        }
        // What is in every sentence is no reason to look at one.
        if let weak = anchors.set.first(where: { $0.key.isWord && $0.literal.utf8.count < 2 }) {
            throw error("rests on \"\(weak.literal)\"; mark a rarer word with +")
        }
        return Pattern(source: source, program: program, anchors: anchors.set)
    }

    // MARK: Reading

    private mutating func parse(_ text: String, depth: Int) throws(PatternError) -> Node {
        guard depth < 12 else { throw error("macros that contain themselves") }
        let outer = tokens
        defer { tokens = outer }
        tokens = Self.split(text)[...]
        let node = try choice(depth: depth)
        guard tokens.isEmpty else { throw error("\"\(tokens[tokens.startIndex])\" is one too many") }
        return node
    }

    private mutating func choice(depth: Int) throws(PatternError) -> Node {
        var alternatives = [try sequence(depth: depth)]
        while tokens.first == "|" {
            tokens.removeFirst()
            alternatives.append(try sequence(depth: depth))
        }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private mutating func sequence(depth: Int) throws(PatternError) -> Node {
        var nodes: [Node] = []
        while let token = tokens.first, token != "|", token != ")", token != "]" {
            tokens.removeFirst()
            nodes.append(try element(token, depth: depth))
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func element(_ token: Substring, depth: Int) throws(PatternError) -> Node {
        switch token {
        case "(": return try group(")", depth: depth)
        case "+(": return .anchor(try group(")", depth: depth))
        case "[": return .optional(try group("]", depth: depth))
        case "&(": return .look(try group(")", depth: depth), negative: false)
        case "!(": return .look(try group(")", depth: depth), negative: true)
        case ",": return .boundary
        case "^": return .sentenceStart
        case "$": return .sentenceEnd
        default: break
        }
        let rest = String(token.dropFirst())
        switch token.first {
        case "+": return .anchor(try element(token.dropFirst(), depth: depth))
        case "~":
            guard let most = Int(rest), most > 0 else { throw error("~ wants a number") }
            return .gap(most)
        case "@":
            guard let name = NameClass(rawValue: rest) else { throw error("no class of names is \(rest)") }
            return .name(name)
        case "{":
            guard let macro = macros[String(rest.dropLast())] else { throw error("no macro is \(token)") }
            return try parse(macro, depth: depth + 1)
        default: return try words(token)
        }
    }

    private mutating func group(_ end: Substring, depth: Int) throws(PatternError) -> Node {
        let node = try choice(depth: depth)
        guard tokens.first == end else { throw error("\(end) is missing") }
        tokens.removeFirst()
        return node
    }

    /// The words of a token: `don't` is two, and 我是 too.
    private mutating func words(_ token: Substring) throws(PatternError) -> Node {
        let isPrefix = token.last == "*"
        let text = Array((isPrefix ? token.dropLast() : token).utf8)
        var symbols: [UInt16] = []
        var weight = 0
        var words: [(hash: WordHash, letters: Int, script: Script)] = []
        WordSplitter.forEach(in: text.span, range: 0..<text.count) { word, letters, script in
            words.append((word.hash, letters, script))
        }
        guard !words.isEmpty else { throw error("\"\(token)\" is no word") }
        for (index, word) in words.enumerated() {
            let prefix = isPrefix && index == words.count - 1 && word.script != .ideographic
            symbols.append(vocabulary.symbol(of: word.hash, prefixLetters: prefix ? word.letters : nil))
            // A sign of a script without spaces says more than a letter, less than a word.
            let says = word.script == .ideographic ? 2 : word.letters
            weight += Vocabulary.common.contains(word.hash) ? (words.count > 1 ? 1 : 0) : says
        }
        return .words(
            symbols, literal: String(isPrefix ? token.dropLast() : token), isPrefix: isPrefix, weight: weight)
    }

    private static func split(_ text: String) -> [Substring] {
        var tokens: [Substring] = []
        var start: String.Index?
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            let next = text.index(after: index)
            if "()[]|,^$ ".contains(character) {
                if let begun = start { tokens.append(text[begun..<index]) }
                start = nil
                if character != " " { tokens.append(text[index..<next]) }
            } else if "&!+".contains(character), start == nil, next < text.endIndex, text[next] == "(" {
                tokens.append(text[index...next])
                index = text.index(after: next)
                continue
            } else if start == nil {
                start = index
            }
            index = next
        }
        if let begun = start { tokens.append(text[begun...]) }
        return tokens
    }

    private func error(_ problem: String) -> PatternError { PatternError(pattern: source, problem: problem) }

    // MARK: Writing

    private func emit(_ node: Node, into program: inout [Pattern.Instruction]) {
        switch node {
        case .words(let symbols, _, _, _): program += symbols.map { .word($0) }
        case .name(let name): program.append(.name(name))
        case .anchor(let node): emit(node, into: &program)
        case .sequence(let nodes): for node in nodes { emit(node, into: &program) }
        case .choice(let nodes): emit(choice: nodes[...], into: &program)
        case .optional(let node): emit(choice: [node, .sequence([])], into: &program)
        case .gap(let most):
            // Nothing first: the shortest way through wins.
            var splits: [Int] = []
            for _ in 0..<most {
                program.append(.split(program.count + 2))
                splits.append(program.count)
                program.append(.jump(0))
                program.append(.any)
            }
            for jump in splits { program[jump] = .jump(program.count) }
        case .boundary: program.append(.boundary)
        case .sentenceStart: program.append(.sentenceStart)
        case .sentenceEnd: program.append(.sentenceEnd)
        case .look(let node, let negative):
            let look = program.count
            program.append(.accept)
            emit(node, into: &program)
            program.append(.accept)
            program[look] = .look(negative: negative, end: program.count)
        }
    }

    private func emit(choice nodes: ArraySlice<Node>, into program: inout [Pattern.Instruction]) {
        guard let first = nodes.first else { return }
        guard nodes.count > 1 else { return emit(first, into: &program) }
        let split = program.count
        program.append(.accept)
        emit(first, into: &program)
        let jump = program.count
        program.append(.accept)
        program[split] = .split(program.count)
        emit(choice: nodes.dropFirst(), into: &program)
        program[jump] = .jump(program.count)
    }

    // MARK: Anchors

    private static let mostPhrases = 400

    /// All ways to say words that follow one another, as literals: rarer than each word. Nil: not only words.
    private func phrases(_ nodes: ArraySlice<Node>) -> [(text: String, goesOn: Bool)]? {
        var phrases: [(text: String, goesOn: Bool)] = [("", false)]
        for node in nodes {
            guard let next = alternatives(node), !phrases.contains(where: \.goesOn),
                phrases.count * next.count <= Self.mostPhrases
            else { return nil }
            phrases = phrases.flatMap { phrase in
                next.map { (phrase.text.isEmpty ? $0.text : phrase.text + " " + $0.text, $0.goesOn) }
            }
        }
        return phrases
    }

    private func alternatives(_ node: Node) -> [(text: String, goesOn: Bool)]? {
        switch node {
        case .words(_, let literal, let isPrefix, _): return [(literal, isPrefix)]
        case .sequence(let nodes): return phrases(nodes[...])
        case .choice(let nodes):
            let parts = nodes.map(alternatives)
            return parts.contains(where: { $0 == nil }) ? nil : parts.compactMap(\.self).flatMap(\.self)
        case .anchor(let node): return alternatives(node)
        default: return nil
        }
    }

    /// The rarest words of which each match has one, and how rare the commonest of them is.
    private func anchors(of node: Node) -> (set: [Pattern.Anchor], weight: Int)? {
        switch node {
        case .words(let symbols, let literal, let isPrefix, let weight):
            return ([Pattern.Anchor(key: .word(symbols[0]), literal: literal, isPrefix: isPrefix)], weight)
        // A name is rarer than any word.
        case .name(let name): return ([Pattern.Anchor(key: .name(name), literal: "", isPrefix: false)], 20)
        case .anchor(let node): return anchors(of: node).map { ($0.set, 100 + $0.weight) }
        case .sequence(let nodes):
            let best = nodes.compactMap(anchors(of:)).max { $0.weight < $1.weight }
            guard let best, let phrases = phrases(nodes[...]), phrases.count > 0
            else { return best }
            let keys = Set(best.set.map(\.key))
            // Each phrase has one of the best words; which of them, the index need not know.
            return (
                keys.flatMap { key in
                    key == keys.first
                        ? phrases.map { Pattern.Anchor(key: key, literal: $0.text, isPrefix: $0.goesOn) }
                        : [Pattern.Anchor(key: key, literal: phrases[0].text, isPrefix: phrases[0].goesOn)]
                }, best.weight + 1
            )
        case .choice(let nodes):
            let parts = nodes.map(anchors(of:))
            guard parts.allSatisfy({ $0 != nil }) else { return nil }
            let all = parts.compactMap(\.self)
            return (all.flatMap(\.set), all.map(\.weight).min() ?? 0)
        case .optional, .gap, .boundary, .sentenceStart, .sentenceEnd, .look: return nil
        }
    }
}
