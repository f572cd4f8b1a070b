// What the terminal layer promises where no terminal is needed; Scripts/check-chat drives the rest through one.

import Foundation
import Synchronization
import Testing
import sirocco

@Suite("Message assembly")
struct MessageAssemblerTests {
    static let cases: [(lines: [String], messages: [String], unfinished: String?)] = [
        (["hello"], ["hello"], nil),
        ([""], [""], nil),
        (["a \\", "b"], ["a \nb"], nil),
        (["a\\", "\\", "b", "c"], ["a\n\nb", "c"], nil),
        (["C:\\\\"], ["C:\\"], nil),
        (["\"\"\"", "a", "", "  b\\", "\"\"\""], ["a\n\n  b\\"], nil),
        (["\"\"\"a", "b\"\"\""], ["a\nb"], nil),
        (["\"\"\"a b\"\"\"", "c"], ["a b", "c"], nil),
        (["\"\"\"\"\"\""], [""], nil),
        (["\"\"\"", "\"\"\""], [""], nil),
        (["\"\"\"", "", "\"\"\""], [""], nil),
        (["say \"\"\" twice"], ["say \"\"\" twice"], nil),
        (["a\\"], [], "a"),
        (["\"\"\"a", "b"], [], "a\nb"),
    ]

    @Test("lines become the messages that the user meant", arguments: cases)
    func assembles(lines: [String], messages: [String], unfinished: String?) {
        var assembler = MessageAssembler()
        var found: [String] = []
        for line in lines {
            let step = assembler.add(line)
            if case .message(let message) = step { found.append(message) }
            #expect(assembler.isInsideMessage == (step == .more))
        }
        #expect(found == messages)
        #expect(assembler.finish() == unfinished)
        #expect(!assembler.isInsideMessage)
    }
}

@Suite("History file")
struct HistoryFileTests {
    private static func withFile<T>(limit: Int = 1000, _ body: (HistoryFile) throws -> T) throws -> T {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sirocco-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(HistoryFile(path: folder.appending(path: "state/history").path, limit: limit))
    }

    @Test("entries come back as they were, whatever they contain")
    func roundTrip() throws {
        let entries = ["plain", "two\nlines", "back\\slash", "\\n is no line end", "\r\n", "héllo 日本 👩‍👩‍👧", " "]
        try Self.withFile { history in
            for entry in entries { try history.append(entry) }
            #expect(history.entries() == entries)
        }
    }

    @Test("a file that is not there is an empty history")
    func missing() throws {
        try Self.withFile { #expect($0.entries().isEmpty) }
    }

    @Test("only the owner may read it")
    func permissions() throws {
        try Self.withFile { history in
            try history.append("secret")
            let mode =
                try FileManager.default.attributesOfItem(atPath: history.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            for number in 0..<10 { try history.append("\(number)") }
            try HistoryFile(path: history.path, limit: 2).trim()
            let after =
                try FileManager.default.attributesOfItem(atPath: history.path)[.posixPermissions] as? Int
            #expect(after == 0o600)
        }
    }

    @Test("the latest entries stay when it grows too long")
    func trims() throws {
        try Self.withFile(limit: 3) { history in
            for number in 1...6 { try history.append("\(number)") }
            try history.trim()
            #expect(HistoryFile(path: history.path).entries().count == 6)
            try history.append("7")
            #expect(history.entries() == ["5", "6", "7"])
            try history.trim()
            #expect(HistoryFile(path: history.path).entries() == ["5", "6", "7"])
        }
    }

    @Test("sessions side by side lose no entry")
    func concurrent() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sirocco-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "history").path
        try await withThrowingTaskGroup { group in
            for writer in 0..<8 {
                group.addTask {
                    let history = HistoryFile(path: path)
                    for number in 0..<50 { try history.append("\(writer)\n\(number)") }
                }
            }
            try await group.waitForAll()
        }
        let expected = Set((0..<8).flatMap { writer in (0..<50).map { "\(writer)\n\($0)" } })
        #expect(Set(HistoryFile(path: path).entries()) == expected)
    }
}

@Suite("Progress bar")
struct ProgressBarTests {
    @Test("a line never fills the terminal's width", arguments: 0...140)
    func fits(width: Int) {
        let totals: [Int64?] = [nil, 0, 1, 92_871_040, 26_442_000_000]
        for total in totals {
            for done: Int64 in [0, 1, 999_950, 46_000_000, 92_871_040] {
                let line = ProgressBar.render(
                    label: "pulling smollm2", done: done, total: total, seconds: 3,
                    width: width,
                    coloured: false)
                #expect(line.count <= max(width - 1, 0))
            }
        }
    }

    static let amounts: [(Int64, Int64?, Double, String)] = [
        (0, nil, 0, "x: 0 B"),
        (999, nil, 0, "x: 999 B"),
        (1000, nil, 0, "x: 1.0 kB"),
        (999_950, nil, 0, "x: 1.0 MB"),
        (46_435_520, nil, 2, "x: 46.4 MB, 23.2 MB/s"),
        (26_442_000_000, nil, 1, "x: 26.4 GB, 26.4 GB/s"),
    ]

    @Test("figures have three digits or so and the right unit", arguments: amounts)
    func figures(done: Int64, total: Int64?, seconds: Double, expected: String) {
        let line = ProgressBar.render(
            label: "x", done: done, total: total, seconds: seconds, width: 200, coloured: false)
        #expect(line == expected)
    }

    @Test("the bar is as full as the job is done, and says how long it takes")
    func proportion() {
        let line = ProgressBar.render(
            label: "x", done: 25, total: 100, seconds: 5, width: 120, coloured: false
        )
        #expect(line.filter { $0 == "━" }.count == 10)
        #expect(line.filter { $0 == "─" }.count == 30)
        #expect(line.hasSuffix("25 B of 100 B, 5 B/s, 15 s left"))
        #expect(!line.contains("\u{1B}"))
    }

    @Test("a job that was taken up again is as fast as it is now, not as if all had been done now")
    func resumed() {
        let line = ProgressBar.render(
            label: "x", unit: .count("answers"), done: 80, since: 60, total: 100, seconds: 10, width: 120,
            coloured: false)
        #expect(line.hasSuffix("80 of 100 answers, 10 s left"))
    }

    @Test("more than the total is no more than full")
    func overfull() {
        let line = ProgressBar.render(
            label: "x", done: 300, total: 100, seconds: 1, width: 120, coloured: false)
        #expect(line.filter { $0 == "━" }.count == 40)
    }
}

private let caughtByTest = Atomic<Int>(0)

/// Tests in which Ctrl-C is caught. There is one flag in a process, so they take turns.
@Suite(.serialized) enum InterruptFlagUsers {}

extension InterruptFlagUsers {
    @Suite("Interrupt flag")
    struct InterruptFlagTests {
        /// As the terminal does it: to the process, not to this thread, where the pool may have blocked signals.
        private static func press(until reacted: () -> Bool) -> Bool {
            kill(getpid(), SIGINT)
            for _ in 0..<5000 where !reacted() { usleep(1000) }
            return reacted()
        }

        @Test("Ctrl-C sets the flag and the program lives; each body starts afresh")
        func catches() async {
            for _ in 0..<2 {
                let seen = InterruptFlag.catching { flag in (flag.isSet, Self.press { flag.isSet }) }
                #expect(seen == (false, true))
            }
            let seen = await InterruptFlag.catching { flag in
                await Task.yield()
                return Self.press { flag.isSet }
            }
            #expect(seen)
        }

        @Test("the handler from before is back afterwards, also when the body throws")
        func restores() {
            struct Failure: Error {}
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in _ = caughtByTest.add(1, ordering: .relaxed) }
            var original = sigaction()
            sigaction(SIGINT, &action, &original)
            defer { sigaction(SIGINT, &original, nil) }

            #expect(throws: Failure.self) {
                try InterruptFlag.catching { (flag) throws(Failure) in
                    _ = Self.press { flag.isSet }
                    throw Failure()
                }
            }
            #expect(caughtByTest.load(ordering: .relaxed) == 0)
            #expect(Self.press { caughtByTest.load(ordering: .relaxed) == 1 })
        }
    }
}
