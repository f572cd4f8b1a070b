// What an answer consists of as it comes, before any API dresses it.

import Inference
import Sampling
import Tokenizers

/// A token of an answer, for those who asked for log-probabilities.
struct TokenRecord: Sendable {
    var id: TokenID
    var bytes: [UInt8]
    /// Natural logarithm.
    var logProbability: Float
    /// The likeliest tokens, best first.
    var top: [(id: TokenID, bytes: [UInt8], logProbability: Float)] = []
}

/// Why an answer ended, before any API names it.
enum EndReason: Sendable, Equatable {
    /// The model ended it.
    case end
    /// A stop text appeared.
    case stop(String)
    /// The request's limit of tokens was reached.
    case length
    /// The context is full.
    case contextFull
    /// Tools are to be called.
    case toolCalls
    /// The request's time was over.
    case deadline
    /// The client went away.
    case cancelled
}

/// How one choice of an answer ended.
struct AnswerEnd: Sendable {
    var reason: EndReason
    var summary: GenerationSummary
    /// All tokens that were generated, the end token not among them.
    var tokens: [TokenID]
    var seed: UInt64
    var routing: [TokenRouting]
    /// What repeats it, if that was asked for.
    var receipt: Receipt?
}

/// A piece of an answer.
enum AnswerEvent: Sendable {
    /// Tokens of the prompt with what the model thought of them, if the plan asks for it; before all text.
    case prompt(choice: Int, [PromptToken])
    /// Text of a choice, with the tokens that it is complete with.
    case text(choice: Int, String, [TokenRecord])
    /// A tool is going to be called; its arguments follow.
    case callStarted(choice: Int, call: Int, id: String, name: String)
    case callArguments(choice: Int, call: Int, String)
    case finished(choice: Int, AnswerEnd)
}
