// Whether a factor's levels differ at all, and whether values rise or fall along them. It knows blocks of values.

internal import Statistics

enum TrendTests {
    /// Friedman's and Page's tests of prompts × levels; none where they are undefined.
    static func all(_ blocks: [[Double]]) -> [TestNote] {
        var tests: [TestNote] = []
        if let friedman = try? FriedmanTest(blocks: blocks), let levels = blocks.first?.count {
            tests.append(
                TestNote(
                    name: "Friedman: do levels differ at all?",
                    statistic: "χ²(\(levels - 1)) = \(NumberForm.value(friedman.chiSquared))",
                    value: friedman.chiSquared,
                    p: friedman.pValue))
        }
        // Page's test looks for a rise; two of them at half the level look both ways.
        if let rising = try? PageTest(blocks: blocks),
            let falling = try? PageTest(blocks: blocks.map { $0.reversed() })
        {
            let rises = rising.pValue <= falling.pValue
            tests.append(
                TestNote(
                    name: "Page: do values \(rises ? "rise" : "fall") in the levels' order? (two-sided)",
                    statistic: "L = \(NumberForm.value((rises ? rising : falling).statistic))",
                    value: (rises ? rising : falling).statistic,
                    p: min(1, 2 * min(rising.pValue, falling.pValue))))
        }
        return tests
    }
}
