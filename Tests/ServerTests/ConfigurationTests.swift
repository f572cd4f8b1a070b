// sirocco.yaml: what it can say, and what is said about mistakes in it.

import ChatTemplates
import Foundation
import Server
import Tensors
import Testing

@Suite("The configuration")
struct ConfigurationTests {
    private func message(_ yaml: String) -> String {
        do {
            _ = try ServerSettings.parse(yaml, path: "s.yaml")
            return "none"
        } catch { return "\(error)" }
    }

    private static let hash = "sha256:" + String(repeating: "0f", count: 32)

    static let mistakes: [(yaml: String, message: String)] = [
        ("", "s.yaml: the file is empty; it needs at least `models`"),
        ("models: {}", "models: name at least one"),
        ("port: 80", "s.yaml: models: this field is required"),
        ("- a", "s.yaml: the body: expected an object, found a list"),
        ("models: {a: m}\nport: 70000", "s.yaml: port is 70000; expected 0 to 65535"),
        ("models: {a: m}\nport: eighty", "s.yaml: port: expected an integer, found a string"),
        ("models: {a: m}\nprot: 80", "s.yaml: unknown field 'prot' in the configuration"),
        ("models: {a: 5}", "s.yaml: models.a: expected an object, found a number"),
        ("models: [a]", "s.yaml: models: expected `name: model` lines, found a list"),
        ("models: {a: {aliases: [b]}}", "s.yaml: models.a.model: this field is required"),
        (
            "models: {a: {model: m, aliases: [b, 7]}}",
            "s.yaml: models.a.aliases[1]: expected a string, found a number"
        ),
        (
            "models: {a: {model: m, dialect: french}}",
            "s.yaml: models.a.dialect is 'french'; this server takes openai, mistral"
        ),
        ("models: {a: {model: m, kv: f8}}", "s.yaml: models.a.kv is 'f8'; this server takes f16, f32"),
        (
            "models: {a: {model: m, kv_memory: 8 apples}}",
            "s.yaml: models.a.kv_memory: expected a number of bytes, or a text such as 8GiB or 500MB"
        ),
        (
            "models: {a: {model: m, kv_memory: 9223372036854775807}}",
            "s.yaml: models.a.kv_memory: expected a number of bytes, or a text such as 8GiB or 500MB"
        ),
        (
            "models: {a: {model: m, defaults: {temperature: 3}}}",
            "s.yaml: models.a.defaults.temperature is 3.0; expected 0.0 to 2.0"
        ),
        ("models: {a: {model: m, limits: {n: 0}}}", "s.yaml: models.a.limits.n is 0; expected 1 to 128"),
        ("models: {a: m, b: {model: m, aliases: [a]}}", "the name 'a' stands for two models"),
        (
            "models: {a: m}\nhost: 0.0.0.0",
            "0.0.0.0 can be reached by others: add keys (`sirocco key` makes one), or say that the server is open"
        ),
        (
            "models: {a: m}\nhost: 192.168.1.5",
            "192.168.1.5 can be reached by others: add keys (`sirocco key` makes one), or say that the server is open"
        ),
        (
            "models: {a: m}\nkeys: [{name: x, hash: abc}]",
            "keys: 'x': hash: expected sha256: and 64 hexadecimal digits; `sirocco key` makes a key and its hash"
        ),
        (
            "models: {a: m}\nkeys: [{name: x, hash: 'sha256:\(String(repeating: "+1", count: 32))'}]",
            "keys: 'x': hash: expected sha256: and 64 hexadecimal digits; `sirocco key` makes a key and its hash"
        ),
        ("models: {a: m}\nkeys: [{hash: abc}]", "s.yaml: keys[0].name: this field is required"),
        (
            "models: {a: m}\nkeys: [{name: x, hash: \(hash)}, {name: x, hash: \(hash)}]",
            "keys: there are two called 'x'"
        ),
        ("models: {a: m}\ntls: {certificate: c.pem}", "s.yaml: tls.key: this field is required"),
        (
            "models: {a: m}\nlimits: {idle_seconds: 0}",
            "s.yaml: limits.idle_seconds is 0.0; expected 0.1 to 86400.0"
        ),
    ]

    @Test("that is wrong is refused with what and where", arguments: mistakes)
    func wrong(yaml: String, message: String) { #expect(self.message(yaml) == message) }

    @Test(
        "that is no YAML is refused with the line",
        arguments: ["models: {a: m", "a: b: c", "models:\n  a: m\n  a: n\n", "\tmodels: x"])
    func noYAML(yaml: String) {
        let message = message(yaml)
        #expect(message.hasPrefix("s.yaml: ") && message != "none", "\(message)")
    }

    @Test(
        "reads sizes with and without units",
        arguments: [
            ("8GiB", 8 << 30), ("500 MB", 500_000_000), ("1.5kib", 1536), ("'42'", 42), ("42", 42),
            ("2TB", 2_000_000_000_000),
        ])
    func sizes(text: String, bytes: Int) throws {
        #expect(try ServerSettings.parse("models: {a: m}\nmemory: \(text)", path: "s").memory == bytes)
    }

    @Test("reads every part", arguments: [Self.hash])
    func whole(hash: String) throws {
        let settings = try ServerSettings.parse(
            """
            host: 0.0.0.0
            port: 9000
            keys:
              - {name: team, hash: "\(hash)", requests_per_minute: 5, tokens_per_minute: 100, models: [a]}
            origins: [https://chat.example]
            limits: {body: 1MiB, write_seconds: 2, drain_seconds: 0}
            trace_memory: 1MiB
            models:
              a: &shared
                model: file.gguf
                aliases: [b, c]
                dialect: mistral
                context: 4096
                kv: f32
                pinned: true
                defaults: {temperature: 0.3, max_tokens: 100, system: Be kind.}
                limits: {max_tokens: 1000, seconds: 60}
              "no": other
              1.5: third
            """, path: "s")
        #expect(
            settings.port == 9000 && settings.limits.bodyBytes == 1 << 20 && settings.limits.writeSeconds == 2
        )
        #expect(settings.keys.first?.tokensPerMinute == 100 && settings.keys.first?.models == ["a"])
        #expect(settings.models.map(\.name) == ["a", "no", "1.5"])
        let model = try #require(settings.models.first)
        #expect(model.aliases == ["b", "c"] && model.dialect == .mistral && model.isPinned == true)
        #expect(model.defaults.system == "Be kind." && model.limits.seconds == 60 && model.kvType == .f32)
        #expect(settings.traceBytes == 1 << 20 && settings.origins == ["https://chat.example"])
    }

    @Test(
        "knows which addresses only this machine can reach",
        arguments: [
            ("127.0.0.1", true), ("127.8.9.1", true), ("localhost", true), ("::1", true), ("0.0.0.0", false),
            ("::", false),
            ("127.0.0.1.example.com", false), ("10.0.0.1", false), ("127.evil", false), ("", false),
        ])
    func loopback(host: String, isLoopback: Bool) {
        var settings = ServerSettings()
        settings.host = host
        #expect(settings.isLoopback == isLoopback)
    }

    @Test("in docs/server.md is one that the server takes")
    func documented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/server.md"), encoding: .utf8)
        let blocks = text.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        #expect(blocks.count >= 2)
        for block in blocks {
            let settings = try ServerSettings.parse(block, path: "docs/server.md")
            #expect(!settings.models.isEmpty)
        }
        let tiers = try ServerSettings.parse(blocks[0], path: "docs/server.md")
        #expect(tiers.models.map(\.name) == ["mistral-tiny", "mistral-small", "mistral-medium"])
        // Each field that the server takes has a row in the reference.
        guard case .object(let properties)? = ServerSettings.shape.schema["properties"] else { return }
        for (name, _) in properties.members {
            #expect(text.contains("`\(name)`"), "\(name) is not in docs/server.md")
        }
    }
}
