// A client that is as rude as a test wants: bytes out, bytes in, over a blocking socket on a thread of its own.

import ChatTemplates
import Foundation
import Glibc
import Server

/// Runs blocking work on a new thread: the test pool's few threads are the server's too.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// What went wrong between a test and its server.
struct ConnectionError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A response as it came.
struct HTTPAnswer: Sendable {
    var status = 0
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { (try? JSONValue.parse(text)) ?? .string("no JSON: \(text.prefix(300))") }

    /// The data of its server-sent events. Throws where a line is none.
    func events() throws -> [String] {
        guard headers["content-type"] == "text/event-stream" else {
            throw ConnectionError("expected a stream, found \(status) \(text.prefix(300))")
        }
        guard text.hasSuffix("\n\n") else { throw ConnectionError("the last event does not end") }
        return try text.components(separatedBy: "\n\n").dropLast().map { event in
            guard event.hasPrefix("data: "), !event.contains("\n") else {
                throw ConnectionError("no event: \(event.prefix(200))")
            }
            return String(event.dropFirst(6))
        }
    }
}

enum HTTPText {
    /// A request's bytes.
    static func request(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String = ""
    ) -> String {
        var all = ["Host": "localhost"]
        if !body.isEmpty { all["Content-Length"] = "\(body.utf8.count)" }
        all.merge(headers) { $1 }
        let lines = all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
        return "\(method) \(path) HTTP/1.1\r\n\(lines)\r\n\(body)"
    }
}

/// A connection; closes itself.
final class RawConnection {
    private let socket: CInt
    private var buffer: [UInt8] = []

    /// - Parameter receiveBuffer: bytes that the system keeps for a client that does not read.
    init(port: Int, seconds: Int = 30, receiveBuffer: Int? = nil) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBuffer.map(CInt.init) {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let failed = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failed == 0 else { throw ConnectionError("connect: \(String(cString: strerror(errno)))") }
    }

    deinit { close(socket) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw ConnectionError("send: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }

    /// Closes the sending direction only.
    func endSending() { shutdown(socket, CInt(SHUT_WR)) }

    /// Ends the connection with a reset, as a crashed client does.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    /// More bytes into the buffer; false: the server has closed.
    private func fill() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(socket, &piece, piece.count, 0)
        if count > 0 { buffer += piece[..<count] }
        if count < 0, errno == EAGAIN { throw ConnectionError("the server says nothing") }
        return count > 0
    }

    /// Whether the server closes without another byte; throws if it says nothing until the time is over.
    func isClosed() throws -> Bool { try buffer.isEmpty && !fill() }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeFirst(end + 1)
                return line.hasSuffix("\r") ? String(line.dropLast()) : line
            }
            guard try fill() else { throw ConnectionError("closed in the middle of an answer") }
        }
    }

    /// Bytes as they come, at least one.
    func some() throws -> [UInt8] {
        while buffer.isEmpty { guard try fill() else { throw ConnectionError("closed") } }
        defer { buffer = [] }
        return buffer
    }

    private func bytes(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw ConnectionError("closed in the middle of a body") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    /// The head of the next response.
    func head() throws -> HTTPAnswer {
        var answer = HTTPAnswer()
        let parts = try line().split(separator: " ")
        guard parts.count >= 2, parts[0] == "HTTP/1.1", let status = Int(parts[1]) else {
            throw ConnectionError("no response: \(parts)")
        }
        answer.status = status
        while case let field = try line(), !field.isEmpty {
            guard let colon = field.firstIndex(of: ":") else { throw ConnectionError("no field: \(field)") }
            let value = field[field.index(after: colon)...].drop { $0 == " " }
            answer.headers[field[..<colon].lowercased()] = String(value)
        }
        return answer
    }

    /// The next response in full.
    func answer(isHead: Bool = false) throws -> HTTPAnswer {
        var answer = try head()
        if isHead || answer.status == 204 || answer.status < 200 { return answer }
        if answer.headers["transfer-encoding"] == "chunked" {
            while case let size = try line(), size != "0" {
                guard let count = Int(size, radix: 16) else { throw ConnectionError("no chunk: \(size)") }
                answer.body += try bytes(count)
                guard try line() == "" else { throw ConnectionError("a chunk does not end") }
            }
            guard try line() == "" else { throw ConnectionError("the last chunk does not end") }
        } else if let length = answer.headers["content-length"].flatMap({ Int($0) }) {
            answer.body = try bytes(length)
        } else {
            throw ConnectionError("an answer of unknown length: \(answer.headers)")
        }
        return answer
    }
}
