// Which models are in memory. Loads on demand, within a budget; unloads those that nobody uses, least recently
// used first. Knows no request: whoever holds a lease keeps its model.

import FoundationEssentials
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

    private struct State {
        var settings: [ModelSettings]
        var budget: Int
        var entries: [String: Entry] = [:]
        var clock = 0
        /// Requests that wait for a model to be loaded or unloaded.
        var waiting: [CheckedContinuation<Void, Never>] = []

        var bytes: Int { entries.values.reduce(0) { $0 + $1.bytes } }

        mutating func wakeAll() -> [CheckedContinuation<Void, Never>] {
            defer { waiting = [] }
            return waiting
        }
    }

    /// What is counted, of the models and of the server around them.
    let metrics = Metrics()
    private let state: Mutex<State>
    private let loader: Loader
    private let starter: Starter
    private let size: @Sendable (ModelSettings) -> Int
    /// Where a model's files are, loaded or not. Throws where they are not.
    let path: @Sendable (ModelSettings) throws -> String

    /// - Parameters:
    ///   - budget: bytes that loaded models may take together. A model that is larger by itself is still loaded, alone:
    ///     its weights stay in the mapped file.
    ///   - size: bytes that a model takes, before it is loaded.
    ///   - path: where a model's files are.
    package init(
        _ settings: [ModelSettings], budget: Int, size: @escaping @Sendable (ModelSettings) -> Int,
        path: @escaping @Sendable (ModelSettings) throws -> String = { $0.model },
        load: @escaping Loader, start: @escaping Starter
    ) {
        state = Mutex(State(settings: settings, budget: budget))
        loader = load
        starter = start
        self.size = size
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
            let old = state.settings
            state.settings = settings
            state.budget = budget
            for (name, entry) in state.entries where entry.users == 0 {
                let isSame = settings.first { $0.name == name } == old.first { $0.name == name }
                if case .loaded = entry.condition, !isSame { state.entries[name] = nil }
            }
            return state.wakeAll()
        }
        for continuation in woken { continuation.resume() }
    }

    /// The settings under `name`, which may be an alias.
    package func settings(of name: String) throws -> ModelSettings {
        let all = settings
        guard let found = all.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
            throw APIError.unknownModel(name, known: all.map(\.name))
        }
        return found
    }

    /// The model called `name`, kept in memory as long as the lease lives. Waits while it is loaded, or until others
    /// make room for it.
    package func lease(_ name: String) async throws -> ModelLease {
        let settings = try settings(of: name)
        while true {
            try Task.checkCancellation()
            switch step(settings) {
            case .take(let model): return ModelLease(model) { [self] in release(settings.name) }
            case .load: try await load(settings)
            case .wait:
                await withCheckedContinuation { continuation in
                    // Something may have changed since the step; then there is nothing to wait for.
                    let isOver = state.withLock { state in
                        guard case .wait = Self.step(&state, settings, size: size, isDry: true) else {
                            return true
                        }
                        state.waiting.append(continuation)
                        return false
                    }
                    if isOver { continuation.resume() }
                }
            }
        }
    }

    private enum Step {
        case take(ServedModel)
        case load
        case wait
    }

    private func step(_ settings: ModelSettings) -> Step {
        state.withLock { Self.step(&$0, settings, size: size, isDry: false) }
    }

    private static func step(
        _ state: inout State, _ settings: ModelSettings, size: (ModelSettings) -> Int, isDry: Bool
    ) -> Step {
        if var entry = state.entries[settings.name] {
            guard case .loaded(let model) = entry.condition else { return .wait }
            if model.settings == settings || entry.users > 0 {
                if !isDry {
                    state.clock += 1
                    entry.users += 1
                    entry.lastUse = state.clock
                    state.entries[settings.name] = entry
                }
                return .take(model)
            }
            if !isDry { state.entries[settings.name] = nil }
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
        guard free >= needed || isAlone else { return .wait }
        if !isDry {
            for name in victims { state.entries[name] = nil }
            state.entries[settings.name] = Entry(condition: .loading, bytes: needed)
        }
        return .load
    }

    private func load(_ settings: ModelSettings) async throws {
        let outcome: Result<ServedModel, any Error>
        do {
            let model = try await NIOThreadPool.singleton.runIfActive { [loader, starter, metrics] in
                let loaded = try loader(settings)
                let observer = EngineMetrics(metrics, model: settings.name)
                return ServedModel(
                    settings: settings, loaded: loaded, engine: try starter(settings, loaded, observer),
                    created: Int(Date().timeIntervalSince1970))
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
        for continuation in woken { continuation.resume() }
        _ = try outcome.get()
    }

    private func release(_ name: String) {
        let woken = state.withLock { state in
            state.entries[name]?.users -= 1
            return state.entries[name]?.users == 0 ? state.wakeAll() : []
        }
        for continuation in woken { continuation.resume() }
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
