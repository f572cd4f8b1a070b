// What all requests share: models, settings, who may come in, what is counted. Knows no endpoint.

import Hummingbird
import Inference
import Synchronization

/// The server's state, for handlers.
final class Service: Sendable {
    let pool: ModelPool
    let watches = ClientWatch.Directory()
    var metrics: Metrics { pool.metrics }
    let rates = RateLimits()
    let traces = TraceStore()
    let facts = FactsCache()
    let version: String
    /// Unix seconds.
    let started = OpenAIParts.now
    private let current: Mutex<(settings: ServerSettings, keyring: Keyring)>
    private let gate = Mutex(Gate())

    private struct Gate {
        var isReady = false
        var isDraining = false
        var running = 0
    }

    init(_ settings: ServerSettings, pool: ModelPool, version: String) {
        current = Mutex((settings, Keyring(settings.keys)))
        self.pool = pool
        self.version = version
    }

    /// The settings as of now: SIGHUP changes them.
    var settings: ServerSettings {
        get { current.withLock { $0.settings } }
        set { current.withLock { $0 = (newValue, Keyring(newValue.keys)) } }
    }

    /// Who may come in, as of now.
    var keyring: Keyring { current.withLock { $0.keyring } }

    /// Whether the models that are to be there from the start are loaded.
    var isReady: Bool {
        get { gate.withLock { $0.isReady && !$0.isDraining } }
        set { gate.withLock { $0.isReady = newValue } }
    }

    /// Requests that are being answered.
    var running: Int { gate.withLock { $0.running } }

    var isDraining: Bool { gate.withLock { $0.isDraining } }

    /// Lets no new requests in from now on.
    func drain() { gate.withLock { $0.isDraining = true } }

    /// Counts a request in; throws while the server is ending.
    func enter() throws {
        try gate.withLock { gate in
            guard !gate.isDraining else {
                throw APIError(
                    .serviceUnavailable, .unavailable, code: "shutting_down",
                    "the server is ending; try another",
                    retryAfter: 5)
            }
            gate.running += 1
        }
    }

    func leave() { gate.withLock { $0.running -= 1 } }
}
