// An answer in one piece, for tests that look at it as a whole.

package import Inference
import Sampling

/// Everything that a request reported.
package struct Answer: Sendable {
    package var tokens: [GeneratedToken] = []
    package var routing: [TokenRouting] = []
    package var prompt: [PromptToken] = []
    package var summary: GenerationSummary?

    package init() {}

    package var ids: [Int32] { tokens.map(\.id) }

    /// What two runs must agree in: tokens, and log-probabilities bit for bit. (`==` on floats would let a
    /// NaN or a negative zero pass for something else.)
    package var fingerprint: [UInt32] {
        tokens.flatMap { token in
            [UInt32(bitPattern: token.id), token.logProbability.bitPattern]
                + token.top.flatMap { [UInt32(bitPattern: $0.token), $0.logProbability.bitPattern] }
        }
    }
}

extension Generation {
    /// Waits for the end; throws what the generation throws. `each` sees the number of tokens so far, after
    /// each of them.
    package func answer(each: (Int) throws -> Void = { _ in }) async throws -> Answer {
        var answer = Answer()
        for try await event in self {
            switch event {
            case .routing(let routing): answer.routing += routing
            case .prompt(let tokens): answer.prompt += tokens
            case .token(let token):
                answer.tokens.append(token)
                try each(answer.tokens.count)
            case .finished(let summary): answer.summary = summary
            }
        }
        return answer
    }
}
