// The results on disk: a line of JSON for each question, appended as it is answered, and one before them that says of
// which run they are. It knows how a run that was broken off goes on.

package import ChatTemplates
import DataFiles
import Synchronization
import SystemPackage

/// Appends results to a file, and has those of a run that was broken off.
///
/// A line goes out in one write, so that a kill leaves at most one line cut short, which is dropped and asked again.
package final class ResultFile: Sendable {
    /// Results that were there, by the row's index.
    package let kept: [Int: EvaluationResult]
    private let path: String
    private let metrics: [String]
    private let descriptor: FileDescriptor
    /// A write at a time.
    private let writing = Mutex(())

    /// Opens `path` to go on with it, or makes it.
    /// - Parameter run: what the results depend on beside the questions, such as the model: the file's first line.
    /// - Throws: where the file is of another run.
    package init(path: String, run: JSONObject, metrics: [String]) throws {
        self.path = path
        self.metrics = metrics
        do {
            descriptor = try FileDescriptor.open(
                FilePath(path), .readWrite, options: [.create, .append, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch { throw Self.failure("cannot open \(path)", error) }
        do {
            let bytes = try Self.contents(descriptor)
            let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            var whole = lines.dropLast().map { String(decoding: $0, as: UTF8.self) }[...]
            // What follows the last line's end was cut short.
            let rest = lines.last?.count ?? 0
            if rest > 0 { try descriptor.resize(to: Int64(bytes.count - rest)) }
            let head = JSONObject(dictionaryLiteral: ("run", .object(run)))
            if let first = whole.popFirst() {
                guard case .object(let object)? = try? JSONValue.parse(first), object["run"] == head["run"]
                else {
                    throw EvaluationError(
                        .badRequest,
                        "\(path) holds results of another run, of \(first.prefix(300)); name another folder, or "
                            + "remove the file")
                }
            } else {
                try Self.write(head, descriptor)
            }
            var kept: [Int: EvaluationResult] = [:]
            for line in whole {
                guard case .object(let row)? = try? JSONValue.parse(line),
                    let result = EvaluationResult(row, metrics)
                else { continue }
                kept[result.index] = result
            }
            self.kept = kept
        } catch {
            try? descriptor.close()
            throw error as? EvaluationError ?? Self.failure("cannot read or write \(path)", error)
        }
    }

    deinit { try? descriptor.close() }

    package func append(_ result: EvaluationResult) throws {
        do {
            try writing.withLock { _ in try Self.write(result.json(metrics), descriptor) }
        } catch { throw Self.failure("cannot write \(path)", error) }
    }

    private static func write(_ row: JSONObject, _ descriptor: FileDescriptor) throws {
        _ = try descriptor.writeAll(Array((try JSONValue.object(row).text() + "\n").utf8))
    }

    private static func contents(_ descriptor: FileDescriptor) throws -> [UInt8] {
        let size = Int(try descriptor.seek(offset: 0, from: .end))
        var bytes = [UInt8](repeating: 0, count: size)
        var filled = 0
        while filled < size {
            let count = try bytes.withUnsafeMutableBytes {
                try descriptor.read(
                    fromAbsoluteOffset: Int64(filled),
                    into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
            }
            guard count > 0 else { break }
            filled += count
        }
        return Array(bytes[..<filled])
    }

    private static func failure(_ what: String, _ error: any Error) -> EvaluationError {
        EvaluationError(.system, "\(what): \(error)")
    }
}
