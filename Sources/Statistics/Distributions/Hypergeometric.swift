// The hypergeometric distribution, of Fisher's exact test. It knows nothing of data.

import Glibc

/// The number of successes among draws without replacement. Relative error of tails below 1e-11 down to
/// 1e-300.
public struct Hypergeometric: DiscreteDistribution, Equatable {
    /// The size of the population.
    public let population: Int
    /// How many of the population are successes.
    public let successes: Int
    /// How many are drawn.
    public let draws: Int

    /// Throws unless 0 ≤ successes ≤ population and 0 ≤ draws ≤ population.
    public init(population: Int, successes: Int, draws: Int) throws(StatisticsError) {
        guard population >= 0, (0...population).contains(successes), (0...population).contains(draws) else {
            throw StatisticsError(
                .outOfRange, in: "hypergeometric distribution",
                "\(successes) successes and \(draws) draws in a population of \(population)",
                fix: "give both in 0...population")
        }
        self.population = population
        self.successes = successes
        self.draws = draws
    }

    public var support: ClosedRange<Int> {
        max(0, draws - (population - successes))...min(draws, successes)
    }

    public func mass(_ k: Int) -> Double {
        guard support.contains(k) else { return 0 }
        if population == 0 { return 1 }
        // Loader: three binomial probabilities with the drawn share as their p, which cancels.
        let p = Double(draws) / Double(population)
        let q = Double(population - draws) / Double(population)
        let failures = population - successes
        return exp(
            logBinomialTerm(Double(k), Double(successes - k), x: p, y: q)
                + logBinomialTerm(Double(draws - k), Double(failures - draws + k), x: p, y: q)
                - logBinomialTerm(Double(draws), Double(population - draws), x: p, y: q))
    }

    public func cdf(_ k: Int) -> Double {
        if k < support.lowerBound { return 0 }
        if k >= support.upperBound { return 1 }
        return isBelowMode(k) ? lowerSum(k) : 1 - upperSum(k + 1)
    }

    public func survival(_ k: Int) -> Double {
        if k < support.lowerBound { return 1 }
        if k >= support.upperBound { return 0 }
        return isBelowMode(k) ? 1 - lowerSum(k) : upperSum(k + 1)
    }

    /// Whether masses grow up to k: then the tail up to k is the one to sum.
    private func isBelowMode(_ k: Int) -> Bool {
        let mode = (Double(draws) + 1) * (Double(successes) + 1) / (Double(population) + 2)
        return Double(k) < mode.rounded(.down)
    }

    /// P(X ≤ k) for k below the mode, from the largest term down.
    private func lowerSum(_ k: Int) -> Double {
        var term = 1.0
        var sum = 1.0
        var j = k
        while j > support.lowerBound, term > sum * 1e-18 {
            term *= 1 / ratio(j)
            sum += term
            j -= 1
        }
        return min(1, mass(k) * sum)
    }

    /// P(X ≥ k) for k above the mode, from the largest term up.
    private func upperSum(_ k: Int) -> Double {
        var term = 1.0
        var sum = 1.0
        var j = k
        while j < support.upperBound, term > sum * 1e-18 {
            j += 1
            term *= ratio(j)
            sum += term
        }
        return min(1, mass(k) * sum)
    }

    /// mass(k)/mass(k − 1).
    private func ratio(_ k: Int) -> Double {
        let remaining = Double(successes - k + 1) / Double(k)
        return remaining * Double(draws - k + 1) / Double(population - successes - draws + k)
    }
}
