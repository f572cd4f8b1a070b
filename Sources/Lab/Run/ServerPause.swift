// Until when a server that asked for patience is left alone, by all of a model's streams at once: the others would only
// be refused, too, and some servers count that against the caller. It knows neither servers nor failures.

import Synchronization

/// The pause of one model's streams.
final class ServerPause: Sendable {
    private struct State {
        var end = ContinuousClock.now
        var seconds = 0.0
    }

    private let state = Mutex(State())

    /// No stream asks for so many seconds from now on. A longer pause that is under way stays.
    func begin(seconds: Double) {
        let end = ContinuousClock.now + .seconds(seconds)
        state.withLock { state in
            if end > state.end { state = State(end: end, seconds: seconds) }
        }
    }

    /// Returns when there is no pause. Streams that waited come back one by one within a tenth of it: together they may be
    /// what the server could not take.
    func passed() async throws {
        while true {
            let state = state.withLock { $0 }
            guard state.end > .now else { return }
            try await Task.sleep(until: state.end + .seconds(state.seconds * .random(in: 0...0.1)))
        }
    }
}
