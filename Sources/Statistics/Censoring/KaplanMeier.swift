// The distribution of lengths of which some were cut off, and its mean up to a cap. It knows one sample.

import Glibc

/// The Kaplan-Meier estimate (JASA 53, 1958) of P(length > x): a product over the lengths at which answers
/// ended. Agrees with statsmodels' `SurvfuncRight`.
public struct KaplanMeier: Sendable, Hashable {
    /// The estimate from one length on, until the next.
    public struct Step: Sendable, Hashable {
        /// A length at which answers ended.
        public let length: Double
        /// How many were still going just before.
        public let atRisk: Int
        /// How many ended there.
        public let ended: Int
        /// S = Π (1 − ended / at risk): the share that is longer.
        public let survival: Double
        /// Greenwood's S √Σ ended / (at risk (at risk − ended)); nil where S is 0 and the formula 0 · ∞.
        public let standardError: Double?
    }

    /// The steps, shortest first; empty where every length was cut off.
    public let steps: [Step]
    private let longest: Double

    /// The estimate of a sample; of one without a complete length it is 1 throughout.
    public init(_ sample: CensoredSample) {
        var survival = 1.0
        var variance = 0.0
        steps = sample.steps.map { length, atRisk, ended in
            // The exact zero of the last, not what rounding left.
            survival = ended == atRisk ? 0 : survival * (1 - Double(ended) / Double(atRisk))
            variance += Double(ended) / (Double(atRisk) * Double(atRisk - ended))
            return Step(
                length: length, atRisk: atRisk, ended: ended, survival: survival,
                standardError: ended == atRisk ? nil : survival * variance.squareRoot())
        }
        longest = sample.lengths[sample.lengths.count - 1].value
    }

    /// P(length > x), estimated.
    public func survival(beyond x: Double) -> Double {
        steps.last { $0.length <= x }?.survival ?? 1
    }

    /// The median length: the first at which half or fewer are longer, and where exactly half are, the middle
    /// of that stretch, so that without cuts it is the ordinary median (as in R's survival). nil where fewer
    /// than half ended.
    public var median: Double? {
        // Products of fractions reach one half only up to rounding.
        let tolerance = 1e-9
        guard let index = steps.firstIndex(where: { $0.survival <= 0.5 + tolerance }) else { return nil }
        if steps[index].survival < 0.5 - tolerance { return steps[index].length }
        let end = index + 1 < steps.count ? steps[index + 1].length : longest
        return (steps[index].length + end) / 2
    }

    /// The mean of min(length, cap) with its standard error: the area under S up to the cap, and
    /// √Σ Aᵢ² ended / (at risk (at risk − ended)) with Aᵢ the area from step i on (Klein and Moeschberger,
    /// Survival Analysis, 2003, 4.5.1). Without cuts below the cap it is the ordinary mean.
    ///
    /// Throws where lengths were cut below the cap and nothing longer was seen: S is not known up to there.
    public func restrictedMean(upTo cap: Double) throws(StatisticsError) -> RestrictedMean {
        guard cap > 0, cap.isFinite else {
            throw StatisticsError(
                .outOfRange, in: "restricted mean", "a cap of \(cap)", fix: "give one above 0")
        }
        guard cap <= longest || steps.last?.survival == 0 else {
            throw StatisticsError(
                .outOfRange, in: "restricted mean",
                "the cap \(cap) is past the longest length \(longest), which was cut off",
                fix: "take a cap of \(longest) or less")
        }
        var area = 0.0
        var variance = 0.0
        var end = cap
        for step in steps.reversed() where step.length < cap {
            area += step.survival * (end - step.length)
            end = step.length
            // After the last of all nothing is left, and no doubt about it.
            if step.ended < step.atRisk {
                variance +=
                    area * area * Double(step.ended)
                    / (Double(step.atRisk) * Double(step.atRisk - step.ended))
            }
        }
        return RestrictedMean(cap: cap, value: area + end, standardError: variance.squareRoot())
    }
}

/// The mean of min(length, cap).
public struct RestrictedMean: Sendable, Hashable {
    /// Lengths beyond it count as it.
    public let cap: Double
    /// The mean, in the lengths' unit.
    public let value: Double
    /// Its standard error.
    public let standardError: Double

    /// A difference of two restricted means.
    public struct Difference: Sendable, Hashable {
        /// The first minus the second.
        public let value: Double
        /// √ of the sum of squared errors.
        public let standardError: Double
        /// Normal, at the level asked for.
        public let interval: ClosedRange<Double>
        /// Two-sided, of no difference.
        public let pValue: Double
    }

    /// This mean minus another's of an independent sample.
    ///
    /// Throws where the caps differ, or neither sample varies.
    public func difference(
        minus other: RestrictedMean, level: Double = 0.95
    ) throws(StatisticsError) -> Difference {
        let method = "difference of restricted means"
        guard cap == other.cap else {
            throw StatisticsError(
                .outOfRange, in: method, "caps \(cap) and \(other.cap)", fix: "take both means up to one cap")
        }
        let error = hypot(standardError, other.standardError)
        guard error > 0 else {
            throw StatisticsError(
                .degenerate, in: method, "neither sample varies below the cap", fix: "report the two means")
        }
        let z = try criticalValue(level: level, in: method)
        let difference = value - other.value
        return Difference(
            value: difference, standardError: error,
            interval: (difference - z * error)...(difference + z * error),
            pValue: Normal.standard.pValue(difference / error, .twoSided))
    }
}
