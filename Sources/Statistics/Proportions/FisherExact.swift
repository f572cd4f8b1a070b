// Fisher's exact test of a table of two by two. It knows four counts.

/// Fisher's exact test: are two proportions equal, given all the table's margins?
public struct FisherExact: Sendable, Hashable {
    /// The sample odds ratio a d / (b c); nil where it is 0/0, infinite where only the divisor is 0.
    public let oddsRatio: Double?
    /// The p-value. Two-sided: the probability of all tables that are no likelier than the observed one, as
    /// in R and `scipy.stats.fisher_exact`. `.greater`: the first group's proportion is the larger one.
    public let pValue: Double

    /// The test of `first` against `second`. Tables with an empty margin have p = 1.
    public init(
        _ first: Proportion, _ second: Proportion, alternative: Alternative = .twoSided
    ) throws(StatisticsError) {
        let a = first.successes
        let successes = a + second.successes
        let cross = (first.trials - a, second.trials - second.successes)
        let products = (Double(a) * Double(cross.1), Double(cross.0) * Double(second.successes))
        oddsRatio = products == (0, 0) ? nil : products.0 / products.1
        if successes == 0 || cross == (0, 0) {
            pValue = 1
            return
        }
        let tables = try Hypergeometric(
            population: first.trials + second.trials, successes: successes, draws: first.trials)
        switch alternative {
        case .less: pValue = tables.cdf(a)
        case .greater: pValue = tables.survival(a - 1)
        case .twoSided: pValue = min(1, Self.twoSided(a, tables))
        }
    }

    /// Masses rise to the mode and fall after it, so the tables no likelier than `a` are two tails; the far
    /// tail's end is found by bisection.
    private static func twoSided(_ a: Int, _ tables: Hypergeometric) -> Double {
        // Tables that mirror each other are equally likely but for rounding.
        let limit = tables.mass(a) * (1 + 1e-11)
        var (low, high) = (tables.support.lowerBound, tables.support.upperBound)
        let mode = min(max((tables.draws + 1) * (tables.successes + 1) / (tables.population + 2), low), high)
        if tables.mass(mode) <= limit { return 1 }
        if a < mode {
            // The first k above the mode with a mass within the limit; `high` + 1 if there is none.
            (low, high) = (mode, high + 1)
            while high - low > 1 {
                let middle = low + (high - low) / 2
                if tables.mass(middle) <= limit { high = middle } else { low = middle }
            }
            return tables.cdf(a) + tables.survival(high - 1)
        }
        (low, high) = (low - 1, mode)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if tables.mass(middle) <= limit { low = middle } else { high = middle }
        }
        return tables.survival(a - 1) + tables.cdf(low)
    }
}
