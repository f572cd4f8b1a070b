// Who may come in: keys, rates, hosts, origins.

import ChatTemplates
import Foundation
import Server
import Testing

@Suite("Access")
struct AccessTests {
    private func key(_ name: String, _ change: (inout KeySettings) -> Void = { _ in }) -> (
        secret: String, settings: KeySettings
    ) {
        let made = KeySettings.make()
        var settings = KeySettings()
        settings.name = name
        settings.hash = made.hash
        change(&settings)
        return (made.key, settings)
    }

    @Test("is given to those whose key's hash is known, in either case of its digits")
    func keyring() {
        var (first, second) = (key("first"), key("second"))
        second.settings.hash = "sha256:" + second.settings.hash.dropFirst(7).uppercased()
        let ring = Keyring([first.settings, second.settings])
        #expect(ring.find(first.secret)?.name == "first")
        #expect(ring.find(second.secret)?.name == "second")
        for wrong in [
            "", first.settings.hash, String(first.secret.dropLast()), first.secret + "0",
            first.secret.uppercased(),
        ] {
            #expect(ring.find(wrong) == nil, "\(wrong)")
        }
        #expect(Keyring([]).isEmpty && !ring.isEmpty)
        first.settings.hash = "sha256:00"
        #expect(Keyring([first.settings]).isEmpty)
    }

    @Test("keys are 32 random bytes, and no two are the same")
    func making() {
        let keys = (0..<100).map { _ in KeySettings.make() }
        #expect(Set(keys.map(\.key)).count == 100)
        for made in keys { #expect(made.key.utf8.count == 11 + 64 && made.hash.utf8.count == 7 + 64) }
    }

    @Test("without a key there is nothing but the public endpoints, also where there is nothing")
    func everyEndpoint() async throws {
        let (secret, settings) = key("team")
        var server = TestServer.settings
        server.keys = [settings]
        try await withServer(server) { server in
            for (method, path) in [
                ("GET", "/v1/models"), ("GET", "/v1/models/tiny"), ("POST", "/v1/chat/completions"),
                ("POST", "/v1/completions"),
                ("GET", "/nowhere"), ("POST", "/nowhere"), ("GET", "/v1/traces/x"), ("DELETE", "/v1/models"),
                ("HEAD", "/v1/models"),
                ("POST", "/health"), ("GET", "//health"), ("GET", "/health/"),
                ("GET", "/health/../v1/models"), ("GET", "/%761/models"),
            ] {
                for headers in [
                    [:], ["Authorization": "Bearer"], ["Authorization": "Bearer nonsense"],
                    ["Authorization": "Basic \(secret)"],
                    ["X-Api-Key": ""], ["Authorization": "Bearer \(secret)x"],
                ] {
                    let answer = try await server.request(method, path, headers: headers, body: "")
                    #expect(answer.status == 401, "\(method) \(path) \(headers) \(answer.status)")
                    #expect(answer.headers["www-authenticate"] == "Bearer")
                }
            }
            for path in ["/health", "/ready"] {
                #expect([200, 503].contains(try await server.get(path).status))
            }
            for headers in [
                ["Authorization": "Bearer \(secret)"], ["authorization": "bearer \(secret)"],
                ["X-Api-Key": secret],
            ] {
                #expect(try await server.get("/v1/models", headers: headers).status == 200)
                #expect(try await server.get("/nowhere", headers: headers).status == 404)
            }
        }
    }

    @Test("a key for some models learns of no others")
    func models() async throws {
        let (secret, settings) = key("team") { $0.models = ["tiny"] }
        var server = TestServer.settings
        server.keys = [settings]
        try await withServer(server) { server in
            let headers = ["Authorization": "Bearer \(secret)"]
            for path in ["/v1/models", "/v1/models/base", "/v1/models/none"] {
                #expect(!(try await server.get(path, headers: headers)).text.contains("mistral-tiny"))
            }
            #expect(try await server.get("/v1/models/base", headers: headers).status == 404)
            for model in ["mistral-tiny", "none"] {
                let answer = try await server.post(
                    "/v1/chat/completions", chatBody("x", model: model), headers: headers)
                #expect(answer.status == 404)
                #expect(!answer.text.replacing("'\(model)'", with: "").contains("mistral-tiny"))
                #expect(!answer.text.contains("base"))
            }
            #expect(
                try await server.post(
                    "/v1/chat/completions", chatBody("x", model: "small", ["max_tokens": 1]), headers: headers
                ).status == 200)
        }
    }

    @Test("fills rates steadily over the minute, and says when to come again")
    func rates() throws {
        let rates = RateLimits()
        let start = ContinuousClock.now
        let (_, key) = key("k") { $0.requestsPerMinute = 6 }
        func retryAfter(_ seconds: Double) -> Int? {
            do {
                try rates.take(key, at: start + .seconds(seconds))
                return 0
            } catch { return (error as? APIError)?.retryAfter }
        }
        for _ in 0..<6 { #expect(retryAfter(0) == 0) }
        #expect(retryAfter(0) == 10)
        #expect(retryAfter(4) == 6)
        #expect(retryAfter(10) == 0)
        #expect(retryAfter(10.5) == 10)
        // Nobody saves up more than a minute's worth.
        for _ in 0..<6 { #expect(retryAfter(100_000) == 0) }
        #expect(retryAfter(100_000) == 10)
    }

    @Test("charges tokens afterwards, and lets a key in again when they are paid")
    func tokens() throws {
        let rates = RateLimits()
        let start = ContinuousClock.now
        var (_, key) = key("k") { $0.tokensPerMinute = 60 }
        try rates.take(key, at: start)
        rates.charge(key, tokens: 90)
        #expect(throws: APIError.self) { try rates.take(key, at: start + .seconds(29)) }
        try rates.take(key, at: start + .seconds(32))
        // A limit that is set later begins full, however many requests went before.
        for _ in 0..<50 { try rates.take(key, at: start + .seconds(40)) }
        key.requestsPerMinute = 10
        try rates.take(key, at: start + .seconds(100))
    }

    @Test("charges a client that leaves before the end for what it had")
    func earlyLeaver() async throws {
        let (secret, settings) = key("team") { $0.tokensPerMinute = 100 }
        var all = TestServer.settings
        all.keys = [settings]
        try await withServer(all) { server in
            let port = server.port
            let headers = ["Authorization": "Bearer \(secret)"]
            let body = chatBody("x", ["stream": true, "ignore_eos": true, "max_tokens": 900, "seed": 1])
            let text = HTTPText.request(
                "POST", "/v1/chat/completions", headers: headers, body: body.compactText)
            try await onThread {
                let connection = try RawConnection(port: port)
                try connection.send(text)
                var seen = 0
                while seen < 120 {
                    seen +=
                        String(decoding: try connection.some(), as: UTF8.self).components(
                            separatedBy: "data: "
                        ).count - 1
                }
            }
            #expect(try await eventually { try await server.load.running == 0 })
            #expect(
                try await eventually {
                    try await server.post(
                        "/v1/chat/completions", chatBody("x", ["max_tokens": 1]), headers: headers
                    ).status == 429
                })
        }
    }

    @Test(
        "pages of other origins, and names that point here from elsewhere, are turned away",
        arguments: [
            (["Host": "localhost"], 200), (["Host": "LocalHost:8080"], 200), (["Host": "127.0.0.1:1"], 200),
            (["Host": "[::1]:80"], 200),
            (["Host": "app.localhost"], 200), (["Host": "evil.example"], 421),
            (["Host": "127.0.0.1.evil.example"], 421),
            (["Host": "localhost.evil.example"], 421), (["Host": ""], 421),
            (["Host": "evil.example@localhost"], 421),
            (["Origin": "http://localhost"], 200), (["Origin": "https://chat.example"], 200),
            (["Origin": "https://evil.example"], 403),
            (["Origin": "null"], 403), (["Origin": "http://localhost.evil.example"], 403),
            (["Origin": "http://localhost:9"], 403),
        ])
    func origins(headers: [String: String], status: Int) async throws {
        var settings = TestServer.settings
        settings.origins = ["https://chat.example"]
        try await withServer(settings) { server in
            let answer = try await server.get("/v1/models", headers: headers)
            #expect(answer.status == status)
            let allowed = answer.headers["access-control-allow-origin"]
            #expect(allowed == (headers["Origin"] == "https://chat.example" ? "https://chat.example" : nil))
            let preflight = try await server.request("OPTIONS", "/v1/chat/completions", headers: headers)
            if headers["Origin"] != nil, status == 200 {
                #expect(preflight.status == 204)
            } else {
                #expect(preflight.status != 204)
            }
        }
    }

    @Test("answers carry an id of their own making, and nothing that a request put in")
    func requestIDs() async throws {
        try await withServer { server in
            let answer = try await server.get(
                "/v1/models", headers: ["X-Request-Id": "mine", "Origin": "http://localhost"])
            let id = try #require(answer.headers["x-request-id"])
            #expect(id.hasPrefix("req-") && id != "mine")
            let odd = try await server.get("/v1/models/%0d%0aX-Evil:%201%00%ff")
            #expect(odd.status == 404 && odd.headers["x-evil"] == nil)
            #expect(try await server.get("/v1/models/group%2Ftiny").json["root"] == "tiny")
            #expect(try await server.get("/v1/models/%").status == 404)
        }
    }
}
