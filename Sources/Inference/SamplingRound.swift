// The choice of the next token, for all sequences of a step together, and what prompts' tokens were worth. It knows who
// may work at the same time; what a choice is, the sampler knows.

import Models
import Sampling
import Tensors

/// Samples on the pool's workers: of 16 sequences by 32000 tokens one thread alone had 8 % of a step to do.
///
/// `@unchecked Sendable`: a worker touches the sequences and outcomes of its own items only, and each sequence has a
/// sampler of its own.
struct SamplingRound: @unchecked Sendable {
    /// What came of one row of logits.
    enum Outcome {
        case token(SampledToken)
        case failure(SamplingError)
    }

    let runner: any ModelRunner
    let pool: ThreadPool

    /// The outcomes of `sequences`, of which number i has row i of the logits.
    func sample(_ sequences: [TokenSequence]) -> [Outcome] {
        nonisolated(unsafe) let sequences = sequences
        return outcomes(sequences.count) { index in
            let sequence = sequences[index]
            do throws(SamplingError) {
                return .token(try sequence.sampler.sample(logits: runner.logits(row: index)))
            } catch {
                return .failure(error)
            }
        }
    }

    /// How likely the model held the tokens of `scored`.
    func score(_ scored: [StepBatch.Scored]) -> [Outcome] {
        outcomes(scored.count) { index in
            let wanted = scored[index]
            do throws(SamplingError) {
                // As generation reports it: by a sampler, bit for bit.
                var sampler = try Sampler(SamplingParameters(temperature: 0, topLogProbabilities: wanted.top))
                return .token(try sampler.score(wanted.token, logits: runner.logits(row: wanted.row).span))
            } catch {
                return .failure(error)
            }
        }
    }

    private func outcomes(_ count: Int, _ outcome: @escaping @Sendable (Int) -> Outcome) -> [Outcome] {
        guard count > 1 else { return (0..<count).map(outcome) }
        return [Outcome](unsafeUninitializedCapacity: count) { buffer, initialized in
            nonisolated(unsafe) let outcomes = buffer
            pool.run { worker in
                worker.forEach(count) { range in
                    for index in range { outcomes.initializeElement(at: index, to: outcome(index)) }
                }
            }
            initialized = count
        }
    }
}
