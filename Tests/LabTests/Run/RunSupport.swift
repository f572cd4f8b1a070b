// What the run's tests share: a small design, a model that answers from the seed alone, rows without their times.

import Foundation
import Lab
import SystemPackage
import Synchronization
import TestSupport

/// The lab's, not the tests' own.
typealias Answer = Lab.Answer

/// A design of `prompts` × 2 dates × `repetitions` trials for each of `models`.
struct SmallRun: Sendable {
    var models = ["m"]
    var prompts = 4
    var repetitions = 5
    var sampling = SamplingSettings(temperature: 1, maxTokens: 40)

    var trials: [Trial] {
        var trials: [Trial] = []
        for repetition in 0..<repetitions {
            for prompt in 0..<prompts {
                for model in models {
                    for date in ["may", "december"] {
                        trials.append(
                            Trial(
                                index: trials.count, cell: Cell(model: model, levels: ["date": date]),
                                prompt: "p\(prompt)", repetition: repetition,
                                seed: UInt64(trials.count) * 7919 + 11))
                    }
                }
            }
        }
        return trials
    }

    var block: Int { prompts * models.count * 2 }

    /// A look at each repetition's end.
    var looks: [Design.Look] {
        (1...repetitions).map { Design.Look(repetitions: $0, trials: $0 * block) }
    }

    func question(_ trial: Trial) -> Question {
        Question(trial: trial, messages: messages(trial), sampling: sampling)
    }

    func messages(_ trial: Trial) -> [PlanMessage] {
        [
            PlanMessage(role: .system, content: "It is \(trial.cell.levels["date"] ?? "never")."),
            PlanMessage(role: .user, content: "What of \(trial.prompt)?"),
        ]
    }

    func runner(
        _ respondents: [String: any Respondent], _ store: RunStore, hasLooks: Bool = false,
        options: Runner.Options = .quick
    ) -> Runner {
        Runner(
            trials: trials, looks: hasLooks ? looks : [], sampling: sampling, respondents: respondents,
            store: store, options: options, messages: { messages($0) })
    }

    /// The rows of an unbroken run of a model that is `Seeded`, without their times.
    var expectedRows: [Row] { trials.map { Seeded.answer(question($0)).row(question($0)).timeless } }
}

extension Runner.Options {
    /// No waiting between attempts.
    static var quick: Runner.Options {
        var options = Runner.Options()
        options.retries.firstWait = 0.001
        options.retries.longestWait = 0.002
        return options
    }
}

/// A model whose answer is determined by question and seed.
struct Seeded: Respondent {
    var identification = "seeded 1"
    var streams = 4
    var mayRepeatAnswers = true
    /// Called before each answer, with how many there were; may throw or wait.
    var before: @Sendable (Question, Int) async throws -> Void = { _, _ in }
    let asked = Asked()

    final class Asked: Sendable {
        private let all = Mutex<[Int]>([])
        /// Trials' indices, in the order of asking.
        var trials: [Int] { all.withLock { $0 } }
        func add(_ trial: Int) -> Int {
            all.withLock {
                $0.append(trial); return $0.count - 1
            }
        }
    }

    func answer(_ question: Question) async throws -> Answer {
        let number = asked.add(question.trial.index)
        try await before(question, number)
        return Self.answer(question)
    }

    static func answer(_ question: Question) -> Answer {
        var random = SeededGenerator(seed: question.trial.seed)
        let words = (0..<20).map { _ in random.symmetric() < 0 ? "wind\n" : "sand \u{2028}🏜️ \"" }
        return Answer(
            text: words.joined() + "\(question.trial.seed)", finish: .stop, promptTokens: 12, cachedTokens: 4,
            tokens: 40, logProbability: -Double(question.trial.seed) / 7, seconds: 0.5, firstSeconds: 0.1,
            backend: "seeded 1", responseID: "answer-\(question.trial.seed)")
    }
}

extension Row {
    /// The row without what no two runs share.
    var timeless: Row {
        var row = self
        row.time = 0
        row.seconds = 0
        row.firstSeconds = nil
        return row
    }
}

extension [Row] {
    /// In the trials' order, without times.
    var comparable: [Row] { sorted { $0.trial.index < $1.trial.index }.map(\.timeless) }
}

extension TemporaryFolder {
    var rowFile: String { path.appending("rows.jsonl").string }

    func bytes(_ name: String = "rows.jsonl") throws -> Data {
        try Data(contentsOf: URL(filePath: path.appending(name).string))
    }

    func write(_ bytes: Data, _ name: String = "rows.jsonl") throws {
        try bytes.write(to: URL(filePath: path.appending(name).string))
    }

    func store(_ plan: String = "0123456789abcdef") throws -> RunStore {
        try RunStore(folder: path.string, planDigest: plan)
    }
}

/// The line of the `LabError` that `body` throws; empty if it throws none.
func complaint(_ body: () async throws -> Void) async -> String {
    do {
        try await body()
        return ""
    } catch let error as LabError { return error.description } catch { return "no LabError: \(error)" }
}
