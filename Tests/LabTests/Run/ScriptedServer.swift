// A server on this machine that says what a test tells it to, byte for byte: also what no real server library would send.

import Foundation
import Glibc
import Synchronization

/// Takes one request per connection, each on a thread of its own.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        /// How many came before.
        var number: Int
        var head: String
        var body: Data

        var fields: [String: Any] { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:] }
    }

    enum Reply: Sendable {
        /// The whole response.
        case bytes(String)
        /// Nothing, until the client goes away.
        case silence
        /// The connection is closed without a word.
        case close

        /// A response with headers in front of a JSON body.
        static func json(_ status: String, _ body: String, headers: [String] = []) -> Reply {
            let lines =
                [
                    "HTTP/1.1 \(status)", "content-type: application/json",
                    "content-length: \(body.utf8.count)",
                ]
                + headers + ["connection: close", "", body]
            return .bytes(lines.joined(separator: "\r\n"))
        }
    }

    let port: UInt16
    private let listener: CInt
    private let seen = Mutex<[Request]>([])
    private let script: @Sendable (Request) -> Reply

    var requests: [Request] { seen.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)/v1" }

    init(_ script: @escaping @Sendable (Request) -> Reply) throws {
        self.script = script
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isUp = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isUp else { throw POSIXError(.EADDRINUSE) }
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { [weak self] in
                    self?.serve(connection)
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
    }

    private func serve(_ connection: CInt) {
        guard let (head, body) = Self.read(connection) else { return }
        let request = seen.withLock { seen in
            let request = Request(number: seen.count, head: head, body: body)
            seen.append(request)
            return request
        }
        switch script(request) {
        case .bytes(let text):
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        case .silence:
            var byte: UInt8 = 0
            _ = recv(connection, &byte, 1, 0)
        case .close: break
        }
    }

    private static func read(_ connection: CInt) -> (head: String, body: Data)? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            if let end = data.range(of: Data("\r\n\r\n".utf8)) {
                let head = String(decoding: data[..<end.lowerBound], as: UTF8.self)
                let length = head.lowercased().split(separator: "\r\n").first {
                    $0.hasPrefix("content-length:")
                }
                .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
                if data.count - end.upperBound >= length ?? 0 { return (head, data[end.upperBound...]) }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            data.append(contentsOf: buffer[..<count])
        }
    }
}
