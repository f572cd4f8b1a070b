// The runner over models that are not there: order, resuming, looks, failures, copies.

import Foundation
import Lab
import SystemPackage
import Synchronization
import TestSupport
import Testing

@Suite struct RunnerTests {
    private let run = SmallRun()

    @Test("An unbroken run has every row once, and says so", arguments: [1, 3, 16, 1000])
    func unbroken(streams: Int) async throws {
        let folder = try TemporaryFolder()
        let model = Seeded(streams: streams)
        let latest = Mutex<RunProgress?>(nil)
        let summary = try await run.runner(["m": model], try folder.store()).run(progress: { progress in
            latest.withLock { $0 = progress }
        })
        #expect(summary.ending == .complete)
        #expect(summary.rows.comparable == run.expectedRows)
        #expect(try RunStore.rows(in: folder.path.string).comparable == run.expectedRows)
        let progress = try #require(latest.withLock { $0 })
        #expect((progress.done, progress.total, progress.inFlight, progress.failures) == (40, 40, 0, 0))
        #expect(progress.tokens == 40 * 40)
        #expect(progress.secondsLeft == 0)
    }

    @Test("Trials start in the plan's order, also where two models take different numbers at a time")
    func order() async throws {
        let both = SmallRun(models: ["fast", "slow"], prompts: 5, repetitions: 4)
        let started = Mutex<[Int]>([])
        @Sendable func note(_ question: Question, _ wait: Duration) async throws {
            started.withLock { $0.append(question.trial.index) }
            try await Task.sleep(for: wait)
        }
        let folder = try TemporaryFolder()
        let summary = try await both.runner(
            [
                "fast": Seeded(
                    streams: 6, before: { question, _ in try await note(question, .microseconds(50)) }),
                "slow": Seeded(
                    streams: 1, before: { question, _ in try await note(question, .milliseconds(2)) }),
            ], try folder.store()
        ).run()
        #expect(summary.ending == .complete)
        // Tasks that are started together may begin in any order; never more of them than there are streams.
        for (place, index) in started.withLock({ $0 }).enumerated() { #expect(abs(place - index) < 7) }
    }

    @Test("Cancelled anywhere and taken up again, a run has the rows of an unbroken one", arguments: 0..<12)
    func resume(round: Int) async throws {
        let folder = try TemporaryFolder()
        var sessions = 0
        var asked = 0
        while true {
            sessions += 1
            #expect(sessions < 60)
            let after = sessions * 3 + round % 4
            let (signal, continuation) = AsyncStream<Void>.makeStream()
            let model = Seeded(
                streams: 1 + round % 5,
                before: { _, number in
                    if number == after { continuation.finish() }
                    try await Task.sleep(for: .microseconds(200))
                })
            let store = try folder.store()
            let runner = run.runner(["m": model], store)
            let session = Task { try await runner.run() }
            let killer = Task {
                for await _ in signal {}
                session.cancel()
            }
            let ending = try await session.value.ending
            continuation.finish()
            await killer.value
            asked += model.asked.trials.count
            if ending == .complete { break }
            #expect(ending == .interrupted)
        }
        #expect(sessions > 1)
        #expect(try RunStore.rows(in: folder.path.string).comparable == run.expectedRows)
        // What was asked for nothing is what was in flight at the cancellations.
        #expect(asked <= 40 + (sessions - 1) * 5)
        let record = try #require(try RunRecord.read(folder.path.string))
        #expect(record.sessions.count == sessions)
        #expect(record.sessions.last?.ended != nil)
    }

    @Test("A look that stops the run is asked once, and nothing is drawn behind it", arguments: [1, 2, 4])
    func stoppingLook(stop: Int) async throws {
        let folder = try TemporaryFolder()
        let looked = Mutex<[Int]>([])
        for session in 0..<3 {
            let summary = try await run.runner(["m": Seeded()], try folder.store(), hasLooks: true).run(
                look: { look, rows in
                    looked.withLock { $0.append(look.repetitions) }
                    #expect(rows.map(\.trial.index) == Array(0..<look.trials))
                    return look.repetitions == stop ? .stop : .goOn
                })
            #expect(summary.ending == .stopped(look: stop), "session \(session)")
            #expect(summary.rows.comparable == Array(run.expectedRows.prefix(stop * run.block)))
        }
        #expect(looked.withLock { $0 } == Array(1...stop))
        let looks = try #require(try RunRecord.read(folder.path.string)).looks
        #expect(looks.map(\.decision) == Array(repeating: .goOn, count: stop - 1) + [.stop])

        let store = try folder.store()
        try await store.append(run.expectedRows[stop * run.block])
        let line = await complaint {
            _ = try await run.runner(["m": Seeded()], store, hasLooks: true).run()
        }
        #expect(line.contains("look \(stop) ended the run"), "\(line)")
    }

    @Test("The end of the trials is no look of its own")
    func lastLook() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let looked = Mutex(0)
        let summary = try await run.runner(
            ["m": Seeded()], try folder.store(), hasLooks: true
        ).run(look: { _, _ in
            looked.withLock { $0 += 1 }
            return .goOn
        })
        #expect(summary.ending == .complete)
        #expect(looked.withLock { $0 } == run.repetitions - 1)
    }

    @Test("Failures that pass are retried, noted, and change no row")
    func transientFailures() async throws {
        let folder = try TemporaryFolder()
        let failed = Mutex<[Int: Int]>([:])
        let model = Seeded(before: { question, _ in
            let count = failed.withLock { counts in
                counts[question.trial.index, default: 0] += 1
                return counts[question.trial.index] ?? 0
            }
            if count <= question.trial.index % 4 {
                throw RespondentFailure(reason: "HTTP 503", detail: "busy", isTransient: true)
            }
        })
        let summary = try await run.runner(["m": model], try folder.store()).run()
        #expect(summary.ending == .complete)
        #expect(summary.rows.comparable == run.expectedRows)
        let failures = try RunStore.failures(in: folder.path.string)
        #expect(failures.count == (0..<40).reduce(0) { $0 + $1 % 4 })
        #expect(summary.progress.failures == failures.count)
        #expect(failures.allSatisfy { $0.reason == "HTTP 503: busy" && $0.kind == .error })
    }

    @Test("A model that fails on everything ends the run with one line, soon", arguments: [true, false])
    func deadModel(isTransient: Bool) async throws {
        let folder = try TemporaryFolder()
        let model = Seeded(before: { _, _ in
            throw RespondentFailure(reason: "HTTP 401", detail: "no such key", isTransient: isTransient)
        })
        let line = await complaint { _ = try await run.runner(["m": model], try folder.store()).run() }
        #expect(line.hasPrefix("model 'm': 5 trials in a row failed alike: HTTP 401: no such key"), "\(line)")
        #expect(model.asked.trials.count <= (isTransient ? 8 : 1) * (5 + 4))
    }

    @Test("A trial without an answer leaves the run incomplete, and the next session asks for it alone")
    func oneTrialFails() async throws {
        let folder = try TemporaryFolder()
        let broken = Seeded(before: { question, _ in
            if question.trial.index == 17 {
                throw RespondentFailure(reason: "HTTP 400", detail: "bad", isTransient: false)
            }
        })
        let first = try await run.runner(["m": broken], try folder.store()).run()
        #expect(first.ending == .incomplete(missing: 1))
        let mended = Seeded()
        let second = try await run.runner(["m": mended], try folder.store()).run()
        #expect(second.ending == .complete)
        #expect(mended.asked.trials == [17])
        #expect(second.rows.comparable == run.expectedRows)
    }

    @Test("A look waits for trials without an answer: it is not decided on what happened to be there")
    func lookNeedsAll() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let broken = Seeded(before: { question, _ in
            if question.trial.index == 3 {
                throw RespondentFailure(reason: "HTTP 400", detail: "bad", isTransient: false)
            }
        })
        let summary = try await run.runner(
            ["m": broken], try folder.store(), hasLooks: true
        ).run(look: { _, _ in
            Issue.record("looked")
            return .stop
        })
        #expect(summary.ending == .incomplete(missing: 1))
        #expect(summary.rows.count == run.block - 1)
    }

    @Test("Rows that do not fit the design are refused, and named")
    func strangeRows() async throws {
        let changes: [(String, @Sendable (inout Row) -> Void)] = [
            ("has seed 12345", { $0.trial.seed = 12345 }),
            ("has prompt 'p9'", { $0.trial.prompt = "p9" }),
            ("has prompt", { $0.trial.index += 2 }),
            ("repetition 7", { $0.trial.repetition = 7 }),
            ("date=june", { $0.trial.cell.levels["date"] = "june" }),
            ("has 40 trials", { $0.trial.index = 40 }),
            ("has 40 trials", { $0.trial.index = -1 }),
            ("asked something else", { $0.requestDigest = "00" }),
        ]
        for (expected, change) in changes {
            let folder = try TemporaryFolder()
            let store = try folder.store()
            var row = run.expectedRows[2]
            if expected == "has prompt" { row.trial.seed = run.trials[4].seed }
            change(&row)
            try await store.append(run.expectedRows[1])
            try await store.append(row)
            let model = Seeded()
            let line = await complaint { _ = try await run.runner(["m": model], store).run() }
            #expect(line.contains("rows.jsonl:2: ") && line.contains(expected), "\(line)")
            #expect(model.asked.trials.isEmpty)
        }
    }

    @Test("A model that is another one since the last session is refused")
    func swappedModel() async throws {
        let folder = try TemporaryFolder()
        let broken = Seeded(before: { question, _ in
            if question.trial.index == 0 {
                throw RespondentFailure(reason: "HTTP 400", detail: "bad", isTransient: false)
            }
        })
        _ = try await run.runner(["m": broken], try folder.store()).run()
        let other = Seeded(identification: "seeded 2")
        let line = await complaint { _ = try await run.runner(["m": other], try folder.store()).run() }
        #expect(line.contains("model 'm' was 'seeded 1', and is 'seeded 2' now"), "\(line)")
        #expect(other.asked.trials.isEmpty)
    }

    @Test("A plan's model that nobody answers for is told before anything is asked")
    func missingModel() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let line = await complaint { _ = try await run.runner([:], try folder.store()).run() }
        #expect(line.contains("model 'm'"), "\(line)")
    }
}

/// Answers that were given before.
@Suite struct CopyTests {
    private let run = SmallRun()

    /// A model that now and then hands out its first answer again.
    private struct Copying: Respondent {
        var identification: String { "copying" }
        var streams: Int { 1 }
        var mayRepeatAnswers: Bool
        /// Whether attempt number `attempt` at a trial is a copy.
        let isCopy: @Sendable (Trial, Int) -> Bool
        let change: @Sendable (Answer, Answer) -> Answer
        let attempts = Seeded.Asked()

        func answer(_ question: Question) async throws -> Answer {
            _ = attempts.add(question.trial.index)
            let attempt = attempts.trials.count { $0 == question.trial.index }
            let honest = Seeded.answer(question)
            guard isCopy(question.trial, attempt) else { return honest }
            let same = run.trials.first { $0.prompt == question.trial.prompt } ?? question.trial
            return change(honest, Seeded.answer(run.question(same)))
        }

        let run = SmallRun()
    }

    private static let kinds: [(String, @Sendable (Answer, Answer) -> Answer)] = [
        ("word for word", { honest, first in with(honest) { $0.text = first.text } }),
        ("response id", { honest, first in with(honest) { $0.responseID = first.responseID } }),
        ("x-cache", { honest, _ in with(honest) { $0.cacheSign = "the header says x-cache: HIT" } }),
    ]

    private static func with(_ answer: Answer, _ change: (inout Answer) -> Void) -> Answer {
        var answer = answer
        change(&answer)
        return answer
    }

    @Test("A copy is no sample: it is noted, and the trial asked again", arguments: 0..<3)
    func askedAgain(kind: Int) async throws {
        let folder = try TemporaryFolder()
        let (reason, change) = Self.kinds[kind]
        let model = Copying(
            mayRepeatAnswers: true, isCopy: { trial, attempt in trial.index % 9 == 8 && attempt <= 2 },
            change: change)
        let summary = try await run.runner(["m": model], try folder.store()).run()
        #expect(summary.ending == .complete)
        #expect(summary.rows.comparable == run.expectedRows)
        let failures = try RunStore.failures(in: folder.path.string)
        #expect(failures.map(\.trial) == [8, 8, 17, 17, 26, 26, 35, 35])
        #expect(failures.allSatisfy { $0.kind == .refused && $0.reason.contains(reason) })
    }

    @Test("Three copies for one trial end the run; what was drawn is kept", arguments: 0..<3)
    func threeCopies(kind: Int) async throws {
        let folder = try TemporaryFolder()
        let (reason, change) = Self.kinds[kind]
        let model = Copying(mayRepeatAnswers: true, isCopy: { trial, _ in trial.index == 20 }, change: change)
        let line = await complaint { _ = try await run.runner(["m": model], try folder.store()).run() }
        #expect(line.contains("trial 20: 3 answers were copies") && line.contains(reason), "\(line)")
        #expect(try RunStore.rows(in: folder.path.string).comparable == Array(run.expectedRows.prefix(20)))
    }

    @Test("An engine of our own may say the same twice, but not with the same name")
    func ownEngine() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let change = Self.kinds[0].1
        let model = Copying(
            mayRepeatAnswers: false, isCopy: { trial, _ in trial.index == 20 }, change: change)
        let summary = try await run.runner(["m": model], try folder.store()).run()
        #expect(summary.ending == .complete)
        #expect(summary.progress.failures == 0)
    }
}
