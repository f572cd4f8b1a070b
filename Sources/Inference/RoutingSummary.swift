// What the router's choices over a text amount to, layer by layer, beside the Mixtral paper's figures.

import Glibc
import Models

/// Statistics of one layer's router over a run of neighbouring tokens.
public struct LayerRouting: Sendable, Codable, Equatable {
    public var layer: Int
    /// Each expert's share of all choices; sums to 1.
    public var load: [Double]
    /// Entropy of `load` in bits; log2(experts) when all work alike.
    public var entropy: Double
    /// How often a token's first choice is its predecessor's, 0 to 1; nil with fewer than two neighbours.
    public var firstRepeat: Double?
    /// How often a token shares an expert with its predecessor, whatever the rank.
    public var anyRepeat: Double?

    /// Statistics of `tokens`, in order of position. Pairs that are not neighbours are left out.
    public static func summaries(of tokens: [TokenRouting], experts: Int) -> [LayerRouting] {
        guard let layers = tokens.first?.choices.count else { return [] }
        return (0..<layers).map { layer in
            var counts = [Int](repeating: 0, count: experts)
            for token in tokens { for choice in token.choices[layer] { counts[Int(choice.expert)] += 1 } }
            let total = Double(max(1, counts.reduce(0, +)))
            let load = counts.map { Double($0) / total }
            var pairs = 0
            var first = 0
            var any = 0
            for (before, after) in zip(tokens, tokens.dropFirst()) where after.position == before.position + 1
            {
                let old = before.choices[layer].map(\.expert)
                let new = after.choices[layer].map(\.expert)
                pairs += 1
                if old.first == new.first { first += 1 }
                if new.contains(where: old.contains) { any += 1 }
            }
            return LayerRouting(
                layer: layer, load: load, entropy: entropy(load),
                firstRepeat: pairs > 0 ? Double(first) / Double(pairs) : nil,
                anyRepeat: pairs > 0 ? Double(any) / Double(pairs) : nil)
        }
    }

    private static func entropy(_ shares: [Double]) -> Double {
        shares.reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
    }

    /// The entropy of `count` equal shares, in bits.
    public static func entropy(ofEqualShares count: Int) -> Double { log2(Double(count)) }

    /// How often two random choices of `chosen` out of `experts` agree in the first, and share any.
    public static func chance(experts: Int, chosen: Int) -> (first: Double, any: Double) {
        // All of the second choice fall among the experts that the first left: C(n-k, k) / C(n, k).
        let disjoint = (0..<chosen).reduce(1.0) {
            $0 * Double(max(0, experts - chosen - $1)) / Double(experts - $1)
        }
        return (1 / Double(experts), 1 - disjoint)
    }
}

/// Repeat rates of Mixtral 8x7B over texts of several kinds: arXiv 2401.04088, table 5, lowest and highest
/// of its data sets.
public enum MixtralPaper {
    public static let repeatRates: [(layer: Int, first: ClosedRange<Double>, any: ClosedRange<Double>)] = [
        (0, 0.14...0.14, 0.45...0.50),
        (15, 0.24...0.28, 0.61...0.67),
        (31, 0.20...0.26, 0.45...0.53),
    ]
}
