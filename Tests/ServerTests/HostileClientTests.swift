// Clients that are slow, rude, broken or gone: the server answers what it can, and keeps nothing of them.

import ChatTemplates
import Foundation
import Glibc
import Inference
import Server
import Testing

@Suite("A hostile client", .serialized)
struct HostileClientTests {
    private static var strict: ServerSettings {
        var settings = TestServer.settings
        settings.limits.bodyBytes = 4096
        settings.limits.bodySeconds = 2
        settings.limits.idleSeconds = 3
        settings.limits.headerBytes = 4096
        settings.limits.writeSeconds = 2
        return settings
    }

    /// How long `body` takes.
    private func seconds(_ body: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var status: Int?

        init(_ name: String, _ text: String, _ status: Int?) {
            testDescription = name
            bytes = Array(text.utf8)
            self.status = status
        }
    }

    static let malformed: [Malformed] = [
        Malformed("no HTTP", "hello\r\n\r\n", 400),
        Malformed("TLS to a plain port", "\u{16}\u{3}\u{1}\u{2}\r\n\r\n", 400),
        Malformed("a NUL in the path", "GET /v1/\u{0}models HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        Malformed("a bare CR in a field", "GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n", 400),
        Malformed("a folded field", "GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", 400),
        Malformed(
            "two lengths",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            400),
        Malformed(
            "length and chunks",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400),
        Malformed(
            "a chunk of no size",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            nil),
        Malformed("an HTTP of the future", "GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n", nil),
    ]

    @Test("that does not speak HTTP gets 400 or nothing, and its connection is closed", arguments: malformed)
    func nonsense(_ malformed: Malformed) async throws {
        try await withServer { server in
            let port = server.port
            let status = try await onThread { () -> Int? in
                let connection = try RawConnection(port: port, seconds: 10)
                try connection.send(malformed.bytes)
                connection.endSending()
                guard let head = try? connection.head() else { return nil }
                return head.status
            }
            if let expected = malformed.status { #expect(status == expected || status == nil) }
            #expect(status.map { $0 >= 400 && $0 < 500 } ?? true)
            #expect(try await server.get("/health").status == 200)
        }
    }

    @Test("with too large a head is turned away")
    func largeHead() async throws {
        try await withServer(Self.strict) { server in
            for head in [
                "X-Large: " + String(repeating: "a", count: 8192),
                (0..<200).map { "X-\($0): 1" }.joined(separator: "\r\n"),
            ] {
                let port = server.port
                let status = try await onThread { () -> Int? in
                    let connection = try RawConnection(port: port)
                    try connection.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\(head)\r\n\r\n")
                    return try? connection.head().status
                }
                #expect(status == nil || status == 400 || status == 431)
            }
            #expect(try await server.get("/health").status == 200)
        }
    }

    @Test("with too large a body gets 413 at once, and the rest is not read for ever")
    func largeBody() async throws {
        try await withServer(Self.strict) { server in
            let port = server.port
            let declared = try await onThread { () -> HTTPAnswer in
                let connection = try RawConnection(port: port)
                try connection.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n{"
                )
                let answer = try connection.answer()
                #expect(try connection.isClosed())
                return answer
            }
            #expect(declared.status == 413)
            #expect(declared.headers["connection"] == "close")
            #expect(declared.json["error"]?["code"] == "body_too_large")
            let chunked = try await onThread { () -> HTTPAnswer in
                let connection = try RawConnection(port: port)
                try connection.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                )
                for _ in 0..<5 {
                    try connection.send("400\r\n" + String(repeating: " ", count: 1024) + "\r\n")
                }
                return try connection.answer()
            }
            #expect(chunked.status == 413)
        }
    }

    @Test("that sends its head, its body or nothing at a crawl is cut off in time")
    func slow() async throws {
        try await withServer(Self.strict) { server in
            let port = server.port
            let silent = try await seconds {
                let isClosed = try await onThread { try RawConnection(port: port).isClosed() }
                #expect(isClosed)
            }
            #expect(silent < 15)
            let crawl = try await seconds {
                try await onThread {
                    let connection = try RawConnection(port: port)
                    // Each byte is within the idle time; the head as a whole is not.
                    for byte in "GET /health HTTP/1.1\r\nHost: localhost\r\nX: aaaaaaaaaaaaaaaaaaaaaaaa" {
                        do { try connection.send(String(byte)) } catch { return }
                        usleep(300_000)
                    }
                }
            }
            #expect(crawl < 15)  // it would take 20 s
            let body = try await onThread { () -> HTTPAnswer in
                let connection = try RawConnection(port: port)
                try connection.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
                return try connection.answer()
            }
            #expect(body.status == 408)
            #expect(body.json["error"]?["code"] == "body_timeout")
            // A body that nobody asked for.
            let unwanted = try await seconds {
                try await onThread {
                    let connection = try RawConnection(port: port)
                    try connection.send(
                        "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
                    #expect(try connection.answer().status == 404)
                    for _ in 0..<60 {
                        do { try connection.send(" ") } catch { return }
                        usleep(300_000)
                    }
                }
            }
            #expect(unwanted < 12)  // it would take 18 s
        }
    }

    @Test("that does not read its stream holds no request and no connection for ever")
    func slowReader() async throws {
        var settings = Self.strict
        settings.limits.bodyBytes = 1 << 20
        try await withServer(settings) { server in
            let port = server.port
            // Log-probabilities make an answer of megabytes, more than any buffer on the way holds.
            let body = chatBody(
                "x",
                [
                    "stream": true, "logprobs": true, "top_logprobs": 20, "n": 8, "max_tokens": 900,
                    "ignore_eos": true, "seed": 1,
                ])
            let text = HTTPText.request("POST", "/v1/chat/completions", body: body.compactText)
            let connection = try await onThread {
                let connection = try RawConnection(port: port, receiveBuffer: 4096)
                try connection.send(text)
                return Box(connection)
            }
            // All of it is made, whether anybody reads or not; only then does the time begin in which nobody does.
            #expect(try await eventually { try await server.load.running > 0 })
            #expect(try await eventually(seconds: 60) { try await server.load.running == 0 })
            try await Task.sleep(for: .seconds(5))
            let last = try await onThread {
                var last: [UInt8] = []
                // Whatever is under way still comes; then the connection ends, and the stream without its mark.
                while let piece = try? connection.value.some() { last = piece }
                return String(decoding: last, as: UTF8.self)
            }
            #expect(!last.contains("[DONE]"))
            #expect(try await eventually { try await server.load.running == 0 })
        }
    }

    @Test("that pipelines requests gets their answers in order, and may go on using the connection")
    func pipelined() async throws {
        try await withServer { server in
            let port = server.port
            let bodies = (0..<4).map {
                chatBody("p\($0)", ["max_tokens": .int($0 + 1), "logit_bias": ["2": -100], "seed": 1])
            }
            try await onThread {
                let connection = try RawConnection(port: port)
                try connection.send(
                    bodies.map { HTTPText.request("POST", "/v1/chat/completions", body: $0.compactText) }
                        .joined())
                for number in 0..<4 {
                    let answer = try connection.answer()
                    #expect(answer.json["usage"]?["completion_tokens"] == .int(number + 1))
                }
                for _ in 0..<20 {
                    try connection.send(HTTPText.request("GET", "/health"))
                    #expect(try connection.answer().status == 200)
                }
            }
        }
    }

    @Test("that waits for 100-continue is told to go on, unless its body is too large")
    func expectContinue() async throws {
        try await withServer(Self.strict) { server in
            let port = server.port
            try await onThread {
                let body = chatBody("x", ["max_tokens": 1]).compactText
                let connection = try RawConnection(port: port)
                let head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                try connection.send(head + "Content-Length: \(body.utf8.count)\r\n\r\n")
                #expect(try connection.answer().status == 100)
                try connection.send(body)
                #expect(try connection.answer().status == 200)
                let large = try RawConnection(port: port)
                try large.send(head + "Content-Length: 5000\r\n\r\n")
                #expect(try large.answer().status == 413)
            }
        }
    }

    @Test("that asks with HEAD or OPTIONS gets no body that would be taken for the next answer")
    func head() async throws {
        try await withServer { server in
            let port = server.port
            try await onThread {
                let connection = try RawConnection(port: port, seconds: 5)
                for (method, path) in [("HEAD", "/health"), ("HEAD", "/nowhere"), ("HEAD", "/v1/models")] {
                    try connection.send(HTTPText.request(method, path))
                    let answer = try connection.answer(isHead: true)
                    #expect([200, 404, 405].contains(answer.status))
                    try connection.send(HTTPText.request("GET", "/health"))
                    #expect(try connection.answer().json["status"] == "ok")
                }
                try connection.send(HTTPText.request("OPTIONS", "/v1/models"))
                #expect(try connection.answer().status == 405)
            }
        }
    }

    @Test("that sends what is no JSON, no UTF-8 or nothing gets 400")
    func bodies() async throws {
        try await withServer { server in
            for (body, code) in [
                ("", "empty_body"), ("{", "invalid_json"), ("{}x", "invalid_json"), ("[]", "invalid_value"),
                ("nul", "invalid_json"),
            ] {
                let answer = try await server.request(
                    "POST", "/v1/chat/completions", headers: ["Content-Length": "\(body.utf8.count)"],
                    body: body)
                #expect(answer.status == 400)
                #expect(answer.json["error"]?["code"] == .string(code), "\(body)")
            }
            let port = server.port
            let bytes = try await onThread { () -> HTTPAnswer in
                let connection = try RawConnection(port: port)
                try connection.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n")
                try connection.send([0x22, 0xFF, 0xFE, 0x22])
                return try connection.answer()
            }
            #expect(bytes.status == 400)
            #expect(bytes.json["error"]?["message"] == "the body is not UTF-8 text")
        }
    }

    enum Departure: String, CaseIterable { case close, reset, halfClose }

    @Test("that goes away has its work ended within a step", arguments: Departure.allCases, [false, true])
    func gone(_ departure: Departure, stream: Bool) async throws {
        try await withServer { server in
            let port = server.port
            // Both in the middle of a prompt, and of an answer that would take minutes.
            for prompt in ["x", String(repeating: "y", count: 600)] {
                let body = chatBody(
                    prompt,
                    ["stream": .bool(stream), "n": 16, "ignore_eos": true, "max_tokens": 400, "seed": 1])
                let text = HTTPText.request("POST", "/v1/chat/completions", body: body.compactText)
                let answer = try await onThread { () -> String in
                    let connection = try RawConnection(port: port)
                    try connection.send(text)
                    if stream { _ = try connection.some() } else { usleep(5000) }
                    switch departure {
                    case .close: return ""
                    case .reset:
                        connection.reset()
                        return ""
                    case .halfClose:
                        connection.endSending()
                        var all: [UInt8] = []
                        while let piece = try? connection.some() { all += piece }
                        return String(decoding: all, as: UTF8.self)
                    }
                }
                // A part of an answer must not look like a whole one.
                #expect(!answer.contains("\"finish_reason\":\"length\"") || stream)
                #expect(try await eventually(seconds: 5) { try await server.load.running == 0 })
            }
            #expect(try await server.get("/health").status == 200)
        }
    }
}

extension TestServer {
    /// How busy all loaded engines are together.
    var load: (running: Int, waiting: Int) {
        get async throws {
            pool.loaded.reduce((0, 0)) { ($0.0 + $1.engine.load.running, $0.1 + $1.engine.load.waiting) }
        }
    }
}
