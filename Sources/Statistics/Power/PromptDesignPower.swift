// The power of prompts × samples: how many prompts, and how many answers to each? It knows two spreads, no
// data.

import Glibc

/// The power of an experiment that asks every prompt in both arms, several samples each, and tests the
/// prompts' mean differences by a paired t test.
///
/// The contrast, the mean over k prompts of (mean of m answers − mean of m answers), has variance (τ² +
/// 2σ²/m) / k. More samples shrink only σ's part; the prompts' own differences τ shrink with prompts alone.
public struct PromptDesignPower: Sendable, Hashable {
    /// τ: the standard deviation of the true effect from prompt to prompt, in the metric's units.
    public let betweenPrompts: Double
    /// σ: the standard deviation of answers to one prompt in one arm, in the metric's units.
    public let withinPrompt: Double
    /// The error of the test, both sides together.
    public let alpha: Double
    /// The direction.
    public let alternative: Alternative

    /// How many prompts and samples, and the power that they have.
    public struct Allocation: Sendable, Hashable {
        /// k.
        public let prompts: Int
        /// m: answers to each prompt in each arm.
        public let samplesPerCell: Int
        /// The power at the effect that was asked about.
        public let power: Double
        /// All answers of both arms.
        public var answers: Int { 2 * prompts * samplesPerCell }
    }

    /// Throws unless both deviations are finite and not below 0, one of them above, and alpha is between 0
    /// and 1.
    public init(
        betweenPrompts: Double, withinPrompt: Double, alpha: Double = 0.05,
        alternative: Alternative = .twoSided
    ) throws(StatisticsError) {
        try checkPlan(alpha: alpha)
        guard betweenPrompts >= 0, withinPrompt >= 0, betweenPrompts + withinPrompt > 0,
            (betweenPrompts + withinPrompt).isFinite
        else {
            throw StatisticsError(
                .outOfRange, in: powerAnalysis,
                "standard deviations \(betweenPrompts) between and \(withinPrompt) within prompts",
                fix: "give finite ones from a pilot, at least one of them above 0")
        }
        (self.betweenPrompts, self.withinPrompt) = (betweenPrompts, withinPrompt)
        (self.alpha, self.alternative) = (alpha, alternative)
    }

    /// The variance of the contrast, (τ² + 2σ²/m) / k.
    public func contrastVariance(prompts: Int, samplesPerCell: Int) -> Double {
        let within = 2 * withinPrompt * withinPrompt / Double(samplesPerCell)
        return (betweenPrompts * betweenPrompts + within) / Double(prompts)
    }

    /// The power at a true mean difference of `effect`, in the metric's units. Throws with fewer than 2
    /// prompts or without samples.
    public func power(effect: Double, prompts: Int, samplesPerCell: Int) throws(StatisticsError) -> Double {
        guard prompts >= 2, samplesPerCell >= 1 else {
            throw StatisticsError(
                .tooFewValues, in: powerAnalysis, "\(prompts) prompts with \(samplesPerCell) samples each",
                fix: "plan for at least 2 prompts and 1 sample")
        }
        let variance = contrastVariance(prompts: prompts, samplesPerCell: samplesPerCell)
        return try noncentralPower(
            degreesOfFreedom: Double(prompts - 1), noncentrality: effect / variance.squareRoot(),
            alpha: alpha,
            alternative: alternative)
    }

    /// The fewest samples per cell with at least `power`; nil where no number is enough, because the prompts
    /// differ too much among themselves: take more prompts.
    public func samplesPerCell(effect: Double, prompts: Int, power wanted: Double) throws(StatisticsError)
        -> Int?
    {
        let most = 1 << 30
        guard try power(effect: effect, prompts: prompts, samplesPerCell: most) >= wanted else { return nil }
        var (short, enough) = (0, most)
        while enough - short > 1 {
            let middle = short + (enough - short) / 2
            let reached = try power(effect: effect, prompts: prompts, samplesPerCell: middle)
            if reached >= wanted { enough = middle } else { short = middle }
        }
        return enough
    }

    /// The allocation with the fewest answers that has at least `power`, within the prompts there are and the
    /// samples one is ready to take; of equal ones that with more prompts. nil where none has it.
    ///
    /// Complexity: availablePrompts × log(maximumSamples) powers.
    public func recommended(
        effect: Double, power wanted: Double, availablePrompts: Int, maximumSamples: Int = 100
    ) throws(StatisticsError) -> Allocation? {
        var best: Allocation?
        for prompts in stride(from: availablePrompts, through: 2, by: -1) {
            guard let samples = try samplesPerCell(effect: effect, prompts: prompts, power: wanted),
                samples <= maximumSamples
                // Fewer prompts need more samples: nothing follows.
            else { break }
            if let best, 2 * prompts * samples >= best.answers { continue }
            let reached = try power(effect: effect, prompts: prompts, samplesPerCell: samples)
            best = Allocation(prompts: prompts, samplesPerCell: samples, power: reached)
        }
        return best
    }
}
