// The two-sample permutation test of a difference of means, within blocks if there are any. It knows no plan,
// and draws only from the generator it is given.

/// The permutation test of the difference of means: if the arm made no difference, each value could as well
/// have had another arm's label, within its block.
///
/// The statistic is mean A − mean B; with blocks, the mean of the blocks' differences weighted by n·m/(n +
/// m), the weights of least variance, where a block that lacks one arm counts nothing. p counts
/// rearrangements as extreme as the one seen, over all if there are at most `resamples`, else (b + 1)/(B + 1)
/// over random ones. Two-sided is twice the smaller side, as `scipy.stats.permutation_test`. If no
/// rearrangement could change the statistic the test throws `degenerate`.
public struct PermutationTest: Sendable {
    /// The (weighted) difference of means, in the values' unit.
    public let statistic: Double
    /// The p-value for `alternative`.
    public let pValue: Double
    /// Whether p is exact, and how many rearrangements it rests on.
    public let enumeration: Enumeration

    /// The test of `a` against `b`, at least 1 finite value each. `blocks` names the block of each value of A
    /// and of B, such as the prompt it answers; nil is one block. `resamples` is B, at least 1.
    public init(
        _ a: [Double], _ b: [Double], blocks: (a: [Int], b: [Int])? = nil,
        alternative: Alternative = .twoSided, resamples: Int = 9999,
        using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) {
        let name = "permutation test"
        try require(a, atLeast: 1, for: "a mean", "arm A", in: name)
        try require(b, atLeast: 1, for: "a mean", "arm B", in: name)
        try requireResamples(resamples, in: name)
        if let blocks {
            try requireSameCount(blocks.a.count, a.count, "the values of arm A and their blocks", in: name)
            try requireSameCount(blocks.b.count, b.count, "the values of arm B and their blocks", in: name)
        }
        var strata = Stratum.all(a, b, blocks)
        let weight = strata.reduce(0) { $0 + $1.weight }
        guard strata.contains(where: { $0.canChange }) else {
            throw StatisticsError(
                .degenerate, in: name, "no block holds different values of both arms",
                fix: "give blocks in which both arms were measured, or none")
        }
        let center = strata.reduce(0) { $0 + $1.weightedDifference }
        statistic = center / weight * (strata.first?.scale ?? 1)
        var counter = ExtremeCounter(center, terms: a.count + b.count)

        let count = strata.reduce(1) { product, stratum in
            let (next, overflow) = product.multipliedReportingOverflow(by: stratum.arrangements)
            return overflow ? Int.max : next
        }
        if count <= resamples {
            for _ in 0..<count {
                counter.count(strata.reduce(0) { $0 + $1.weightedDifference })
                // An odometer: the first block that has a next arrangement stops the carry.
                for index in strata.indices where strata[index].advance() { break }
            }
            enumeration = .complete(count: count)
        } else {
            for _ in 0..<resamples {
                for index in strata.indices { strata[index].shuffle(using: &generator) }
                counter.count(strata.reduce(0) { $0 + $1.weightedDifference })
            }
            enumeration = .sampled(count: resamples)
        }
        pValue = counter.pValue(alternative, enumeration)
    }
}

/// The values of one block, and which of them are labelled A.
private struct Stratum {
    /// Less the block's mean and divided by `scale`: what the sums of one arm say of both.
    private var values: [Double]
    /// Positions of the values labelled A, ascending while enumerating.
    private var labelled: [Int]
    /// Their sum: not quite 0, because the mean is rounded.
    private let total: Double
    /// Twice the largest deviation from a block's mean over all blocks: what one unit of `values` is.
    let scale: Double

    private init(_ values: [Double], labelled: Range<Int>, scale: Double) {
        self.values = values
        self.labelled = Array(labelled)
        self.scale = scale
        total = StableSum(values).value
    }

    static func all(_ a: [Double], _ b: [Double], _ blocks: (a: [Int], b: [Int])?) -> [Stratum] {
        var members: [Int: (a: [Double], b: [Double])] = [:]
        for (index, value) in a.enumerated() {
            members[blocks?.a[index] ?? 0, default: ([], [])].a.append(value)
        }
        for (index, value) in b.enumerated() {
            members[blocks?.b[index] ?? 0, default: ([], [])].b.append(value)
        }
        // In the order of their names, so that a seed gives the same draws.
        let both = members.sorted { $0.key < $1.key }.map(\.value).filter { !$0.a.isEmpty && !$0.b.isEmpty }
        let centered = both.map { block in
            let mean = Moments(checked: block.a + block.b).mean
            // Halved, so that the difference cannot overflow; the scale doubles it again.
            return (block.a + block.b).map { $0 / 2 - mean / 2 }
        }
        let largest = centered.joined().reduce(0) { max($0, abs($1)) }
        return zip(both, centered).map { block, values in
            Stratum(
                largest == 0 ? values : values.map { $0 / largest }, labelled: block.a.indices,
                scale: 2 * largest)
        }
    }

    private var n: Double { Double(labelled.count) }
    private var m: Double { Double(values.count - labelled.count) }

    var weight: Double { n * m / (n + m) }
    var canChange: Bool { values.contains { $0 != values[0] } }

    /// weight·(mean A − mean B): the values sum to 0, so it is almost A's sum alone.
    var weightedDifference: Double {
        var ofA = StableSum()
        for position in labelled { ofA.add(values[position]) }
        return ofA.value - n / (n + m) * total
    }

    /// How many ways there are to label as many values A; Int.max if more than that.
    var arrangements: Int {
        var count = 1
        for i in 0..<min(labelled.count, values.count - labelled.count) {
            let (product, overflow) = count.multipliedReportingOverflow(by: values.count - i)
            if overflow { return .max }
            count = product / (i + 1)
        }
        return count
    }

    /// The next combination in lexicographic order; after the last one the first, and false.
    mutating func advance() -> Bool {
        let k = labelled.count
        guard let position = labelled.indices.last(where: { labelled[$0] < values.count - k + $0 }) else {
            labelled = Array(0..<k)
            return false
        }
        labelled[position] += 1
        for later in labelled.indices where later > position { labelled[later] = labelled[later - 1] + 1 }
        return true
    }

    /// Labels as many values A, drawn without replacement: the head of a shuffle.
    mutating func shuffle(using generator: inout some RandomNumberGenerator) {
        for position in labelled.indices {
            values.swapAt(position, Int.random(in: position..<values.count, using: &generator))
            labelled[position] = position
        }
    }
}
