// What `bench` asks of the engine, and how its answers become rates. It knows requests and clocks; it knows
// nothing of ceilings and tables.

import FoundationEssentials
import Inference
import Models
import Sampling
import Tensors

/// A model and an engine sized for what is to be measured.
struct BenchSession {
    private let loaded: LoadedModel
    private let options: Engine.Options

    /// Throws where the model or the machine cannot hold what `plan` asks for, before anything is measured.
    init(_ loaded: LoadedModel, _ plan: [BenchMeasurement.Task], _ machine: MachineOptions) throws {
        let needed = plan.map(\.positions).max() ?? 2
        let trained = loaded.configuration.contextLength
        guard needed <= trained else {
            throw CommandError(
                "this needs \(needed) positions, and \(loaded.path) was trained for \(trained); "
                    + "lower --prefill, --depth or --decode")
        }
        if let context = machine.context, context < needed {
            throw CommandError(
                "--context \(context): this needs \(needed) positions; raise it or leave it out")
        }
        let sequences = plan.map(\.sequences).max() ?? 1
        var options = Engine.Options()
        options.threads = machine.threads ?? options.threads
        options.context = machine.context ?? max(needed, 2)
        options.kvType = machine.kv
        // One more for the request that holds the others back until all are there.
        options.sequences = sequences + 1
        let one = loaded.cacheBytes(context: options.context ?? needed, type: machine.kv)
        let memory = Int(ProcessInfo.processInfo.physicalMemory)
        guard one <= memory / 2 / options.sequences else {
            throw CommandError(
                "keys and values of \(sequences) sequences would take \(BenchTable.bytes(one * sequences)), more "
                    + "than half of this machine's \(BenchTable.bytes(memory)); lower --depth or --sequences")
        }
        options.kvBytes = one * options.sequences
        self.loaded = loaded
        self.options = options
    }

    /// Starts the engine.
    func start() throws -> BenchEngine {
        BenchEngine(
            engine: try Engine(loaded, options: options), vocabulary: loaded.configuration.vocabularySize,
            warmUpTokens: min(64, (options.context ?? 2) - 1),
            temperature: loaded.configuration.isMixtureOfExperts ? 1 : 0)
    }
}

/// Runs what is to be measured, one thing after the other.
struct BenchEngine {
    fileprivate let engine: Engine
    fileprivate let vocabulary: Int
    fileprivate let warmUpTokens: Int
    /// Drawn where experts are chosen: greedy answers of random weights repeat one token for ever, and with it
    /// one set of experts. For a dense model all tokens are the same work.
    fileprivate let temperature: Float

    /// Brings the weights into memory: with this many tokens every expert gets some.
    func warmUp(_ progress: BenchProgress) async throws {
        progress.show("reading the weights")
        _ = try await finish(engine.generate(request(prompt(warmUpTokens, seed: 0), tokens: 1)))
    }

    /// The rates of `repetitions` runs after one that does not count.
    func run(
        _ task: BenchMeasurement.Task, repetitions: Int, _ progress: BenchProgress
    ) async throws -> [Double] {
        var rates: [Double] = []
        for round in 0...repetitions {
            progress.show(round == 0 ? "\(task), first run" : "\(task), run \(round) of \(repetitions)")
            let rate: Double
            switch task.kind {
            case .prefill: rate = try await prefill(task, round: round)
            case .decode where round == 0:
                try await fill(task, progress)
                rate = 0
            case .decode: rate = try await decode(task, round: round)
            }
            if round > 0 { rates.append(rate) }
        }
        return rates
    }

    private func prefill(_ task: BenchMeasurement.Task, round: Int) async throws -> Double {
        let prompt = prompt(task.tokens, seed: round)
        return try await finish(engine.generate(request(prompt, tokens: 1))).prefillRate
    }

    /// Computes the prompts that decode starts from; their keys and values stay in the prefix cache.
    private func fill(_ task: BenchMeasurement.Task, _ progress: BenchProgress) async throws {
        for sequence in 0..<task.sequences {
            if task.depth > 0 {
                progress.show("\(task), filling the cache of sequence \(sequence + 1) of \(task.sequences)")
            }
            var request = request(self.prompt(sequence, of: task), tokens: min(8, task.tokens))
            request.usesPrefixCache = true
            _ = try await finish(engine.generate(request))
        }
    }

    /// Tokens a second of all sequences together, from the first token's time to the last one's.
    private func decode(_ task: BenchMeasurement.Task, round: Int) async throws -> Double {
        // While the engine computes this, the requests gather, and then start in one step.
        let plug =
            task.sequences > 1 ? try engine.generate(request(prompt(warmUpTokens, seed: -1), tokens: 1)) : nil
        let clock = ContinuousClock.now
        var generations: [(generation: Generation, submitted: Double)] = []
        for sequence in 0..<task.sequences {
            // The first token belongs to the prompt; the ones after it are timed.
            var request = request(prompt(sequence, of: task), tokens: task.tokens + 1)
            request.usesPrefixCache = true
            request.sampling.seed = UInt64(round << 16 + sequence)
            let submitted = (ContinuousClock.now - clock) / .seconds(1)
            generations.append((try engine.generate(request), submitted))
        }
        if let plug { _ = try await finish(plug) }
        var first = Double.infinity
        var last = 0.0
        var timed = 0
        for (generation, submitted) in generations {
            let summary = try await finish(generation)
            let page = KVType.pagePositions
            guard summary.cachedTokens >= task.depth / page * page else {
                throw CommandError("\(task): the cache lost keys and values; lower --depth or --sequences")
            }
            timed += summary.generatedTokens - 1
            first = min(first, submitted + summary.firstTokenSeconds)
            last = max(last, submitted + summary.firstTokenSeconds + summary.decodeSeconds)
        }
        precondition(timed == task.sequences * task.tokens, "an answer ended before its time")
        return Double(timed) / max(last - first, 1e-9)
    }

    private func finish(_ generation: Generation) async throws -> GenerationSummary {
        for try await event in generation {
            if case .finished(let summary) = event { return summary }
        }
        throw CancellationError()
    }

    private func request(_ prompt: [Int32], tokens: Int) -> GenerationRequest {
        GenerationRequest(
            prompt: prompt, maxTokens: tokens, sampling: SamplingParameters(temperature: temperature),
            usesPrefixCache: false)
    }

    /// What sequence `sequence` starts from: the same in every run, so that the cache knows it.
    private func prompt(_ sequence: Int, of task: BenchMeasurement.Task) -> [Int32] {
        prompt(task.depth + 1, seed: 1 << 20 + sequence)
    }

    /// Token ids without a pattern; their values do not change the work, but routers see them.
    private func prompt(_ count: Int, seed: Int) -> [Int32] {
        var state = UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int32((state >> 33) % UInt64(vocabulary))
        }
    }
}
