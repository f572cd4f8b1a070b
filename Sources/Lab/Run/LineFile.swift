// A file of JSON lines that only grows: one write per line, so that a process that is killed leaves whole lines.
// It knows nothing of what the lines mean.

import Foundation
import Glibc
import ModelFiles

/// An open file of lines.
///
/// What was written when the process is killed stays, as the kernel has it. What a power cut may take is what came after
/// the latest `sync`.
final class LineFile<Line: Codable & Sendable> {
    let path: String
    private let descriptor: CInt
    private var size = 0
    private(set) var isSynced = true

    /// Opens the file, or makes it, and reads what is there into `lines`.
    ///
    /// A torn last line is cut away, and a whole one that only lacks its end gets it; `notes` then say so.
    /// - Throws: `file` for what the system refuses, `badRun` for a line that is damaged, with its number.
    init(_ path: String, lines: inout [Line], notes: inout [String]) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LabError(system: path, "open") }
        self.path = path
        self.descriptor = descriptor
        let content = try Self.read(path)
        size = content.count
        let (found, whole, lacksEnd) = try Self.parse(content, path)
        if whole < content.count {
            notes.append(
                "\(path): the last line was torn; \(content.count - whole) bytes were cut away, and its trial runs again"
            )
            try truncate(to: whole)
        } else if lacksEnd {
            notes.append("\(path): the last line had no end, and got one")
            try write([0x0A])
        }
        lines = found
    }

    /// The lines of a file that another process may be writing; a torn last line is left out. No file: no lines.
    static func lines(_ path: String) throws -> [Line] {
        guard access(path, F_OK) == 0 else { return [] }
        return try parse(read(path), path).lines
    }

    deinit { close(descriptor) }

    /// Adds a line. A line that does not fit on the disk leaves no trace.
    func append(_ line: Line) throws {
        var bytes: [UInt8]
        do { bytes = Array(try JSONEncoder.compact.encode(line)) } catch {
            throw LabError(.file, "\(path): a line cannot be written as JSON: \(error)")
        }
        bytes.append(0x0A)
        try write(bytes)
    }

    /// Makes what was written outlive a power cut.
    func sync() throws {
        guard !isSynced else { return }
        guard fdatasync(descriptor) == 0 else { throw LabError(system: path, "sync") }
        isSynced = true
    }

    private func write(_ bytes: [UInt8]) throws {
        isSynced = false
        var count: Int
        repeat {
            count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        } while count < 0 && errno == EINTR
        guard count == bytes.count else {
            // Short: the disk is full. Half a line would be cut away at the next opening; better now.
            let error =
                count < 0
                ? LabError(system: path, "write")
                : LabError(.file, "\(path): the disk is full; make room and run again, nothing is lost")
            if count > 0 { try truncate(to: size) }
            throw error
        }
        size += count
    }

    private func truncate(to length: Int) throws {
        guard ftruncate(descriptor, off_t(length)) == 0, fdatasync(descriptor) == 0 else {
            throw LabError(system: path, "cut the torn last line off")
        }
        size = length
    }

    private static func read(_ path: String) throws -> Data {
        do { return try Data(contentsOf: URL(filePath: path)) } catch {
            throw LabError(.file, "\(path): cannot read: \(error.localizedDescription)")
        }
    }

    /// The lines, the number of bytes that they take, and whether the last one lacks its end.
    private static func parse(
        _ content: Data, _ path: String
    ) throws -> (lines: [Line], whole: Int, lacksEnd: Bool) {
        let decoder = JSONDecoder()
        var lines: [Line] = []
        var start = content.startIndex
        while start < content.endIndex {
            let end = content[start...].firstIndex(of: 0x0A)
            let text = content[start..<(end ?? content.endIndex)]
            let next = end.map { $0 + 1 } ?? content.endIndex
            do { lines.append(try decoder.decode(Line.self, from: text)) } catch {
                // Only what is no JSON was torn. A line of another version is nothing to throw away.
                let isJSON = (try? JSONSerialization.jsonObject(with: text)) != nil
                guard next == content.endIndex, !isJSON else {
                    throw LabError(
                        .badRun,
                        "\(path):\(lines.count + 1): \(isJSON ? "not a line of this file: \(error.place)" : "damaged"); "
                            + "take the file from a backup, or delete this line: its trial runs again")
                }
                return (lines, start - content.startIndex, false)
            }
            if end == nil { return (lines, content.count, true) }
            start = next
        }
        return (lines, content.count, false)
    }
}

extension LabError {
    /// What the system just refused to do with `path`.
    init(system path: String, _ action: String) {
        let reason = String(cString: strerror(errno))
        self.init(.file, "\(path): cannot \(action) it: \(reason)")
    }
}

extension Error {
    /// Where in a JSON text decoding failed, and why, in one line.
    var place: String {
        switch self as? DecodingError {
        case .keyNotFound(let key, let context)?:
            "\(context.codingPath.dotted)\(key.stringValue) is missing"
        case .typeMismatch(let type, let context)?: "\(context.codingPath.dotted)expected \(type)"
        case .valueNotFound(let type, let context)?:
            "\(context.codingPath.dotted)expected \(type), found null"
        case .dataCorrupted(let context)?: "\(context.codingPath.dotted)\(context.debugDescription)"
        default: "\(self)"
        }
    }
}

extension [any CodingKey] {
    fileprivate var dotted: String {
        isEmpty ? "" : map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".") + ": "
    }
}
