// Threads that run kernels. One forward pass is one `run`: every worker executes the same code and
// meets the others at the end of each parallel loop. The pool knows nothing of what is computed.
//
// These threads are not Swift's cooperative pool: waiting at a barrier there would stall the tasks
// that write to sockets and terminals.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import CKernels
import Synchronization

/// A fixed team of threads for numeric loops. The caller of `run` is worker 0.
///
/// Workers spin for a short while between parallel loops and then sleep, so an idle pool costs
/// nothing and a busy one does not wait for the kernel's scheduler.
public final class ThreadPool: Sendable {
    /// Workers, the caller among them.
    public let workers: Int
    private let team: Team

    /// Starts `workers - 1` threads (at least one worker; the number of usable CPUs by default).
    public init(workers: Int = ThreadPool.usableCPUs) {
        self.workers = max(1, workers)
        team = Team(workers: self.workers)
        for index in 1..<max(self.workers, 1) { team.startThread(index: index) }
    }

    deinit { team.stop() }

    /// Runs `body` once on every worker, the calling thread among them, and returns when all are done.
    /// One `run` at a time: the engine's thread is the only caller.
    public func run(_ body: @escaping @Sendable (inout Worker) -> Void) {
        team.run(body)
    }

    /// CPUs this process may use (its affinity mask), not all that the machine has.
    public static var usableCPUs: Int { sir_usable_cpus() }
}

/// One thread's view of a `run`: parallel loops that end in a barrier.
///
/// All workers must execute the same sequence of loops.
public struct Worker: ~Copyable {
    /// This worker's number, 0 ..< count.
    public let index: Int
    /// Workers in the team.
    public var count: Int { team.workers }
    private unowned(unsafe) let team: Team
    private var loop = 0

    fileprivate init(index: Int, team: Team) {
        self.index = index
        self.team = team
    }

    /// Runs `body` over 0 ..< items in pieces of `grain`, shared out among the workers as they come
    /// free, and waits for all of them.
    @inline(__always)
    package mutating func forEach(_ items: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
        if team.workers == 1 {
            if items > 0 { body(0..<items) }
            return
        }
        let ticket = team.tickets[loop & 3]
        while true {
            let start = ticket.value.wrappingAdd(grain, ordering: .relaxed).oldValue
            if start >= items { break }
            body(start..<min(start + grain, items))
        }
        team.barrier()
        // Reused three loops from now, with barriers in between: nobody reads it before then.
        if index == 0 { ticket.value.store(0, ordering: .relaxed) }
        loop += 1
    }
}

/// A counter on cache lines of its own.
private final class Counter: Sendable {
    private let front: (Int, Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0, 0)
    let value = Atomic<Int>(0)
    private let back: (Int, Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0, 0)
}

/// What the threads share.
///
/// `@unchecked Sendable`: `body` is written by the caller before `runs` is counted up and read by
/// the workers after they acquire it.
private final class Team: @unchecked Sendable {
    /// Spins before a waiting thread sleeps: some 0.1 ms, longer than workers usually wait for each other
    /// within a forward pass. On a busy machine a spinning thread burns the very time that the one it waits
    /// for would need: LOG.md, 2026-11-23.
    static let spins = 4_000

    let workers: Int
    let tickets = [Counter(), Counter(), Counter(), Counter()]
    private var body: (@Sendable (inout Worker) -> Void)?
    private let runs = Counter()
    private let arrived = Counter()
    private let barriers = Counter()
    private let sleepers = Counter()
    private let stopping = Atomic<Bool>(false)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(workers: Int) {
        self.workers = workers
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
    }

    deinit {
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(mutex)
        wake.deallocate()
        mutex.deallocate()
    }

    func startThread(index: Int) {
        final class Start {
            let team: Team
            let index: Int
            init(team: Team, index: Int) {
                self.team = team
                self.index = index
            }
        }
        let start = Unmanaged.passRetained(Start(team: self, index: index))
        var thread = pthread_t()
        #if canImport(Darwin)
            let failed = pthread_create(
                &thread, nil,
                {
                    let start = Unmanaged<Start>.fromOpaque($0).takeRetainedValue()
                    start.team.serve(index: start.index)
                    return nil
                }, start.toOpaque())
        #else
            let failed = pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                    start.team.serve(index: start.index)
                    return nil
                }, start.toOpaque())
        #endif
        precondition(failed == 0, "cannot start thread \(index): error \(failed)")
        pthread_detach(thread)
    }

    func run(_ newBody: @escaping @Sendable (inout Worker) -> Void) {
        body = newBody
        for ticket in tickets { ticket.value.store(0, ordering: .relaxed) }
        advance(runs)
        var worker = Worker(index: 0, team: self)
        newBody(&worker)
        if workers > 1 { barrier() }
        body = nil
    }

    func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        advance(runs)
    }

    /// A worker thread's life: wait for a `run`, take part, wait again.
    private func serve(index: Int) {
        var seen = 0
        while true {
            seen = wait(for: runs, after: seen)
            if stopping.load(ordering: .sequentiallyConsistent) { return }
            var worker = Worker(index: index, team: self)
            body?(&worker)
            barrier()
        }
    }

    /// Waits until all workers are here.
    func barrier() {
        let seen = barriers.value.load(ordering: .relaxed)
        if arrived.value.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == workers {
            arrived.value.store(0, ordering: .relaxed)
            advance(barriers)
        } else {
            _ = wait(for: barriers, after: seen)
        }
    }

    /// Counts up and wakes those who sleep. Sequential consistency: either we see the sleeper, or it sees
    /// the new count before it sleeps.
    private func advance(_ counter: Counter) {
        counter.value.wrappingAdd(1, ordering: .sequentiallyConsistent)
        guard sleepers.value.load(ordering: .sequentiallyConsistent) > 0 else { return }
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
    }

    /// Spins, then sleeps, until `counter` is no longer `seen`; returns what it is then.
    private func wait(for counter: Counter, after seen: Int) -> Int {
        for _ in 0..<Team.spins {
            let now = counter.value.load(ordering: .acquiring)
            if now != seen { return now }
            sir_spin_pause()
        }
        pthread_mutex_lock(mutex)
        sleepers.value.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while counter.value.load(ordering: .sequentiallyConsistent) == seen { pthread_cond_wait(wake, mutex) }
        sleepers.value.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
        return counter.value.load(ordering: .sequentiallyConsistent)
    }
}
