// How much each key may use in a minute: token buckets that fill steadily. Knows keys by name only.

import HTTPTypes
import Synchronization

/// The rates of all keys.
package final class RateLimits: Sendable {
    private struct Bucket {
        var level: Double
        var time: ContinuousClock.Instant

        /// Fills up to `capacity` a minute.
        mutating func fill(_ capacity: Double, at now: ContinuousClock.Instant) {
            level = min(capacity, level + (now - time) / .seconds(60) * capacity)
            time = now
        }
    }

    private struct Buckets {
        var requests: Bucket
        var tokens: Bucket
    }

    package init() {}

    private let buckets = Mutex<[String: Buckets]>([:])

    /// Takes one request from the key's buckets. Throws 429 where one is empty; tokens are known only afterwards, so
    /// their bucket may be overdrawn once.
    package func take(_ key: KeySettings, at now: ContinuousClock.Instant = .now) throws {
        let requests = key.requestsPerMinute.map(Double.init)
        let tokens = key.tokensPerMinute.map(Double.init)
        guard requests != nil || tokens != nil else { return }
        let missing: (what: String, seconds: Double)? = buckets.withLock { all in
            var own =
                all[key.name]
                ?? Buckets(
                    requests: Bucket(level: requests ?? 0, time: now),
                    tokens: Bucket(level: tokens ?? 0, time: now))
            defer { all[key.name] = own }
            if let requests {
                own.requests.fill(requests, at: now)
                if own.requests.level < 1 { return ("requests", (1 - own.requests.level) / requests * 60) }
            }
            if let tokens {
                own.tokens.fill(tokens, at: now)
                if own.tokens.level <= 0 { return ("tokens", (1 - own.tokens.level) / tokens * 60) }
            }
            if requests != nil { own.requests.level -= 1 }
            return nil
        }
        guard let missing else { return }
        throw APIError(
            .tooManyRequests, .rateLimit, code: "rate_limit_exceeded",
            "this key has used its \(missing.what) of the minute",
            retryAfter: max(1, Int(missing.seconds.rounded(.up))))
    }

    /// Charges the tokens that a request turned out to use.
    package func charge(_ key: KeySettings, tokens: Int) {
        guard key.tokensPerMinute != nil else { return }
        buckets.withLock { $0[key.name]?.tokens.level -= Double(tokens) }
    }
}
