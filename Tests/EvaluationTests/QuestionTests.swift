// What is asked and how it is counted, against lm-evaluation-harness and Python themselves (Tests/Oracles/evaluation.py).

import ChatTemplates
import DataFiles
import Evaluation
import Foundation
import TestSupport
import Testing

private struct Rows<Row: Decodable>: Decodable {
    var rows: [Row]

    static func read(_ name: String) throws -> [Row] {
        let folder = try #require(Bundle.module.resourcePath)
        return try JSONDecoder().decode(
            Rows.self, from: Data(contentsOf: URL(filePath: "\(folder)/Fixtures/\(name).json"))
        ).rows
    }
}

/// The questions of a task in Benchmarks/eval/data.
func ownQuestions(
    _ name: String, shots: Int, format: String = "jsonl", limit: Int? = nil, here: String = #filePath
) throws -> QuestionSet {
    let data = URL(filePath: here).appending(path: "../../../Benchmarks/eval/data").standardized.path()
    let task = try Tasks.named(name)
    let train = "\(data)/\(name)-train.\(format)"
    return try QuestionSet(
        task.init(), rows: RowReader.rows(of: "\(data)/\(name).\(format)"),
        examples: shots > 0 ? RowReader.rows(of: train) : [], shots: shots, limit: limit)
}

@Suite("Benchmark questions")
struct QuestionTests {
    private struct Asked: Decodable {
        var task: String
        var shots: Int
        var row: Int
        var requests: [[String]]
    }

    @Test(
        "are the harness's to the letter, from JSON Lines and from Parquet", arguments: ["jsonl", "parquet"])
    func questions(format: String) throws {
        let asked = try Rows<Asked>.read("questions")
        #expect(asked.count > 80)
        for (_, rows) in Dictionary(grouping: asked, by: { "\($0.task):\($0.shots)" }) {
            let set = try ownQuestions(rows[0].task, shots: rows[0].shots, format: format)
            for wanted in rows {
                let found: [[String]] =
                    switch set.items[wanted.row].question {
                    case .choice(let choices, _): choices.map { [$0.context, $0.continuation] }
                    case .answer(let prompt): [[prompt]]
                    }
                #expect(found == wanted.requests, "\(wanted.task), \(wanted.shots)-shot, row \(wanted.row)")
            }
        }
    }

    private struct Sum: Decodable {
        var answer: String
        var gold: String
        var scores: [Double]
    }

    @Test("of sums are counted as the harness's filters count them")
    func sums() throws {
        let sums = try Rows<Sum>.read("gsm8k")
        for sum in sums {
            let row = DataRow(["answer": .string(sum.gold)], place: "test")
            #expect(try GSM8K().score(sum.answer, row) == sum.scores, "\(sum.answer) for \(sum.gold)")
        }
        #expect(sums.contains { $0.scores == [1, 1] } && sums.contains { $0.scores == [0, 1] })
    }

    private struct Cleaning: Decodable {
        var text: String
        var cleaned: String
        var capitalized: String
    }

    @Test("of HellaSwag are cleaned as Python's regular expressions clean them")
    func cleaning() throws {
        for wanted in try Rows<Cleaning>.read("hellaswag") {
            // By the task itself: the ending alone, then the second sentence behind a first one.
            let row = DataRow(
                [
                    "activity_label": "x", "ctx_a": "y", "ctx_b": .string(wanted.text), "label": "0",
                    "endings": [.string(wanted.text), "b"],
                ], place: "test")
            guard case .choice(let choices, _) = try HellaSwag().document(row).question else {
                Issue.record("no choices")
                return
            }
            #expect(
                Array(choices[0].continuation.unicodeScalars) == Array((" " + wanted.cleaned).unicodeScalars))
            #expect(choices[0].length == wanted.cleaned.unicodeScalars.count)
            let plain = !wanted.text.contains { "[] \n\u{1F}\u{2003}".contains($0) }
            if plain {
                #expect(choices[0].context == "x: y \(wanted.capitalized)".trimmingCharacters(in: [" "]))
            }
        }
    }

    private struct Draw: Decodable {
        var population: Int
        var count: Int
        var draws: [[Int]]
    }

    @Test("are given examples that Python's generator draws")
    func draws() throws {
        for wanted in try Rows<Draw>.read("random") {
            var random = PythonRandom(seed: 1234)
            for draw in wanted.draws {
                #expect(random.sample(wanted.count, of: wanted.population) == draw, "of \(wanted.population)")
            }
        }
    }

    @Test(
        "without what their task needs are refused, with the place and the columns there are",
        arguments: [
            ("arc_easy", ["question": "q"], "column choices"),
            (
                "arc_easy", ["question": "q", "choices": ["text": ["a"], "label": ["A"]], "answerKey": "B"],
                "answerKey is B"
            ),
            ("mmlu", ["question": "q", "subject": "s", "choices": ["a"], "answer": 0], "expected 4 texts"),
            (
                "mmlu", ["question": "q", "subject": "s", "choices": ["a", "b", "c", "d"], "answer": 4],
                "expected 0 to 3"
            ),
            ("winogrande", ["sentence": "a _", "option1": "a", "option2": "b", "answer": ""], "test split"),
            ("winogrande", ["sentence": "a", "option1": "a", "option2": "b", "answer": "1"], "no gap"),
            ("hellaswag", ["ctx_a": 1, "ctx_b": ""], "column ctx_a: expected a text"),
            ("mbpp", ["text": "t", "code": "c", "test_list": ["a"]], "expected 3 tests"),
        ] as [(String, JSONObject, String)])
    func refusals(task: String, row: JSONObject, problem: String) throws {
        let type = try Tasks.named(task)
        let error = #expect(throws: EvaluationError.self) {
            try type.init().document(DataRow(row, place: "f.jsonl, line 3"))
        }
        #expect(error?.description.hasPrefix("f.jsonl, line 3: ") == true)
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }

    @Test("with more examples than there are, and tasks that do not exist, are refused")
    func tooFew() throws {
        let error = #expect(throws: EvaluationError.self) { try ownQuestions("arc_easy", shots: 9) }
        #expect(error?.description.contains("--train") == true)
        #expect(throws: EvaluationError.self) { try ownQuestions("mmlu", shots: 6) }
        #expect(throws: EvaluationError.self) { try Tasks.named("trivia") }
    }

    @Test("have a fingerprint that each letter of them changes")
    func fingerprints() throws {
        let plain = try ownQuestions("arc_easy", shots: 2), fewer = try ownQuestions("arc_easy", shots: 1)
        #expect(Set(plain.items.map(\.fingerprint)).count == plain.items.count)
        #expect(zip(plain.items, fewer.items).allSatisfy { $0.fingerprint != $1.fingerprint })
    }
}
