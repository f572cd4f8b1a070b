// Plans: sample sizes, prompts × samples, and the published winter-break numbers.

import Statistics
import Testing

@Suite struct PowerTests {
    // By the normal approximation, 80 % and 90 %; the exact numbers are larger by one or two.
    @Test(
        "sample sizes per arm",
        arguments: [(0.5, 63, 84), (0.338, 137, 184), (0.2, 392, 525), (0.1, 1570, 2101)])
    func sampleSizes(d: Double, at80: Int, at90: Int) throws {
        let plan = try TTestPower(.independent())
        for (power, expected) in [(0.8, at80), (0.9, at90)] {
            #expect(Int(try plan.approximateSampleSize(effect: d, power: power).rounded()) == expected)
            let exact = try plan.sampleSize(effect: d, power: power)
            #expect((expected...expected + 3).contains(exact))
            #expect(try plan.power(effect: d, n: exact) >= power)
            #expect(try plan.power(effect: d, n: exact - 1) < power)
            #expect(try plan.detectableEffect(n: exact, power: power) <= d)
        }
    }

    @Test("477 per arm, 4,298 v 4,086 characters, p < 2.28e-07")
    func winterBreak() throws {
        let winter = try PublishedComparison(means: (4298, 4086), sizes: (477, 477), pValue: 2.28e-7)
        #expect(abs(winter.t - 5.21) < 0.005)
        #expect(abs(winter.pooledDeviation - 628) < 0.5)
        #expect(abs(winter.d - 0.338) < 0.0006)
        #expect(abs(winter.relativeDifference - 0.049) < 0.0005)
        let interval = try winter.interval()
        #expect(abs(interval.lowerBound - 132) < 0.5 && abs(interval.upperBound - 292) < 0.5)
        #expect(abs(try winter.replicationPower(perArm: 240) - 0.959) < 0.001)
        #expect(abs(try winter.replicationPower(perArm: 400) - 0.998) < 0.001)
        let mirrored = try PublishedComparison(means: (4086, 4298), sizes: (477, 477), pValue: 2.28e-7)
        #expect(mirrored.d == -winter.d && mirrored.standardError == winter.standardError)
    }

    @Test("prompts × samples: the variance is (τ² + 2σ²/m)/k, and m is the smallest that is enough")
    func prompts() throws {
        let plan = try PromptDesignPower(betweenPrompts: 0.3, withinPrompt: 1)
        #expect(abs(plan.contrastVariance(prompts: 40, samplesPerCell: 5) - (0.09 + 2.0 / 5) / 40) < 1e-15)
        let samples = try #require(try plan.samplesPerCell(effect: 0.2, prompts: 40, power: 0.8))
        #expect(try plan.power(effect: 0.2, prompts: 40, samplesPerCell: samples) >= 0.8)
        #expect(try plan.power(effect: 0.2, prompts: 40, samplesPerCell: samples - 1) < 0.8)
        // Prompts that react this differently cannot be outvoted by samples.
        #expect(try plan.samplesPerCell(effect: 0.2, prompts: 8, power: 0.8) == nil)
        let best = try #require(try plan.recommended(effect: 0.2, power: 0.8, availablePrompts: 60))
        for prompts in 2...60 {
            guard let samples = try plan.samplesPerCell(effect: 0.2, prompts: prompts, power: 0.8) else {
                continue
            }
            #expect(2 * prompts * samples >= best.answers)
        }
    }

    @Test("equivalence needs more values the narrower the margin", arguments: [1.0, 0.5, 0.3])
    func equivalence(margin: Double) throws {
        let plan = try EquivalencePower(margin: margin, .independent())
        let n = try plan.sampleSize(power: 0.8)
        #expect(try plan.power(n: n) >= 0.8 && plan.power(n: n - 1) < 0.8)
        // On the margin it errs in alpha at most.
        #expect(try plan.power(effect: margin, n: n) <= 0.05 + 1e-9)
    }

    @Test("the exact distribution of Page's L for twelve months adds up and is near the normal one")
    func page() throws {
        var inputs = Inputs(seed: 8)
        let blocks = (0..<40).map { _ in
            (0..<12).map { Double($0) * 20 + Double(inputs.below(1 << 20)) / 1024 }
        }
        let exact = try PageTest(blocks: blocks)
        #expect(exact.method == .exact)
        let normal = try PageTest(blocks: blocks, method: .normal)
        #expect(abs(exact.pValue - normal.pValue) < 0.02)
        let falling = try PageTest(blocks: blocks.map { block in block.map { -$0 } })
        #expect(exact.pValue + falling.pValue > 1 && exact.pValue + falling.pValue < 1.02)
    }

    @Test(
        "the median of lengths with cuts",
        arguments: [
            ([(1.0, true), (2, true), (3, true), (4, true)], 2.5 as Double?),
            ([(1, true), (2, true), (3, false)], 2),
            ([(1, true), (5, false), (6, false)], nil), ([(2, true)], 2),
        ])
    func median(lengths: [(Double, Bool)], expected: Double?) throws {
        let sample = try CensoredSample(lengths.map { CensoredSample.Length($0.0, isComplete: $0.1) })
        #expect(KaplanMeier(sample).median == expected)
    }
}
