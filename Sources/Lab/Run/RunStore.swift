// A run's folder: its rows, its failures, its record. One writer at a time, which may be killed at any moment.
// It knows no models, and no plan but its digest.

import Foundation

/// The files of a run, open for adding to them.
///
/// `rows.jsonl` holds a `Row` per line in the order of completion, `failures.jsonl` a `FailedAttempt` per line, `run.json` the
/// `RunRecord`. A row that `append` has taken survives a kill at once, and a power cut a second later.
package actor RunStore {
    package nonisolated let folder: String
    /// All rows, in the order of the file.
    package private(set) var rows: [Row]
    package private(set) var record: RunRecord
    /// Attempts that failed, of all sessions.
    package private(set) var failureCount: Int
    private var lock: FolderLock?
    private var rowFile: LineFile<Row>
    private var failureFile: LineFile<FailedAttempt>
    private var lastSync = ContinuousClock.now
    private var pendingSync: Task<Void, Never>?
    private var syncError: LabError?

    /// Opens the folder of a run, or makes it.
    /// - Parameter planDigest: SHA-256 of the frozen plan whose run it is.
    /// - Throws: `file`; or `badRun` where another run writes, where the rows are another plan's, a line is damaged or a
    ///   trial is there twice.
    package init(folder: String, planDigest: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw LabError(.file, "\(folder): cannot make this folder: \(error.localizedDescription)")
        }
        lock = try FolderLock(folder)
        RunRecord.sweep(folder)
        let known = try RunRecord.read(folder)
        if let known, known.planDigest != planDigest {
            throw LabError(
                .badRun,
                "\(folder): a run of plan \(known.planDigest.prefix(12))…, not of \(planDigest.prefix(12))…; "
                    + "name another folder, or run the plan as it was frozen")
        }
        let path = folder + "/rows.jsonl"
        var rows: [Row] = []
        var notes: [String] = []
        rowFile = try LineFile(path, lines: &rows, notes: &notes)
        if known == nil, !rows.isEmpty {
            throw LabError(
                .badRun,
                "\(folder): there are rows, but no run.json that says of which plan; take it from a backup, or name another folder"
            )
        }
        try Self.refuseDuplicates(rows, path)
        var failures: [FailedAttempt] = []
        failureFile = try LineFile(folder + "/failures.jsonl", lines: &failures, notes: &notes)
        failureCount = failures.count
        var record = known ?? RunRecord(planDigest: planDigest, started: Date().timeIntervalSince1970)
        record.notes += notes
        // Before the first row: rows without a record would belong to nobody.
        if known == nil || !notes.isEmpty { try record.write(folder) }
        self.rows = rows
        self.record = record
        self.folder = folder
    }

    /// The rows of a folder that another process may be writing, in the order of the file.
    package static func rows(in folder: String) throws -> [Row] {
        let rows = try LineFile<Row>.lines(folder + "/rows.jsonl")
        try refuseDuplicates(rows, folder + "/rows.jsonl")
        return rows
    }

    /// The failed attempts of such a folder.
    package static func failures(in folder: String) throws -> [FailedAttempt] {
        try LineFile<FailedAttempt>.lines(folder + "/failures.jsonl")
    }

    /// Adds a row.
    package func append(_ row: Row) throws {
        try rowFile.append(row)
        rows.append(row)
        try syncInTime()
    }

    /// Adds an attempt that brought no sample.
    package func append(_ failure: FailedAttempt) throws {
        try failureFile.append(failure)
        failureCount += 1
        try syncInTime()
    }

    /// Makes everything that was added outlive a power cut.
    package func sync() throws {
        pendingSync?.cancel()
        pendingSync = nil
        try rowFile.sync()
        try failureFile.sync()
        lastSync = .now
        if let syncError { throw syncError }
    }

    /// Notes that the run is taken up.
    /// - Throws: `badRun` where a model is no longer what answered earlier rows.
    package func begin(program: String, machine: String, respondents: [String: String]) throws {
        let ends = record.sessions.dropFirst().map(\.rowsBefore) + [rows.count]
        for (session, end) in zip(record.sessions, ends) where session.rowsBefore < end {
            for (model, now) in respondents.sorted(by: { $0.key < $1.key }) {
                guard let then = session.respondents[model], then != now else { continue }
                throw LabError(
                    .badRun,
                    "\(folder): model '\(model)' was '\(then)', and is '\(now)' now; give back what answered before, or "
                        + "begin a new run in another folder")
            }
        }
        record.sessions.append(
            RunRecord.Session(
                program: program, machine: machine, started: Date().timeIntervalSince1970, ended: nil,
                rowsBefore: rows.count, respondents: respondents))
        try record.write(folder)
    }

    /// Notes that the session ends in good order.
    package func end() throws {
        try sync()
        guard !record.sessions.isEmpty else { return }
        record.sessions[record.sessions.count - 1].ended = Date().timeIntervalSince1970
        try record.write(folder)
    }

    /// Lets others write here. This store adds nothing from then on.
    package func release() throws {
        defer { lock = nil }
        try sync()
    }

    /// What was decided at a look; nil: it is still to come.
    package func decision(atTrials trials: Int) -> LookDecision? {
        record.looks.first { $0.trials == trials }?.decision
    }

    /// Keeps what was decided at a look, with the rows that it was decided on.
    package func decide(_ decision: LookDecision, at look: Design.Look) throws {
        try sync()
        record.looks.append(
            RunRecord.Look(
                number: record.looks.count + 1, repetitions: look.repetitions, trials: look.trials,
                decision: decision, time: Date().timeIntervalSince1970))
        try record.write(folder)
    }

    /// Syncs if the latest sync is a second old; or else sees to it that it happens by then.
    private func syncInTime() throws {
        if .now - lastSync >= .seconds(1) { return try sync() }
        guard pendingSync == nil else { return }
        pendingSync = Task { [weak self] in
            try? await Task.sleep(for: .seconds(1))
            guard !Task.isCancelled else { return }
            await self?.syncLate()
        }
    }

    private func syncLate() {
        do { try sync() } catch { syncError = error as? LabError }
    }

    /// Each trial may be there once.
    private static func refuseDuplicates(_ rows: [Row], _ path: String) throws {
        struct Identity: Hashable {
            let cell: Cell
            let prompt: String
            let repetition: Int
        }
        var lines: [Identity: Int] = [:]
        var seeds: [UInt64: Int] = [:]
        for (number, row) in rows.enumerated() {
            let trial = row.trial
            let identity = Identity(cell: trial.cell, prompt: trial.prompt, repetition: trial.repetition)
            let earlier =
                lines.updateValue(number + 1, forKey: identity)
                ?? seeds.updateValue(number + 1, forKey: trial.seed)
            guard let earlier else { continue }
            throw LabError(
                .badRun,
                "\(path):\(number + 1): trial \(trial.index) with seed \(trial.seed) is the sample of line \(earlier) again; "
                    + "delete one of the two lines")
        }
    }
}
