// Where a task's files are looked for.

import Evaluation
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("A task's files")
struct DataLocationTests {
    @Test(
        "are found by the task's name, by the split's, and in the configuration's folder",
        arguments: [
            (
                ["arc_challenge.jsonl", "arc_challenge-train.jsonl", "test.jsonl"], ["arc_challenge.jsonl"],
                ["arc_challenge-train.jsonl"]
            ),
            (
                ["ARC-Challenge/test-00000-of-00001.parquet", "ARC-Challenge/train-00000-of-00001.parquet"],
                ["ARC-Challenge/test-00000-of-00001.parquet"], ["ARC-Challenge/train-00000-of-00001.parquet"]
            ),
            (
                ["test-00001-of-00002.parquet", "test-00000-of-00002.parquet", "notes.txt"],
                ["test-00000-of-00002.parquet", "test-00001-of-00002.parquet"], []
            ),
            (["arc_challenge/test.parquet", "test.parquet"], ["arc_challenge/test.parquet"], []),
        ])
    func found(files: [String], questions: [String], examples: [String]) throws {
        let folder = try TemporaryFolder()
        let root = folder.path.string
        for file in files {
            let url = URL(filePath: "\(root)/\(file)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
        let location = try DataLocation(ARCChallenge.self, path: root)
        #expect(location.questions == questions.map { "\(root)/\($0)" })
        #expect(location.examples == examples.map { "\(root)/\($0)" })
    }

    @Test("are the one that is named, and nothing found is said")
    func named() throws {
        let location = try DataLocation(MMLU.self, path: "/x/rows.jsonl", train: "/x/dev.jsonl")
        #expect(location.questions == ["/x/rows.jsonl"] && location.examples == ["/x/dev.jsonl"])
        let folder = try TemporaryFolder()
        let error = #expect(throws: EvaluationError.self) {
            try DataLocation(HellaSwag.self, path: folder.path.string)
        }
        #expect(error?.description.contains("hellaswag.jsonl") == true)
    }
}
