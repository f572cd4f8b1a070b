// An answer in one piece, for requests that do not stream. Knows no API.

import Inference

/// All choices of an answer.
struct CollectedAnswer: Sendable {
    struct Call: Sendable {
        var id: String
        var name: String
        var arguments = ""
    }

    struct Choice: Sendable {
        var prompt: [PromptToken] = []
        var text = ""
        var records: [TokenRecord] = []
        var calls: [Call] = []
        var end: AnswerEnd
    }

    var choices: [Choice]
    let usage: Usage

    /// Waits for the end of `answer`. Throws what it throws.
    init(_ answer: RunningAnswer) async throws {
        var texts = Array(repeating: "", count: answer.generations.count)
        var prompts = Array(repeating: [PromptToken](), count: texts.count)
        var records = Array(repeating: [TokenRecord](), count: texts.count)
        var calls = Array(repeating: [Call](), count: texts.count)
        var ends = [AnswerEnd?](repeating: nil, count: texts.count)
        for try await event in answer.events() {
            switch event {
            case .prompt(let choice, let tokens): prompts[choice] += tokens
            case .text(let choice, let text, let tokens):
                texts[choice] += text
                records[choice] += tokens
            case .callStarted(let choice, _, let id, let name): calls[choice].append(Call(id: id, name: name))
            case .callArguments(let choice, let call, let text): calls[choice][call].arguments += text
            case .finished(let choice, let end): ends[choice] = end
            }
        }
        choices = try texts.indices.map { choice in
            // A client that closed its own direction only may still read: half an answer must not look like one.
            guard let end = ends[choice], end.reason != .cancelled else { throw CancellationError() }
            return Choice(
                prompt: prompts[choice], text: texts[choice], records: records[choice], calls: calls[choice],
                end: end)
        }
        usage = Usage(choices.map(\.end))
    }
}

/// Tokens that a request read and wrote.
struct Usage: Sendable, Equatable {
    var prompt = 0
    /// Of the prompt, those that were not computed because another request's were found.
    var cached = 0
    var answer = 0

    init() {}

    /// The prompt counts once, however many answers there are to it.
    init(_ ends: [AnswerEnd]) {
        prompt = ends.first?.summary.promptTokens ?? 0
        cached = ends.first?.summary.cachedTokens ?? 0
        answer = ends.reduce(0) { $0 + $1.tokens.count }
    }

    static func += (sum: inout Usage, other: Usage) {
        sum.prompt += other.prompt
        sum.cached += other.cached
        sum.answer += other.answer
    }
}
