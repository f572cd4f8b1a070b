// What a group-sequential design does under an effect: where it stops, how often it finds it, what it costs.

import Glibc

extension GroupSequentialDesign {
    /// Where the test stops under a drift.
    public struct StoppingProbabilities: Sendable, Hashable {
        /// P(stop at look k above the upper boundary).
        public let upper: [Double]
        /// P(stop at look k below the lower boundary); zeros for a one-sided design.
        public let lower: [Double]
    }

    /// The stopping probabilities when Z at time t has mean `drift` √t: the drift is the expected Z at time
    /// 1.
    public func stoppingProbabilities(drift: Double) -> StoppingProbabilities {
        var process = ScoreDensity(drift: drift)
        var upper: [Double] = []
        var lower: [Double] = []
        for (look, t) in informationTimes.enumerated() {
            let limit = boundaries[look] * t.squareRoot()
            upper.append(process.probability(above: limit, at: t))
            lower.append(sides == .two ? process.probability(below: -limit, at: t) : 0)
            if look + 1 < informationTimes.count {
                let floor = sides == .two ? -limit : -Double.infinity
                process.advance(to: t, continuing: floor...limit, next: informationTimes[look + 1])
            }
        }
        return StoppingProbabilities(upper: upper, lower: lower)
    }

    /// The probability of stopping on the drift's own side (one-sided: above) at any look.
    public func power(drift: Double) -> Double {
        let stops = stoppingProbabilities(drift: sides == .two ? abs(drift) : drift)
        return stops.upper.reduce(0, +)
    }

    /// The drift that the design finds with probability `power`.
    /// - Throws: `StatisticsError` unless the power is between the error of a side and 1.
    public func drift(forPower power: Double) throws(StatisticsError) -> Double {
        let perSide = alpha / Double(sides.rawValue)
        guard power > perSide, power < 1,
            let drift = RootFinder.root(in: 0...40, { self.power(drift: $0) - power })
        else {
            throw StatisticsError(
                .outOfRange, in: Self.method, "power is \(power)", fix: "give one between \(perSide) and 1")
        }
        return drift
    }

    /// How many times the samples of a test with one look the design must plan for, for the same power: the
    /// square of the drifts' quotient (Jennison and Turnbull's R).
    public func inflation(power: Double) throws(StatisticsError) -> Double {
        let perSide = alpha / Double(sides.rawValue)
        let single = Normal.standard.quantile(power) - Normal.standard.quantile(perSide)
        let drift = try drift(forPower: power)
        return drift * drift / (single * single)
    }

    /// The mean information time at which the test ends under `drift`; times the planned n it is the mean
    /// number of samples.
    public func expectedInformation(drift: Double) -> Double {
        let stops = stoppingProbabilities(drift: drift)
        var running = 1.0
        var expected = 0.0
        var previous = 0.0
        for (look, t) in informationTimes.enumerated() {
            expected += running * (t - previous)
            previous = t
            running -= stops.upper[look] + stops.lower[look]
        }
        return expected
    }
}
