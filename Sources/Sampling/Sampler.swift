// One sequence's sampler: the model's logits in, one token out, and the memory that penalties need.
// Knows no model, no text and no other sequence: the same logits, parameters and step give the same token.

/// Chooses tokens for one sequence. A value: copying it forks the sequence. It holds 16 bytes per token of the
/// vocabulary once it has drawn, and next to nothing as long as it is purely greedy.
public struct Sampler: Sendable {
    /// As given; validated.
    public let parameters: SamplingParameters
    /// Constrains the choice, by a grammar for instance.
    public var mask: (any LogitsMask)?
    /// How many tokens of the answer there are so far: the number of the next draw.
    public private(set) var step: UInt64 = 0

    private var history: TokenHistory
    private var edits: [any LogitsEdit]
    private let filters: [any CandidateFilter]
    private let generator: Philox
    private var candidates = Candidates()

    /// A sampler at the start of an answer.
    /// - Parameter promptTokens: what the repeat and DRY penalties look back on.
    /// - Throws: `SamplingError.invalidParameter`.
    public init(_ parameters: SamplingParameters, promptTokens: [Int32] = []) throws(SamplingError) {
        self.parameters = try parameters.validated()
        history = TokenHistory(promptTokens: promptTokens)
        edits = Processors.edits.compactMap { $0.init(parameters) }
        filters = parameters.temperature == 0 ? [] : Processors.filters.compactMap { $0.init(parameters) }
        generator = Philox(seed: parameters.seed)
    }

    /// Chooses the next token and takes it into the history: do not accept it again.
    /// - Parameter logits: the model's output for the last position, `[vocabulary]`; left as they are. +infinity
    ///   means certain, -infinity forbidden.
    /// - Throws: `notANumber`, `nothingAllowed`, `badVocabularySize`, or `invalidParameter` for a bias on an id that
    ///   the model does not have. The sampler stays usable.
    /// - Complexity: O(vocabulary); allocates on the first call only, but for the history's growth and
    ///   `topLogProbabilities`.
    public mutating func sample(logits: Span<Float>) throws(SamplingError) -> SampledToken {
        guard (1...Int(Int32.max)).contains(logits.count) else { throw .badVocabularySize(logits.count) }
        return try logits.withUnsafeBufferPointer { row throws(SamplingError) in
            let best = try peak(of: row, step: step)
            let token = try choose(from: row, best: best)
            let sampled = report(token, of: row, best: best)
            accept(forced: token)
            return sampled
        }
    }

    /// What the model thought of `token`, wherever it came from: the very figures that `sample` reports had it been
    /// chosen. The sampler does not advance.
    package mutating func score(_ token: Int32, logits: Span<Float>) throws(SamplingError) -> SampledToken {
        guard (1...Int(Int32.max)).contains(logits.count) else { throw .badVocabularySize(logits.count) }
        return try logits.withUnsafeBufferPointer { row throws(SamplingError) in
            report(token, of: row, best: try peak(of: row, step: step))
        }
    }

    /// Chooses the next token; see `sample(logits:)` over a span. The buffer is left as it is.
    public mutating func sample(
        logits: UnsafeMutableBufferPointer<Float>
    ) throws(SamplingError) -> SampledToken {
        try sample(logits: logits.span)
    }

    /// Takes a token into the answer that was not drawn here: a forced prefix, or one that a grammar dictates.
    /// It uses up its step, so that the tokens after it do not depend on how it came about.
    public mutating func accept(forced token: Int32) {
        history.append(token)
        mask?.accept(token)
        step += 1
    }
}

extension Sampler {
    private mutating func choose(
        from row: UnsafeBufferPointer<Float>, best: LogitsPeak
    ) throws(SamplingError) -> Int32 {
        let isGreedy = parameters.temperature == 0
        if isGreedy, edits.isEmpty, mask == nil { return best.token }
        try prepare(row)
        if isGreedy { return try candidates.peak(step: step).token }
        return candidates.draw(temperature: parameters.temperature, uniform: generator.uniform(step: step))
    }

    /// Runs the processors: edits, mask, filters.
    private mutating func prepare(_ row: UnsafeBufferPointer<Float>) throws(SamplingError) {
        candidates.load(row)
        try candidates.withVocabulary { logits throws(SamplingError) in
            for i in edits.indices { try edits[i].edit(&logits, after: history) }
            mask?.apply(to: &logits)
        }
        // Only an edit or a mask can have left nothing, or NaN, in a row that had a peak.
        if !edits.isEmpty || mask != nil { _ = try candidates.peak(step: step) }
        for filter in filters { filter.filter(&candidates) }
    }

    /// The distribution that the next draw will be made from, as (id, probability) in order of id, for tests and
    /// traces; the sampler does not advance. The temperature must be above 0.
    package mutating func distribution(
        logits: Span<Float>
    ) throws(SamplingError) -> [(token: Int32, probability: Double)] {
        try logits.withUnsafeBufferPointer { row throws(SamplingError) in
            _ = try peak(of: row, step: step)
            try prepare(row)
        }
        return candidates.distribution(temperature: parameters.temperature)
    }

    /// Log-probabilities of the model's own softmax, so of the row before `prepare` copied and changed it.
    private mutating func report(
        _ token: Int32, of row: UnsafeBufferPointer<Float>, best: LogitsPeak
    ) -> SampledToken {
        // +infinity counts as the largest finite logit: log p = 0, or shared among its equals.
        guard best.logit.isFinite else {
            let certain = row.count { $0 == .infinity }
            let shared = Float(-naturalLogarithm(Double(certain)))
            return sampled(token, row) { $0 == .infinity ? shared : -.infinity }
        }
        let logTotal = naturalLogarithm(exponentials(of: row, below: best.logit))
        return sampled(token, row) { Float(Double($0) - Double(best.logit) - logTotal) }
    }

    private mutating func sampled(
        _ token: Int32, _ row: UnsafeBufferPointer<Float>, logProbability: (Float) -> Float
    ) -> SampledToken {
        var result = SampledToken(token: token, logProbability: logProbability(row[Int(token)]))
        guard let wanted = parameters.topLogProbabilities, wanted > 0 else { return result }
        result.top = candidates.best(wanted, of: row).map {
            TokenLogProbability(token: $0.token, logProbability: logProbability($0.logit))
        }
        return result
    }
}
