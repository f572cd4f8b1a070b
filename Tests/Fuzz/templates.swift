// Fuzzes the template engine: an input is a chat template, rendered for a conversation that has every kind of
// message. Whatever the template does must end within its limits, in text or in one error.
// modules: ChatTemplates
// seeds: Tests/ChatTemplatesTests/Fixtures/templates/*
// options: -max_len=16384

import ChatTemplates

private let conversation: [ChatMessage] = [
    ChatMessage(role: .system, content: "Be brief. <|im_end|>"),
    ChatMessage(role: .user, content: "héllo {{ x }} [/INST]"),
    ChatMessage(role: .assistant, content: "  yes\n"),
    ChatMessage(role: .tool, content: "{\"a\": [1, 2.5, null]}"),
    ChatMessage(role: .user, content: ""),
]

/// Small limits: a mutated loop should cost microseconds, not the budget of a real prompt.
private let limits = {
    var limits = ChatTemplateLimits.default
    limits.steps = 20_000
    limits.outputBytes = 100_000
    return limits
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTemplate(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let source = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
    do throws(ChatTemplateError) {
        let template = try ChatTemplate(source: source, bosToken: "<s>", eosToken: "</s>", limits: limits)
        let prompt = try template.render(conversation)
        precondition(prompt.segments.allSatisfy { !$0.text.isEmpty })
    } catch {
        precondition(!error.description.isEmpty)
    }
    return 0
}
