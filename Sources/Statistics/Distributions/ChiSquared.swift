// The chi-squared distribution. It knows nothing of data.

import Glibc

/// Chi-squared with degrees of freedom that need not be whole. Relative error of tails below 1e-11 down to
/// 1e-300, for degrees of freedom from 0.01 up.
public struct ChiSquared: ContinuousDistribution, Equatable {
    /// The degrees of freedom, above 0.
    public let degreesOfFreedom: Double

    /// Throws unless the degrees of freedom are above 0 and at most 1e10: beyond, the series take minutes.
    public init(degreesOfFreedom: Double) throws(StatisticsError) {
        guard degreesOfFreedom > 0, degreesOfFreedom <= 1e10 else {
            throw StatisticsError(
                .outOfRange, in: "chi-squared", "\(degreesOfFreedom) degrees of freedom",
                fix: "give a number above 0, at most 1e10")
        }
        self.degreesOfFreedom = degreesOfFreedom
    }

    public func density(_ x: Double) -> Double {
        if x < 0 || x == .infinity { return 0 }
        let a = degreesOfFreedom / 2
        if x == 0 { return a < 1 ? .infinity : a == 1 ? 0.5 : 0 }
        // The Poisson term has one factor x/a too many, and dx is half of what its argument moves.
        return exp(logPoissonTerm(a, mean: x / 2) + log(a) - log(x))
    }

    public func cdf(_ x: Double) -> Double { IncompleteGamma.lower(degreesOfFreedom / 2, x / 2) }

    public func survival(_ x: Double) -> Double { IncompleteGamma.upper(degreesOfFreedom / 2, x / 2) }

    public func quantile(_ probability: Double) -> Double {
        searchQuantile(probability, upper: false, scale: .positive, guess: degreesOfFreedom)
    }

    public func upperQuantile(_ probability: Double) -> Double {
        searchQuantile(probability, upper: true, scale: .positive, guess: degreesOfFreedom)
    }
}
