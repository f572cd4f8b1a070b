// The draw itself: frequencies over many steps against the distribution it was made from.

import Sampling
import Testing

@Suite struct ChiSquareTests {
    static let table: [(name: String, parameters: SamplingParameters, size: Int)] = [
        ("plain", SamplingParameters(), 12),
        ("hot", SamplingParameters(temperature: 2.5), 40),
        ("cold", SamplingParameters(temperature: 0.5), 12),
        ("top-k", SamplingParameters(topK: 5), 300),
        ("top-p", SamplingParameters(topP: 0.8), 40),
        ("min-p", SamplingParameters(minP: 0.05), 40),
        ("typical", SamplingParameters(typicalP: 0.7), 40),
        ("several blocks", SamplingParameters(), 700),
        (
            "all together",
            SamplingParameters(temperature: 1.3, topK: 30, topP: 0.95, minP: 0.02, typicalP: 0.9), 900
        ),
    ]

    // Seeds are fixed, so the test cannot flicker. The bound is the 0.999 quantile of chi-square by Wilson and
    // Hilferty's approximation: a correct draw stays below it in all but one of a thousand tables.
    @Test("sampled frequencies match the distribution", arguments: table.indices, [1, 2] as [UInt64])
    func frequencies(index: Int, seed: UInt64) throws {
        var parameters = Self.table[index].parameters
        parameters.seed = seed
        var generator = SeededGenerator(state: seed &* 77)
        let row = generator.row(Self.table[index].size, deviation: 1.2, peaks: 0)
        let draws = 20_000.0
        var sampler = try Sampler(parameters)
        let expected = try sampler.probabilities(row)
        var counts: [Int32: Double] = [:]
        for _ in 0..<Int(draws) { counts[try sampler.sample(row).token, default: 0] += 1 }
        #expect(Set(counts.keys).isSubset(of: expected.keys))
        // Cells that expect fewer than five draws are pooled.
        var statistic = 0.0
        var cells = 0
        var pool = (expected: 0.0, seen: 0.0)
        for (token, probability) in expected.sorted(by: { $0.key < $1.key }) {
            pool.expected += probability * draws
            pool.seen += counts[token, default: 0]
            guard pool.expected >= 5 else { continue }
            statistic += (pool.seen - pool.expected) * (pool.seen - pool.expected) / pool.expected
            cells += 1
            pool = (0, 0)
        }
        let freedom = Double(cells - 1)
        let spread = 2 / (9 * freedom)
        let cubeRoot = 1 - spread + 3.090 * spread.squareRoot()
        #expect(statistic < freedom * cubeRoot * cubeRoot * cubeRoot, "\(Self.table[index].name)")
    }
}
