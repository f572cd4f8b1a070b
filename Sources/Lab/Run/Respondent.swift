// Who answers: what a model is asked, what it says, and how it fails. One attempt each; the runner decides about others.
// It knows neither files nor retries.

import Crypto
import Foundation
import ModelFiles

/// What gives answers: the local engine, or a server.
package protocol Respondent: Sendable {
    /// What answers, told apart from everything else that could: program, version and the model's digest, or a server's
    /// address and its name for the model. A run may not change it half-way.
    var identification: String { get }
    /// How many questions it takes at a time.
    var streams: Int { get }
    /// Whether something between it and the lab could hand out an answer twice.
    var mayRepeatAnswers: Bool { get }
    /// Draws one answer. Throws `RespondentFailure`, or `CancellationError` when its task is cancelled.
    func answer(_ question: Question) async throws -> Answer
}

/// A trial with everything that is sent for it.
package struct Question: Sendable {
    package var trial: Trial
    package var messages: [PlanMessage]
    package var sampling: SamplingSettings

    package init(trial: Trial, messages: [PlanMessage], sampling: SamplingSettings) {
        self.trial = trial
        self.messages = messages
        self.sampling = sampling
    }

    /// SHA-256 in hexadecimal of everything that is sent but the seed: the plan's name for the model, the messages and
    /// the sampling settings, as JSON with sorted keys.
    package var digest: String {
        let content = DigestedContent(
            model: trial.cell.model, messages: messages, temperature: sampling.temperature,
            topP: sampling.topP, topK: sampling.topK, minP: sampling.minP, maxTokens: sampling.maxTokens)
        // Only numbers that are none could fail here, and a plan's check refuses those.
        let bytes = (try? JSONEncoder.compact.encode(content)) ?? Data()
        precondition(!bytes.isEmpty, "sampling settings that are no numbers")
        return SHA256.hash(data: bytes).hexadecimal
    }
}

private struct DigestedContent: Encodable {
    var model: String
    var messages: [PlanMessage]
    var temperature: Double
    var topP: Double?
    var topK: Int?
    var minP: Double?
    var maxTokens: Int
}

/// One answer, as it came.
package struct Answer: Sendable, Equatable {
    package var text: String
    package var finish: Row.Finish
    package var promptTokens: Int
    package var cachedTokens: Int?
    /// The end token not counted.
    package var tokens: Int
    package var logProbability: Double?
    package var seconds: Double
    package var firstSeconds: Double?
    /// What answered, as exactly as it says.
    package var backend: String
    package var responseID: String?
    /// When the server says that it made the answer, in seconds since 1970.
    package var created: Int?
    /// Why this looks like a cached copy, by the response's own headers.
    package var cacheSign: String?

    package init(
        text: String, finish: Row.Finish, promptTokens: Int, cachedTokens: Int? = nil, tokens: Int,
        logProbability: Double? = nil, seconds: Double, firstSeconds: Double? = nil, backend: String,
        responseID: String? = nil, created: Int? = nil, cacheSign: String? = nil
    ) {
        self.text = text
        self.finish = finish
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.tokens = tokens
        self.logProbability = logProbability
        self.seconds = seconds
        self.firstSeconds = firstSeconds
        self.backend = backend
        self.responseID = responseID
        self.created = created
        self.cacheSign = cacheSign
    }

    /// The row of `question`.
    /// - Parameter time: when it was complete, as seconds since 1970.
    package func row(_ question: Question, time: Double = Date().timeIntervalSince1970) -> Row {
        Row(
            trial: question.trial, answer: text, finish: finish, promptTokens: promptTokens,
            cachedTokens: cachedTokens, tokens: tokens, logProbability: logProbability, seconds: seconds,
            firstSeconds: firstSeconds, time: time, requestDigest: question.digest,
            backend: backend, responseID: responseID)
    }
}

/// Why there is no answer.
package struct RespondentFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The same for every failure of a kind, such as `HTTP 401`: equal reasons in a row end a run.
    package var reason: String
    /// One line for a person.
    package var detail: String
    /// Whether the same question may be answered later.
    package var isTransient: Bool
    /// Seconds that the server wants to be left alone.
    package var retryAfter: Double?

    package init(reason: String, detail: String, isTransient: Bool, retryAfter: Double? = nil) {
        self.reason = reason
        self.detail = detail
        self.isTransient = isTransient
        self.retryAfter = retryAfter
    }

    package var description: String { detail.isEmpty ? reason : "\(reason): \(detail)" }
}
