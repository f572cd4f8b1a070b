// The locked door between callers and the engine's thread: requests in, cancellations in, the engine's load out.
// It bounds the queue; it knows nothing of schedules.

import Dispatch
import Sampling
import Synchronization

/// A request on its way to the engine's thread.
struct Submission: Sendable {
    let id: Int
    let request: GenerationRequest
    let sampler: Sampler
    var embedding: EmbeddingSum?
    let reply: Reply
    let time: ContinuousClock.Instant
}

final class Mailbox: Sendable {
    struct Mail {
        var submissions: [Submission] = []
        var cancelled: [Int] = []
        var stopping = false
        /// No more requests; those under way have until then.
        var closing: ContinuousClock.Instant?
        var isEmpty: Bool {
            submissions.isEmpty && cancelled.isEmpty && !stopping && closing == nil
        }
    }

    /// What became of a request that was handed in.
    enum Receipt {
        case accepted
        case stopped
        /// The queue is full; the seconds are an estimate of when it will have room.
        case full(waiting: Int, retryAfterSeconds: Double)
    }

    private struct State {
        var mail = Mail()
        var load: EngineLoad
        /// Requests that were taken by the engine and are not in `load` yet.
        var inTransit = 0
        /// Mean seconds from a request's start to its end; nil before the first has ended.
        var serviceSeconds: Double?
        var hasEnded = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let arrived = DispatchSemaphore(value: 0)
    private let ids = Atomic<Int>(0)
    private let sequences: Int
    private let queueLimit: Int?

    /// - Parameters:
    ///   - sequences: how many the engine computes together.
    ///   - queueLimit: how many may wait beyond those; nil: any number.
    init(sequences: Int, queueLimit: Int?, load: EngineLoad) {
        self.sequences = sequences
        self.queueLimit = queueLimit
        state = Mutex(State(load: load))
    }

    func nextID() -> Int { ids.wrappingAdd(1, ordering: .relaxed).newValue }

    func post(_ submission: Submission) -> Receipt {
        let receipt = state.withLock { state -> Receipt in
            guard !state.mail.stopping, state.mail.closing == nil else { return .stopped }
            let waiting = waiting(state)
            if let queueLimit, waiting >= queueLimit {
                let rounds = Double(waiting + 1) / Double(sequences)
                return .full(
                    waiting: waiting, retryAfterSeconds: max(1, (state.serviceSeconds ?? 1) * rounds))
            }
            state.mail.submissions.append(submission)
            return .accepted
        }
        if case .accepted = receipt { arrived.signal() }
        return receipt
    }

    /// Requests for which there is no room in a step now. Where some wait for memory, a free place in the step is no
    /// use to the next.
    private func waiting(_ state: State) -> Int {
        let free = state.load.waiting > 0 ? 0 : sequences - state.load.running
        return state.load.waiting + state.inTransit + state.mail.submissions.count - free
    }

    func cancel(_ id: Int) {
        state.withLock { $0.mail.cancelled.append(id) }
        arrived.signal()
    }

    func stop() {
        state.withLock { $0.mail.stopping = true }
        arrived.signal()
    }

    /// Refuses requests from now on, and has the engine stop when it has nothing left to do, or at `time`.
    func close(_ time: ContinuousClock.Instant) {
        state.withLock { $0.mail.closing = min($0.mail.closing ?? time, time) }
        arrived.signal()
    }

    /// The engine's thread is done.
    func end() {
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when the engine's thread is done.
    func ended() async {
        await withCheckedContinuation { waiter in
            let isLate = state.withLock { state in
                if !state.hasEnded { state.waiters.append(waiter) }
                return state.hasEnded
            }
            if isLate { waiter.resume() }
        }
    }

    var load: EngineLoad {
        state.withLock { state in
            var load = state.load
            load.waiting += state.inTransit + state.mail.submissions.count
            return load
        }
    }

    /// Tells callers what the engine is at. `load` has all requests that were taken.
    func publish(_ load: EngineLoad, serviceSeconds: Double?) {
        state.withLock { state in
            state.load = load
            state.inTransit = 0
            state.serviceSeconds = serviceSeconds
        }
    }

    /// Takes what has come; waits for something if `waiting`.
    func take(waiting: Bool) -> Mail {
        while true {
            let taken = state.withLock { state in
                defer {
                    state.inTransit += state.mail.submissions.count
                    state.mail.submissions = []
                    state.mail.cancelled = []
                }
                return state.mail
            }
            if !waiting || !taken.isEmpty { return taken }
            arrived.wait()
        }
    }
}
