// Talks MCP with a real process: Tests/Clients/mcp_server.py, which behaves, or misbehaves in the ways its arguments say.

import ChatTemplates
import Foundation
import Synchronization
import Testing
import sirocco

@Suite("Tool servers", .timeLimit(.minutes(1)))
struct ToolServerTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "Clients/mcp_server.py").path

    /// What came to the log or to the user.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
        func holds(_ text: String) -> Bool { all.contains { $0.contains(text) } }
    }

    private static func command(_ arguments: String) -> String { "python3 '\(script)' \(arguments)" }

    private static func start(
        _ arguments: String = "", patience: MCPClient.Patience = .init(), log: Lines = Lines()
    ) async throws -> MCPClient {
        try await MCPClient.start(command(arguments), version: "test", patience: patience) { log.add($0) }
    }

    @Test(
        "shake hands, list their tools and answer calls", arguments: ["", "old", "pages", "chatty", "asks"])
    func calls(mode: String) async throws {
        let log = Lines()
        let client = try await Self.start(mode, log: log)
        #expect(await client.name == "tester")
        #expect(await client.revision == (mode == "old" ? "2024-11-05" : "2025-06-18"))
        let tools = try await client.tools()
        #expect(tools.map(\.name) == ["add", "echo", "fail", "sleep", "show"])
        #expect(tools[0].description == "Adds two numbers.")
        #expect(tools[0].inputSchema["required"] == ["a", "b"])
        let sum = try await client.call("add", ["a": 2, "b": 40])
        #expect(sum.text == "42" && !sum.isError)
        let words = "Grüße \u{2028} \"😀\"\n\\ " + String(repeating: "long ", count: 100_000)
        #expect(try await client.call("echo", ["text": .string(words)]).text == words)
        let failure = try await client.call("fail", [:])
        #expect(failure.isError && failure.text == "the disk is on fire")
        try await client.ping()
        await client.stop()
        #expect(log.holds("tester is up") && log.holds("hands shaken"))
        #expect(log.holds("not a message: I heard something!") == (mode == "chatty"))
    }

    @Test("give content of every kind, of which a model gets the text and the names of the rest")
    func content() async throws {
        let client = try await Self.start()
        #expect(
            try await client.call("show", [:]).text == """
                one
                two
                lines
                [image, image/png, 6 bytes: this model reads text only]
                [audio, audio/wav, 3 bytes: this model reads text only]
                [resource notes: file:///notes]
                inside
                [resource file:///b, application/zip, 3 bytes: this model reads text only]
                [content of unknown type hologram]
                """)
        await client.stop()
    }

    @Test("answer many calls at once, each with its own result")
    func concurrent() async throws {
        let client = try await Self.start()
        let sums = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<50 {
                group.addTask { (number, try await client.call("add", ["a": .int(number), "b": 1]).text) }
            }
            return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        #expect(sums == Dictionary(uniqueKeysWithValues: (0..<50).map { ($0, "\($0 + 1)") }))
        await client.stop()
    }

    @Test(
        "that cannot be used are refused in words",
        arguments: [
            ("future", "it speaks MCP of 2099-01-01, and this program 2025-06-18"),
            ("no-tools", "it offers no tools"), ("silent", "no answer to initialize in 1 s"),
            ("exits", "its last words: cannot find my configuration"),
        ])
    func unusable(mode: String, words: String) async throws {
        var patience = MCPClient.Patience()
        if mode == "silent" { patience.handshake = .seconds(1) }
        let error = await #expect(throws: MCPError.self) { try await Self.start(mode, patience: patience) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test(
        "need a command that can be run",
        arguments: [
            ("no-such-program-anywhere", "there is no program 'no-such-program-anywhere'"),
            ("/no/such/program", "/no/such/program"), ("python3 'a", "a quote is never closed"),
            ("python3 \\", "it ends in a backslash"), ("  ", "name a program"), ("true", "it ended"),
        ])
    func badCommands(command: String, words: String) async {
        let error = await #expect(throws: MCPError.self) {
            try await MCPClient.start(command, version: "test") { _ in }
        }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test("that end in the middle of a call are noticed at once, with their last words")
    func dies() async throws {
        let client = try await Self.start("dies")
        for _ in 0..<2 {
            let error = await #expect(throws: MCPError.self) {
                try await client.call("add", ["a": 1, "b": 1])
            }
            #expect(error?.code == .ended)
            #expect(error?.description.contains("out of memory, goodbye") == true)
        }
        await client.stop()
    }

    @Test("are told of calls that are given up, by the user or by the clock, and then go on")
    func cancelled() async throws {
        let heard = FileManager.default.temporaryDirectory.appending(path: "heard-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: heard) }
        var patience = MCPClient.Patience()
        patience.call = .milliseconds(1500)
        let client = try await Self.start("heard='\(heard)'", patience: patience)
        let call = Task { try await client.call("sleep", ["seconds": 50]) }
        try await Task.sleep(for: .milliseconds(200))
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        let error = await #expect(throws: MCPError.self) { try await client.call("sleep", ["seconds": 50]) }
        #expect(error?.code == .timeout)
        #expect(try await client.call("add", ["a": 1, "b": 1]).text == "2")
        await client.stop()
        let lines = try String(contentsOfFile: heard, encoding: .utf8).split(separator: "\n")
        let reasons = lines.filter { $0.contains("notifications/cancelled") }
        try #require(reasons.count == 2)
        #expect(reasons[0].contains("the user stopped it") && reasons[1].contains("no answer in time"))
    }

    @Test("list their tools page by page, but not for ever")
    func endless() async throws {
        let client = try await Self.start("endless")
        let error = await #expect(throws: MCPError.self) { try await client.tools() }
        #expect(error?.description.contains("page after page of the same") == true)
        await client.stop()
    }

    @Test("that will not end are ended")
    func stubborn() async throws {
        let client = try await Self.start("stubborn")
        let begun = ContinuousClock.now
        await client.stop()
        #expect(ContinuousClock.now - begun < .seconds(10))
        await #expect(throws: MCPError.self) { try await client.ping() }
    }

    @Test("together offer tools with names a model may see, and what cannot be offered is told")
    func names() async throws {
        let notes = Lines()
        let servers = try await ToolServers.start(
            [Self.command("odd-names"), Self.command("odd-names")], version: "test", log: { _ in },
            note: { notes.add($0) })
        let names = await servers.definitions { _ in }.map(\.name)
        #expect(names == ["a_b", "a_b_2", "a_b_3", "_", "tool", "a_b_4", "a_b_5", "a_b_6", "__2", "tool_2"])
        #expect(notes.all.count == 2 && notes.holds("tool 'list'.parameters.type"))
        #expect(try await servers.call("a_b_2", [:]) == "{\"name\": \"a/b\"}")
        #expect(try await servers.call("nobody", [:]) == "Error: there is no tool 'nobody'.")
        await servers.stop()
    }

    @Test("whose lists change are asked again, and their failures are words for the model")
    func changes() async throws {
        let servers = try await ToolServers.start(
            [Self.command("changes")], version: "test", log: { _ in }, note: { _ in })
        #expect(await servers.definitions { _ in }.count == 5)
        #expect(try await servers.call("fail", [:]) == "Error: the disk is on fire")
        // The notice follows the result, and another answer follows the notice.
        _ = try await servers.call("add", ["a": 1, "b": 1])
        #expect(await servers.definitions { _ in }.map(\.name).contains("new1"))
        await servers.stop()
        let afterwards = try await servers.call("add", ["a": 1, "b": 1])
        #expect(afterwards.hasPrefix("Error: tool server tester: it ended"))
    }
}
