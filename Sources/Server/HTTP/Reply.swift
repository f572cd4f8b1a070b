// Answers as HTTP carries them: one JSON value, a stream of server-sent events, a stream of JSON lines.

import ChatTemplates
import Hummingbird
import NIOCore

enum Reply {
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.compactBytes)))
    }

    static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .ok, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// A stream of server-sent events. An error that `write` throws is the last event: the head is long out.
    static func events(
        _ call: Call, dialect: Dialect, _ write: @escaping @Sendable (inout EventWriter) async throws -> Void
    ) -> Response {
        stream(call, type: "text/event-stream", dialect: dialect, framing: .event, write)
    }

    /// A stream of JSON values, one to a line.
    static func lines(
        _ call: Call, dialect: Dialect, _ write: @escaping @Sendable (inout EventWriter) async throws -> Void
    ) -> Response {
        stream(call, type: "application/x-ndjson", dialect: dialect, framing: .line, write)
    }

    private static func stream(
        _ call: Call, type: String, dialect: Dialect, framing: EventWriter.Framing,
        _ write: @escaping @Sendable (inout EventWriter) async throws -> Void
    ) -> Response {
        // A proxy that collects the stream would undo it.
        let headers: HTTPFields = [
            .contentType: type, .cacheControl: "no-cache", .init("X-Accel-Buffering")!: "no",
        ]
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var events = EventWriter(writer: writer, framing: framing)
                do {
                    try await write(&events)
                } catch let error as APIError {
                    let name = dialect == .anthropic ? "error" : nil
                    try await events.send(dialect.body(of: error, requestID: call.id), name: name)
                }
                writer = events.writer
                try await writer.finish(nil)
            })
    }
}

/// Writes a stream's events.
struct EventWriter {
    enum Framing: Sendable {
        case event
        case line
    }

    // One task writes a stream; the protocol cannot say so.
    nonisolated(unsafe) fileprivate var writer: any ResponseBodyWriter
    fileprivate let framing: Framing

    /// Sends one value; `name` is the event's type, for APIs that give it one.
    mutating func send(_ value: JSONValue, name: String? = nil) async throws {
        var bytes: [UInt8] = []
        if framing == .event {
            if let name { bytes += "event: \(name)\n".utf8 }
            bytes += "data: ".utf8
        }
        bytes += value.compactBytes
        bytes += (framing == .event ? "\n\n" : "\n").utf8
        try await writer.write(ByteBuffer(bytes: bytes))
    }

    /// Sends OpenAI's mark of the end.
    mutating func sendDone() async throws { try await writer.write(ByteBuffer(string: "data: [DONE]\n\n")) }
}
