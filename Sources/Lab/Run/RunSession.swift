// The bookkeeping of a session: what is asked, what came, what failed how often. All of it is touched by one task;
// the tasks that ask know nothing of each other.

import Foundation

/// A session between its beginning and its end.
struct RunSession {
    private let runner: Runner
    private let report: @Sendable (RunProgress) -> Void
    private let start = ContinuousClock.now
    private var answered: [Bool]
    private var independence: IndependenceCheck
    /// By model: for what reason, and for how many trials in a row, it was given up.
    private var givenUp: [String: (reason: String, count: Int)] = [:]
    /// By model.
    private let pauses: [String: ServerPause]
    private(set) var progress: RunProgress

    init(_ runner: Runner, rows: [Row], progress report: @escaping @Sendable (RunProgress) -> Void) {
        self.runner = runner
        self.report = report
        pauses = runner.respondents.mapValues { _ in ServerPause() }
        answered = Array(repeating: false, count: runner.trials.count)
        independence = IndependenceCheck(temperature: runner.sampling.temperature)
        for row in rows {
            answered[row.trial.index] = true
            independence.add(row)
        }
        progress = RunProgress(total: runner.trials.count, done: rows.count, before: rows.count)
        report(progress)
    }

    /// One attempt at a trial, of those before it, and what it came to.
    private struct Attempt: Sendable {
        var question: Question
        var number = 1
        var refusals = 0
        var outcome = Outcome.cancelled
    }

    private enum Outcome: Sendable {
        case answered(Answer)
        case failed(RespondentFailure)
        case cancelled
    }

    /// Draws what is missing of the trials before `end`, in their order.
    ///
    /// A trial starts when those before it have started and its model has a free stream: where models are compared, a
    /// slow one does not fall behind a fast one by more than that.
    /// - Returns: nil when all are there; or why not.
    mutating func draw(until end: Int) async throws -> RunSummary.Ending? {
        let missing = runner.trials[..<end].filter { !answered[$0.index] }
        var problem: (any Error)?
        await withTaskGroup(of: Attempt.self) { group in
            var waiting = missing[...]
            var busy: [String: Int] = [:]
            while true {
                do {
                    while problem == nil, !Task.isCancelled, let trial = waiting.first,
                        let respondent = runner.respondents[trial.cell.model],
                        busy[trial.cell.model, default: 0] < respondent.streams
                    {
                        waiting.removeFirst()
                        let attempt = Attempt(question: try runner.question(trial))
                        let pause = pauses[trial.cell.model]
                        group.addTask { await Self.ask(respondent, attempt, after: 0, pause) }
                        busy[trial.cell.model, default: 0] += 1
                        progress.inFlight += 1
                    }
                } catch { problem = problem ?? error }
                if problem != nil { group.cancelAll() }
                guard let attempt = await group.next() else { break }
                let model = attempt.question.trial.cell.model
                do {
                    // After a problem nothing is asked again, but what was answered meanwhile is kept.
                    if let wait = try await take(attempt), problem == nil,
                        let respondent = runner.respondents[model]
                    {
                        var next = attempt
                        next.number += 1
                        if case .answered = attempt.outcome { next.refusals += 1 }
                        let pause = pauses[model]
                        group.addTask { [next] in await Self.ask(respondent, next, after: wait, pause) }
                        tell()
                        continue
                    }
                } catch { problem = problem ?? error }
                busy[model, default: 0] -= 1
                progress.inFlight -= 1
                tell()
            }
        }
        if let problem { throw problem }
        if missing.allSatisfy({ answered[$0.index] }) { return nil }
        if Task.isCancelled { return .interrupted }
        return .incomplete(missing: missing.count { !answered[$0.index] })
    }

    private static func ask(
        _ respondent: any Respondent, _ attempt: Attempt, after wait: Double, _ pause: ServerPause?
    ) async -> Attempt {
        var attempt = attempt
        do {
            if wait > 0 { try await Task.sleep(for: .seconds(wait)) }
            try await pause?.passed()
            attempt.outcome = .answered(try await respondent.answer(attempt.question))
        } catch is CancellationError { attempt.outcome = .cancelled } catch let failure as RespondentFailure {
            attempt.outcome = .failed(failure)
        } catch {
            attempt.outcome = .failed(
                RespondentFailure(reason: "\(error)", detail: "", isTransient: false))
        }
        return attempt
    }

    /// Keeps what `attempt` came to. Returns the seconds until the next one; nil: there is none.
    private mutating func take(_ attempt: Attempt) async throws -> Double? {
        switch attempt.outcome {
        case .cancelled: return nil
        case .answered(let answer): return try await take(answer, attempt)
        case .failed(let failure):
            progress.failures += 1
            progress.latestFailure = failure.description
            if let seconds = runner.options.retries.pause(after: failure) {
                pauses[attempt.question.trial.cell.model]?.begin(seconds: seconds)
            }
            try await note(attempt, .error, failure.description)
            let wait = runner.options.retries.wait(after: failure, attempt: attempt.number)
            if wait == nil { try giveUp(attempt.question.trial.cell.model, failure) }
            return wait
        }
    }

    private mutating func take(_ answer: Answer, _ attempt: Attempt) async throws -> Double? {
        let trial = attempt.question.trial
        let row = answer.row(attempt.question)
        guard let sign = refusal(row, answer) else {
            try await runner.store.append(row)
            independence.add(row, created: answer.created)
            answered[trial.index] = true
            givenUp[trial.cell.model] = nil
            progress.done += 1
            progress.tokens += answer.tokens
            return nil
        }
        progress.failures += 1
        progress.latestFailure = sign
        try await note(attempt, .refused, sign)
        guard attempt.refusals + 1 < runner.options.mostRefusals else {
            throw LabError(
                .backend,
                "model '\(trial.cell.model)', trial \(trial.index): \(attempt.refusals + 1) answers were copies and no "
                    + "samples (\(sign)); turn off the cache between the lab and the model, and run again")
        }
        return runner.options.retries.firstWait
    }

    /// Why an answer is no sample.
    private func refusal(_ row: Row, _ answer: Answer) -> String? {
        if let sign = answer.cacheSign { return sign }
        guard let finding = independence.finding(row, created: answer.created) else { return nil }
        if runner.respondents[row.trial.cell.model]?.mayRepeatAnswers == false {
            // An engine that computes each answer by itself may come to the same text twice, at a low temperature.
            if case .sameAnswer = finding { return nil }
        }
        return finding.description
    }

    private mutating func giveUp(_ model: String, _ failure: RespondentFailure) throws {
        progress.givenUp += 1
        let before = givenUp[model]
        let count = before?.reason == failure.reason ? (before?.count ?? 0) + 1 : 1
        givenUp[model] = (failure.reason, count)
        guard count < runner.options.mostEqualFailures else {
            throw LabError(
                .backend,
                "model '\(model)': \(count) trials in a row failed alike: \(failure.description); mend that and run again, "
                    + "nothing is lost")
        }
    }

    private func note(_ attempt: Attempt, _ kind: FailedAttempt.Kind, _ reason: String) async throws {
        try await runner.store.append(
            FailedAttempt(
                trial: attempt.question.trial, attempt: attempt.number, kind: kind, reason: reason))
    }

    private mutating func tell() {
        progress.seconds = (ContinuousClock.now - start) / .seconds(1)
        report(progress)
    }
}
