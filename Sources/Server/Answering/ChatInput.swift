// A conversation to be answered, whatever API it came in by: it becomes a plan. Knows templates through the model.

import ChatTemplates
import Inference
import Tokenizers

/// What all chat endpoints make of their requests.
struct ChatInput: Sendable {
    var model = ""
    var list = MessageList()
    var options = AnswerOptions()
    /// Mistral's guardrail: its system prompt in front of all others.
    var isSafe = false
    var fallbackTemperature = 1.0
    var offer = ToolOffer()
    var format = AnswerFormat.text

    /// Mistral's own words. Source: their API's documentation of `safe_prompt`.
    private static let safePrompt =
        "Always assist with care, respect, and truth. Respond with utmost utility yet securely. Avoid harmful, "
        + "unethical, prejudiced, or negative content. Ensure replies promote fairness and positivity."

    /// Finds the model and makes the prompt. Throws what is wrong with the request.
    func plan(_ call: Call) async throws -> AnswerPlan { try await plan(call, call.lease(model)) }

    /// The same for a model that the caller has found.
    func plan(_ call: Call, _ lease: ModelLease) async throws -> AnswerPlan {
        let loaded = lease.model.loaded
        guard loaded.promptFormat != nil else {
            throw APIError.unsupported(
                "'\(lease.model.name)' has no chat template, so it only continues text; use /v1/completions",
                at: ["model"])
        }
        let prompt = try await call.unhurried { () throws -> [TokenID] in
            try self.prompt(lease.model) { messages, tools throws(EngineError) in
                try loaded.tokens(answering: messages, tools: tools, beginning: list.beginning)
            }
        }
        var plan = try AnswerPlan(call, lease, prompt: prompt, options: options)
        plan.fallbackTemperature = fallbackTemperature
        plan.continuesText = !list.beginning.isEmpty
        plan.offer = offer
        plan.format = format
        call.context.notes.update { $0.promptTokens = prompt.count }
        return plan
    }

    /// The prompt's text.
    func promptText(_ model: ServedModel) throws -> String {
        try prompt(model) { messages, tools throws(EngineError) in
            try model.loaded.promptText(answering: messages, tools: tools, beginning: list.beginning)
        }
    }

    private func prompt<Prompt>(
        _ model: ServedModel, _ render: ([ChatMessage], [JSONValue]) throws(EngineError) -> Prompt
    ) throws -> Prompt {
        var messages = list.messages
        if isSafe {
            messages.insert(ChatMessage(role: .system, content: Self.safePrompt), at: 0)
        }
        if let system = model.settings.defaults.system, !messages.contains(where: { $0.role == .system }) {
            messages.insert(ChatMessage(role: .system, content: system), at: 0)
        }
        do {
            guard let layout = model.constraints.layout else { return try render(messages, []) }
            // Tools that may not be called are not shown either: a model that sees them calls them.
            let prepared = try layout.prepare(messages, tools: offer.allowed)
            return try render(prepared.messages, prepared.tools)
        } catch { throw APIError.invalid("\(error)", at: ["messages"], code: "invalid_messages") }
    }
}
