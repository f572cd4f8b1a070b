// The trace's statistics on routes whose figures can be worked out by hand.

import Foundation
import Inference
import Models
import TestSupport
import Testing

@Suite("Routing summary")
struct RoutingSummaryTests {
    /// Tokens of one layer, from their experts by rank, at the given positions.
    private func tokens(_ choices: [[Int32]], positions: [Int]? = nil) -> [TokenRouting] {
        choices.enumerated().map { index, experts in
            TokenRouting(
                token: 5, position: positions?[index] ?? index,
                choices: [experts.map { ExpertChoice(expert: $0, weight: 1 / Float(experts.count)) }])
        }
    }

    @Test("shares, entropy and repetitions of a short route")
    func byHand() throws {
        let layer = try #require(
            LayerRouting.summaries(of: tokens([[0, 1], [0, 2], [2, 0], [3, 1], [3, 1]]), experts: 4).first)
        #expect(layer.load == [0.3, 0.3, 0.2, 0.2])
        #expect(abs(layer.entropy - 1.970_950_594) < 1e-9)  // 2 · 0.3 log2(1 / 0.3) + 2 · 0.2 log2(1 / 0.2)
        #expect(layer.firstRepeat == 0.5)  // 0 0 and 3 3, of four pairs
        #expect(layer.anyRepeat == 0.75)  // all but [2, 0] [3, 1]
    }

    @Test("tokens that are not neighbours are not compared")
    func gaps() throws {
        let routes = tokens([[0], [0], [0], [1]], positions: [0, 1, 64, 65])
        let layer = try #require(LayerRouting.summaries(of: routes, experts: 2).first)
        #expect(layer.firstRepeat == 0.5)
        let lone = try #require(LayerRouting.summaries(of: Array(routes[..<1]), experts: 2).first)
        #expect(lone.firstRepeat == nil && lone.anyRepeat == nil)
        #expect(lone.load == [1, 0] && lone.entropy == 0)
        #expect(LayerRouting.summaries(of: [], experts: 2).isEmpty)
    }

    @Test("equal shares have all the bits there are")
    func equalShares() throws {
        let layer = try #require(
            LayerRouting.summaries(of: tokens((0..<8).map { [Int32($0)] }), experts: 8).first)
        #expect(layer.entropy == 3)
        #expect(layer.entropy == LayerRouting.entropy(ofEqualShares: 8))
    }

    @Test(
        "chance is what two random choices share",
        arguments: [
            (8, 2, 0.125, 13.0 / 28), (8, 1, 0.125, 0.125), (4, 3, 0.25, 1), (2, 2, 0.5, 1),
            (16, 4, 1.0 / 16, 0.728_022),
        ] as [(Int, Int, Double, Double)])
    func chance(experts: Int, chosen: Int, first: Double, any: Double) {
        let chance = LayerRouting.chance(experts: experts, chosen: chosen)
        #expect(abs(chance.first - first) < 1e-6)
        #expect(abs(chance.any - any) < 1e-6)
    }

    @Test("a model's trace sums to its tokens")
    func ofModel() async throws {
        let model = TinyModel(experts: 8, expertsPerToken: 2, seed: 3)
        let engine = try Engine(try model.load())
        let answer = try await engine.generate(
            GenerationRequest(prompt: (3..<90).map { Int32($0) }, maxTokens: 5, recordsRouting: true)
        ).answer()
        let layers = LayerRouting.summaries(of: answer.routing, experts: 8)
        #expect(layers.map(\.layer) == [0, 1])
        for layer in layers {
            #expect(abs(layer.load.reduce(0, +) - 1) < 1e-12)
            #expect((0...3).contains(layer.entropy))
            #expect(try #require(layer.firstRepeat) <= 1)
        }
    }
}
