// Any OpenAI-compatible server as a respondent: one POST per attempt, and every way in which that can fail told apart.
// It knows no retries; the runner does. One thing it learns: which name the model has for its most tokens.

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// A server's model that answers trials.
package final class EndpointRespondent: Respondent {
    package struct Options: Sendable {
        /// Questions at a time.
        package var streams = 4
        /// Seconds for a connection, and for a whole answer.
        package var connectSeconds = 10.0
        package var answerSeconds = 600.0
        /// Whether tokens' log-probabilities are asked for. Some servers refuse requests that do.
        package var logProbabilities = false

        package init() {}
    }

    package let identification: String
    package let streams: Int
    package var mayRepeatAnswers: Bool { true }
    private let url: String
    private let address: String
    private let model: String
    private let key: String?
    private let options: Options
    private let client: HTTPClient
    /// The old name until this server refuses it for this model.
    private let limit = Mutex(ChatCompletionRequest.LimitName.maxTokens)

    /// The most bytes of a reply that are read: an answer of a million tokens with log-probabilities.
    private static let mostBytes = 256 << 20

    /// - Parameters:
    ///   - url: base address, such as `http://localhost:8080/v1`.
    ///   - model: the server's name for it.
    ///   - keyVariable: environment variable with the key. The key goes to this server alone, and into no file and no
    ///     message.
    package init(
        url: String, model: String, keyVariable: String?, options: Options = Options(),
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty, parts.user == nil,
            parts.query == nil, parts.fragment == nil
        else {
            throw LabError(
                .backend,
                "endpoint '\(Self.withoutPassword(url))': expected an address such as https://localhost:8080/v1, without user, "
                    + "query and fragment; a key goes into an environment variable")
        }
        if let keyVariable {
            guard let value = environment[keyVariable], !value.isEmpty else {
                throw LabError(
                    .backend,
                    "endpoint '\(url)': the environment variable \(keyVariable) with its key is not set; export it"
                )
            }
            guard value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw LabError(
                    .backend,
                    "endpoint '\(url)': the key in \(keyVariable) has a space or another character that no key has; "
                        + "copy it again")
            }
            key = value
        } else {
            key = nil
        }
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        self.url = base + "/chat/completions"
        address = host + (parts.port.map { ":\($0)" } ?? "")
        self.model = model
        self.options = options
        streams = options.streams
        identification = "\(base), model \(model)"
        var configuration = HTTPClient.Configuration()
        // A redirected POST becomes a GET at best, and takes the key along at worst.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .nanoseconds(Int64(options.connectSeconds * 1e9))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, options.streams)
        // The runner retries, and counts.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        let client = client
        Task { try? await client.shutdown() }
    }

    package func answer(_ question: Question) async throws -> Answer {
        let limit = limit.withLock { $0 }
        var exchange = try await ask(question, limit)
        // Nothing was drawn yet, so asking again is no second attempt.
        if limit == .maxTokens, exchange.response.status == .badRequest,
            exchange.error?.wantsMaxCompletionTokens == true
        {
            exchange = try await ask(question, .maxCompletionTokens)
            if exchange.response.status == .ok { self.limit.withLock { $0 = .maxCompletionTokens } }
        }
        guard exchange.response.status == .ok else { throw failure(exchange) }
        var answer = try completion(exchange.reply).answer(
            address: address, asked: model, seconds: exchange.seconds)
        answer.cacheSign = CacheSign.first(in: exchange.response.headers)
        return answer
    }

    /// What one POST brought.
    private struct Exchange {
        var response: HTTPClientResponse
        var reply: Data
        var seconds: Double

        var error: ChatCompletionError? { try? JSONDecoder().decode(ChatCompletionError.self, from: reply) }
    }

    private func ask(_ question: Question, _ limit: ChatCompletionRequest.LimitName) async throws -> Exchange
    {
        let start = ContinuousClock.now
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "sirocco-lab")
        request.headers.add(name: "cache-control", value: "no-cache, no-store")
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        let body = ChatCompletionRequest(
            question, model: model, limit: limit, logProbabilities: options.logProbabilities)
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        do {
            let response = try await client.execute(
                request, timeout: .nanoseconds(Int64(options.answerSeconds * 1e9)))
            let reply = Data(try await response.body.collect(upTo: Self.mostBytes).readableBytesView)
            return Exchange(response: response, reply: reply, seconds: (.now - start) / .seconds(1))
        } catch {
            try Task.checkCancellation()
            throw failure(error)
        }
    }

    private func completion(_ reply: Data) throws(RespondentFailure) -> ChatCompletion {
        do { return try JSONDecoder().decode(ChatCompletion.self, from: reply) } catch {
            // Gateways report a failure behind them with status 200.
            if let told = try? JSONDecoder().decode(ChatCompletionError.self, from: reply) {
                throw RespondentFailure(
                    reason: "the reply is an error", detail: safe(told.message ?? ""), isTransient: true)
            }
            throw RespondentFailure(
                reason: "the reply is no chat completion",
                detail:
                    "\(url): \(error.place), in: \(safe(String(decoding: reply.prefix(400), as: UTF8.self)))",
                isTransient: true)
        }
    }

    /// A status that brings no answer.
    private func failure(_ exchange: Exchange) -> RespondentFailure {
        let response = exchange.response
        let code = Int(response.status.code)
        let told = exchange.error
        let text = told?.message ?? String(decoding: exchange.reply.prefix(400), as: UTF8.self)
        // 408, 409, 425, 429 and servers' own errors pass; but no waiting fills an account.
        let passes =
            [408, 409, 425, 429].contains(code) || (500...599).contains(code) && ![501, 505].contains(code)
        return RespondentFailure(
            reason: "HTTP \(code)", detail: safe("\(url): \(text)"),
            isTransient: passes && told?.code != "insufficient_quota",
            retryAfter: response.headers.first(name: "retry-after").flatMap { RetryAfter.seconds($0) })
    }

    /// A request that brought no response, or half of one.
    private func failure(_ error: any Error) -> RespondentFailure {
        let reason: String
        switch error as? HTTPClientError {
        case HTTPClientError.deadlineExceeded?, HTTPClientError.readTimeout?:
            reason = "no answer within \(options.answerSeconds) seconds"
        case HTTPClientError.connectTimeout?:
            reason = "no connection within \(options.connectSeconds) seconds"
        default:
            if error is NIOTooManyBytesError {
                return RespondentFailure(
                    reason: "the reply is longer than \(Self.mostBytes) bytes", detail: url,
                    isTransient: false)
            }
            return RespondentFailure(
                reason: "the connection failed", detail: safe("\(url): \(error)"), isTransient: true)
        }
        return RespondentFailure(reason: reason, detail: url, isTransient: true)
    }

    /// Text from the server in one line, cut, and without the key, which some servers echo.
    private func safe(_ text: String) -> String {
        let hidden = key.map { text.replacing($0, with: "…") } ?? text
        let line = hidden.split(whereSeparator: { $0.isNewline || $0.isWhitespace }).joined(separator: " ")
        let printable = line.unicodeScalars.filter { $0.properties.generalCategory != .control }
        let cut = String(String.UnicodeScalarView(printable.prefix(300)))
        return printable.count > 300 ? cut + "…" : cut
    }

    /// An address for a message: what stands before `@` may be a password.
    private static func withoutPassword(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@") else { return url }
        return "…" + url[at...]
    }
}

/// The header by which servers ask for patience, RFC 9110 10.2.3.
enum RetryAfter {
    /// Seconds from `now`: the header is a number of them, or a date.
    static func seconds(_ value: String, now: Date = Date()) -> Double? {
        if let seconds = Double(value), seconds >= 0, seconds.isFinite { return seconds }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: value).map { max(0, $0.timeIntervalSince(now)) }
    }
}
