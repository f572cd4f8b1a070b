// Owns one answer's progress through a grammar. Refuses to know logits processing beyond its own turn, and requests.

public import Sampling

/// Forbids every token that no document of the grammar goes on with. A value: copying it forks the answer.
///
/// Where the document may end, end tokens are allowed too; where it must, only they are. With a byte-complete
/// vocabulary something is always allowed as long as there is an end token: the automaton never enters a state from
/// which no document can be completed.
///
/// A token that is not allowed, forced by the caller, makes the mask dead: `isDead` says so for good, and from then
/// on only end tokens are allowed, so that the answer ends at once. What was written up to there is no document.
public struct GrammarMask: LogitsMask {
    /// Where an answer stands.
    public enum Progress: Sendable, Equatable {
        /// Within the document.
        case open
        /// An end token was taken where the document was whole.
        case ended
        /// A token was taken that was not allowed.
        case dead
    }

    public private(set) var progress = Progress.open
    private let table: MaskTable
    private let endTokens: Set<Int32>
    package private(set) var state: GrammarState

    /// - Parameters:
    ///   - grammar: what the answer must match as a whole.
    ///   - vocabulary: the model's; masks are kept with the grammar for each vocabulary.
    ///   - endTokens: the tokens that end an answer. They are never read as text.
    public init(_ grammar: Grammar, vocabulary: TokenVocabulary, endTokens: Set<Int32>) {
        table = grammar.table(for: vocabulary)
        self.endTokens = endTokens
        state = table.start
    }

    /// Whether the text so far is a whole document.
    public var isComplete: Bool { progress != .dead && state.isComplete }

    /// Whether a token was taken that was not allowed.
    public var isDead: Bool { progress == .dead }

    /// Sets the logits of forbidden tokens to `-Float.infinity`.
    /// - Complexity: O(vocabulary / 64 + forbidden); the first time in a state a walk over the vocabulary.
    public mutating func apply(to logits: inout MutableSpan<Float>) {
        guard progress == .open else { return TokenSet(endTokens, logits.count).forbidOthers(in: &logits) }
        let mask = table.mask(of: state)
        // End tokens are the caller's, so the shared mask does not know them.
        var kept: [(token: Int, logit: Float)] = []
        for token in endTokens where token >= 0 && Int(token) < logits.count && allows(end: token) {
            kept.append((Int(token), logits[Int(token)]))
        }
        mask.allowed.forbidOthers(in: &logits)
        for token in endTokens where token >= 0 && Int(token) < logits.count {
            logits[Int(token)] = -.infinity
        }
        for (token, logit) in kept { logits[token] = logit }
    }

    /// Takes a token into the answer.
    public mutating func accept(_ token: Int32) {
        guard progress == .open else {
            if !endTokens.contains(token) { progress = .dead }
            return
        }
        if endTokens.contains(token), state.isComplete, !table.reads(token, in: state) {
            progress = .ended
            return
        }
        guard !endTokens.contains(token) || table.reads(token, in: state) else { return die() }
        state = table.state(after: token, in: state)
        if state.isDead { die() }
    }

    /// Whether `token` may come next.
    public func allows(_ token: Int32) -> Bool {
        if endTokens.contains(token) { return progress != .open || allows(end: token) }
        return progress == .open && table.mask(of: state).allowed.contains(token)
    }

    /// A grammar may name an end token as a control token of its own, as formats do in which one ends a call.
    private func allows(end token: Int32) -> Bool { state.isComplete || table.reads(token, in: state) }

    private mutating func die() {
        progress = .dead
        state = GrammarState(frames: [], configurations: [], isComplete: false)
    }
}

extension TokenSet {
    fileprivate init(_ tokens: Set<Int32>, _ count: Int) {
        self.init(count: count)
        for token in tokens { insert(token) }
    }
}

extension MaskTable {
    /// Whether the grammar itself names `token` in this state.
    fileprivate func reads(_ token: Int32, in state: GrammarState) -> Bool {
        state.configurations.contains { configuration in
            automaton.tokens[configuration.state].contains { $0.token == token }
        }
    }
}
