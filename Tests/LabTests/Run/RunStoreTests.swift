// The run's folder: whatever a kill leaves opens again, whatever a person did to it is told.

import Foundation
import Lab
import SystemPackage
import TestSupport
import Testing

@Suite struct RunStoreTests {
    private let run = SmallRun()

    /// A folder with the first `count` rows, and its bytes.
    private func folder(rows count: Int) async throws -> (TemporaryFolder, Data) {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        for row in run.expectedRows.prefix(count) { try await store.append(row) }
        try await store.sync()
        return (folder, try folder.bytes())
    }

    @Test("Rows come back as they were written")
    func roundTrip() async throws {
        let (folder, bytes) = try await folder(rows: 20)
        #expect(bytes.count { $0 == 0x0A } == 20)
        #expect(await (try folder.store()).rows == Array(run.expectedRows.prefix(20)))
        #expect(try RunStore.rows(in: folder.path.string) == Array(run.expectedRows.prefix(20)))
    }

    @Test("A file cut at any byte of its last lines opens with every whole line, and can be completed")
    func tornAnywhere() async throws {
        let rows = Array(run.expectedRows.prefix(5))
        let (folder, whole) = try await folder(rows: 5)
        let ends = whole.indices.filter { whole[$0] == 0x0A }
        for length in ends[2]...whole.count {
            try folder.write(whole.prefix(length))
            // A line that lacks nothing but its end is whole.
            let expected = ends.count { $0 <= length }
            let store = try folder.store()
            let found = await store.rows
            guard found == Array(rows.prefix(expected)) else {
                Issue.record("cut at \(length): \(found.count) rows, expected \(expected)")
                return
            }
            let isTorn = !(ends.map { $0 + 1 }.contains(length))
            let notes = await store.record.notes
            #expect(notes.contains { $0.contains("the last line") } || !isTorn, "cut at \(length)")
            for row in rows.dropFirst(expected) { try await store.append(row) }
            try await store.sync()
            let mended = try folder.bytes()
            #expect(mended == whole, "cut at \(length)")
        }
    }

    @Test("Readers of a run that goes on leave its unfinished line alone")
    func readersOfTornFile() async throws {
        let (folder, whole) = try await folder(rows: 3)
        try folder.write(whole.dropLast(7))
        #expect(try RunStore.rows(in: folder.path.string).count == 2)
        #expect(try folder.bytes() == whole.dropLast(7))
    }

    @Test(
        "A damaged line that is not the last is refused with its number",
        arguments: ["", "{", "{\"trial\":", "null", "{}", "\u{0}\u{0}\u{0}", "[1]"])
    func damagedMiddle(_ damage: String) async throws {
        let (folder, whole) = try await folder(rows: 4)
        var lines = whole.split(separator: 0x0A).map { Data($0) }
        lines[1] = Data(damage.utf8)
        let damaged = Data(lines.joined(separator: [0x0A])) + [0x0A]
        try folder.write(damaged)
        let line = await complaint { _ = try folder.store() }
        #expect(line.contains("rows.jsonl:2: "), "\(line)")
        #expect(line.contains("delete this line"), "\(line)")
        #expect(try folder.bytes() == damaged)
    }

    @Test("A last line of another kind is no torn line, and nothing is cut")
    func lastLineOfAnotherKind() async throws {
        let (folder, whole) = try await folder(rows: 2)
        for line in ["{\"trial\": 3}\n", "{\"trial\": 3}"] {
            try folder.write(whole + Data(line.utf8))
            let told = await complaint { _ = try folder.store() }
            #expect(told.contains("rows.jsonl:3: not a line of this file"), "\(told)")
            #expect(try folder.bytes() == whole + Data(line.utf8))
        }
    }

    @Test("One folder has one writer")
    func lock() async throws {
        let folder = try TemporaryFolder()
        do {
            let store = try folder.store()
            #expect(await complaint { _ = try folder.store() }.contains("another run writes here"))
            try await store.sync()
        }
        #expect(await complaint { _ = try folder.store() } == "")
    }

    @Test("Rows of another plan, rows of no plan and rows that are there twice are refused")
    func strangers() async throws {
        let (folder, whole) = try await folder(rows: 3)
        #expect(await complaint { _ = try folder.store("fedcba98") }.contains("a run of plan 0123456789ab…"))

        let first = try #require(whole.firstIndex(of: 0x0A)) + 1
        try folder.write(whole + whole.prefix(first))
        let twice = await complaint { _ = try folder.store() }
        #expect(twice.contains("rows.jsonl:4: ") && twice.contains("line 1 again"), "\(twice)")
        #expect(throws: LabError.self) { try RunStore.rows(in: folder.path.string) }

        try folder.write(whole)
        try FileManager.default.removeItem(atPath: folder.path.appending("run.json").string)
        #expect(await complaint { _ = try folder.store() }.contains("no run.json"))
    }

    @Test("A record that cannot be read is told", arguments: ["", "{}", "{\"format\": 1}", "[]"])
    func damagedRecord(_ text: String) async throws {
        let (folder, _) = try await folder(rows: 1)
        try folder.write(Data(text.utf8), "run.json")
        #expect(await complaint { _ = try folder.store() }.contains("run.json: "))
    }
}
