// The choice of the next token, for all sequences of a step together. It knows who may choose at the same time; what
// a choice is, the sampler knows.

import Models
import Sampling
import Tensors

/// Samples on the pool's workers: of 16 sequences by 32000 tokens one thread alone had 8 % of a step to do.
///
/// `@unchecked Sendable`: a worker touches the sequences and outcomes of its own items only, and each sequence has a
/// sampler of its own.
struct SamplingRound: @unchecked Sendable {
    /// What came of one sequence.
    enum Outcome {
        case token(SampledToken)
        case failure(SamplingError)
    }

    let runner: any ModelRunner
    let pool: ThreadPool

    /// The outcomes of `sequences`, of which number i has row i of the logits.
    func sample(_ sequences: [TokenSequence]) -> [Outcome] {
        guard sequences.count > 1 else { return sequences.map { sample($0, row: 0) } }
        return [Outcome](unsafeUninitializedCapacity: sequences.count) { buffer, initialized in
            nonisolated(unsafe) let (outcomes, sequences) = (buffer, sequences)
            pool.run { worker in
                worker.forEach(sequences.count) { range in
                    for row in range {
                        outcomes.initializeElement(at: row, to: sample(sequences[row], row: row))
                    }
                }
            }
            initialized = sequences.count
        }
    }

    private func sample(_ sequence: TokenSequence, row: Int) -> Outcome {
        do { return .token(try sequence.sampler.sample(logits: runner.logits(row: row))) } catch {
            return .failure(error)
        }
    }
}
