// The router's choice and the order of work that follows from it, on values chosen by hand.

import Models
import Tensors
import Testing

@Suite("Routing")
struct RoutingTests {
    struct Choice: Sendable, CustomTestStringConvertible {
        let logits: [Float]
        let experts: [Int32]  // as many as are wanted, best first
        let testDescription: String
    }

    static let choices = [
        Choice(logits: [0.5, 2, -1, 1], experts: [1, 3], testDescription: "the largest, best first"),
        Choice(logits: [1, 1, 1, 1], experts: [0, 1], testDescription: "all equal: the lower"),
        Choice(logits: [0, 3, 7, 3], experts: [2, 1], testDescription: "equal behind the best: the lower"),
        Choice(logits: [-0.0, 0.0], experts: [0], testDescription: "zeros of both signs are equal"),
        Choice(logits: [.nan, 1, 2], experts: [2, 1], testDescription: "NaN first of all"),
        Choice(logits: [1, .nan, 2], experts: [2, 0], testDescription: "NaN between numbers"),
        Choice(logits: [.nan, -.infinity], experts: [1], testDescription: "NaN comes after minus infinity"),
        Choice(logits: [.nan, .nan], experts: [0, 1], testDescription: "nothing but NaN"),
        Choice(logits: [3, 1, 2], experts: [0, 2, 1], testDescription: "all of them"),
        Choice(logits: [4], experts: [0], testDescription: "the only one"),
    ]

    @Test("Of the router's logits the largest win", arguments: choices)
    func choice(_ choice: Choice) {
        #expect(choose(choice.experts.count, of: choice.logits).map(\.expert) == choice.experts)
    }

    @Test("Gate weights are the softmax over the chosen", arguments: [1, 2, 3, 5])
    func weights(count: Int) {
        let logits: [Float] = [0.25, -3, 1.5, 0.75, 1.25]
        let chosen = choose(count, of: logits)
        let powers = chosen.map { Float64(logits[Int($0.expert)]) }.map { $0.exponential }
        for (choice, power) in zip(chosen, powers) {
            #expect(abs(Float64(choice.weight) - power / powers.reduce(0, +)) < 1e-7)
        }
    }

    @Test("Large logits do not overflow, and equal ones share evenly")
    func largeLogits() {
        let chosen = choose(2, of: [300, -300, 300])
        #expect(chosen == [ExpertChoice(expert: 0, weight: 0.5), ExpertChoice(expert: 2, weight: 0.5)])
        #expect(choose(2, of: [-200, 200]).map(\.weight) == [1, 0])
    }

    @Test("A plan sorts pairs by expert, tokens in order, and back", arguments: [1, 2, 7, 64], [1, 3, 8])
    func plan(tokens: Int, experts: Int) {
        let k = min(2, experts)
        var plan = ExpertPlan(pairs: 64 * k, experts: experts)
        var seed: UInt32 = 7
        // Built twice: the second must not see the first.
        for round in 0..<2 {
            let choices = (0..<tokens * k).map { pair in
                seed = seed &* 1_664_525 &+ 1_013_904_223
                // The first round leaves experts from 4 on without tokens.
                let expert = Int(seed >> 16) % min(experts, round == 0 ? 4 : experts)
                return ExpertChoice(expert: Int32(expert), weight: Float(pair))
            }
            plan.build(choices, count: choices.count)
            let expected = choices.indices.sorted { (choices[$0].expert, $0) < (choices[$1].expert, $1) }
            #expect((0..<choices.count).map { Int(plan.pairs.pointer[$0]) } == expected)
            #expect((0..<choices.count).allSatisfy { Int(plan.slots.pointer[expected[$0]]) == $0 })
            let used = Set(choices.map(\.expert)).sorted()
            #expect((0..<plan.activeCount).map { plan.active.pointer[$0] } == used)
            for expert in 0..<experts {
                let slots = plan.range(of: expert)
                #expect(slots.count == choices.count { Int($0.expert) == expert })
                #expect(slots.allSatisfy { Int(choices[expected[$0]].expert) == expert })
            }
        }
    }

    private func choose(_ count: Int, of logits: [Float]) -> [ExpertChoice] {
        var choices = Array(repeating: ExpertChoice(expert: -1, weight: .nan), count: count)
        logits.withUnsafeBufferPointer { chooseExperts($0, count: count, into: &choices) }
        return choices
    }
}

extension Float64 {
    /// e to this power by its series, independent of the code under test.
    fileprivate var exponential: Float64 {
        var (term, sum) = (1.0, 1.0)
        for n in 1..<60 {
            term *= self / Float64(n)
            sum += term
        }
        return sum
    }
}
