// The numbers that the project's papers name, readable: two arms of twelve answers, through every test.

import Statistics
import Testing

@Suite struct VectorTests {
    let a: [Double] = [3795, 4419, 4191, 3192, 3579, 5291, 4431, 4594, 4464, 4254, 3360, 4904]
    let b: [Double] = [3956, 3524, 2645, 3555, 4421, 3076, 3648, 3886, 4098, 4149, 3140, 3997]

    private func near(_ ours: Double, _ expected: Double) -> Bool {
        abs(ours - expected) < 6e-11 * max(1, abs(expected))
    }

    @Test("Welch's t-test of the two arms")
    func welch() throws {
        let test = try WelchTest(a, b)
        #expect(near(test.statistic, 2.2733959253))
        #expect(abs(test.degreesOfFreedom - 21.25105544) < 5e-9)
        #expect(near(test.pValue, 0.0334889412))
    }

    @Test("Mann-Whitney, asymptotic and exact")
    func mannWhitney() throws {
        let asymptotic = try MannWhitneyTest(a, b, method: .asymptotic)
        #expect(asymptotic.statistic == 110)
        #expect(near(asymptotic.pValue, 0.0303828220))
        #expect(near(try MannWhitneyTest(a, b, method: .exact).pValue, 0.0284206976))
    }

    @Test("Brunner-Munzel, whose statistic is negative when A is larger")
    func brunnerMunzel() throws {
        let test = try BrunnerMunzelTest(a, b)
        #expect(near(test.statistic, -2.5514380387))
        #expect(near(test.pValue, 0.0203724144))
    }

    @Test("paired: t and Wilcoxon")
    func paired() throws {
        let test = try PairedTTest(a, b)
        #expect(near(test.statistic, 2.2004736339))
        #expect(near(test.pValue, 0.0500446939))
        let wilcoxon = try WilcoxonTest(a, b)
        #expect(wilcoxon.statistic == 14)
        #expect(near(wilcoxon.pValue, 0.0522460938))
    }

    @Test("effect sizes: Cliff's delta, Cohen's d, Hedges' g")
    func effects() throws {
        #expect(near(try CliffsDelta(a, b).value, 0.5277777778))
        let effect = try StandardizedDifference(a, b)
        #expect(near(effect.cohensD, 0.9281100001))
        #expect(near(effect.hedgesG, 0.8960444110))
    }
}
