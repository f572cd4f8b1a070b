// `sirocco.yaml`: read strictly, every mistake with its place. Knows YAML only to turn it into the values that
// requests are made of, so that one way of declaring fields serves both.

import ChatTemplates
import FoundationEssentials
import Yams

/// All that a server is told before it starts.
package struct ServerSettings: Sendable, Equatable {
    package var host = "127.0.0.1"
    package var port = 8080
    /// Whether an address that others can reach is allowed without keys.
    package var isOpen = false
    package var models: [ModelSettings] = []
    /// Bytes for all loaded models together; nil: three quarters of the machine's memory.
    package var memory: Int?
    package var keys: [KeySettings] = []
    package var limits = HTTPLimits()
    /// Whether names other than localhost may be used for this machine, as behind a proxy.
    package var allowsAnyHost = false
    /// Origins that a browser may call from; none: closed.
    package var origins: [String] = []
    package var tls: TLSSettings?
    /// Whether prompts and answers may be logged.
    package var logsContent = false
    /// Whether anonymous requests may see `/metrics`.
    package var hidesMetrics = false
    /// Bytes that routing traces may take; the oldest give way.
    package var traceBytes = 64 << 20
    /// Where keys and values are kept over a restart; nil: nowhere.
    package var kvFolder: String?
    package var kvFolderBytes = 4 << 30
    /// Where the lab's experiments lie whose reports are shown; nil: none are.
    package var labFolder: String?

    package init() {}

    package static let shape = RequestShape<ServerSettings>(
        "the configuration",
        [
            Field("host", \.host, .text(1...255), "address to listen on"),
            Field("port", \.port, .integer(0...65535), "port; 0: any free one"),
            Field("open", \.isOpen, .bool, "allow an address that others can reach without keys"),
            Field("any_host", \.allowsAnyHost, .bool, "answer under any name, as behind a proxy"),
            Field("models", \.models, .models, isRequired: true, "the models, by the name that requests use"),
            Field("memory", \.memory, .bytes, "for all loaded models together"),
            Field(
                "keys", \.keys, .list(of: .object(KeySettings.shape, initial: KeySettings())),
                "who may use the API"),
            Field("limits", \.limits, .object(HTTPLimits.shape, initial: HTTPLimits()), "sizes and times"),
            Field("origins", \.origins, .list(of: .text(1...500)), "origins that browsers may call from"),
            Field("tls", \.tls, .object(TLSSettings.shape, initial: TLSSettings()), "certificate and key"),
            Field("log_content", \.logsContent, .bool, "log prompts and answers"),
            Field("private_metrics", \.hidesMetrics, .bool, "ask for a key at /metrics too"),
            Field("trace_memory", \.traceBytes, .bytes, "bytes for routing traces"),
            Field("kv_folder", \.kvFolder, .text(1...4096), "keep keys and values here over a restart"),
            Field("kv_folder_size", \.kvFolderBytes, .bytes, "bytes that the folder may take"),
            Field("lab", \.labFolder, .text(1...4096), "show the reports of the experiments in this folder"),
        ])

    /// Reads a configuration file. Throws `ConfigurationError`.
    package static func read(_ path: String) throws -> ServerSettings {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError("\(path): there is no such file, or it cannot be read")
        }
        return try parse(String(decoding: data, as: UTF8.self), path: path)
    }

    /// Reads a configuration; `path` is for messages.
    package static func parse(_ yaml: String, path: String) throws -> ServerSettings {
        let json: JSONValue
        do {
            guard let node = try Yams.compose(yaml: yaml) else {
                throw ConfigurationError("\(path): the file is empty; it needs at least `models`")
            }
            json = try JSONValue(node)
        } catch let error as YamlError { throw ConfigurationError("\(path): \(error)") }
        var settings = ServerSettings()
        do {
            try shape.read(json, into: &settings)
            try settings.check()
        } catch let error as APIError { throw ConfigurationError("\(path): \(error.message)") }
        return settings
    }

    /// Throws what contradicts itself.
    package func check() throws {
        var seen: Set<String> = []
        for model in models {
            for name in [model.name] + model.aliases where !seen.insert(name).inserted {
                throw ConfigurationError("the name '\(name)' stands for two models")
            }
        }
        guard !models.isEmpty else { throw ConfigurationError("models: name at least one") }
        var names: Set<String> = []
        for key in keys {
            try key.check()
            // Limits, turns and traces go by the name.
            guard names.insert(key.name).inserted else {
                throw ConfigurationError("keys: there are two called '\(key.name)'")
            }
        }
        if !isLoopback, keys.isEmpty, !isOpen {
            throw ConfigurationError(
                "\(host) can be reached by others: add keys (`sirocco key` makes one), or say that the server is open"
            )
        }
    }

    /// Whether only this machine can connect.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1"
            || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }
}

/// The certificate to show, as PEM files.
package struct TLSSettings: Sendable, Equatable {
    package var certificate = ""
    package var key = ""

    package init() {}

    static let shape = RequestShape<TLSSettings>(
        "tls",
        [
            Field("certificate", \.certificate, .text(1...4096), isRequired: true, "PEM file with the chain"),
            Field("key", \.key, .text(1...4096), isRequired: true, "PEM file with the private key"),
        ])
}

/// Bounds on what a connection may cost before a model is asked.
package struct HTTPLimits: Sendable, Equatable {
    /// Bytes of a request's body.
    package var bodyBytes = 8 << 20
    /// Bytes of a request's head.
    package var headerBytes = 32 << 10
    /// Seconds for a request's body to arrive.
    package var bodySeconds = 30.0
    /// Seconds that a connection may idle, and that a request's head may take.
    package var idleSeconds = 75.0
    /// Seconds that a client may leave what it was sent unread.
    package var writeSeconds = 60.0
    package var connections = 1024
    /// Seconds that running answers get after SIGTERM.
    package var drainSeconds = 30.0

    static let shape = RequestShape<HTTPLimits>(
        "limits",
        [
            Field("body", \.bodyBytes, .bytes, "bytes of a body"),
            Field("headers", \.headerBytes, .bytes, "bytes of a request's head"),
            Field("body_seconds", \.bodySeconds, .number(0.1...3600), "time for a body to arrive"),
            Field("idle_seconds", \.idleSeconds, .number(0.1...86400), "time that a connection may idle"),
            Field(
                "write_seconds", \.writeSeconds, .number(0.1...86400),
                "time that a client may not read its answer"),
            Field("connections", \.connections, .integer(1...100_000), "open connections"),
            Field(
                "drain_seconds", \.drainSeconds, .number(0...86400), "time for running answers after SIGTERM"),
        ])
}

/// Why a server cannot be configured so.
package struct ConfigurationError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

extension ValueKind<[ModelSettings]> {
    /// `{name: {model: …}}`, or `{name: model}`.
    fileprivate static let models = ValueKind(["type": "object"]) { json, path in
        guard case .object(let object) = json else {
            throw APIError.invalid("\(path): expected `name: model` lines, found \(json.typeName)", at: path)
        }
        return try object.members.map { name, value in
            var model = ModelSettings()
            if case .string(let file) = value {
                model.model = file
            } else {
                try ModelSettings.shape.read(value, into: &model, at: path / name)
            }
            model.name = name
            return model
        }
    }
}

extension JSONValue {
    fileprivate init(_ node: Node) throws {
        switch node {
        case .scalar:
            if node.null != nil,
                node.string == nil || node.string == "" || node.string == "~" || node.string == "null"
            {
                self = .null
            } else if node.isQuoted {
                self = .string(node.string ?? "")
            } else if let int = node.int {
                self = .int(int)
            } else if let bool = node.bool {
                self = .bool(bool)
            } else if let number = node.float {
                self = .double(number)
            } else {
                self = .string(node.string ?? "")
            }
        case .sequence(let items): self = .array(try items.map { try JSONValue($0) })
        case .mapping(let mapping):
            var object = JSONObject()
            for (key, value) in mapping {
                guard let name = key.string else { throw ConfigurationError("a key of the file is no text") }
                object[name] = try JSONValue(value)
            }
            self = .object(object)
        default: throw ConfigurationError("YAML aliases are not supported here")
        }
    }
}

extension Node {
    fileprivate var isQuoted: Bool {
        guard case .scalar(let scalar) = self else { return false }
        return scalar.style == .singleQuoted || scalar.style == .doubleQuoted
    }
}
