// How many prompt tokens a step may take while others wait for their next token: from measured times, not from a
// constant, since one machine's 512 tokens are another's three. It decides when work is done, and never a result.

/// Learns what steps cost, and keeps the time between two tokens of an answer near a bound.
package struct StepPace {
    /// Seconds that a step with prompt tokens may take where others decode. Ten tokens a second are faster than
    /// anybody reads.
    private static let target = 0.1
    /// A step costs that of decoding alone at most so many times. Where decoding itself is slow (a large model), a
    /// bound in seconds would leave prompts nothing.
    private static let mostDecodeSteps = 2.0
    /// Prompt tokens in any step at least: prompts make headway on every machine, and kernels take 16 rows at a time.
    private static let leastTokens = 16
    /// Prompt tokens in a step where several prompts are all there is to do. Fewer have first tokens come a little sooner
    /// and cost prefill its speed; LOG.md, "How do prompts and answers share the steps?"
    private static let severalPrompts = 128
    /// How long after a first token the second may wait for the prompts of the same burst.
    private static let burst = Duration.seconds(2)
    /// Before anything was measured.
    private static let firstTokens = 64
    /// Steps with prompt tokens in a row. What decoding costs by itself is measured again then: prompts may come without
    /// end, and the machine's other work too.
    private static let mostMixedSteps = 16
    /// Share of the latest measurement in the mean.
    private static let recent = 0.25

    private var decodeSeconds: Double?  // of a step that only decodes
    private var tokenSeconds: Double?  // of a prompt token in a step with others

    private var mixedSteps = 0

    package init() {}

    /// Notes a step.
    package mutating func learn(decodeSequences: Int, prefillTokens: Int, seconds: Double) {
        mixedSteps = prefillTokens > 0 && decodeSequences > 0 ? mixedSteps + 1 : 0
        if prefillTokens == 0 {
            decodeSeconds = mean(decodeSeconds, seconds)
        } else {
            let decode = decodeSequences > 0 ? decodeSeconds ?? 0 : 0
            // Never less than a tenth: a decode step that was slow once would make prompts look free.
            let own = max(seconds - decode, seconds / 10)
            tokenSeconds = mean(tokenSeconds, own / Double(prefillTokens))
        }
    }

    /// What the next step may spend on prompts.
    package func allowance(_ now: ContinuousClock.Instant) -> Scheduler.Allowance {
        var allowance = Scheduler.Allowance()
        allowance.besideDecoding = prefillTokens
        allowance.severalPrompts = Self.severalPrompts
        allowance.youngSince = now - Self.burst
        return allowance
    }

    /// Prompt tokens for the next step, if others decode in it.
    package var prefillTokens: Int {
        guard mixedSteps < Self.mostMixedSteps else { return 0 }
        guard let tokenSeconds else { return Self.firstTokens }
        let decode = decodeSeconds ?? 0
        let seconds = max(Self.target, Self.mostDecodeSteps * decode) - decode
        let tokens = Int(min(seconds / max(tokenSeconds, 1e-9), 1e6))
        return max(Self.leastTokens, tokens / Self.leastTokens * Self.leastTokens)
    }

    private func mean(_ old: Double?, _ new: Double) -> Double {
        old.map { $0 + Self.recent * (new - $0) } ?? new
    }
}
