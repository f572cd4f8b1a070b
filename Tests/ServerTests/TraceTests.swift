// Routing traces and receipts: what an answer leaves behind.

import ChatTemplates
import Foundation
import Inference
import Models
import ModelStore
import Sampling
import Server
import SystemPackage
import Testing
import TestSupport

@Suite("A routing trace")
struct TraceTests {
    private static let traced: JSONObject = [
        "max_tokens": 12, "seed": 5, "logit_bias": ["2": -100], "sirocco": ["trace": true],
    ]

    private func place(_ answer: HTTPAnswer) throws -> String {
        let json =
            try answer.headers["content-type"] == "application/json"
            ? answer.json
            : JSONValue.parse(
                answer.events().last { $0.contains("\"trace\"") } ?? "null")
        guard case .string(let place)? = json["sirocco"]?["trace"] else { throw ConnectionError(answer.text) }
        return place
    }

    @Test("has the experts of each token and layer as the engine reports them", arguments: [false, true])
    func whole(stream: Bool) async throws {
        let loaded = try LoadedModel(path: TinyFiles.chat)
        let engine = try Engine(loaded)
        try await withServer { server in
            var fields = Self.traced
            fields["stream"] = .bool(stream)
            let answer = try await server.post("/v1/chat/completions", chatBody("route me", fields))
            let trace = try await server.get(try place(answer)).json
            #expect(trace["layers"] == 2 && trace["experts"] == 4 && trace["experts_per_token"] == 2)
            guard case .array(let choices)? = trace["choices"],
                case .array(let tokens)? = choices.first?["tokens"],
                case .array(let summary)? = choices.first?["summary"]
            else { throw ConnectionError("\(trace)") }
            var request = GenerationRequest(
                prompt: try loaded.tokens(answering: [ChatMessage(role: .user, content: "route me")]),
                maxTokens: 12)
            request.sampling.temperature = 1
            request.sampling.seed = 5
            request.sampling.logitBias = [2: -100]
            request.recordsRouting = true
            let alone = try await engine.generate(request).answer()
            #expect(tokens.count == alone.routing.count)
            for (token, expected) in zip(tokens, alone.routing) {
                #expect(
                    token["token"] == .int(Int(expected.token))
                        && token["position"] == .int(expected.position))
                #expect(
                    token["experts"]
                        == .array(expected.choices.map { .array($0.map { .int(Int($0.expert)) }) }))
                guard case .array(let layers)? = token["weights"], case .array(let weights)? = layers.first
                else {
                    throw ConnectionError("\(token)")
                }
                let found = weights.compactMap {
                    if case .double(let weight) = $0 { Float(weight) } else { nil }
                }
                #expect(found == expected.choices[0].map(\.weight))
            }
            let expected = LayerRouting.summaries(of: alone.routing, experts: 4)
            #expect(summary.map { $0["entropy"] } == expected.map { .double($0.entropy) })
        }
    }

    @Test("is there for the key that asked for it alone")
    func owner() async throws {
        let (mine, others) = (KeySettings.make(), KeySettings.make())
        var settings = TestServer.settings
        for (name, key) in [("mine", mine), ("others", others)] {
            var entry = KeySettings()
            entry.name = name
            entry.hash = key.hash
            settings.keys.append(entry)
        }
        try await withServer(settings) { server in
            let my = ["Authorization": "Bearer \(mine.key)"]
            let place = try place(
                try await server.post("/v1/chat/completions", chatBody("x", Self.traced), headers: my))
            #expect(try await server.get(place, headers: my).status == 200)
            let stranger = try await server.get(place, headers: ["Authorization": "Bearer \(others.key)"])
            let nothing = try await server.get("/v1/traces/none", headers: my)
            #expect(stranger.status == 404 && nothing.status == 404)
            #expect(stranger.json["error"]?["code"] == nothing.json["error"]?["code"])
            #expect(try await server.get(place).status == 401)
        }
    }

    @Test("gives way to later ones when its memory is full, and is not kept at all if it is larger than that")
    func bounded() async throws {
        var settings = TestServer.settings
        settings.traceBytes = 12_000
        try await withServer(settings) { server in
            var places: [String] = []
            for _ in 0..<12 {
                places.append(
                    try place(try await server.post("/v1/chat/completions", chatBody("x", Self.traced))))
            }
            var kept: [Bool] = []
            for place in places { kept.append(try await server.get(place).status == 200) }
            #expect(kept.last == true && kept.first == false)
            // The oldest go first.
            #expect(kept == kept.sorted { !$0 && $1 })
            var large = Self.traced
            large["max_tokens"] = 500
            let place = try place(try await server.post("/v1/chat/completions", chatBody("x", large)))
            #expect(try await server.get(place).status == 404)
        }
    }
}

@Suite("A receipt")
struct ReceiptTests {
    private static let fields: JSONObject = [
        "max_tokens": 20, "temperature": 1, "sirocco": ["receipt": true], "stop": ["q"],
    ]

    private func receipts(_ server: TestServer) async throws -> [Receipt] {
        try await withThrowingTaskGroup(of: Receipt.self) { group in
            for seed in 0..<12 {
                group.addTask {
                    var fields = Self.fields
                    fields["seed"] = .int(seed == 0 ? .min : seed)
                    fields["n"] = .int(1 + seed % 3)
                    fields["stream"] = .bool(seed % 2 == 0)
                    if seed % 4 == 1 { fields["top_p"] = 0.7 }
                    if seed % 4 == 2 { fields["frequency_penalty"] = 0.3 }
                    let answer = try await server.post(
                        "/v1/chat/completions", chatBody("receipt \(seed)", fields))
                    guard seed % 2 == 0 else { return try Receipt.read(answer.text) }
                    return try Receipt.read(answer.events().last { $0.contains("\"receipt\"") } ?? "null")
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func replay(_ receipt: Receipt, path: String = TinyFiles.chat) async throws -> [Replay] {
        var options = Engine.Options()
        options.context = receipt.model.context
        let loaded = try LoadedModel(path: path)
        return try await Replay.all(receipt, loaded, on: try Engine(loaded, options: options))
    }

    @Test("of a busy server's answer gives the same tokens again; any change is noticed")
    func replay() async throws {
        let receipts = try await withServer { server in try await self.receipts(server) }
        var answers = 0
        for receipt in receipts {
            let replays = try await replay(receipt)
            #expect(replays.count == receipt.answers.count)
            for (replay, answer) in zip(replays, receipt.answers) {
                #expect(replay.outcome == .identical(tokens: answer.tokens.count))
                answers += 1
            }
            for index in receipt.answers[0].tokens.indices {
                var changed = receipt
                changed.answers[0].tokens[index] = (changed.answers[0].tokens[index] + 1) % 288
                let outcome = try await replay(changed)[0].outcome
                #expect(
                    outcome
                        == .departed(
                            at: index, expected: changed.answers[0].tokens[index],
                            found: receipt.answers[0].tokens[index]))
            }
            if receipt.answers[0].tokens.count > 5 {
                var seed = receipt
                seed.answers[0].seed += 1
                #expect(try await !replay(seed)[0].isIdentical)
                var prompt = receipt
                prompt.prompts[receipt.answers[0].prompt].append(5)
                #expect(try await !replay(prompt)[0].isIdentical)
                #expect(try await !replay(receipt, path: TinyFiles.base)[0].isIdentical)
            }
            // An answer that the model ended has no token more; one that it did not end has one.
            if receipt.answers[0].end == .length {
                var ended = receipt
                ended.answers[0].end = .model
                #expect(try await !replay(ended)[0].isIdentical)
            }
        }
        #expect(answers == 24)
    }

    @Test("names the model by its file's SHA-256, and everything that chose the tokens")
    func contents() async throws {
        let folder = try TemporaryFolder()
        let store = ModelStore(directory: folder.path.appending("models"))
        try await withServer { server in
            let answer = try await server.post(
                "/v1/chat/completions",
                chatBody(
                    "x", ["seed": -3, "temperature": 0.7, "max_tokens": 3, "sirocco": ["receipt": true]]))
            let receipt = try Receipt.read(answer.text)
            #expect(receipt.model.sha256 == (try store.digest(FilePath(TinyFiles.chat))))
            #expect(
                receipt.model.name == "tiny" && receipt.model.kv == "f16" && receipt.model.context == 1024)
            #expect(receipt.engine == Engine.version && receipt.answers[0].seed == -3)
            #expect(receipt.sampling.temperature == 0.7 && receipt.maxTokens == 3 && receipt.endTokens == [2])
            #expect(receipt.model.template?.utf8.count == 64)
            let base = try await server.post(
                "/v1/completions",
                [
                    "model": "base", "prompt": ["a", "b"], "n": 2, "max_tokens": 2,
                    "sirocco": ["receipt": true],
                ])
            let two = try Receipt.read(base.text)
            #expect(
                two.prompts.count == 2 && two.answers.map(\.prompt) == [0, 0, 1, 1]
                    && two.model.template == nil)
            #expect(try await replay(two, path: TinyFiles.base).allSatisfy(\.isIdentical))
        }
    }

    @Test(
        "that is none, or half of one, is refused with the place",
        arguments: [
            ("nonsense", "this is not JSON"), ("{}", "there is no receipt in it"),
            ("[1]", "there is no receipt in it"),
            ("{\"sirocco\": {\"receipt\": {\"version\": 9}}}", "found version 9"),
            ("{\"prompts\": [], \"answers\": [], \"version\": 1}", "engine is missing"),
        ])
    func broken(text: String, message: String) {
        #expect { try Receipt.read(text) } throws: { "\($0)".contains(message) }
    }

    @Test("is not given for a model whose file has changed since it was loaded")
    func changed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("m.gguf")
        try TinyModel(seed: 3).write(to: path)
        var settings = TestServer.settings
        settings.models = [ModelSettings(name: "m", model: path.string)]
        try await withServer(settings) { server in
            let request: JSONValue = ["model": "m", "prompt": "x", "max_tokens": 1]
            #expect(try await server.post("/v1/completions", request).status == 200)
            try FileManager.default.removeItem(atPath: path.string)
            try TinyModel(seed: 4).write(to: path)
            let answer = try await server.post(
                "/v1/completions",
                ["model": "m", "prompt": "x", "max_tokens": 1, "sirocco": ["receipt": true]])
            #expect(answer.status == 500 && answer.json["error"]?["code"] == "no_receipt")
            #expect(!answer.text.contains(folder.path.string))
        }
    }
}
