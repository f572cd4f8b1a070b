// The binomial distribution. It knows nothing of data.

import Glibc

/// The number of successes in independent trials. Relative error of tails below 1e-11 down to 1e-300.
public struct Binomial: DiscreteDistribution, Equatable {
    /// The number of trials, 0 or more.
    public let trials: Int
    /// The probability of success in one trial, in 0...1.
    public let probability: Double

    /// Throws if `trials` is negative or `probability` outside 0...1.
    public init(trials: Int, probability: Double) throws(StatisticsError) {
        guard trials >= 0, (0...1).contains(probability) else {
            throw StatisticsError(
                .outOfRange, in: "binomial distribution", "\(trials) trials with probability \(probability)",
                fix: "give 0 or more trials and a probability in 0...1")
        }
        self.trials = trials
        self.probability = probability
    }

    public var support: ClosedRange<Int> { 0...trials }

    public func mass(_ k: Int) -> Double {
        guard support.contains(k) else { return 0 }
        return exp(
            logBinomialTerm(Double(k), Double(trials - k), x: probability, y: 1 - probability))
    }

    public func cdf(_ k: Int) -> Double {
        if k < 0 { return 0 }
        if k >= trials { return 1 }
        // Abramowitz & Stegun 26.5.24.
        return IncompleteBeta.upper(Double(k) + 1, Double(trials - k), x: probability, y: 1 - probability)
    }

    public func survival(_ k: Int) -> Double {
        if k < 0 { return 1 }
        if k >= trials { return 0 }
        return IncompleteBeta.lower(Double(k) + 1, Double(trials - k), x: probability, y: 1 - probability)
    }
}
