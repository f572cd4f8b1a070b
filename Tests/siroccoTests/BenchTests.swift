// What `sirocco bench` owes its readers: every row it was asked for, stable names, honest comparisons, and one clear
// line where it cannot measure. No test here says how fast anything is.

import ArgumentParser
import Foundation
import SystemPackage
import Tensors
import TestSupport
import Testing
import sirocco

@Suite("bench")
struct BenchTests {
    /// A file with a tiny mixture of experts.
    private static func withModel<T>(_ body: (String) async throws -> T) async throws -> T {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("tiny.gguf")
        try TinyModel(experts: 4, expertsPerToken: 2).write(to: path)
        let result = try await body(path.string)
        withExtendedLifetime(folder) {}
        return result
    }

    private static func bench(_ path: String, _ options: [String]) throws -> Bench {
        let all = ["bench", path, "--threads", "2", "--repetitions", "2"] + options
        return try #require(try Sirocco.parseAsRoot(all) as? Bench)
    }

    private static func json(_ record: BenchRecord) throws -> [String: Any] {
        let data = try JSONEncoder().encode(record)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("measures every prompt length, depth and number of sequences it was asked for, with every run")
    func rows() async throws {
        try await Self.withModel { path in
            let options = "--prefill 40,3 --decode 5 --depth 0,70 --sequences 1,3 --no-machine"
            let record = try await Self.bench(path, options.components(separatedBy: " ")).measure()
            #expect(
                record.measurements.map { "\($0.task)" } == [
                    "prefill 40", "prefill 3", "decode 5", "decode 5 × 3", "decode 5 at 70",
                    "decode 5 at 70 × 3",
                ])
            for row in record.measurements {
                #expect(row.runs.count == 2 && row.runs.allSatisfy { $0 > 0 && $0.isFinite })
                #expect(row.range == [row.runs.min() ?? 0, row.runs.max() ?? 0])
                let mean = (row.runs[0] + row.runs[1]) / 2
                #expect(row.tokens_per_second == mean)
                #expect(row.ceiling_tokens_per_second == nil && row.limit == nil)
            }
            #expect(record.machine == nil)
        }
    }

    @Test("JSON has the documented names, of the documented types")
    func names() async throws {
        try await Self.withModel { path in
            let options = "--prefill 8 --decode 4".components(separatedBy: " ")
            let effort = MachineSpeed.Effort(memoryBytes: 8 << 20, seconds: 0.005)
            let record = try await Self.bench(path, options).measure(effort: effort)
            let object = try Self.json(record)
            for name in ["format", "version", "date", "model", "name", "kernels", "kv_type"] {
                #expect(object[name] is String, "\(name)")
            }
            for name in [
                "threads", "parameters", "active_parameters", "active_bytes", "cache_bytes_per_position",
                "prefill_tokens", "decode_tokens",
            ] { #expect(object[name] is Int, "\(name)") }
            #expect(object["prefill_tokens_per_second"] is Double)
            #expect(object["decode_tokens_per_second"] is Double)
            for name in ["prefill_range", "decode_range"] {
                #expect((object[name] as? [Double])?.count == 2, "\(name)")
            }
            let machine = try #require(object["machine"] as? [String: Any])
            for name in ["memory_bytes_per_second", "int8_operations_per_second"] {
                #expect(try #require(machine[name] as? Double) > 0, "\(name)")
            }
            #expect(machine["int8_instructions"] is String)
            // Some file systems, a test machine's among them, have no way past the cache: then it says why.
            #expect((machine["disk_bytes_per_second"] is Double) != (machine["disk_note"] is String))
            let rows = try #require(object["measurements"] as? [[String: Any]])
            #expect(rows.count == 2)
            for row in rows {
                for name in ["tokens", "depth", "sequences"] { #expect(row[name] is Int, "\(name)") }
                for name in ["tokens_per_second", "ceiling_tokens_per_second", "fraction_of_ceiling"] {
                    #expect(row[name] is Double, "\(name)")
                }
                #expect((row["runs"] as? [Double])?.count == 2 && (row["range"] as? [Double])?.count == 2)
                #expect(["prefill", "decode"].contains(row["kind"] as? String))
                #expect(["memory", "int8"].contains(row["limit"] as? String))
            }
            #expect(object["prefill_tokens_per_second"] as? Double == rows[0]["tokens_per_second"] as? Double)
            #expect(object["decode_tokens_per_second"] as? Double == rows[1]["tokens_per_second"] as? Double)
        }
    }

    @Test("what it printed can be read back and compared with")
    func roundTrip() async throws {
        try await Self.withModel { path in
            let options = "--prefill 8 --decode 0 --no-machine".components(separatedBy: " ")
            var record = try await Self.bench(path, options).measure()
            let file = path + ".json"
            try JSONEncoder().encode(record).write(to: URL(filePath: file))
            let previous = try BenchRecord.read(file)
            #expect(previous == record)
            record.compare(with: previous)
            #expect(record.comparison?.map(\.verdict) == [.within_spread])
            #expect(record.comparison?.first?.ratio == 1)
            #expect(record.notes == [])
            #expect(try Self.json(record)["comparison"] is [Any])
        }
    }

    @Test("says what differs from then beside the program")
    func notes() async throws {
        try await Self.withModel { path in
            let options = "--prefill 8 --decode 0 --no-machine".components(separatedBy: " ")
            var record = try await Self.bench(path, options).measure()
            var previous = record
            previous.model = "/elsewhere/other.gguf"
            previous.threads = 64
            record.compare(with: previous)
            #expect(record.notes == ["the model: other.gguf then, tiny.gguf now", "threads: 64 then, 2 now"])
        }
    }

    static let refusals: [(options: String, says: String)] = [
        ("--decode 2000", "was trained for 1024"),
        ("--depth 1020 --decode 8", "was trained for 1024"),
        ("--context 100", "--context 100: this needs 513 positions"),
        ("--sequences 1024 --depth 900 --no-machine --kernels nonsense", "--kernels nonsense"),
    ]

    @Test("what does not fit is refused in one line before anything is measured", arguments: refusals)
    func refuses(options: String, says: String) async throws {
        try await Self.withModel { path in
            let bench = try Self.bench(path, options.components(separatedBy: " "))
            let error = await #expect(throws: (any Error).self) { _ = try await bench.measure() }
            let message = error.map { "\($0)" } ?? ""
            #expect(message.contains(says) && !message.contains("\n"), "\(message)")
        }
    }

    @Test(
        "options that make no sense are refused",
        arguments: [
            "--prefill 0 --decode 0", "--prefill -1", "--prefill 5,", "--prefill many", "--depth 1;2",
            "--sequences 0", "--repetitions 0", "--decode -3", "--prefill 99999999999999999999",
        ])
    func validates(options: String) {
        let all = ["bench", "model.gguf"] + options.components(separatedBy: " ")
        #expect(throws: (any Error).self) { _ = try Sirocco.parseAsRoot(all) }
    }

    static let previous: [(text: String?, says: String)] = [
        (nil, "no such file"),
        ("", "not what `sirocco bench --json` prints"),
        ("[1, 2]", "not what `sirocco bench --json` prints"),
        ("{\"prefill_tokens_per_second\": 12.5}", "format without a name, expected sirocco-bench-1"),
        ("{\"format\": \"sirocco-bench-9\"}", "format sirocco-bench-9, expected sirocco-bench-1"),
        ("{\"format\": \"sirocco-bench-1\", \"measurements\": []}", "is it complete?"),
    ]

    @Test("a file that cannot be compared with is refused in one line that says why", arguments: previous)
    func badPrevious(text: String?, says: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("previous.json").string
        if let text { try Data(text.utf8).write(to: URL(filePath: path)) }
        let error = #expect(throws: (any Error).self) { _ = try BenchRecord.read(path) }
        let message = error.map { "\($0)" } ?? ""
        #expect(message.contains(says) && message.contains(path) && !message.contains("\n"), "\(message)")
        withExtendedLifetime(folder) {}
    }

    static let changes: [(old: [Double], new: [Double], verdict: BenchChange.Verdict, ratio: Double)] = [
        ([10, 11, 12], [20, 22, 24], .faster, 2),
        ([20, 22, 24], [10, 11, 12], .slower, 0.5),
        ([10, 11, 12], [11, 12.1, 13], .within_spread, 1.1),
        ([10, 11, 12], [12, 13.2, 14], .within_spread, 1.2),  // touching is overlapping
        ([10], [10.001], .faster, 1.0001),
        ([5, 11, 30], [6, 22, 24], .within_spread, 2),
    ]

    @Test("faster and slower are said only where no run of one side overlaps the other's", arguments: changes)
    func verdicts(old: [Double], new: [Double], verdict: BenchChange.Verdict, ratio: Double) throws {
        let task = BenchMeasurement.Task(kind: .decode, tokens: 8)
        let change = BenchChange(
            old: BenchMeasurement(task, runs: old), new: BenchMeasurement(task, runs: new))
        #expect(change.verdict == verdict)
        #expect(abs(try #require(change.ratio) - ratio) < 1e-12)
        let range = try #require(change.ratio_range)
        #expect(range[0] <= ratio && ratio <= range[1])
        let lowest = try #require(new.min()) / #require(old.max())
        let highest = try #require(new.max()) / #require(old.min())
        #expect(range == [lowest, highest])
    }

    @Test("only the same work is compared; what was not measured then is new")
    func matching() {
        let new = BenchMeasurement(.init(kind: .decode, tokens: 8, depth: 64), runs: [3])
        #expect(BenchChange(old: nil, new: new).verdict == .new)
        #expect(BenchChange(old: nil, new: new).ratio == nil)
    }

    @Test("the cache's rate is the bytes that a depth adds over the time that it adds")
    func cacheRates() {
        let shallow = BenchMeasurement(.init(kind: .decode, tokens: 8, sequences: 2), runs: [200])
        let deep = BenchMeasurement(.init(kind: .decode, tokens: 8, depth: 100, sequences: 2), runs: [100])
        // 10 ms a step become 20 ms, for 100 positions of 50 bytes in each of two sequences.
        #expect(deep.cacheRate(over: shallow, bytesPerPosition: 50, window: nil) == 1e6)
        #expect(deep.cacheRate(over: shallow, bytesPerPosition: 50, window: 10) == 1e5)
        #expect(shallow.cacheRate(over: shallow, bytesPerPosition: 50, window: nil) == nil)
        let alone = BenchMeasurement(.init(kind: .decode, tokens: 8), runs: [200])
        #expect(deep.cacheRate(over: alone, bytesPerPosition: 50, window: nil) == nil)
        let slow = BenchMeasurement(.init(kind: .decode, tokens: 8, sequences: 2), runs: [90])
        #expect(deep.cacheRate(over: slow, bytesPerPosition: 50, window: nil) == nil)
    }

    static let medians: [(runs: [Double], median: Double)] = [
        ([3], 3), ([1, 9], 5), ([9, 1, 2], 2), ([8, 1, 2, 4], 3),
    ]

    @Test("a median of an even number of runs is the mean of the middle two", arguments: medians)
    func median(runs: [Double], expected: Double) {
        #expect(BenchMeasurement.median(runs) == expected)
    }
}
