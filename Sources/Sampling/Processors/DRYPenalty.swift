// DRY: finds, for every earlier place that ends like the context does, how long the likeness is, and penalises the
// token that followed there by multiplier × base^(length − allowedLength). The rules (breakers, limits) are
// llama.cpp's `llama_sampler_dry`; the idea is p-e-w's.

package struct DRYPenalty: LogitsEdit {
    private let parameters: DRYParameters
    private let multiplier: Float
    /// Repetitions beyond this length weigh no more: base^exponent must stay finite.
    private let exponentLimit: Int
    private let singleTokenBreakers: Set<Int32>
    private var suffixLengths: ContiguousArray<Int32> = []
    private var longest = TokenTally()

    package init?(_ parameters: SamplingParameters) {
        guard let dry = parameters.dry, dry.multiplier > 0, dry.lastN != 0 else { return nil }
        self.parameters = dry
        multiplier = dry.multiplier
        // ln(Float.greatestFiniteMagnitude) = 88.72. A base within 1e-6 of 1 does not grow.
        exponentLimit = dry.base > 1.000_001 ? Int(88.722_839 / naturalLogarithm(Double(dry.base))) : 0
        singleTokenBreakers = Set(dry.sequenceBreakers.filter { $0.count == 1 }.map { $0[0] })
    }

    package mutating func edit(
        _ logits: inout MutableSpan<Float>, after history: TokenHistory
    ) throws(SamplingError) {
        let window = history.tokens[history.window(parameters.lastN)]
        let limit = window.withUnsafeBufferPointer { distanceToBreaker($0) }
        guard window.count > parameters.allowedLength, limit >= parameters.allowedLength else { return }
        longest.reserve(vocabularySize: logits.count)
        longest.clear()
        window.withUnsafeBufferPointer { measureSuffixes($0) }
        // suffixLengths[k]: how long the text k tokens ago ends like the context; the token after it is k − 1 ago.
        for k in 1..<window.count {
            let length = min(Int(suffixLengths[k]), limit)
            guard length >= parameters.allowedLength else { continue }
            longest.raise(window[window.endIndex - k], to: Int32(length))
        }
        for token in longest.touched where !singleTokenBreakers.contains(token) {
            var exponent = Int(longest[token]) - parameters.allowedLength
            if exponentLimit > 0 { exponent = min(exponent, exponentLimit) }
            let penalty = multiplier * power(parameters.base, exponent)
            logits.change(token) { $0 - penalty }
        }
    }

    /// How many tokens follow the last sequence breaker; the whole window if there is none.
    private func distanceToBreaker(_ window: UnsafeBufferPointer<Int32>) -> Int {
        for start in window.indices.reversed() {
            var reach: Int?
            for breaker in parameters.sequenceBreakers where start + breaker.count <= window.count {
                guard (0..<breaker.count).allSatisfy({ window[start + $0] == breaker[$0] }) else { continue }
                reach = max(reach ?? 0, breaker.count)
            }
            if let reach { return window.count - start - reach }
        }
        return window.count
    }

    /// The Z-function of the reversed window: `suffixLengths[k]` is the length of the longest common suffix of the
    /// window and the window without its last k tokens. Linear in the window.
    private mutating func measureSuffixes(_ window: UnsafeBufferPointer<Int32>) {
        let count = window.count
        if suffixLengths.count < count {
            suffixLengths.append(contentsOf: repeatElement(0, count: count * 2 - suffixLengths.count))
        }
        // [left, right) is the match that reaches farthest back; inside it, earlier answers can be reused.
        var left = 0
        var right = 0
        for k in 1..<max(count, 1) {
            var length = k < right ? min(right - k, Int(suffixLengths[k - left])) : 0
            while k + length < count, window[count - 1 - length] == window[count - 1 - k - length] {
                length += 1
            }
            suffixLengths[k] = Int32(length)
            if k + length > right {
                left = k
                right = k + length
            }
        }
    }
}

private func power(_ base: Float, _ exponent: Int) -> Float {
    (0..<exponent).reduce(1) { product, _ in product * base }
}
