// Trials, their order and their seeds.

import Lab
import Testing

@Suite struct DesignTests {
    static let plans: [Plan] = [
        .example(), .example(samples: 1, prompts: 1, seed: 0), .example(samples: 5, prompts: 11, models: 1),
        .example(samples: 2, prompts: 40, seed: UInt64(Int.max), hasControlPair: false),
    ]

    @Test("every cell asks every prompt once in each repetition", arguments: plans)
    func isComplete(plan: Plan) {
        let design = Design(plan)
        struct Key: Hashable {
            var cell: Cell
            var prompt: String
            var repetition: Int
        }
        let keys = Set(design.trials.map { Key(cell: $0.cell, prompt: $0.prompt, repetition: $0.repetition) })
        let count = design.cells.count * plan.prompts.prompts.count * plan.samples
        #expect(keys.count == count && design.trials.count == count)
        #expect(design.trials.map(\.index) == Array(0..<count))
        #expect(Set(design.cells).count == design.cells.count)
        #expect(Set(design.cells.map(\.title)).count == design.cells.count)
    }

    @Test("the control arm alone has copies, one for each of its cells")
    func controlCopies() {
        let cells = Design.cells(of: .example())
        // 2 models × 3 dates × 2 tips, and the control's date with each model and tip once more.
        #expect(cells.count == 12 + 4)
        #expect(cells.filter(\.isControlCopy).allSatisfy { $0.levels["date"] == "may" })
        #expect(Design.cells(of: .example(hasControlPair: false)).count == 12)
    }

    @Test(
        "trials come in blocks of one repetition, and so are balanced at each block's end", arguments: plans)
    func blocks(plan: Plan) {
        let design = Design(plan)
        #expect(design.trials.map(\.repetition) == design.trials.map(\.repetition).sorted())
        for repetition in 0..<plan.samples {
            let block = design.trials.filter { $0.repetition == repetition }
            let counts = Dictionary(grouping: block, by: \.cell).mapValues(\.count)
            #expect(Set(counts.values) == [plan.prompts.prompts.count] && counts.count == design.cells.count)
        }
    }

    // Wald and Wolfowitz: with n of each arm in random order, runs have mean n + 1 and variance n (n - 1) / (2n - 1).
    // Over 400 independent orders the mean z has standard deviation 0.05, and z² has mean 1.
    @Test("arms are interleaved at random: their runs are as many as chance makes them")
    func runs() {
        var sum = 0.0
        var squares = 0.0
        for seed in 0..<400 {
            var plan = Plan.example(
                samples: 1, prompts: 25, seed: UInt64(seed), models: 1, hasControlPair: false)
            plan.factors = [plan.factors[1]]
            let arms = Design(plan).trials.map { $0.cell.levels["tip"] == "none" }
            let runs = 1 + zip(arms, arms.dropFirst()).count { $0 != $1 }
            let n = 25.0
            let z = (Double(runs) - (n + 1)) / (n * (n - 1) / (2 * n - 1)).squareRoot()
            sum += z
            squares += z * z
        }
        #expect(abs(sum / 400) < 0.2)
        #expect((0.75...1.3).contains(squares / 400))
    }

    @Test("a pair of trials is equally likely at every place of its block")
    func places() {
        // 12 trials in one block: over 2,400 seeds each place expects 200 visits of a given trial, deviation 13.5.
        var counts = [Int](repeating: 0, count: 12)
        for seed in 0..<2400 {
            let plan = Plan.example(
                samples: 1, prompts: 2, seed: UInt64(seed), models: 1, hasControlPair: false)
            let trials = Design(plan).trials
            if let place = trials.firstIndex(where: {
                $0.prompt == "p1" && $0.cell.levels == ["date": "december", "tip": "none"]
            }) {
                counts[place] += 1
            }
        }
        #expect(counts.reduce(0, +) == 2400)
        #expect(counts.allSatisfy { (140...260).contains($0) }, "\(counts)")
    }

    @Test("a million trials have a million seeds, all below 2^31")
    func seedsAreUnique() {
        let plan = Plan.example(samples: 1250, prompts: 50, models: 2)
        let trials = Design(plan).trials
        #expect(trials.count == 1_000_000)
        #expect(Set(trials.map(\.seed)).count == 1_000_000)
        #expect(trials.allSatisfy { $0.seed < 1 << 31 })
    }

    @Test("a longer plan opens with the shorter one, trial for trial")
    func prefix() {
        let short = Design(.example(samples: 2, prompts: 9))
        let long = Design(.example(samples: 6, prompts: 9))
        #expect(Array(long.trials.prefix(short.trials.count)) == short.trials)
    }

    @Test("a trial's seed does not depend on what else is asked, and does on the plan's seed")
    func seedsStay() {
        func seeds(_ plan: Plan) -> [String: UInt64] {
            Dictionary(
                uniqueKeysWithValues: Design(plan).trials.map {
                    ("\($0.cell.title) \($0.prompt) \($0.repetition)", $0.seed)
                })
        }
        let few = seeds(.example(prompts: 3))
        let more = seeds(.example(prompts: 20))
        #expect(few.allSatisfy { more[$0.key] == $0.value })
        let others = seeds(.example(prompts: 3, seed: 8))
        #expect(few.keys.sorted() == others.keys.sorted())
        #expect(few.allSatisfy { others[$0.key] != $0.value })
    }

    @Test(
        "looks come at the ends of whole repetitions, the last at the end",
        arguments: [
            (StoppingRule.fixed, 7, [7]), (.alwaysValid, 3, [1, 2, 3]),
            (.groupSequential(looks: 4, spending: .pocock), 8, [2, 4, 6, 8]),
            (.groupSequential(looks: 3, spending: .obrienFleming), 10, [4, 7, 10]),
            (.groupSequential(looks: 5, spending: .obrienFleming), 5, [1, 2, 3, 4, 5]),
        ])
    func looks(rule: StoppingRule, samples: Int, repetitions: [Int]) {
        var plan = Plan.example(samples: samples)
        plan.stopping = rule
        let design = Design(plan)
        #expect(design.looks.map(\.repetitions) == repetitions)
        for look in design.looks {
            #expect(design.trials.prefix(look.trials).allSatisfy { $0.repetition < look.repetitions })
            #expect(design.trials.dropFirst(look.trials).allSatisfy { $0.repetition >= look.repetitions })
        }
    }
}
