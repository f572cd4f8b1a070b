// A server's life: ready, reloaded, ending.

import ChatTemplates
import Foundation
import Server
import Testing
import UnixSignals

@Suite("A server")
struct ServingTests {
    private static let long: JSONObject = ["ignore_eos": true, "max_tokens": 600, "seed": 1, "stream": true]

    @Test("that is told to end lets running answers finish, refuses new ones, and ends")
    func drain() async throws {
        var settings = TestServer.settings
        settings.limits.drainSeconds = 60
        let server = try await TestServer.start(settings)
        let port = server.port
        let text = HTTPText.request(
            "POST", "/v1/chat/completions", body: chatBody("x", Self.long).compactText)
        // A connection that was there before may still ask.
        let idle = try await onThread { try Box(RawConnection(port: port)) }
        let running = Task {
            try await onThread { () -> HTTPAnswer in
                let connection = try RawConnection(port: port)
                try connection.send(text)
                return try connection.answer()
            }
        }
        #expect(try await eventually { try await server.load.running == 1 })
        server.signal(.sigterm)
        #expect(try await eventually { try await server.get("/ready").status == 503 })
        let refused = try await onThread { () -> HTTPAnswer in
            try idle.value.send(
                HTTPText.request("POST", "/v1/chat/completions", body: chatBody("y").compactText))
            return try idle.value.answer()
        }
        #expect(refused.status == 503)
        #expect(refused.headers["retry-after"] == "5")
        #expect(refused.json["error"]?["code"] == "shutting_down")
        #expect(try await running.value.events().last == "[DONE]")
        try await server.ended()
        await #expect(throws: ConnectionError.self) { try await server.get("/health") }
    }

    @Test("that has waited long enough ends answers that do not")
    func deadline() async throws {
        var settings = TestServer.settings
        settings.limits.drainSeconds = 0
        let server = try await TestServer.start(settings)
        var body = Self.long
        body["n"] = 16
        body["max_tokens"] = 900
        let request = body
        let running = Task { try await server.post("/v1/chat/completions", chatBody("x", request)) }
        #expect(try await eventually { try await server.load.running > 0 })
        server.signal(.sigint)
        try await server.ended()
        let answer = try? await running.value
        #expect(answer.map { !$0.text.contains("[DONE]") } ?? true)
    }

    @Test("reads its configuration again on SIGHUP, and keeps the old one where the new is wrong")
    func reload() async throws {
        let (current, changes) = (Box<ServerSettings?>(TestServer.settings), NSLock())
        let server = try await TestServer.start(rereads: {
            guard let settings = changes.withLock({ current.value }) else {
                throw ConfigurationError("broken")
            }
            return settings
        })
        #expect(try await server.get("/v1/models/base").status == 200)
        var fewer = TestServer.settings
        fewer.models.removeLast()
        changes.withLock { current.value = fewer }
        server.signal(.sighup)
        #expect(try await eventually { try await server.get("/v1/models/base").status == 404 })
        changes.withLock { current.value = nil }
        server.signal(.sighup)
        try await Task.sleep(for: .milliseconds(100))
        #expect(try await server.get("/v1/models/tiny").status == 200)
        try await server.stop()
    }

    @Test("whose queue is full answers 429 with a time to come again")
    func queue() async throws {
        var settings = TestServer.settings
        settings.models[0].sequences = 1
        settings.models[0].queue = 1
        try await withServer(settings) { server in
            _ = try await server.post("/v1/chat/completions", chatBody("x", ["max_tokens": 1]))
            let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                for seed in 0..<8 {
                    group.addTask {
                        try await server.post(
                            "/v1/chat/completions",
                            chatBody("x", ["max_tokens": 200, "ignore_eos": true, "seed": .int(seed)]))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let refused = answers.filter { $0.status == 429 }
            #expect(!refused.isEmpty && refused.count < 8)
            for answer in answers { #expect([200, 429].contains(answer.status)) }
            for answer in refused {
                #expect(answer.json["error"]?["code"] == "queue_full")
                #expect((answer.headers["retry-after"].flatMap { Int($0) } ?? 0) >= 1)
            }
        }
    }

    @Test("whose model cannot be loaded says so without telling where it lies")
    func brokenModel() async throws {
        var settings = TestServer.settings
        settings.models.append(ModelSettings(name: "gone", model: "/somewhere/secret/gone.gguf"))
        try await withServer(settings) { server in
            let answer = try await server.post("/v1/chat/completions", chatBody("x", model: "gone"))
            #expect(answer.status == 503 && answer.headers["retry-after"] != nil)
            #expect(!answer.text.contains("secret"))
            #expect(
                try await server.post("/v1/chat/completions", chatBody("x", ["max_tokens": 1])).status == 200)
        }
    }
}

/// Something that one thread at a time uses.
final class Box<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
}
