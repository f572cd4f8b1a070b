// A run's `run.json`: which plan it is of, who ran it when and where, and what was decided at its looks.
// It knows no rows.

import Foundation
import ModelFiles
import SystemPackage

/// What is known about a run besides its rows.
package struct RunRecord: Sendable, Equatable, Codable {
    /// Version of the folder's files.
    package var format = 1
    /// SHA-256 of the frozen plan.
    package var planDigest: String
    /// Seconds since 1970.
    package var started: Double
    /// Every time that the run was taken up.
    package var sessions: [Session] = []
    /// In their order; the last one may have ended the run.
    package var looks: [Look] = []
    /// What had to be mended when the folder was opened.
    package var notes: [String] = []

    package struct Session: Sendable, Equatable, Codable {
        /// Name and version.
        package var program: String
        package var machine: String
        package var started: Double
        /// Nil: it is under way, or was killed.
        package var ended: Double?
        /// Rows that were there at its start.
        package var rowsBefore: Int
        /// What answered, by the model's name in the plan.
        package var respondents: [String: String]
    }

    package struct Look: Sendable, Equatable, Codable {
        /// Which look it is, from 1.
        package var number: Int
        /// Whole repetitions and trials that were done.
        package var repetitions: Int
        package var trials: Int
        package var decision: LookDecision
        package var time: Double
    }

    package init(planDigest: String, started: Double) {
        self.planDigest = planDigest
        self.started = started
    }

    /// Reads a folder's record; nil: there is none.
    package static func read(_ folder: String) throws -> RunRecord? {
        let path = folder + "/run.json"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let record: RunRecord
        do {
            record = try JSONDecoder().decode(RunRecord.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw LabError(.badRun, "\(path): \(error.place); take the file from a backup")
        }
        guard record.format == 1 else {
            throw LabError(
                .badRun, "\(path): format \(record.format), and this program writes format 1; use a newer one"
            )
        }
        return record
    }

    /// Writes the record so that at any moment the old one or the new one is there.
    func write(_ folder: String) throws {
        let bytes = Array(try JSONEncoder.readable.encode(self)) + [0x0A]
        do {
            var file = try AtomicFile(path: FilePath(folder).appending("run.json"))
            try file.write(bytes)
            try file.commit()
        } catch { throw LabError(.file, "\(error)") }
    }

    /// Removes what writers that were killed have left. For the folder's one writer.
    static func sweep(_ folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(".run.json.") && name.hasSuffix(".partial") {
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }
}

/// What a look comes to.
package enum LookDecision: String, Sendable, Equatable, Codable {
    case goOn = "go on"
    case stop
}
