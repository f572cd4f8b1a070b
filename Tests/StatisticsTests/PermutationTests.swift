// Random rearrangements: the same for a seed, near the exact answer, never 0, and right on average.

import Statistics
import Testing

@Suite struct PermutationTests {
    let differences: [Double] = [12, -3, 8, 15, 2, -7, 9, 11, 4, 6, -1, 13]

    @Test("a seed decides the random signs, and p = (b + 1)/(B + 1) comes near the exact p")
    func signFlip() throws {
        var (first, second, third) = (SplitMix64(state: 5), SplitMix64(state: 5), SplitMix64(state: 6))
        let exact = try SignFlipTest(differences: differences, using: &first)
        #expect(exact.enumeration == .complete(count: 4096))
        let drawn = try SignFlipTest(differences: differences, resamples: 4000, using: &second)
        #expect(drawn.enumeration == .sampled(count: 4000))
        #expect(first.state == 5, "what is enumerated draws nothing")
        first = SplitMix64(state: 5)
        #expect(
            try SignFlipTest(differences: differences, resamples: 4000, using: &first).pValue == drawn.pValue)
        // Four standard errors of the simulation.
        let error = (exact.pValue * (1 - exact.pValue) / 4000).squareRoot() * 2
        #expect(abs(drawn.pValue - exact.pValue) < 4 * error)
        let large = try SignFlipTest(
            differences: Array(repeating: 1, count: 60), alternative: .greater, resamples: 99, using: &third)
        #expect(large.pValue == 0.01)
    }

    @Test("labels drawn at random come near the exact p, in blocks too", arguments: [false, true])
    func labels(isBlocked: Bool) throws {
        let a: [Double] = [5, 9, 7, 12, 8, 10]
        let b: [Double] = [4, 6, 9, 3, 7, 5]
        let blocks = isBlocked ? ([0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1]) : nil as (a: [Int], b: [Int])?
        var generator = SplitMix64(state: 9)
        let exact = try PermutationTest(a, b, blocks: blocks, using: &generator)
        #expect(exact.enumeration == .complete(count: isBlocked ? 400 : 924))
        let drawn = try PermutationTest(a, b, blocks: blocks, resamples: 399, using: &generator)
        #expect(drawn.enumeration == .sampled(count: 399))
        let error = (exact.pValue * (1 - exact.pValue) / 399).squareRoot() * 2
        #expect(abs(drawn.pValue - exact.pValue) < 4 * error + 2 / 399)
    }

    @Test("a block with one arm alone says nothing")
    func loneBlock() throws {
        var generator = SplitMix64(state: 1)
        let with = try PermutationTest(
            [1, 2, 100], [3, 4], blocks: ([0, 0, 1], [0, 0]), using: &generator)
        let without = try PermutationTest([1, 2], [3, 4], using: &generator)
        #expect(with.pValue == without.pValue)
        #expect(with.statistic == -2)
    }
}
