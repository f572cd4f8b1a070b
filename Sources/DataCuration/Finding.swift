// What a detector says about a span. It proposes at most a cut; what is done, the policy decides.

/// A labelled span of a turn.
public struct Finding: Hashable, Sendable {
    public var label: Label
    /// Name of the rule that found it, for people and for policies: `foreign-identity`.
    public var rule: String
    /// What the rule saw, in a few words, for people: `first person, "trained by", OpenAI`.
    public var reason: String
    /// ISO 639-1 code of the words that were matched, where that is one language.
    public var language: String?
    /// Index of the turn.
    public var turn: Int
    /// Bytes of the turn's text that say it: a clause or a sentence, on character boundaries.
    public var span: Range<Int>
    /// Bytes of the sentence, or sentences, around `span`: what is left out if the span is dropped.
    public var sentence: Range<Int>
    /// How to remove the clause and leave a whole sentence; nil: only the whole sentence can go.
    public var cut: Cut?

    /// A replacement that removes a clause.
    public struct Cut: Hashable, Sendable {
        /// Bytes of the turn's text that are replaced: the clause, and as much as starts the sentence anew.
        public var range: Range<Int>
        /// What stands there instead, in UTF-8: nothing, or the first letter as a capital.
        public var replacement: [UInt8]

        public init(range: Range<Int>, replacement: [UInt8]) {
            self.range = range
            self.replacement = replacement
        }
    }

    public init(
        label: Label, rule: String, reason: String, language: String? = nil, turn: Int, span: Range<Int>,
        sentence: Range<Int>, cut: Cut? = nil
    ) {
        self.label = label
        self.rule = rule
        self.reason = reason
        self.language = language
        self.turn = turn
        self.span = span
        self.sentence = sentence
        self.cut = cut
    }
}
