// The detector: prefilter, sentences, patterns, judgement. It knows how the parts work together, not what residue is.

import Crypto

/// Finds residue of other assistants with the rules of `Rules.standard`.
///
/// Immutable once made, which takes some tens of milliseconds: make one and share it.
public final class ResidueDetector: Detector {
    public static let standard = ResidueDetector()

    public let digest: String
    private let prefilter: Prefilter
    private let vocabulary: Vocabulary
    private let names: NameIndex
    private let patterns: PatternSet
    /// By pattern: index of its rule, and its language.
    private let origins: [(rule: Int, language: String?)]
    private let requests: RequestPatterns
    private let rules: [any Rule.Type]

    convenience init() {
        do {
            try self.init(rules: Rules.standard)
        } catch {
            // A pattern that does not compile is our own fault, and a test finds it.
            fatalError("\(error)")
        }
    }

    init(rules: [any Rule.Type]) throws(PatternError) {
        var vocabulary = Vocabulary()
        var names = NameIndex()
        var prefilter = Prefilter()
        var patterns = PatternSet()
        var origins: [(rule: Int, language: String?)] = []
        var hash = SHA256()
        for name in Name.known {
            names.insert(name, vocabulary: &vocabulary)
            hash.update(data: Array("\(name.classes[0]) \(name.text)\n".utf8))
        }
        var anchored: Set<NameClass> = []
        for (index, rule) in rules.enumerated() {
            var compiler = PatternCompiler(
                macros: Lexicon.macros.merging(rule.macros) { _, own in own }, vocabulary: vocabulary)
            hash.update(data: Array("\(rule.name) \(rule.version)\n".utf8))
            for macro in rule.macros.sorted(by: { $0.key < $1.key }) {
                hash.update(data: Array("\(macro.key) \(macro.value)\n".utf8))
            }
            for (language, sources) in rule.patterns {
                for source in sources {
                    let pattern = try compiler.compile(source)
                    patterns.append(pattern)
                    origins.append((index, language == "mul" ? nil : language))
                    hash.update(data: Array("\(language) \(source)\n".utf8))
                    for anchor in pattern.anchors {
                        if case .name(let name) = anchor.key {
                            anchored.insert(name)
                        } else {
                            prefilter.insert(anchor.literal, isPrefix: anchor.isPrefix)
                        }
                    }
                }
            }
            vocabulary = compiler.vocabulary
        }
        for name in Name.known where !anchored.isDisjoint(with: name.classes) {
            // GPT-4, GPT 4 and GPT4 are one name.
            for joint in [" ", "-", ""] {
                prefilter.insert(
                    name.text.replacing(" ", with: joint),
                    isPrefix: joint.isEmpty && name.text.hasPrefix("gpt"))
            }
        }
        var compiler = PatternCompiler(macros: Lexicon.macros, vocabulary: vocabulary)
        requests = try RequestPatterns(compiler: &compiler)
        hash.update(data: Array("\(RequestPatterns.sources)".utf8))
        for macro in Lexicon.macros.sorted(by: { $0.key < $1.key }) {
            hash.update(data: Array("\(macro.key) \(macro.value)\n".utf8))
        }
        self.vocabulary = compiler.vocabulary
        self.names = names
        self.prefilter = prefilter
        self.patterns = patterns
        self.origins = origins
        self.rules = rules
        digest = hash.finalize().map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    public func mayContain(_ record: Span<UInt8>) -> Bool { prefilter.isIn(record) }

    public func findings(in document: Document) -> [Finding] {
        var findings: [Finding] = []
        for (index, turn) in document.turns.enumerated() where turn.role == .assistant || turn.role == .text {
            let places = prefilter.places(in: turn.text.span)
            guard !places.isEmpty else { continue }
            let scene = TurnScene(
                document: document, turn: index, readLine: { self.line(of: $0.span, $1) }, requests: requests)
            var next = 0
            for sentence in scene.sentences.indices {
                let range = scene.sentences[sentence].range
                while next < places.count, places[next] < range.lowerBound { next += 1 }
                guard next < places.count, places[next] < range.upperBound else { continue }
                findings += self.findings(scene, sentence, turn: index)
            }
        }
        return findings
    }

    /// Findings of one sentence, none over another.
    private func findings(_ turnScene: TurnScene, _ sentence: Int, turn: Int) -> [Finding] {
        let line = turnScene.line(sentence)
        guard !line.words.isEmpty else { return [] }
        var found: [Finding] = []
        // Patterns stand in the order of rules, the most serious first.
        for match in patterns.matches(in: line) {
            let (rule, language) = origins[match.pattern]
            let scene = Scene(turn: turnScene, sentence: sentence, line: line, match: match.range)
            let span = scene.span
            guard !found.contains(where: { $0.span.overlaps(span) }),
                let label = rules[rule].judge(scene)
            else { continue }
            let names = scene.names.map(\.text)
            let reason = ([rules[rule].name] + names).joined(separator: ", ")
            found.append(
                Finding(
                    label: label, rule: rules[rule].name, reason: reason, language: language, turn: turn,
                    span: span,
                    sentence: turnScene.sentences[sentence].range,
                    cut: label == .genericIdentity || label == .cutoff ? rules[rule].cut(scene) : nil))
        }
        return found.sorted { $0.span.lowerBound < $1.span.lowerBound }
    }

    private func line(of text: Span<UInt8>, _ range: Range<Int>) -> WordLine {
        var line = WordLine()
        vocabulary.words(of: text, range, into: &line.words)
        line.names = names.names(in: line.words)
        return line
    }
}
