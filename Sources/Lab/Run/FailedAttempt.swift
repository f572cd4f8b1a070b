// What is kept of an attempt that brought no sample, and when the next one is due.

import Foundation

/// One line of a run's `failures.jsonl`.
package struct FailedAttempt: Sendable, Equatable, Codable {
    /// The trial's index.
    package var trial: Int
    package var model: String
    /// Which attempt at the trial it was in this session, from 1.
    package var attempt: Int
    package var kind: Kind
    /// One line for a person.
    package var reason: String
    /// Seconds since 1970.
    package var time: Double

    package enum Kind: String, Sendable, Codable {
        /// There was no answer.
        case error
        /// There was an answer, but it is no sample of its own.
        case refused
    }

    package init(trial: Trial, attempt: Int, kind: Kind, reason: String) {
        self.trial = trial.index
        model = trial.cell.model
        self.attempt = attempt
        self.kind = kind
        self.reason = reason
        time = Date().timeIntervalSince1970
    }
}

/// How patient a run is with a server that fails.
package struct RetryPolicy: Sendable {
    /// Attempts at a trial before it is left for the next session. With the waits below: two minutes of a dead server.
    package var attempts = 8
    /// Seconds before the second attempt; doubled for each that follows.
    package var firstWait = 1.0
    package var longestWait = 60.0
    /// The longest wait that a server may ask for.
    package var mostRetryAfter = 900.0

    package init() {}

    /// Seconds to wait behind attempt number `attempt` that failed with `failure`; nil: give the trial up.
    func wait(after failure: RespondentFailure, attempt: Int) -> Double? {
        guard failure.isTransient, attempt < attempts else { return nil }
        let backoff = min(longestWait, firstWait * pow(2, Double(attempt - 1)))
        // Half of it by chance, so that streams that failed together do not come back together.
        let wait = backoff * Double.random(in: 0.5...1)
        guard let asked = failure.retryAfter else { return wait }
        return asked <= mostRetryAfter ? max(asked, 0) + wait * 0.1 : nil
    }

    /// Seconds that all streams leave the server alone after `failure`: what it asked for, unless nobody waits that long.
    func pause(after failure: RespondentFailure) -> Double? {
        guard failure.isTransient, let asked = failure.retryAfter, asked > 0, asked <= mostRetryAfter else {
            return nil
        }
        return asked
    }
}
