// What /undo, /regenerate, /save and /load promise where calls and results are part of an answer.

import ChatTemplates
import Foundation
import Testing
import sirocco

@Suite("Conversations")
struct ConversationTests {
    private typealias Message = Conversation.Message

    /// A question, an answer that took two calls, and another question.
    private static func sample() -> Conversation {
        var read = ToolCallAnswer()
        read.add([
            .text("Let me see."), .callStarted(index: 0, name: "f"), .argumentsDelta(index: 0, "{\"a\": 1}"),
            .callEnded(index: 0, id: nil, isComplete: true), .callStarted(index: 1, name: "g"),
            .argumentsDelta(index: 1, "{"), .callEnded(index: 1, id: "own", isComplete: false),
        ])
        var conversation = Conversation()
        conversation.system = "Be brief."
        let calls = Message(read, seed: 7)
        conversation.messages = [
            Message(role: "user", content: "One?"), calls,
            Message(result: "1", of: calls.tool_calls![0]), Message(result: "2", of: calls.tool_calls![1]),
            Message(role: "assistant", content: "Yes."), Message(role: "user", content: "Two?"),
        ]
        return conversation
    }

    @Test("are the same after /save and /load, calls and results included")
    func saved() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "chat-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let conversation = Self.sample()
        try conversation.write(path)
        let loaded = try Conversation.read(path)
        #expect(loaded == conversation)
        let messages = loaded.chatMessages
        #expect(messages[2].toolCalls.map(\.name) == ["f", "g"])
        #expect(messages[2].toolCalls.map(\.id) == [ToolCallID.text(seed: 7, index: 0), "own"])
        #expect(messages[2].toolCalls[0].arguments == "{\"a\": 1}")
        #expect(messages[3].toolCallID == messages[2].toolCalls[0].id)
    }

    @Test("lose an answer together with the calls it took")
    func undone() {
        var conversation = Self.sample()
        let asked = conversation.undo()
        #expect(asked && conversation.messages.count == 5)
        var regenerated = conversation
        let dropped = regenerated.dropAnswer()
        #expect(dropped.count == 4)
        #expect(regenerated.messages.map(\.content) == ["One?"])
        let nothing = regenerated.dropAnswer()
        #expect(nothing.isEmpty)
        let undone = [conversation.undo(), conversation.undo()]
        #expect(undone == [true, false] && conversation.messages.isEmpty)
    }

    @Test(
        "that do not hold together are refused by their place",
        arguments: [
            (#"[{"role": "robot", "content": "x"}]"#, "messages[0]: role 'robot'"),
            (
                #"[{"role": "tool", "content": "x", "tool_call_id": "1"}]"#,
                "messages[0]: this result answers no call"
            ),
            (
                #"[{"role": "user", "content": "", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}]"#,
                "messages[0]: only an assistant calls tools"
            ),
            (#"[{"role": "user"}]"#, "this is not a conversation that /save wrote"),
        ])
    func refused(messages: String, words: String) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "chat-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "{\"messages\": \(messages)}".write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: ConversationError.self) { try Conversation.read(path) }
        #expect(error?.description.contains(words) == true)
    }
}
