// One choice of an answer: tokens in, text and tool calls out. Knows no engine and no API.

import ChatTemplates
import Inference
import Sampling
import Tokenizers

/// Turns the tokens of one choice into pieces of an answer: whole characters, nothing of a stop text.
struct ChoiceAssembler: Sendable {
    private let tokenizer: Tokenizer
    private var detokenizer: Detokenizer
    private var stop: StopMatcher
    private let wantsRecords: Bool
    /// Tokens whose text is not out yet, with the byte of the answer that they end at.
    private var waiting: [(record: TokenRecord, end: Int)] = []
    private var received = 0
    private var released = 0

    init(_ tokenizer: Tokenizer, continuesText: Bool, stops: [String], wantsRecords: Bool) {
        self.tokenizer = tokenizer
        self.wantsRecords = wantsRecords
        detokenizer = Detokenizer(tokenizer, skipLeadingSpace: continuesText ? false : nil)
        stop = StopMatcher(stops)
    }

    /// The stop text that was found.
    var foundStop: String? { stop.found }

    /// What `token` adds; nil: nothing yet.
    mutating func append(_ token: GeneratedToken) -> (text: String, records: [TokenRecord])? {
        let text = detokenizer.append(token.id)
        received += text.utf8.count
        if wantsRecords { waiting.append((record(token), received)) }
        return release(stop.append(text))
    }

    /// What is left at the end.
    mutating func finish() -> (text: String, records: [TokenRecord])? {
        let rest = detokenizer.finish()
        received += rest.utf8.count
        if !waiting.isEmpty, !rest.isEmpty { waiting[waiting.count - 1].end = received }
        return release(stop.append(rest) + stop.finish())
    }

    private mutating func release(_ text: String) -> (text: String, records: [TokenRecord])? {
        released += text.utf8.count
        // A token without text of its own (half a character) goes out with the one that completes it.
        let complete = waiting.prefix {
            $0.end <= released && (foundStop == nil || $0.end < released || !text.isEmpty)
        }
        let records = complete.map(\.record)
        waiting.removeFirst(complete.count)
        return text.isEmpty && records.isEmpty ? nil : (text, records)
    }

    private func record(_ token: GeneratedToken) -> TokenRecord {
        TokenRecord(
            id: token.id, bytes: Array(tokenizer.bytes(of: token.id)), logProbability: token.logProbability,
            top: token.top.map { ($0.token, Array(tokenizer.bytes(of: $0.token)), $0.logProbability) })
    }
}
