// What may be said once a group-sequential test has stopped: the p value and the interval that know of the
// looks.

import Glibc

extension GroupSequentialDesign {
    /// Estimates after stopping, by the stagewise ordering (Tsiatis, Rosner and Mehta, Biometrics 40, 1984):
    /// crossing the upper boundary earlier is more extreme than later; at one look, a larger Z is.
    public struct StoppedInference: Sendable, Hashable {
        /// Two-sided for a two-sided design. Below alpha exactly where the boundary was crossed.
        public let pValue: Double
        /// Median-unbiased, as a drift: the expected Z at information time 1.
        public let drift: Double
        /// At level 1 − alpha (two-sided design) or 1 − 2 alpha (one-sided), as drifts.
        public let driftInterval: ClosedRange<Double>

        /// The estimate in the units of the data, where `standardError` is that of the estimate at
        /// information time `t`: θ = drift · se · √t.
        public func estimate(standardError: Double, at t: Double) -> Double {
            drift * standardError * t.squareRoot()
        }

        /// The interval in the units of the data, as in `estimate`.
        public func interval(standardError: Double, at t: Double) -> ClosedRange<Double> {
            let unit = standardError * t.squareRoot()
            return driftInterval.lowerBound * unit...driftInterval.upperBound * unit
        }
    }

    /// The inference from `z` at look `look` (from 0), where the test ended. The design must have been made
    /// with the times that there really were up to that look.
    /// - Throws: `StatisticsError` where there is no such look, z is not finite.
    public func inference(z: Double, atLook look: Int) throws(StatisticsError) -> StoppedInference {
        guard informationTimes.indices.contains(look) else {
            throw StatisticsError(
                .outOfRange, in: Self.method, "there is no look \(look)",
                fix: "give one from 0 to \(informationTimes.count - 1)")
        }
        guard z.isFinite else {
            throw StatisticsError(.notFinite, in: Self.method, "Z is \(z)", fix: "check the standard error")
        }
        let above = moreExtreme(than: z, atLook: look, drift: 0)
        // The lower tail is the mirrored process's upper one; 1 − above would lose the digits of small p
        // values.
        let below = moreExtreme(than: -z, atLook: look, drift: 0)
        let pValue = sides == .two ? min(1, 2 * min(above, below)) : above
        let perSide = alpha / Double(sides.rawValue)
        let naive = z / informationTimes[look].squareRoot()
        let reach = 12 / informationTimes[0].squareRoot()
        func drift(_ probability: Double) -> Double {
            RootFinder.root(in: (naive - reach)...(naive + reach), tolerance: 1e-12) {
                moreExtreme(than: z, atLook: look, drift: $0) - probability
            } ?? .nan
        }
        return StoppedInference(
            pValue: pValue, drift: drift(0.5), driftInterval: drift(perSide)...drift(1 - perSide))
    }

    /// P(an outcome at least as far up as z at this look | drift).
    private func moreExtreme(than z: Double, atLook look: Int, drift: Double) -> Double {
        var process = ScoreDensity(drift: drift)
        var total = 0.0
        for earlier in 0..<look {
            let t = informationTimes[earlier]
            let limit = boundaries[earlier] * t.squareRoot()
            total += process.probability(above: limit, at: t)
            let floor = sides == .two ? -limit : -Double.infinity
            process.advance(to: t, continuing: floor...limit, next: informationTimes[earlier + 1])
        }
        let t = informationTimes[look]
        return total + process.probability(above: z * t.squareRoot(), at: t)
    }
}
