// One request on its way through the server: who asks, what for, and how to answer. Knows no endpoint.

import ChatTemplates
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// What the server knows of a request besides the request itself.
struct CallContext: RequestContext {
    typealias Source = ApplicationRequestContextSource

    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// Names the request in logs, errors and answers.
    let id: String
    let arrival = ContinuousClock.now
    /// The key that the request came with.
    var key: KeySettings?
    let notes = Notes()

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
        id = "req-" + Identifiers.random(20)
    }

    /// What handlers learn of a request that its log line should say. `@unchecked` by nothing: a lock guards it.
    final class Notes: Sendable {
        struct Content {
            var dialect: Dialect?
            var model: String?
            var promptTokens = 0
            var cachedTokens = 0
            var answerTokens = 0
            var finish: String?
        }
        private let content = Mutex(Content())
        var value: Content { content.withLock { $0 } }
        func update(_ change: (inout Content) -> Void) { content.withLock { change(&$0) } }
    }
}

/// A request and everything a handler may use to answer it.
struct Call: Sendable {
    let service: Service
    let request: Request
    let context: CallContext

    var id: String { context.id }

    /// The body as JSON. Throws where it is too large, too slow, or not JSON.
    func body() async throws -> JSONValue {
        let limits = service.settings.limits
        let tooLarge = APIError(
            .contentTooLarge, .tooLarge, code: "body_too_large",
            "the body has more than \(limits.bodyBytes) bytes; `limits: body` in the configuration sets this")
        // What says beforehand that it is too large is not waited for.
        if let length = request.headers[.contentLength], Int(length) ?? .max > limits.bodyBytes {
            throw tooLarge
        }
        let buffer: ByteBuffer
        do {
            buffer = try await within(seconds: limits.bodySeconds) {
                try await request.body.collect(upTo: limits.bodyBytes)
            }
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch let error as APIError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The connection broke, or what came over it was no HTTP.
            throw APIError(
                .badRequest, .invalidRequest, code: "broken_body", "the body could not be read to its end")
        }
        guard buffer.readableBytes > 0 else {
            throw APIError.invalid("the body is empty; expected JSON", code: "empty_body")
        }
        guard let text = String(validating: buffer.readableBytesView, as: UTF8.self) else {
            throw APIError.invalid("the body is not UTF-8 text", code: "invalid_json")
        }
        do { return try JSONValue.parse(text) } catch {
            throw APIError.invalid(error.description, code: "invalid_json")
        }
    }

    /// The body, read as `shape` says.
    func body<Body: Sendable>(_ shape: RequestShape<Body>, initial: Body) async throws -> Body {
        var body = initial
        try shape.read(try await self.body(), into: &body)
        return body
    }

    /// The model called `name`, if the key may use it.
    func lease(_ name: String) async throws -> ModelLease {
        let settings = try settings(of: name)
        context.notes.update { $0.model = settings.name }
        do { return try await service.pool.lease(name) } catch let error as APIError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            context.logger.error(
                "model cannot be loaded", metadata: ["model": "\(settings.name)", "error": "\(error)"])
            throw APIError(
                .serviceUnavailable, .unavailable, code: "model_unavailable",
                "the model '\(settings.name)' cannot be loaded; the server's log says why", retryAfter: 30)
        }
    }

    /// Runs `body`, and cancels `answer` if the client goes meanwhile.
    func whileConnected<Result>(_ answer: RunningAnswer, _ body: () async throws -> Result) async rethrows
        -> Result
    {
        // Whoever leaves early does not get to where the exact figures are noted.
        defer {
            context.notes.update {
                $0.promptTokens = max($0.promptTokens, answer.plan.prompt.count)
                $0.answerTokens = max($0.answerTokens, answer.count.value)
            }
        }
        guard let watch = service.watches[context.channel] else {
            answer.cancel()
            return try await body()
        }
        return try await watch.whileConnected(orElse: { answer.cancel() }, body)
    }

    /// Runs `body`, on a thread that may be busy for long if the request is large: a prompt of megabytes takes seconds to
    /// cut into tokens, and all streams share the few threads of Swift's pool.
    func unhurried<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? .max
        guard length > 64 << 10 else { return try body() }
        return try await onThread(body)
    }

    /// Runs `body` on a thread that may wait, for files and long work.
    func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    private func within<Value: Sendable>(
        seconds: Double, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else {
                throw APIError(
                    .requestTimeout, .timeout, code: "body_timeout",
                    "the body did not arrive within \(seconds) s")
            }
            return value
        }
    }
}

/// Random names.
enum Identifiers {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    static func random(_ length: Int) -> String {
        String(
            decoding: (0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] }, as: UTF8.self)
    }
}
