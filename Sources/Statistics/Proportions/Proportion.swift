// A share of trials and its Wilson interval; the difference and the ratio of two. It knows counts, not what
// was counted.

import Glibc

/// Successes among independent trials, such as refusals among answers.
public struct Proportion: Sendable, Hashable {
    /// How many succeeded.
    public let successes: Int
    /// How many there were.
    public let trials: Int
    /// The share that succeeded.
    public var rate: Double { Double(successes) / Double(trials) }

    /// Throws unless there is a trial, and no fewer trials than successes.
    public init(successes: Int, trials: Int) throws(StatisticsError) {
        guard trials > 0 else {
            throw StatisticsError(.tooFewValues, in: "proportion", "\(trials) trials", fix: "give at least 1")
        }
        guard (0...trials).contains(successes) else {
            throw StatisticsError(
                .outOfRange, in: "proportion", "\(successes) successes in \(trials) trials",
                fix: "give between 0 and the number of trials")
        }
        (self.successes, self.trials) = (successes, trials)
    }

    /// Wilson's score interval (JASA 22, 1927): (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). Defined
    /// and inside 0...1 also for no or only successes. Agrees with statsmodels'
    /// `proportion_confint(method='wilson')`.
    ///
    /// Throws unless the level is between 0 and 1.
    public func wilsonInterval(level: Double = 0.95) throws(StatisticsError) -> ClosedRange<Double> {
        let z = try criticalValue(level: level, in: "Wilson interval")
        return Self.wilsonInterval(rate: rate, trials: trials, criticalValue: z)
    }

    /// The same for a mean of measures between 0 and 1, which need not be whole successes: a share has the greatest variance
    /// that such a mean can have, so the interval is not too short.
    ///
    /// - Parameter criticalValue: the standard normal distribution's (1 + level) / 2 point.
    package static func wilsonInterval(
        rate: Double, trials: Int, criticalValue z: Double
    ) -> ClosedRange<Double> {
        precondition(trials > 0 && (0...1).contains(rate))
        let n = Double(trials)
        let scale = 1 + z * z / n
        let center = (rate + z * z / (2 * n)) / scale
        let half = z / scale * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
        // The ends are exactly 0 and 1 there; rounding would leave 1e-17.
        return (rate == 0 ? 0 : center - half)...(rate == 1 ? 1 : center + half)
    }

    /// This rate minus another's with Newcombe's interval (Statistics in Medicine 17, 1998, method 10): the
    /// distances to the two Wilson intervals' ends, added as squares. Independent samples. Agrees with
    /// statsmodels' `confint_proportions_2indep(method='newcomb')`.
    public func difference(
        minus other: Proportion, level: Double = 0.95
    ) throws(StatisticsError) -> (value: Double, interval: ClosedRange<Double>) {
        let (mine, others) = (try wilsonInterval(level: level), try other.wilsonInterval(level: level))
        let value = rate - other.rate
        let down = hypot(rate - mine.lowerBound, others.upperBound - other.rate)
        let up = hypot(other.rate - others.lowerBound, mine.upperBound - rate)
        return (value, (value - down)...(value + up))
    }

    /// This rate over another's with the interval of Katz and others (Biometrics 34, 1978): normal on the
    /// logarithm with variance 1/x₁ − 1/n₁ + 1/x₂ − 1/n₂. Independent samples. Agrees with statsmodels'
    /// `confint_proportions_2indep(compare='ratio', method='log')`.
    ///
    /// Throws where either has no success: the logarithm is undefined.
    public func ratio(
        to other: Proportion, level: Double = 0.95
    ) throws(StatisticsError) -> (value: Double, interval: ClosedRange<Double>) {
        guard successes > 0, other.successes > 0 else {
            throw StatisticsError(
                .degenerate, in: "risk ratio", "\(successes) and \(other.successes) successes",
                fix: "use the difference, which is defined without successes")
        }
        let z = try criticalValue(level: level, in: "risk ratio")
        let error = (relativeVariance + other.relativeVariance).squareRoot()
        let value = rate / other.rate
        return (value, (value * exp(-z * error))...(value * exp(z * error)))
    }

    private var relativeVariance: Double { 1 / Double(successes) - 1 / Double(trials) }
}

/// The two-sided critical value of the standard normal at a confidence level.
func criticalValue(level: Double, in method: String) throws(StatisticsError) -> Double {
    guard level > 0, level < 1 else {
        throw StatisticsError(
            .outOfRange, in: method, "a confidence level of \(level)", fix: "give one between 0 and 1")
    }
    return Normal.standard.upperQuantile((1 - level) / 2)
}
