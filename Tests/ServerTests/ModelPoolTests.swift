// Which models are in memory, and who waits for whom.

import Foundation
import Inference
import Server
import Synchronization
import Testing
import TestSupport

@Suite("The model pool")
struct ModelPoolTests {
    /// What was loaded, in order; loads that fail or are held up.
    final class Loads: Sendable {
        private struct State {
            var order: [String] = []
            var failing: Set<String> = []
        }
        private let state = Mutex(State())
        private let gate = Mutex<[String: DispatchSemaphore]>([:])
        private let model = try? LoadedModel(path: TinyFiles.base)

        var order: [String] { state.withLock { $0.order } }
        func setFailing(_ names: Set<String>) { state.withLock { $0.failing = names } }
        func hold(_ name: String) { gate.withLock { $0[name] = DispatchSemaphore(value: 0) } }
        func letGo(_ name: String) { gate.withLock { $0[name] }?.signal() }

        func load(_ name: String) throws -> LoadedModel {
            state.withLock { $0.order.append(name) }
            gate.withLock { $0[name] }?.wait()
            guard let model, !state.withLock({ $0.failing.contains(name) }) else {
                throw ConnectionError("\(name) is broken")
            }
            return model
        }
    }

    private func settings(_ sizes: [String: Int], pinned: Set<String> = []) -> [ModelSettings] {
        sizes.keys.sorted().map { name in
            var model = ModelSettings(name: name, model: "\(sizes[name] ?? 0)")
            if pinned.contains(name) { model.isPinned = true }
            return model
        }
    }

    private func pool(
        _ models: [ModelSettings], budget: Int, _ loads: Loads, patience: Duration = .seconds(60)
    ) -> ModelPool {
        ModelPool(
            models, budget: budget, size: { Int($0.model) ?? 0 }, patience: patience, digest: { _ in "" },
            load: { try loads.load($0.name) },
            start: { _, loaded, _ in
                var options = Engine.Options()
                options.threads = 1
                options.context = 64
                return try Engine(loaded, options: options)
            })
    }

    private func names(_ pool: ModelPool) -> [String] { pool.loaded.map(\.name).sorted() }

    @Test("loads a model once, for however many ask for it")
    func once() async throws {
        let loads = Loads()
        let pool = pool(settings(["a": 1]), budget: 10, loads)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { withExtendedLifetime(try await pool.lease("a")) {} } }
            try await group.waitForAll()
        }
        #expect(loads.order == ["a"])
        await #expect(throws: APIError.self) { try await pool.lease("b") }
    }

    @Test("unloads the least recently used that nobody uses, and only as many as it must")
    func eviction() async throws {
        let loads = Loads()
        let pool = pool(settings(["a": 4, "b": 3, "c": 3, "d": 5]), budget: 10, loads)
        for name in ["a", "b", "c", "a"] { _ = try await pool.lease(name) }
        #expect(names(pool) == ["a", "b", "c"])
        _ = try await pool.lease("d")
        #expect(names(pool) == ["a", "d"])
        let held = try await pool.lease("a")
        _ = try await pool.lease("b")
        #expect(names(pool) == ["a", "b"])
        withExtendedLifetime(held) {}
    }

    @Test("lets a request wait until another's lease ends, and keeps what is leased")
    func waiting() async throws {
        let loads = Loads()
        let pool = pool(settings(["a": 6, "b": 6]), budget: 10, loads)
        var held: ModelLease? = try await pool.lease("a")
        let waiting = Task { try await pool.lease("b").model.name }
        try await Task.sleep(for: .milliseconds(50))
        #expect(names(pool) == ["a"] && held?.model.name == "a")
        held = nil
        #expect(try await waiting.value == "b")
        #expect(names(pool) == ["b"])
    }

    @Test("loads a model that is larger than the budget alone, but not beside one that always stays")
    func large() async throws {
        let loads = Loads()
        let alone = pool(settings(["a": 1, "big": 50]), budget: 10, loads)
        _ = try await alone.lease("a")
        _ = try await alone.lease("big")
        #expect(names(alone) == ["big"])
        let pinned = pool(settings(["a": 1, "big": 50], pinned: ["a"]), budget: 10, loads)
        _ = try await pinned.lease("a")
        let error = await #expect(throws: APIError.self) { try await pinned.lease("big") }
        #expect(error?.code == "model_unavailable")
        #expect(names(pinned) == ["a"])
    }

    @Test("tells all who wait for a model that cannot be loaded, and tries again for the next")
    func failing() async throws {
        let loads = Loads()
        loads.setFailing(["a"])
        loads.hold("a")
        let pool = pool(settings(["a": 1]), budget: 10, loads)
        let tasks = (0..<20).map { _ in Task { try await pool.lease("a") } }
        try await Task.sleep(for: .milliseconds(100))
        loads.letGo("a")
        for task in tasks { await #expect(throws: ConnectionError.self) { _ = try await task.value } }
        #expect(loads.order == ["a"])
        loads.setFailing([])
        loads.letGo("a")
        _ = try await pool.lease("a")
        #expect(loads.order == ["a", "a"])
    }

    @Test("gives a request that was given up no one else's failure, and nobody its own")
    func cancelled() async throws {
        let loads = Loads()
        let pool = pool(settings(["a": 6, "b": 6]), budget: 10, loads)
        var held: ModelLease? = try await pool.lease("a")
        let given = Task { try await pool.lease("b") }
        let kept = Task { try await pool.lease("b").model.name }
        try await Task.sleep(for: .milliseconds(50))
        given.cancel()
        held = nil
        #expect(try await kept.value == "b")
        await #expect(throws: CancellationError.self) { _ = try await given.value }
        withExtendedLifetime(held) {}
    }

    @Test("makes room after a while even where another model is never without a request")
    func turns() async throws {
        let loads = Loads()
        let pool = pool(settings(["a": 6, "b": 6]), budget: 10, loads, patience: .milliseconds(50))
        let isOver = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for start in 0..<3 {
                group.addTask {
                    try await Task.sleep(for: .milliseconds(start * 7))
                    while !isOver.isSet {
                        let lease = try await pool.lease("a")
                        try await Task.sleep(for: .milliseconds(20))
                        withExtendedLifetime(lease) {}
                    }
                }
            }
            group.addTask {
                try await Task.sleep(for: .milliseconds(30))
                for _ in 0..<3 { withExtendedLifetime(try await pool.lease("b")) {} }
                isOver.set()
            }
            try await group.waitForAll()
        }
        #expect(loads.order.contains("b"))
    }

    @Test("reloads what is configured anew once its users have ended, and lets go of what is gone")
    func reload() async throws {
        let loads = Loads()
        let pool = pool(settings(["a": 1, "b": 1]), budget: 10, loads)
        var held: ModelLease? = try await pool.lease("a")
        _ = try await pool.lease("b")
        var changed = settings(["a": 1])
        changed[0].context = 32
        pool.reload(changed, budget: 10)
        #expect(names(pool) == ["a"])
        await #expect(throws: APIError.self) { try await pool.lease("b") }
        let anew = Task { try await pool.lease("a").model.settings.context }
        try await Task.sleep(for: .milliseconds(50))
        #expect(held?.model.settings.context == nil)
        held = nil
        #expect(try await anew.value == 32)
        pool.reload([], budget: 10)
        #expect(try await eventually { names(pool).isEmpty })
    }

    @Test("never goes over its budget and never loses a request, whatever happens at once", arguments: 0..<3)
    func fuzz(seed: UInt64) async throws {
        let loads = Loads()
        let sizes = ["a": 3, "b": 4, "c": 5, "d": 2, "e": 9]
        let pool = pool(settings(sizes), budget: 10, loads, patience: .milliseconds(5))
        try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<16 {
                group.addTask {
                    var random = SeededGenerator(seed: seed * 100 + UInt64(worker))
                    var served = 0
                    for _ in 0..<40 {
                        let name = ["a", "b", "c", "d", "e"][Int.random(in: 0..<5, using: &random)]
                        let task = Task { try await pool.lease(name) }
                        if Int.random(in: 0..<8, using: &random) == 0 { task.cancel() }
                        guard let lease = try? await task.value else { continue }
                        #expect(lease.model.name == name)
                        let total = pool.loaded.reduce(0) { $0 + (sizes[$1.name] ?? 0) }
                        #expect(total <= 10)
                        #expect(pool.loaded.contains { $0 === lease.model })
                        if Int.random(in: 0..<4, using: &random) == 0 { await Task.yield() }
                        served += 1
                    }
                    return served
                }
            }
            let served = try await group.reduce(0, +)
            #expect(served > 500)
        }
    }
}

/// Set once, from any task.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
