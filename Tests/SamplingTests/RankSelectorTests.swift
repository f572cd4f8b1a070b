// Selection by counting against selection by sorting, and the two transcendental functions against the C library.

import Foundation
import Sampling
import Testing

@Suite struct RankSelectorTests {
    /// The definition: sort by key and id, take the shortest prefix that reaches the target.
    static func sorted(_ keys: [Float], _ weights: [Float], _ target: Double) -> Set<Int> {
        var kept: Set<Int> = []
        var sum = 0.0
        for i in keys.indices.sorted(by: { (keys[$0], $1) > (keys[$1], $0) }) {
            kept.insert(i)
            sum += Double(weights[i])
            if sum >= target { break }
        }
        return kept
    }

    @Test(
        "the cut keeps what a full sort would keep", arguments: [1, 2, 9, 100, 3000],
        ["ties", "spread", "wild"])
    func equalsSorting(count: Int, kind: String) {
        var generator = SeededGenerator(state: UInt64(count))
        var selector = RankSelector()
        for _ in 0..<40 {
            let keys: [Float] = (0..<count).map { _ in
                switch kind {
                case "ties":
                    Float(Int.random(in: -2...2, using: &generator))
                        * (Bool.random(using: &generator) ? 1 : -1)
                case "spread": generator.normal() * 10
                default:
                    [.infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, 1, 3e38].randomElement(
                        using: &generator) ?? 0
                }
            }
            // Multiples of 1/8: sums are exact in any order.
            let weights = (0..<count).map { _ in Float(Int.random(in: 0...8, using: &generator)) / 8 }
            let ones = [Float](repeating: 1, count: count)
            let total = Double(weights.reduce(0, +))
            for share in [0, 0.3, 0.9, 1] {
                let cut = selector.cut(keys: keys, weights: weights, reaching: share * total)
                #expect(Self.kept(cut, keys) == Self.sorted(keys, weights, share * total))
                let rank = Double(1 + Int(share * Double(count - 1)))
                let ranked = selector.cut(keys: keys, weights: nil, reaching: rank)
                #expect(Self.kept(ranked, keys) == Self.sorted(keys, ones, rank))
            }
        }
    }

    static func kept(_ cut: RankCut, _ keys: [Float]) -> Set<Int> {
        let above = keys.indices.filter { keys[$0] > cut.threshold }
        let ties = keys.indices.filter { keys[$0] == cut.threshold }
        return Set(above + ties.prefix(cut.ties))
    }

    @Test("everything stays when the weights fall short of the target")
    func shortfall() {
        var selector = RankSelector()
        #expect(selector.cut(keys: [1, 2], weights: [0.5, 0.25], reaching: 1) == .atLeast(-.infinity))
    }
}

extension RankSelector {
    mutating func cut(keys: [Float], weights: [Float]?, reaching target: Double) -> RankCut {
        keys.withUnsafeBufferPointer { keys in
            guard let weights else { return cut(keys: keys, weights: nil, reaching: target) }
            return weights.withUnsafeBufferPointer { cut(keys: keys, weights: $0, reaching: target) }
        }
    }
}

@Suite struct ExponentialTests {
    @Test("exp is within 2e-7 of the C library's, exactly 1 at 0 and exactly 0 far below")
    func exponential() {
        var values = (0...2_000_000).map { Float(-87.33) * Float($0) / 2_000_000 }
        values += [0, -0.0, -87.34, -88, -1e30, -.infinity]
        var weights = [Float](repeating: -1, count: values.count)
        let total = values.withUnsafeBufferPointer { row in
            weights.withUnsafeMutableBufferPointer { exponentials(of: row, below: 0, weights: $0) }
        }
        var worst = 0.0
        for (x, weight) in zip(values, weights) {
            let exact = x < -87.33 ? 0 : exp(Double(x))
            worst = max(worst, exact == 0 ? Double(weight) : abs(Double(weight) / exact - 1))
        }
        #expect(worst < 2e-7)
        #expect(weights.suffix(6) == [1, 1, 0, 0, 0, 0])
        let sum = weights.reduce(0.0) { $0 + Double($1) }
        #expect(abs(total / sum - 1) < 1e-6)
    }

    @Test("log is within 1e-15 of the C library's")
    func logarithm() {
        var x = Double.leastNormalMagnitude
        while x < .greatestFiniteMagnitude / 2 {
            let exact = log(x)
            #expect(abs(naturalLogarithm(x) - exact) <= max(abs(exact), 1e-3) * 1e-15)
            x *= 1.137
        }
        #expect(naturalLogarithm(1) == 0)
    }
}
