// Messages typed in earlier sessions, in a file that only its owner may read.
// Knows lines of text, not the editor. Appends one entry at a time, so sessions side by side lose nothing.

import FoundationEssentials
import Glibc
import SystemPackage

/// A history that outlives the program: one entry per line, oldest first, `\` and line ends escaped.
package struct HistoryFile: Sendable {
    package let path: String
    /// Entries offered to the user; the file is rewritten when it holds twice as many.
    package let limit: Int

    package init(path: String, limit: Int = 1000) {
        self.path = path
        self.limit = limit
    }

    /// The latest entries, oldest first; none where there is no readable file yet.
    package func entries() -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(limit).map {
            Self.unescape($0)
        }
    }

    /// Adds an entry. History is a comfort: a full disk must not end a conversation, so the caller may ignore
    /// errors.
    package func append(_ entry: String) throws {
        if entry.isEmpty { return }
        let folder = FilePath(path).removingLastComponent().string
        if !folder.isEmpty {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        // O_APPEND makes one write of one line atomic beside another session's.
        let file = try FileDescriptor.open(
            FilePath(path), .writeOnly, options: [.append, .create, .closeOnExec],
            permissions: .ownerReadWrite)
        try file.closeAfter { _ = try file.writeAll((Self.escape(entry) + "\n").utf8) }
    }

    /// Drops the oldest entries once the file has grown to twice its limit. Called once, at the start.
    package func trim() throws {
        guard let data = FileManager.default.contents(atPath: path) else { return }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        guard lines.count > 2 * limit else { return }
        let kept = lines.suffix(limit).joined(separator: "\n") + "\n"
        try Data(kept.utf8).write(to: URL(filePath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    static func escape(_ entry: String) -> String {
        var escaped = ""
        for scalar in entry.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    static func unescape(_ line: Substring) -> String {
        var entry = ""
        var scalars = line.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\\" else {
                entry.unicodeScalars.append(scalar)
                continue
            }
            switch scalars.next() {
            case "n": entry += "\n"
            case "r": entry += "\r"
            case let other?: entry.unicodeScalars.append(other)
            case nil: entry += "\\"
            }
        }
        return entry
    }
}
