// Keys and values on the disk: found after a restart, and never anything but what they were.

import Foundation
import Inference
import Models
import Sampling
import SystemPackage
import Tensors
import TestSupport
import Testing

@Suite("Stored keys and values", .serialized, .timeLimit(.minutes(5)))
struct KVStoreTests {
    private let model = TinyModel(experts: 8, expertsPerToken: 2, format: .q8_0, seed: 61)
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func options(
        model: String = "tiny", byteLimit: Int = 1 << 30, change: (inout Engine.Options) -> Void = { _ in }
    ) -> Engine.Options {
        var options = Engine.Options()
        options.kvStore = KVStore(folder: folder.path.string + "/kv", model: model, byteLimit: byteLimit)
        change(&options)
        return options
    }

    /// Texts that share beginnings, of one to five pages.
    private func requests(_ count: Int, seed: UInt64) -> [GenerationRequest] {
        var random = SeededGenerator(seed: seed)
        let stem = (0..<150).map { _ in Int32.random(in: 3..<Int32(model.vocabularySize), using: &random) }
        return (0..<count).map { index in
            var request = randomRequest(&random, vocabulary: model.vocabularySize)
            request.prompt = stem.prefix(index.isMultiple(of: 2) ? 150 : 66) + request.prompt
            request.maxTokens = 10
            return request
        }
    }

    private var files: [URL] {
        get throws {
            try FileManager.default.contentsOfDirectory(
                at: URL(filePath: folder.path.string + "/kv"), includingPropertiesForKeys: [.fileSizeKey]
            ).sorted { $0.path < $1.path }
        }
    }

    /// Computes `requests` in an engine of its own, which writes its pages and ends.
    private func compute(_ loaded: LoadedModel, _ requests: [GenerationRequest], _ options: Engine.Options)
        async throws -> (answers: [Answer], load: KVStoreLoad)
    {
        let engine = try Engine(loaded, options: options)
        var answers: [Answer] = []
        for request in requests { answers.append(try await engine.generate(request).answer()) }
        await engine.shutdown()
        return (answers, engine.load.store)
    }

    @Test(
        "are found after a restart, and the answers are the same bits",
        arguments: [(1, 512, KVType.f16), (2, 7, .f16), (2, 512, .f32)])
    func restart(threads: Int, chunk: Int, kvType: KVType) async throws {
        let loaded = try model.load()
        let requests = requests(6, seed: 1)
        let options = options {
            $0.threads = threads; $0.prefillChunk = chunk; $0.kvType = kvType
        }
        let first = try await compute(loaded, requests, options)
        #expect(first.load.pagesWritten > 3 && first.load.pagesRead == 0)
        #expect(try files.count == first.load.pagesWritten)
        let second = try await compute(loaded, requests, options)
        #expect(second.load.pagesRead > 3 && second.load.pagesRefused == 0)
        #expect(second.load.pagesWritten == 0)  // nothing new to write
        for (index, (before, after)) in zip(first.answers, second.answers).enumerated() {
            #expect(after.fingerprint == before.fingerprint)
            #expect(after.summary?.cachedTokens ?? 0 >= (requests[index].prompt.count - 1) / 64 * 64)
        }
    }

    @Test("serve many requests at once, some of which want nothing to be cached")
    func crowd() async throws {
        let loaded = try model.load()
        let requests = requests(12, seed: 2)
        let expected = try await plainAnswers(loaded, requests)
        _ = try await compute(loaded, requests, options())
        let engine = try Engine(loaded, options: options { $0.prefillChunk = 20 })
        let running = try requests.enumerated().map { index, request in
            var request = request
            request.usesPrefixCache = index % 4 != 3
            request.promptLogProbabilities = index % 5 == 4 ? 1 : nil
            return try engine.generate(request)
        }
        for (index, generation) in running.enumerated() {
            let answer = try await generation.answer()
            #expect(answer.fingerprint == expected[index])
            if index % 4 == 3 || index % 5 == 4 { #expect(answer.summary?.cachedTokens == 0) }
        }
        #expect(engine.load.store.pagesRead > 0)
    }

    @Test("take in what a small cache evicts, and give it back without a restart")
    func eviction() async throws {
        let loaded = try model.load()
        let requests = requests(10, seed: 3).filter { $0.prompt.count < 300 }
        let expected = try await plainAnswers(loaded, requests)
        let engine = try Engine(
            loaded,
            options: options {
                $0.context = 384; $0.kvBytes = 0
            })
        for _ in 0..<3 {
            for (request, expected) in zip(requests, expected) {
                #expect(try await engine.generate(request).answer().fingerprint == expected)
            }
            try await Task.sleep(for: .milliseconds(200))  // for the disk
        }
        #expect(engine.load.store.pagesWritten > 0 && engine.load.store.pagesRead > 0)
    }

    /// Each changes the files of a folder so that none may be used.
    private static let damages: [(name: String, damage: @Sendable ([URL]) throws -> Void)] = [
        ("truncated", { for file in $0 { try edit(file) { $0.removeLast() } } }),
        ("empty", { for file in $0 { try edit(file) { $0.removeAll() } } }),
        ("longer", { for file in $0 { try edit(file) { $0 += [0, 0, 0, 0, 0, 0, 0, 0] } } }),
        ("one bit of the keys and values", { for file in $0 { try edit(file) { $0[$0.count - 100] ^= 1 } } }),
        ("the last bit", { for file in $0 { try edit(file) { $0[$0.count - 1] ^= 128 } } }),
        ("the magic", { for file in $0 { try edit(file) { $0[0] ^= 1 } } }),
        ("the checksum", { for file in $0 { try edit(file) { $0[9] ^= 1 } } }),
        ("a length", { for file in $0 { try edit(file) { $0[16] ^= 1 } } }),
        ("the identity", { for file in $0 { try edit(file) { $0[41] ^= 1 } } }),
        (
            "a token",
            { for file in $0 { try edit(file) { $0[40 + (Int($0[16]) + 7) / 8 * 8] ^= 1 } } }
        ),
        (
            "under each other's names",
            { files in
                let contents = try files.map { try Data(contentsOf: $0) }
                for (index, file) in files.enumerated() {
                    try contents[(index + 1) % files.count].write(to: file)
                }
            }
        ),
    ]

    // On `Data`: Swift 6.3 frees an array made of it before the copy into it, where `removeAll` makes the copy useless.
    private static func edit(_ file: URL, _ change: (inout Data) -> Void) throws {
        var bytes = try Data(contentsOf: file)
        change(&bytes)
        try bytes.write(to: file)
    }

    @Test("damaged or swapped are refused, removed and computed again", arguments: damages.indices)
    func damage(index: Int) async throws {
        let loaded = try model.load()
        let requests = requests(3, seed: 4)
        let first = try await compute(loaded, requests, options())
        try Self.damages[index].damage(try files)
        let second = try await compute(loaded, Array(requests.prefix(1)), options())
        #expect(second.load.pagesRefused > 0 && second.load.pagesRead == 0, "\(Self.damages[index].name)")
        #expect(second.answers[0].fingerprint == first.answers[0].fingerprint)
        #expect(second.answers[0].summary?.cachedTokens == 0)
        let third = try await compute(loaded, Array(requests.prefix(1)), options())
        #expect(third.load.pagesRead > 0)  // what was computed again was written again
        #expect(third.answers[0].fingerprint == first.answers[0].fingerprint)
    }

    @Test("of another model or type are not even looked at")
    func foreign() async throws {
        let loaded = try model.load()
        let requests = requests(2, seed: 5)
        _ = try await compute(loaded, requests, options())
        for other in [options(model: "other"), options { $0.kvType = .f32 }] {
            let answers = try await compute(loaded, requests, other)
            #expect(answers.load.pagesRead == 0 && answers.load.pagesRefused == 0)
            #expect(answers.answers[0].summary?.cachedTokens == 0)
        }
        #expect(try await compute(loaded, requests, options()).load.pagesRead > 0)
    }

    @Test("take no more bytes than they may; what was used last stays")
    func byteLimit() async throws {
        let loaded = try model.load()
        let requests = requests(1, seed: 6) + (7..<16).flatMap { self.requests(1, seed: $0) }
        _ = try await compute(loaded, Array(requests.prefix(1)), options())
        let size = try #require(try files.first?.resourceValues(forKeys: [.fileSizeKey]).fileSize)
        let limit = 8 * size
        for request in requests { _ = try await compute(loaded, [request], options(byteLimit: limit)) }
        let total = try files.reduce(0) {
            $0 + (try $1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
        }
        #expect(total <= limit && total > limit / 2)
        let last = try await compute(loaded, [requests[requests.count - 1]], options(byteLimit: limit))
        #expect(last.load.pagesRead > 0)
        let first = try await compute(loaded, [requests[0]], options(byteLimit: limit))
        #expect(first.load.pagesRead == 0)
        let none = try await compute(loaded, [requests[0]], options(byteLimit: 0))
        #expect(none.load == KVStoreLoad())
        #expect(try files.isEmpty)
    }

    @Test("need a folder that can be made")
    func badFolder() throws {
        var options = Engine.Options()
        options.kvStore = KVStore(folder: "/dev/null/kv", model: "tiny", byteLimit: 1 << 20)
        let loaded = try model.load()
        let error = #expect(throws: EngineError.self) { try Engine(loaded, options: options) }
        #expect(error?.description.contains("/dev/null/kv") == true)
    }

    // MARK: Shutting down

    @Test("an engine that shuts down lets those under way end, in the time they have, and takes no others")
    func drain() async throws {
        var long = TinyModel(seed: 12)
        long.context = 1 << 20
        let loaded = try long.load()
        let options = options { $0.context = 1 << 20 }
        let engine = try Engine(loaded, options: options)
        let short = try engine.generate(GenerationRequest(prompt: [5, 6], maxTokens: 200))
        let endless = try engine.generate(GenerationRequest(prompt: [7]))
        async let down: Void = engine.shutdown(drain: .seconds(100))
        let error = await #expect(throws: EngineError.self) {
            while true {  // until the shutdown has begun
                _ = try await engine.generate(GenerationRequest(prompt: [5], maxTokens: 1)).answer()
            }
        }
        #expect(error?.code == .stopped)
        #expect(try await short.answer().ids.count == 200)
        endless.cancel()
        #expect(try await endless.answer().summary?.reason == .cancelled)
        await down
        await engine.shutdown()  // a second time is no harm
        #expect(engine.load.running == 0 && engine.load.store.pagesWritten >= 3)

        let other = try Engine(loaded, options: options)
        let cut = try other.generate(GenerationRequest(prompt: [7]))
        await other.shutdown(drain: .milliseconds(100))
        let stopped = await #expect(throws: EngineError.self) { try await cut.answer() }
        #expect(stopped?.code == .stopped)
    }
}

@Suite("Texts of cached pages")
struct TextChainTests {
    @Test("a text of 200,000 pages is let go without nesting as deep as it is long")
    func depth() {
        var text: TextChain?
        for number in 0..<200_000 { text = TextChain(parent: text, tokens: [Int32(number)], start: (1, 2)) }
        let last = text
        #expect(last?.count == 200_000)
        text = nil
    }
}
