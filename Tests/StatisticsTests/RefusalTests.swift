// What cannot be computed is refused with one line that helps; and what only a seed decides stays the same.

import Statistics
import Testing

@Suite struct RefusalTests {
    /// A refusal: what is asked, and the line that answers.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var line: String
        var compute: @Sendable () throws -> Void
        var testDescription: String { line }
    }

    static let refusals: [Refusal] = [
        Refusal(line: "Welch test: arm B has 1 value; a variance needs at least 2") {
            _ = try WelchTest([1, 2], [3])
        },
        Refusal(line: "Welch test: arm A has 0 values; a variance needs at least 2") {
            _ = try WelchTest([], [3])
        },
        Refusal(
            line:
                "Welch test: both arms are constant (7.0 and 7.0); without spread there is no standard "
                + "error; report the values themselves"
        ) { _ = try WelchTest([7, 7], [7, 7, 7]) },
        Refusal(line: "Welch test: value 2 of arm A is nan; leave out or repair what was not measured") {
            _ = try WelchTest([1, .nan], [3, 4])
        },
        Refusal(line: "Welch test: level 95.0; give a number between 0 and 1, such as 0.95") {
            _ = try WelchTest([1, 2], [3, 4], level: 95)
        },
        Refusal(
            line: "paired t-test: the two lists of pairs differ in length: 2 and 3; give one entry for each"
        ) { _ = try PairedTTest([1, 2], [3, 4, 5]) },
        Refusal(
            line: "Mann-Whitney test: no exact distribution: values are equal; use the asymptotic method"
        ) { _ = try MannWhitneyTest([1, 2], [2, 4], method: .exact) },
        Refusal(
            line:
                "Brunner-Munzel test: the arms do not overlap: P(A > B) is 0.0, so its standard error is 0; "
                + "use the Mann-Whitney test, or report the arms themselves"
        ) { _ = try BrunnerMunzelTest([1, 2], [3, 4]) },
        Refusal(
            line: "Brunner-Munzel test: all values are equal, so its standard error is 0; "
                + "use the Mann-Whitney test, or report the arms themselves"
        ) { _ = try BrunnerMunzelTest([1, 1], [1, 1]) },
        Refusal(
            line:
                "Wilcoxon test: every difference is 0; there is nothing to rank; "
                + "report that the pairs are equal"
        ) { _ = try WilcoxonTest([1, 2], [1, 2]) },
        Refusal(
            line: "cluster-robust regression: covariate 2 is constant or a combination of those before it; "
                + "leave it out"
        ) {
            _ = try ClusterRobustRegression(
                outcome: [1, 2, 4, 3], covariates: [[1, 0, 1, 0], [2, 0, 2, 0]], clusters: [0, 0, 1, 1])
        },
        Refusal(line: "Student's t: -1.0 degrees of freedom; give a number above 0") {
            _ = try StudentT(degreesOfFreedom: -1)
        },
        Refusal(
            line:
                "Welch test: the values differ by more than the largest number; "
                + "divide all values by a constant"
        ) { _ = try WelchTest([1.7e308, 1.6e308], [-1.7e308, -1.6e308]) },
    ]

    @Test("a refusal is one line that says what and how to mend it", arguments: refusals)
    func lines(refusal: Refusal) {
        let error = #expect(throws: StatisticsError.self) { try refusal.compute() }
        #expect(error?.description == refusal.line)
    }
}
