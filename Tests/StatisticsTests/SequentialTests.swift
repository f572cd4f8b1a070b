// Group-sequential designs against published tables, and the always-valid test by simulation.

import Glibc
import Statistics
import Testing

@Suite struct SequentialTests {
    typealias Design = GroupSequentialDesign

    /// Boundaries that another program's own tests or documentation print.
    struct Printed: Sendable {
        var times: [Double]
        var alpha: Double
        var sides: Design.Sides
        var spending: SpendingFunction
        var boundaries: [Double]
    }

    // The R package rpact, tests/testthat/test-f_design_group_sequential.R: designs x6a, x6b, x7a (two) and
    // x1, whose futility does not bind; it asserts them to 1e-7. x6b ends before all information is in.
    static let rpact = [
        Printed(
            times: [0.35, 0.7, 1], alpha: 0.13, sides: .one, spending: .pocock,
            boundaries: [1.5446617, 1.4828682, 1.4620058]),
        Printed(
            times: [0.4, 0.7], alpha: 0.025, sides: .one, spending: .pocock,
            boundaries: [2.223875, 2.3050796]),
        Printed(
            times: [0.4, 0.75, 1], alpha: 0.13, sides: .one, spending: .obrienFleming,
            boundaries: [2.1280732, 1.4368565, 1.2468994]),
        Printed(
            times: [0.4, 0.75, 0.85, 1], alpha: 0.13, sides: .one, spending: .obrienFleming,
            boundaries: [2.1280732, 1.4368565, 1.422873, 1.2970881]),
        Printed(
            times: [0.2, 0.4, 1], alpha: 0.03, sides: .one, spending: .power(1),
            boundaries: [2.5121443, 2.4228747, 2.0280392]),
    ]

    @Test("boundaries are those in rpact's tests", arguments: rpact)
    func published(printed: Printed) throws {
        let design = try Design(
            informationTimes: printed.times, alpha: printed.alpha, sides: printed.sides,
            spending: printed.spending)
        #expect(design.boundaries.count == printed.boundaries.count)
        for (actual, expected) in zip(design.boundaries, printed.boundaries) {
            #expect(abs(actual - expected) < 5e-7, "\(actual), rpact \(expected)")
        }
    }

    // The same file, characteristics y1 of the last of these designs at 86 % power: inflationFactor,
    // rejectionProbabilities, averageSampleNumber1 and averageSampleNumber0.
    @Test("inflation, stopping probabilities and mean information are those in rpact's tests")
    func characteristics() throws {
        let design = try Design(
            informationTimes: [0.2, 0.4, 1], alpha: 0.03, sides: .one, spending: .power(1))
        let inflation = try design.inflation(power: 0.86)
        #expect(abs(inflation - 1.0788327) < 5e-7, "\(inflation)")
        let drift = try design.drift(forPower: 0.86)
        #expect(abs(drift * drift - 9.4594101) < 5e-6, "\(drift * drift)")
        let stops = design.stoppingProbabilities(drift: drift).upper
        for (actual, expected) in zip(stops, [0.12783451, 0.21271713, 0.51944835]) {
            #expect(abs(actual - expected) < 5e-7, "\(actual), rpact \(expected)")
        }
        for (drift, expected) in [(drift, 0.83081135), (0, 1.0697705)] {
            let actual = inflation * design.expectedInformation(drift: drift)
            #expect(abs(actual - expected) < 5e-7, "\(actual), rpact \(expected)")
        }
    }

    // Armitage, McPherson and Rowe (1969), table 2: |Z| ≥ 1.96 at every one of so many looks.
    @Test(
        "the error of peeking without correction is Armitage's",
        arguments: [
            (1, 0.050), (2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193), (20, 0.248), (50, 0.320),
        ])
    func peeking(looks: Int, error: Double) throws {
        let times = (1...looks).map { Double($0) / Double(looks) }
        let design = try Design(informationTimes: times, boundaries: times.map { _ in 1.959964 })
        let stops = design.stoppingProbabilities(drift: 0)
        #expect(abs((stops.upper + stops.lower).reduce(0, +) - error) < 6e-4)
    }

    // Jennison and Turnbull (2000), tables 2.1 and 2.3: Pocock's constant C_P and O'Brien and Fleming's C_B
    // √(K/k).
    @Test(
        "Pocock's and O'Brien and Fleming's constants have an error of 5 %",
        arguments: [
            (2, 2.178, 1.977), (3, 2.289, 2.004), (4, 2.361, 2.024), (5, 2.413, 2.040), (10, 2.555, 2.087),
        ])
    func constants(looks: Int, pocock: Double, obrienFleming: Double) throws {
        let times = (1...looks).map { Double($0) / Double(looks) }
        for bounds in [times.map { _ in pocock }, times.map { obrienFleming / $0.squareRoot() }] {
            let design = try Design(informationTimes: times, boundaries: bounds)
            #expect(abs(design.alpha - 0.05) < 1e-4)
            #expect(design.spent.last == design.alpha)
        }
    }

    @Test("boundaries depend on the looks so far only, and the last look takes what is left")
    func prefix() throws {
        let whole = try Design(informationTimes: [0.2, 0.45, 0.7, 1])
        let part = try Design(informationTimes: [0.2, 0.45])
        #expect(Array(whole.boundaries[..<2]) == part.boundaries)
        let ended = try Design(informationTimes: [0.2, 0.45], lastLook: true)
        #expect(ended.boundaries[1] < part.boundaries[1])
        #expect(abs((ended.spent.last ?? 0) - 0.05) < 1e-15)
        let overrun = try Design(informationTimes: [0.5, 1.2])
        #expect(abs((overrun.spent.last ?? 0) - 0.05) < 1e-15)
    }

    @Test("power, drift and expected information agree with one another", arguments: Design.Sides.allCases)
    func power(sides: Design.Sides) throws {
        let design = try Design.evenlySpaced(looks: 5, sides: sides)
        let drift = try design.drift(forPower: 0.8)
        #expect(abs(design.power(drift: drift) - 0.8) < 1e-9)
        let inflation = try design.inflation(power: 0.8)
        #expect(inflation > 1 && inflation < 1.05)
        #expect(design.expectedInformation(drift: drift) < design.expectedInformation(drift: 0))
        // With one look it is the test without looks.
        let single = try Design.evenlySpaced(looks: 1, sides: sides)
        #expect(abs(try single.inflation(power: 0.8) - 1) < 1e-9)
    }

    @Test("the stagewise p-value is the error spent where Z is the boundary", arguments: 0..<5)
    func stagewise(look: Int) throws {
        let design = try Design.evenlySpaced(looks: 5)
        let inference = try design.inference(z: design.boundaries[look], atLook: look)
        #expect(abs(inference.pValue - design.spent[look]) < 1e-10)
        #expect(inference.driftInterval.contains(inference.drift))
        // At the last boundary the interval begins at no effect.
        if look == 4 { #expect(abs(inference.driftInterval.lowerBound) < 1e-6) }
        let mirrored = try design.inference(z: -design.boundaries[look], atLook: look)
        #expect(abs(mirrored.drift + inference.drift) < 1e-6)
    }

    @Test("with one look the inference is the plain one")
    func plainInference() throws {
        let inference = try Design.evenlySpaced(looks: 1).inference(z: 2.5, atLook: 0)
        #expect(abs(inference.drift - 2.5) < 1e-9)
        #expect(abs(inference.driftInterval.lowerBound - (2.5 - 1.959963984540054)) < 1e-9)
        #expect(abs(inference.pValue - 0.012419330651552318) < 1e-12)
    }

    @Test(
        "bad plans are refused",
        arguments: [[], [0], [0.5, 0.5], [0.6, 0.4], [Double.nan], [0.5, .infinity]])
    func refused(times: [Double]) {
        #expect(throws: StatisticsError.self) { try Design(informationTimes: times) }
    }

    @Test("Λ is the closed formula, and the interval excludes 0 exactly where 1/Λ is below alpha")
    func mixture() throws {
        let test = try AlwaysValidTest(mixingDeviation: 0.5)
        for (estimate, error) in [(0.3, 0.1), (0.0, 0.2), (-0.9, 0.3), (0.31, 0.1), (0.2, 0.06)] {
            let (v, tau) = (error * error, 0.25)
            let formula =
                0.5 * log(v / (v + tau)) + tau * estimate * estimate / (2 * v * (v + tau))
            let ratio = try test.logLikelihoodRatio(estimate: estimate, standardError: error)
            #expect(abs(ratio - formula) < 1e-12)
            let interval = try test.interval(estimate: estimate, standardError: error)
            #expect(interval.contains(0) == (ratio < log(20)))
        }
        #expect(try test.logLikelihoodRatio(estimate: 1e150, standardError: 1e-3) > 1e300)
    }

    @Test("looking after each of 1,000 values errs in at most 5 % and finds a true effect")
    func alwaysValid() throws {
        var draws = Inputs(seed: 11)
        for (effect, range) in [(0.0, 0...61), (0.3, 990...1000)] {
            var rejections = 0
            for _ in 0..<1000 {
                var test = try AlwaysValidTest(mixingDeviation: 0.2)
                var sum = 0.0
                for n in 1...1000 {
                    // Twelve uniform numbers less 6: variance 1.
                    sum +=
                        effect - 6
                        + (0..<12).reduce(0) { total, _ in total + Double(draws.below(1 << 30)) * 0x1p-30 }
                    try test.look(estimate: sum / Double(n), standardError: (1 / Double(n)).squareRoot())
                }
                if test.pValue <= 0.05 { rejections += 1 }
            }
            #expect(range.contains(rejections), "effect \(effect): \(rejections) of 1,000")
        }
    }
}
