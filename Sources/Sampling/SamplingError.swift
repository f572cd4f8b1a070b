// The one error type of this module: what is wrong, where, and what to do about it.

/// Why no token could be sampled.
public enum SamplingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A parameter lies outside its range.
    case invalidParameter(name: String, value: String, expected: String)
    /// The model gave NaN for a token: its weights or the arithmetic before the sampler are broken.
    case notANumber(step: UInt64, token: Int32)
    /// Every logit is -infinity: the bias or the mask forbids the whole vocabulary.
    case nothingAllowed(step: UInt64)
    /// The model gave no logits at all, or more than token ids can name.
    case badVocabularySize(Int)

    public var description: String {
        switch self {
        case .invalidParameter(let name, let value, let expected):
            "\(name): \(value) is out of range; use \(expected)"
        case .notANumber(let step, let token):
            "logits of token \(step) of the answer: NaN for id \(token); is the model file damaged?"
        case .nothingAllowed(let step):
            "logits of token \(step) of the answer: every id is forbidden; loosen the logit bias or the grammar"
        case .badVocabularySize(let size):
            "logits: \(size) values, expected 1 to \(Int32.max); is this a language model's output?"
        }
    }
}
