// Bootstrap intervals: percentile, and bias-corrected and accelerated (BCa). It owns the arithmetic from
// resamples to an interval; what a unit is (a value, a pair, a whole cluster) is said by a Resampling.

import Glibc

/// How to make a bootstrap interval.
///
/// BCa is second-order accurate and moves with the data's transformation (Efron and Tibshirani, An
/// Introduction to the Bootstrap, 1993, chapter 14); the acceleration comes from the jackknife over the units
/// that are resampled. Agrees with `scipy.stats.bootstrap` fed with the same resamples.
public struct Bootstrap: Sendable, Hashable {
    /// The interval's kind.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// Quantiles of the resampled statistics.
        case percentile
        /// Those quantiles moved by the bias and the skewness of the statistic.
        case bca
    }

    /// The number of resamples.
    public let resamples: Int
    /// The confidence level, such as 0.95.
    public let level: Double
    /// The kind of interval that is asked for.
    public let method: Method
    /// Whether the quantiles are moved outwards for small samples: with n units, from ±z to ±t(n−1)
    /// √(n/(n−1)), so that the interval of a mean is as wide as Student's (Hesterberg, American Statistician
    /// 69, 2015, section 5.3). Without it an interval from 50 units covers about one per cent too little.
    /// False is what scipy does.
    public let expanded: Bool

    /// 9,999 resamples leave the end of a 95 % interval a standard error of about 1 % of its width.
    ///
    /// Throws unless there are at least 2 resamples and the level is between 0 and 1.
    public init(
        resamples: Int = 9_999, level: Double = 0.95, method: Method = .bca, expanded: Bool = false
    ) throws(StatisticsError) {
        guard resamples >= 2 else {
            throw StatisticsError(
                .outOfRange, in: Self.name, "\(resamples) resamples", fix: "draw at least 2")
        }
        guard level > 0, level < 1 else {
            throw StatisticsError(
                .outOfRange, in: Self.name, "a confidence level of \(level)", fix: "give one between 0 and 1")
        }
        (self.resamples, self.level, self.method, self.expanded) = (resamples, level, method, expanded)
    }

    static let name = "bootstrap"
}

/// A statistic with its bootstrap interval.
public struct BootstrapEstimate: Sendable, Hashable {
    /// Data on which BCa is undefined; scipy warns and answers NaN.
    public enum Degeneracy: String, Sendable, Hashable {
        /// Every resample gives the same value: the interval is that point, and says nothing about the
        /// spread.
        case constant
        /// The statistic lies outside all its resamples, or on the edge, as a minimum does: the bias
        /// correction is infinite. The interval is the percentile one.
        case unboundedBias
        /// Leaving any unit out changes nothing, or the acceleration turns the quantiles around: no
        /// acceleration is defined. The interval is the percentile one.
        case undefinedAcceleration
    }

    /// The statistic of the data themselves.
    public let value: Double
    /// The ends of the interval.
    public let interval: ClosedRange<Double>
    /// The standard deviation (n − 1) of the resampled statistics.
    public let standardError: Double
    /// The kind of interval that this is; differs from what was asked for only with a `degeneracy`.
    public let method: Bootstrap.Method
    /// Why BCa was not possible; nil where it was, and for percentile intervals of data that vary.
    public let degeneracy: Degeneracy?
}

extension Bootstrap {
    /// The one path from units to an interval.
    func estimate(
        _ resampling: some Resampling, using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) -> BootstrapEstimate {
        for count in resampling.strata where count < 2 {
            throw StatisticsError(
                .tooFewValues, in: Self.name,
                "\(count) \(resampling.unit)\(count == 1 ? "" : "s") to draw from",
                fix: "give at least 2 \(resampling.unit)s per sample")
        }
        var units = resampling.strata.map { Array(0..<$0) }
        let value = resampling.value(of: units)
        var values = [Double](repeating: 0, count: resamples)
        for resample in values.indices {
            for stratum in units.indices {
                let count = UInt64(resampling.strata[stratum])
                for slot in units[stratum].indices {
                    // The high half of a 64-bit number times the count: uniform but for 2^-64 times the
                    // count.
                    units[stratum][slot] = Int(generator.next().multipliedFullWidth(by: count).high)
                }
            }
            values[resample] = resampling.value(of: units)
        }
        guard value.isFinite, values.allSatisfy(\.isFinite) else {
            throw StatisticsError(
                .notFinite, in: Self.name,
                "the statistic is not a finite number on the data or on a resample",
                fix: "take one that every resample defines, also where a value is drawn again and again")
        }
        return try interval(value, resamples: values, resampling)
    }

    /// The probability below an interval's lower end, before BCa moves it.
    private func tail(strata: [Int]) throws(StatisticsError) -> Double {
        let tail = (1 - level) / 2
        guard expanded, let least = strata.min() else { return tail }
        let n = Double(least)
        let t = try StudentT(degreesOfFreedom: n - 1).upperQuantile(tail)
        return Normal.standard.survival(t * (n / (n - 1)).squareRoot())
    }

    private func interval(
        _ value: Double, resamples values: [Double], _ resampling: some Resampling
    ) throws(StatisticsError) -> BootstrapEstimate {
        let sorted = values.sorted()
        let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / Double(values.count - 1)).squareRoot()
        let tail = try tail(strata: resampling.strata)

        func estimate(
            _ method: Method, from low: Double, to high: Double, _ degeneracy: BootstrapEstimate.Degeneracy?
        ) -> BootstrapEstimate {
            let ends = (quantile(low, ofSorted: sorted), quantile(high, ofSorted: sorted))
            return BootstrapEstimate(
                value: value, interval: min(ends.0, ends.1)...max(ends.0, ends.1), standardError: error,
                method: method, degeneracy: degeneracy)
        }

        if sorted[0] == sorted[sorted.count - 1] {
            return estimate(.percentile, from: tail, to: 1 - tail, .constant)
        }
        if method == .percentile { return estimate(.percentile, from: tail, to: 1 - tail, nil) }
        // Ties count half, so that a statistic with few values is not taken for a biased one.
        let below = values.reduce(0) { $0 + ($1 < value ? 2 : $1 == value ? 1 : 0) }
        let bias = Normal.standard.quantile(Double(below) / Double(2 * values.count))
        guard bias.isFinite else { return estimate(.percentile, from: tail, to: 1 - tail, .unboundedBias) }
        let z = Normal.standard.quantile(tail)
        guard let acceleration = acceleration(resampling), acceleration * (bias - z) < 1,
            acceleration * (bias + z) < 1
        else { return estimate(.percentile, from: tail, to: 1 - tail, .undefinedAcceleration) }

        func moved(_ z: Double) -> Double {
            Normal.standard.cdf(bias + (bias + z) / (1 - acceleration * (bias + z)))
        }
        return estimate(.bca, from: moved(z), to: moved(-z), nil)
    }

    /// The jackknife's acceleration Σ_j Σ u³/n_j³ / (6 (Σ_j Σ u²/n_j²)^1.5) over strata j, with influences
    /// u = (n_j − 1)(mean of the leave-one-outs − leave-one-out); nil where no unit has influence.
    private func acceleration(_ resampling: some Resampling) -> Double? {
        var shares: [Double] = []
        for (stratum, count) in resampling.strata.enumerated() {
            let values = (0..<count).map { resampling.value(leavingOut: $0, of: stratum) }
            let n = Double(count)
            // From the first value on, so that equal values have a mean equal to them and no influence at
            // all.
            let mean = values.reduce(0) { $0 + ($1 - values[0]) / n }
            shares += values.map { (n - 1) / n * (mean - ($0 - values[0])) }
        }
        // Cubes of 1e150 are past the largest number; the acceleration has no unit.
        let largest = shares.reduce(0) { max($0, abs($1)) }
        var (cubes, squares) = (0.0, 0.0)
        for share in shares.map({ $0 / largest }) {
            cubes += share * share * share
            squares += share * share
        }
        let result = cubes / (6 * pow(squares, 1.5))
        return result.isFinite ? result : nil
    }
}

/// The quantile by linear interpolation (type 7, numpy's default).
private func quantile(_ probability: Double, ofSorted values: [Double]) -> Double {
    let position = probability * Double(values.count - 1)
    let index = min(Int(position), values.count - 2)
    let share = position - Double(index)
    return values[index] + share * (values[index + 1] - values[index])
}
