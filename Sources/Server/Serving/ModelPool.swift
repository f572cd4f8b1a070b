// Which models are in memory. Loads on demand, within a budget; unloads those that nobody uses, least recently
// used first. Knows no request: whoever holds a lease keeps its model.

import FoundationEssentials
import HTTPTypes
package import Inference
import NIOPosix
import Synchronization

/// The models of a server.
package final class ModelPool: Sendable {
    /// Opens the weights of a model; may take long, and runs on a thread that may block.
    package typealias Loader = @Sendable (ModelSettings) throws -> LoadedModel
    /// Starts an engine for what was loaded, which the observer watches.
    package typealias Starter = @Sendable (ModelSettings, LoadedModel, any EngineObserver) throws -> Engine

    private enum Condition {
        case loading
        case loaded(ServedModel)
    }

    private struct Entry {
        var condition: Condition
        var bytes: Int
        var users = 0
        var lastUse = 0

        /// What is being loaded stays, too.
        var isPinned: Bool {
            if case .loaded(let model) = condition { model.settings.isPinned ?? false } else { true }
        }
    }

    /// A request that waits for a model to be loaded, or for room.
    private struct Waiter {
        let model: String
        /// Resumed with the error that the model cannot be loaded with, or nil: look again.
        let continuation: CheckedContinuation<(any Error)?, Never>
    }

    private struct State {
        var settings: [ModelSettings]
        var budget: Int
        var entries: [String: Entry] = [:]
        var clock = 0
        var waiting: [Waiter] = []
        /// The models that need room others have, and since when.
        var turns: [(model: String, since: ContinuousClock.Instant)] = []

        var bytes: Int { entries.values.reduce(0) { $0 + $1.bytes } }

        mutating func wakeAll() -> [Waiter] {
            defer { waiting = [] }
            return waiting
        }

        /// Whether a model is offered as it is loaded.
        func isCurrent(_ model: ServedModel) -> Bool {
            settings.contains { $0 == model.settings }
        }
    }

    /// How long requests for models in memory may keep another one waiting for room. A swap costs a second or more, so
    /// a model that has just been loaded is to be of some use.
    package static let standardPatience = Duration.seconds(10)

    /// What is counted, of the models and of the server around them.
    let metrics = Metrics()
    private let state: Mutex<State>
    private let loader: Loader
    private let starter: Starter
    private let digest: @Sendable (LoadedModel) throws -> String
    private let size: @Sendable (ModelSettings) -> Int
    private let patience: Duration
    /// Where a model's files are, loaded or not. Throws where they are not.
    let path: @Sendable (ModelSettings) throws -> String

    /// - Parameters:
    ///   - budget: bytes that loaded models may take together. A model that is larger by itself is still loaded, alone:
    ///     its weights stay in the mapped file.
    ///   - size: bytes that a model takes, before it is loaded.
    ///   - path: where a model's files are.
    ///   - patience: how long requests for models in memory may keep another one waiting for room.
    ///   - digest: SHA-256 of a model's files, for receipts.
    package init(
        _ settings: [ModelSettings], budget: Int, size: @escaping @Sendable (ModelSettings) -> Int,
        path: @escaping @Sendable (ModelSettings) throws -> String = { $0.model },
        patience: Duration = standardPatience, digest: @escaping @Sendable (LoadedModel) throws -> String,
        load: @escaping Loader, start: @escaping Starter
    ) {
        state = Mutex(State(settings: settings, budget: budget))
        loader = load
        starter = start
        self.size = size
        self.patience = patience
        self.digest = digest
        self.path = path
    }

    /// The models on offer, loaded or not.
    package var settings: [ModelSettings] { state.withLock { $0.settings } }

    /// The models in memory.
    package var loaded: [ServedModel] {
        state.withLock { state in
            state.entries.values.compactMap {
                if case .loaded(let model) = $0.condition { model } else { nil }
            }
        }
    }

    /// Offers other models from now on. Those that are gone or changed are unloaded when nobody uses them.
    package func reload(_ settings: [ModelSettings], budget: Int) {
        let woken = state.withLock { state in
            state.settings = settings
            state.budget = budget
            for (name, entry) in state.entries where entry.users == 0 {
                if case .loaded(let model) = entry.condition, !state.isCurrent(model) {
                    state.entries[name] = nil
                }
            }
            return state.wakeAll()
        }
        for waiter in woken { waiter.continuation.resume(returning: nil) }
    }

    /// The settings under `name`, which may be an alias.
    package func settings(of name: String) throws -> ModelSettings {
        let all = settings
        guard let found = all.first(where: { $0.answers(to: name) }) else {
            throw APIError.unknownModel(name, known: all.map(\.name))
        }
        return found
    }

    /// The model called `name`, kept in memory as long as the lease lives. Waits while it is loaded, or until others
    /// make room for it. Throws what loading throws, to all that wait for it.
    package func lease(_ name: String) async throws -> ModelLease {
        while true {
            if Task.isCancelled {
                giveUp(name)
                throw CancellationError()
            }
            // Looked up in each round: the configuration may have been read again meanwhile.
            let settings = try settings(of: name)
            switch state.withLock({ step(&$0, settings) }) {
            case .take(let model): return ModelLease(model) { [self] in release(settings.name) }
            case .load: try await load(settings)
            case .refuse(let error):
                giveUp(settings.name)
                throw error
            case .wait:
                let error: (any Error)? = await withCheckedContinuation { continuation in
                    // Something may have changed since the step; then there is nothing to wait for.
                    let isOver = state.withLock { state in
                        guard case .wait = step(&state, settings, isDry: true) else { return true }
                        state.waiting.append(Waiter(model: settings.name, continuation: continuation))
                        return false
                    }
                    if isOver { continuation.resume(returning: nil) }
                }
                if let error { throw error }
            }
        }
    }

    private enum Step {
        case take(ServedModel)
        case load
        case wait
        case refuse(APIError)
    }

    /// What a request for a model is to do now. Dry: only say so.
    private func step(_ state: inout State, _ settings: ModelSettings, isDry: Bool = false) -> Step {
        if var entry = state.entries[settings.name] {
            guard case .loaded(let model) = entry.condition else { return .wait }
            if model.settings == settings {
                guard entry.isPinned || !isOthersTurn(state, settings.name) else { return .wait }
                if !isDry {
                    state.clock += 1
                    entry.users += 1
                    entry.lastUse = state.clock
                    state.entries[settings.name] = entry
                }
                return .take(model)
            }
            // Configured anew: those who use it as it was come to their end first.
            guard entry.users == 0 else { return .wait }
            state.entries[settings.name] = nil
        }
        let needed = size(settings)
        var free = state.budget - state.bytes
        var victims: [String] = []
        let idle = state.entries.filter { $0.value.users == 0 && !$0.value.isPinned }
        for (name, entry) in idle.sorted(by: { $0.value.lastUse < $1.value.lastUse }) where free < needed {
            victims.append(name)
            free += entry.bytes
        }
        let isAlone = victims.count == state.entries.count
        guard free >= needed || isAlone else {
            if let error = refusal(state, settings, needed) { return .refuse(error) }
            if !isDry, !state.turns.contains(where: { $0.model == settings.name }) {
                state.turns.append((settings.name, .now))
            }
            return .wait
        }
        if !isDry {
            for name in victims { state.entries[name] = nil }
            state.entries[settings.name] = Entry(condition: .loading, bytes: needed)
            state.turns.removeAll { $0.model == settings.name }
        }
        return .load
    }

    /// Whether another model has waited so long for room that `name` is to come to its end first. Without this a model
    /// that always has a request in it would keep all others out.
    private func isOthersTurn(_ state: State, _ name: String) -> Bool {
        guard let first = state.turns.first, first.model != name else { return false }
        return .now - first.since >= patience && state.waiting.contains { $0.model == first.model }
    }

    /// A request for `name` waits no longer: if it was the last, others need not make room.
    private func giveUp(_ name: String) {
        let woken = state.withLock { state -> [Waiter] in
            guard !state.waiting.contains(where: { $0.model == name }) else { return [] }
            state.turns.removeAll { $0.model == name }
            return state.wakeAll()
        }
        for waiter in woken { waiter.continuation.resume(returning: nil) }
    }

    /// Why a model will never have room: others are never unloaded.
    private func refusal(_ state: State, _ settings: ModelSettings, _ needed: Int) -> APIError? {
        let pinned = state.entries.values.filter {
            if case .loaded = $0.condition { $0.isPinned } else { false }
        }
        guard !pinned.isEmpty, state.budget - pinned.reduce(0, { $0 + $1.bytes }) < needed else { return nil }
        return APIError(
            .serviceUnavailable, .unavailable, code: "model_unavailable",
            "there is no memory for the model '\(settings.name)' beside those that are always loaded")
    }

    private func load(_ settings: ModelSettings) async throws {
        let outcome: Result<ServedModel, any Error>
        do {
            let model = try await NIOThreadPool.singleton.runIfActive { [loader, starter, digest, metrics] in
                let loaded = try loader(settings)
                let observer = EngineMetrics(metrics, model: settings.name)
                return ServedModel(
                    settings: settings, loaded: loaded, engine: try starter(settings, loaded, observer),
                    created: Int(Date().timeIntervalSince1970), digest: digest)
            }
            outcome = .success(model)
        } catch { outcome = .failure(error) }
        let woken = state.withLock { state in
            switch outcome {
            case .success(let model): state.entries[settings.name]?.condition = .loaded(model)
            case .failure: state.entries[settings.name] = nil
            }
            return state.wakeAll()
        }
        // One failure for all that wait for this model; but a request that was given up is no failure of the model's.
        var failure: (any Error)?
        if case .failure(let error) = outcome, !(error is CancellationError) { failure = error }
        for waiter in woken {
            waiter.continuation.resume(returning: waiter.model == settings.name ? failure : nil)
        }
        _ = try outcome.get()
    }

    private func release(_ name: String) {
        let woken = state.withLock { state -> [Waiter] in
            guard var entry = state.entries[name] else { return [] }
            entry.users -= 1
            state.entries[name] = entry
            guard entry.users == 0 else { return [] }
            if case .loaded(let model) = entry.condition, !state.isCurrent(model) {
                state.entries[name] = nil
            }
            return state.wakeAll()
        }
        for waiter in woken { waiter.continuation.resume(returning: nil) }
    }

    /// Ends the engines of all loaded models, and waits until what they keep over a restart is written.
    package func shutdown() async { for model in loaded { await model.engine.shutdown() } }

    /// Ends the engines of all loaded models.
    package func stop() { for model in loaded { model.engine.stop() } }
}

/// A model in use.
package final class ModelLease: Sendable {
    package let model: ServedModel
    private let release: @Sendable () -> Void

    init(_ model: ServedModel, release: @escaping @Sendable () -> Void) {
        self.model = model
        self.release = release
    }

    deinit { release() }
}
