// One choice of an answer: tokens in, text and tool calls out. Knows no engine and no API.

import ChatTemplates
import Inference
import Sampling
import Tokenizers

/// Turns the tokens of one choice into pieces of an answer: whole characters, nothing of a stop text, calls apart.
struct ChoiceAssembler: Sendable {
    private let choice: Int
    private let tokenizer: Tokenizer
    private var detokenizer: Detokenizer
    private var stop: StopMatcher
    private var parser: ToolCallParser?
    /// Control tokens that the parser must see as text.
    private let shown: Set<TokenID>
    private let seed: UInt64
    private let wantsRecords: Bool
    /// Tokens whose text is not out yet, with the byte of the answer that they end at.
    private var waiting: [(record: TokenRecord, end: Int)] = []
    private var received = 0
    private var released = 0
    /// Whether a call was made, and whether all of them are whole.
    private(set) var hasCalls = false
    private(set) var callsAreWhole = true

    init(_ plan: AnswerPlan, choice: Int) {
        self.choice = choice
        tokenizer = plan.model.tokenizer
        seed = plan.seed &+ UInt64(choice)
        wantsRecords = plan.options.topLogProbabilities != nil
        detokenizer = Detokenizer(tokenizer, skipLeadingSpace: plan.continuesText ? false : nil)
        stop = StopMatcher(plan.options.stop ?? [])
        parser = plan.parser
        shown = plan.shownTokens
    }

    /// The stop text that was found.
    var foundStop: String? { stop.found }

    /// What `token` adds.
    mutating func append(_ token: GeneratedToken) -> [AnswerEvent] {
        let text =
            shown.contains(token.id)
            ? detokenizer.finish() + tokenizer.piece(token.id) : detokenizer.append(token.id)
        received += text.utf8.count
        if wantsRecords { waiting.append((record(token), received)) }
        return release(stop.append(text))
    }

    /// What is left at the end.
    mutating func finish() -> [AnswerEvent] {
        let rest = detokenizer.finish()
        received += rest.utf8.count
        if !waiting.isEmpty, !rest.isEmpty { waiting[waiting.count - 1].end = received }
        var events = release(stop.append(rest) + stop.finish())
        if let last = parser?.finish() { events += last.compactMap { event($0) } }
        return events
    }

    private mutating func release(_ text: String) -> [AnswerEvent] {
        released += text.utf8.count
        // A token without text of its own (half a character) goes out with the one that completes it.
        let complete = waiting.prefix { $0.end <= released }
        let records = complete.map(\.record)
        waiting.removeFirst(complete.count)
        guard parser != nil else {
            return text.isEmpty && records.isEmpty ? [] : [.text(choice: choice, text, records)]
        }
        let parsed = parser?.append(text) ?? []
        var events = parsed.compactMap { event($0) }
        // Log-probabilities go with text; what became a call has none in these APIs.
        if !records.isEmpty, let first = events.firstIndex(where: \.isText),
            case .text(let choice, let text, _) = events[first]
        {
            events[first] = .text(choice: choice, text, records)
        }
        return events
    }

    private mutating func event(_ event: ToolCallEvent) -> AnswerEvent? {
        switch event {
        case .text(let text): return .text(choice: choice, text, [])
        case .callStarted(let index, let name):
            hasCalls = true
            // The model's own id, if it writes one, comes after the arguments: too late for a stream.
            return .callStarted(
                choice: choice, call: index, id: ToolCallID.text(seed: seed, index: index), name: name)
        case .argumentsDelta(let index, let text): return .callArguments(choice: choice, call: index, text)
        case .callEnded(_, _, let isComplete):
            if !isComplete { callsAreWhole = false }
            return nil
        }
    }

    private func record(_ token: GeneratedToken) -> TokenRecord {
        TokenRecord(
            id: token.id, bytes: Array(tokenizer.bytes(of: token.id)), logProbability: token.logProbability,
            top: token.top.map { ($0.token, Array(tokenizer.bytes(of: $0.token)), $0.logProbability) })
    }
}

extension AnswerEvent {
    fileprivate var isText: Bool { if case .text = self { true } else { false } }
}
