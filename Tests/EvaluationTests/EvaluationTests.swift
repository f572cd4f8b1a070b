// Runs on a tiny model: the same figures in whatever way they are computed, and runs that are broken off.

import ChatTemplates
import DataFiles
import Evaluation
import Foundation
import FoundationXML
import Inference
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite("Evaluations", .timeLimit(.minutes(5)))
struct EvaluationTests {
    private func scorer(sharing: Bool = true) throws -> ModelScorer {
        let loaded = try TinyModel(seed: 4).load()
        var options = Engine.Options()
        options.sequences = 5
        var scorer = ModelScorer(loaded, try Engine(loaded, options: options))
        scorer.sharesContext = sharing
        return scorer
    }

    /// Short, as the tiny model's context is.
    private func questions(_ count: Int = 12) throws -> QuestionSet {
        try QuestionSet(
            ARCEasy(),
            rows: (0..<count).map { number in
                .init(
                    [
                        "question": .string("the \(number)"), "answerKey": "B",
                        "choices": ["text": ["a", "b c", "dd"], "label": ["A", "B", "C"]],
                    ], place: "row \(number)")
            }, shots: 0)
    }

    private func bits(_ results: [EvaluationResult]) -> [[UInt64]] {
        results.map { ($0.logLikelihoods ?? []).map(\.bitPattern) + $0.values.map(\.bitPattern) }
    }

    @Test("give the same bits with a shared context and without, one at a time and many")
    func sameBits() async throws {
        let set = try questions()
        let expected = bits(try await Evaluation(scorer(sharing: false), width: 1).run(set))
        #expect(expected.count == 12 && expected.allSatisfy { $0.count == 5 })
        #expect(bits(try await Evaluation(scorer(), width: 7).run(set)) == expected)
    }

    @Test("of choices of one token are one request, with the bits of several")
    func singleTokens() async throws {
        let scorer = try scorer(), apart = try self.scorer(sharing: false)
        let choices = ["a", "b", "c"].map { Question.Choice(context: "the th", continuation: $0, length: 1) }
        let pairs = choices.map { scorer.tokens($0) }
        #expect(
            pairs.allSatisfy { $0.from == $0.tokens.count - 1 && $0.tokens.count == pairs[0].tokens.count })
        let (values, cost) = try await scorer.logLikelihoods(choices)
        let (expected, price) = try await apart.logLikelihoods(choices)
        #expect(values.map(\.bitPattern) == expected.map(\.bitPattern))
        #expect(cost.promptTokens * 3 == price.promptTokens)
    }

    @Test("go on where they were broken off, and do not ask again")
    func resuming() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("arc_easy.jsonl").string
        let (set, scorer) = (try questions(), try scorer())
        let evaluation = Evaluation(scorer)
        let run: JSONObject = ["model": "tiny"]
        let expected = try await evaluation.run(
            set, results: ResultFile(path: path, run: run, metrics: ARCEasy.metrics))
        let whole = try Data(contentsOf: URL(filePath: path))
        for cut in [whole.count, whole.count - 1, whole.count / 2, 40, 5, 0] {
            try whole.prefix(cut).write(to: URL(filePath: path))
            let file = try ResultFile(path: path, run: run, metrics: ARCEasy.metrics)
            let asked = Mutex(0)
            let again = try await evaluation.run(set, results: file) { _, _ in asked.withLock { $0 += 1 } }
            #expect(bits(again) == bits(expected))
            #expect(asked.withLock { $0 } == 12 - file.kept.count)
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(
                lines.count == 13
                    && Set(lines) == Set(String(decoding: whole, as: UTF8.self).split(separator: "\n")))
        }
        #expect(throws: EvaluationError.self) {
            try ResultFile(path: path, run: ["model": "another"], metrics: ARCEasy.metrics)
        }
    }

    @Test("of changed questions ask those again that changed")
    func changed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("arc_easy.jsonl").string
        let evaluation = Evaluation(try scorer())
        _ = try await evaluation.run(
            questions(8), results: ResultFile(path: path, run: [:], metrics: ARCEasy.metrics))
        let file = try ResultFile(path: path, run: [:], metrics: ARCEasy.metrics)
        let asked = Mutex(0)
        let results = try await evaluation.run(questions(11), results: file) { _, _ in
            asked.withLock { $0 += 1 }
        }
        #expect(results.count == 11 && asked.withLock { $0 } == 3)
    }

    @Test("of programs are refused unless they may be run")
    func programsRefused() async throws {
        let set = try ownQuestions("humaneval", shots: 0, limit: 1)
        let scorer = try scorer()
        let error = await #expect(throws: EvaluationError.self) { try await Evaluation(scorer).run(set) }
        #expect(error?.description.contains("--allow-code") == true)
    }
}

@Suite("Programs that a model wrote", .timeLimit(.minutes(5)))
struct ProgramRunnerTests {
    @Test(
        "pass if they reach their end",
        arguments: [
            ("assert 1 + 1 == 2", nil), ("assert 1 + 1 == 3", "AssertionError"),
            ("import sys; sys.exit(0)", "SystemExit"),
            ("import os; os._exit(0)", "ended early"), ("def f(:", "SyntaxError"),
            ("while True: pass", "out of time"),
            ("x = 'a' * (8 << 30)", "MemoryError"), ("open('big', 'wb').write(b'x' * (64 << 20))", "failed"),
            ("print('passed')\nraise ValueError('ä')", "ValueError: ä"),
        ])
    func verdicts(program: String, problem: String?) async throws {
        let verdict = try await ProgramRunner().run(program)
        if let problem {
            #expect(verdict?.contains(problem) == true, "\(verdict ?? "passed")")
        } else {
            #expect(verdict == nil)
        }
    }

    @Test("leave nothing behind")
    func traces() async throws {
        let folder = try TemporaryFolder()
        let note = folder.path.appending("where").string
        let program =
            "import os; os.makedirs('a/b'); open('a/b/c', 'w'); open('\(note)', 'w').write(os.getcwd())"
        #expect(try await ProgramRunner().run(program) == nil)
        let place = try String(contentsOfFile: note, encoding: .utf8)
        #expect(place.contains("sirocco-eval-") && !FileManager.default.fileExists(atPath: place))
    }
}

@Suite("Charts of scores")
struct ChartTests {
    @Test("are well-formed, say what is published, and keep bars within the scale")
    func chart() throws {
        let set = try ownQuestions("arc_challenge", shots: 0)
        let results = set.items.map { item in
            EvaluationResult(index: item.index, group: nil, fingerprint: item.fingerprint, values: [1, 0])
        }
        let svg = ScoreChart.svg([("A & <B>", [EvaluationSummary(set, results)])])
        let parser = XMLParser(data: Data(svg.utf8))
        #expect(parser.parse())
        #expect(
            svg.contains("Mixtral 8x7B (published)") && svg.contains("arXiv 2401.04088")
                && svg.contains("85.8"))
        #expect(svg.contains("A &amp; &lt;B&gt;"))
        #expect(!svg.contains("http://www.w3.org/1999") && !svg.contains("url(http"))
    }
}
