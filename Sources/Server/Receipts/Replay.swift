// Makes the answers of a receipt again and compares them, token for token. Knows no files and no terminal.

package import Inference
import Sampling
import Tensors
package import Tokenizers

/// What came of making one answer of a receipt again.
package struct Replay: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// All tokens are the same, and the model ended where it had ended.
        case identical(tokens: Int)
        /// The first difference. Nil: the answer ended there.
        case departed(at: Int, expected: TokenID?, found: TokenID?)
    }

    /// Which answer of the receipt.
    package let answer: Int
    package let outcome: Outcome

    package var isIdentical: Bool {
        if case .identical = outcome { true } else { false }
    }

    /// Makes the answers of `receipt` again, all at once. Throws `EngineError`, and `ConfigurationError` where the engine
    /// is not as it was then.
    package static func all(
        _ receipt: Receipt, _ loaded: LoadedModel, on engine: Engine
    ) async throws -> [Replay] {
        guard engine.kvType.rawValue == receipt.model.kv, engine.context == receipt.model.context else {
            throw ConfigurationError(
                "the receipt needs a context of \(receipt.model.context) with \(receipt.model.kv) keys and values; "
                    + "this engine has \(engine.context) with \(engine.kvType.rawValue)")
        }
        let mask = try receipt.constraint.flatMap { constraint in
            let (format, offer) = try constraint.restored()
            return try Constraints(loaded).mask(
                format, offer, continuesText: constraint.continues ?? false)
        }
        return try await withThrowingTaskGroup(of: Replay.self) { group in
            for index in receipt.answers.indices {
                group.addTask { try await again(receipt, index, engine, mask) }
            }
            var replays: [Replay] = []
            for try await replay in group { replays.append(replay) }
            return replays.sorted { $0.answer < $1.answer }
        }
    }

    private static func again(
        _ receipt: Receipt, _ index: Int, _ engine: Engine, _ mask: (any LogitsMask)?
    ) async throws -> Replay {
        let answer = receipt.answers[index]
        // One step more where the model ended the answer: it has to end it again.
        let steps = answer.tokens.count + (answer.end == .model ? 1 : 0)
        guard steps > 0 else { return Replay(answer: index, outcome: .identical(tokens: 0)) }
        var sampling = receipt.sampling
        sampling.seed = UInt64(bitPattern: answer.seed)
        let generation = try engine.generate(
            GenerationRequest(
                prompt: receipt.prompts[answer.prompt], maxTokens: steps, sampling: sampling,
                endTokens: Set(receipt.endTokens), mask: mask))
        var count = 0
        for try await event in generation {
            switch event {
            case .token(let token):
                let expected = count < answer.tokens.count ? answer.tokens[count] : nil
                guard token.id == expected else {
                    generation.cancel()
                    return Replay(
                        answer: index, outcome: .departed(at: count, expected: expected, found: token.id))
                }
                count += 1
            case .routing, .prompt: break
            case .finished(let summary):
                let isShort = count < answer.tokens.count
                if isShort || (answer.end == .model && summary.reason != .stop) {
                    return Replay(
                        answer: index,
                        outcome: .departed(
                            at: count, expected: isShort ? answer.tokens[count] : nil, found: summary.endToken
                        ))
                }
            }
        }
        return Replay(answer: index, outcome: .identical(tokens: count))
    }
}
