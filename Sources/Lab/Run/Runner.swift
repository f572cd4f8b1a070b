// Runs a design's trials: starts them in their order, as many at a time as each model takes, keeps every answer as it
// comes, and stops where a look says so. It knows neither models nor files behind their faces.

import Foundation

/// One session of a run. Killed, cancelled or failed, the next session goes on where this one was.
package struct Runner: Sendable {
    package struct Options: Sendable {
        package var retries = RetryPolicy()
        /// Copies instead of samples that one trial may bring before the run ends.
        package var mostRefusals = 3
        /// Trials of one model, one after the other, that may be given up for the same reason before the run ends.
        package var mostEqualFailures = 5
        /// What the run's record calls program and machine.
        package var program = "sirocco"
        package var machine = ""

        package init() {}
    }

    let trials: [Trial]
    /// Looks before the end.
    let looks: [Design.Look]
    let sampling: SamplingSettings
    let messages: @Sendable (Trial) throws -> [PlanMessage]
    let respondents: [String: any Respondent]
    let store: RunStore
    let options: Options

    /// - Parameter respondents: by the models' names in the plan.
    package init(
        plan: Plan, design: Design, respondents: [String: any Respondent], store: RunStore,
        options: Options = Options()
    ) {
        self.init(
            trials: design.trials, looks: design.looks, sampling: plan.sampling, respondents: respondents,
            store: store, options: options, messages: { try plan.messages(for: $0) })
    }

    /// - Parameters:
    ///   - trials: in their order, trial `i` at place `i`.
    ///   - looks: in their order; one at the end of the trials decides nothing, and is left out.
    package init(
        trials: [Trial], looks: [Design.Look], sampling: SamplingSettings,
        respondents: [String: any Respondent], store: RunStore, options: Options = Options(),
        messages: @escaping @Sendable (Trial) throws -> [PlanMessage]
    ) {
        self.trials = trials
        self.looks = looks.filter { $0.trials < trials.count }
        self.sampling = sampling
        self.messages = messages
        self.respondents = respondents
        self.store = store
        self.options = options
    }

    /// Draws what is missing, and releases the store.
    /// - Parameters:
    ///   - look: decides, by the rows that a look is to see, whether the run goes on. Asked once for each look: the
    ///     record keeps the answer.
    ///   - progress: told of every event.
    /// - Throws: `LabError` for rows that do not fit the design, a model that fails on everything, answers that are
    ///   copies, a disk that is full. What was answered until then is kept.
    package func run(
        look: @Sendable (Design.Look, [Row]) async throws -> LookDecision = { _, _ in .goOn },
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> RunSummary {
        for model in Set(trials.map(\.cell.model)).sorted() where respondents[model] == nil {
            throw LabError(.badRun, "model '\(model)' of the plan has nothing that answers for it")
        }
        let rows = await store.rows
        try check(rows)
        try await checkLooks(rows)
        try await store.begin(
            program: options.program, machine: options.machine,
            respondents: respondents.mapValues(\.identification))
        var session = RunSession(self, rows: rows, progress: progress)
        do {
            let ending = try await draw(&session, look: look)
            try await store.end()
            try await store.release()
            return RunSummary(
                ending: ending, progress: session.progress,
                rows: await store.rows.sorted { $0.trial.index < $1.trial.index })
        } catch {
            try await store.release()
            throw error
        }
    }

    private func draw(
        _ session: inout RunSession, look: @Sendable (Design.Look, [Row]) async throws -> LookDecision
    ) async throws -> RunSummary.Ending {
        for next in looks {
            if let ending = try await session.draw(until: next.trials) { return ending }
            let decision: LookDecision
            if let known = await store.decision(atTrials: next.trials) {
                decision = known
            } else {
                let seen = await store.rows.filter { $0.trial.index < next.trials }
                decision = try await look(next, seen.sorted { $0.trial.index < $1.trial.index })
                try await store.decide(decision, at: next)
            }
            if decision == .stop {
                return .stopped(look: await store.record.looks.count)
            }
        }
        return try await session.draw(until: trials.count) ?? .complete
    }

    /// Refuses rows that are not this design's.
    private func check(_ rows: [Row]) throws {
        for (number, row) in rows.enumerated() {
            let place = "\(store.folder)/rows.jsonl:\(number + 1)"
            let mend = "; the folder holds another plan's run, or was edited: name another folder"
            guard trials.indices.contains(row.trial.index) else {
                throw LabError(
                    .badRun,
                    "\(place): trial \(row.trial.index), but the plan has \(trials.count) trials" + mend)
            }
            let trial = trials[row.trial.index]
            if row.trial.seed != trial.seed {
                throw LabError(
                    .badRun,
                    "\(place): trial \(trial.index) has seed \(row.trial.seed), and the plan gives it \(trial.seed)"
                        + mend)
            }
            if row.trial.prompt != trial.prompt {
                throw LabError(
                    .badRun,
                    "\(place): trial \(trial.index) has prompt '\(row.trial.prompt)', and the plan gives it "
                        + "'\(trial.prompt)'" + mend)
            }
            guard row.trial == trial else {
                throw LabError(
                    .badRun,
                    "\(place): trial \(trial.index) is of cell '\(row.trial.cell.title)' and repetition "
                        + "\(row.trial.repetition), and the plan has '\(trial.cell.title)' and \(trial.repetition) there"
                        + mend)
            }
            guard row.requestDigest == (try question(trial)).digest else {
                throw LabError(
                    .badRun,
                    "\(place): trial \(trial.index) was asked something else than the plan asks" + mend)
            }
        }
    }

    /// Refuses rows that a recorded look had forbidden.
    private func checkLooks(_ rows: [Row]) async throws {
        guard let stop = await store.record.looks.first(where: { $0.decision == .stop }) else { return }
        guard let number = rows.firstIndex(where: { $0.trial.index >= stop.trials }) else { return }
        throw LabError(
            .badRun,
            "\(store.folder)/rows.jsonl:\(number + 1): trial \(rows[number].trial.index), but look \(stop.number) ended the "
                + "run before trial \(stop.trials); delete the rows that came later")
    }

    func question(_ trial: Trial) throws -> Question {
        Question(trial: trial, messages: try messages(trial), sampling: sampling)
    }
}
