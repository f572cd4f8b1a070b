// All simulations. To add one: a Cell in the function of its group.

import Glibc
import Statistics

struct Cells {
    let real: Population

    var all: [Cell] {
        get throws {
            try nulls + clustered + looks + planted + coverage + equivalence + censored
        }
    }

    private var populations: [(name: String, population: Population)] {
        [("log-normal", .logNormal), ("bimodal", .bimodal), ("real lengths", real)]
    }

    /// No effect, 240 answers per arm.
    private var nulls: [Cell] {
        populations.flatMap { name, population in
            [
                Cell(group: "null", name: "\(name): Welch", runs: 2000, promise: .atMost(123)) { draws in
                    let (a, b) = (population.sample(240, &draws), population.sample(240, &draws))
                    return try WelchTest(a, b).pValue <= 0.05
                },
                Cell(group: "null", name: "\(name): Brunner-Munzel", runs: 2000, promise: .atMost(123)) {
                    draws in
                    let (a, b) = (population.sample(240, &draws), population.sample(240, &draws))
                    return try BrunnerMunzelTest(a, b).pValue <= 0.05
                },
            ]
        }
    }

    /// No mean effect, but prompts that differ and react differently.
    private var clustered: [Cell] {
        let few = Prompts(count: 8, samples: 30)
        let many = Prompts(count: 60, samples: 5)
        return [
            Cell(
                group: "clustered", name: "8 × 30: paired t on prompt means", runs: 2000,
                promise: .atMost(123)
            ) {
                try meanTest(few.draw(&$0)) <= 0.05
            },
            Cell(
                group: "clustered", name: "60 × 5: paired t on prompt means", runs: 2000,
                promise: .atMost(123)
            ) {
                try meanTest(many.draw(&$0)) <= 0.05
            },
            Cell(
                group: "clustered", name: "60 × 5: cluster bootstrap, BCa", runs: 2000, promise: .atMost(123)
            ) {
                draws in
                let sample = try ClusteredSample(clusters: many.draw(&draws))
                let estimate = try Bootstrap(resamples: 1999, expanded: true).meanDifference(
                    in: sample, 0, minus: 1, using: &draws)
                return !estimate.interval.contains(0)
            },
            Cell(
                group: "clustered", name: "8 × 30 taken as 240 independent: Welch", runs: 2000,
                promise: .shown
            ) {
                draws in
                let clusters = few.draw(&draws)
                return try WelchTest(clusters.flatMap { $0[0] }, clusters.flatMap { $0[1] }).pValue <= 0.05
            },
            Cell(
                group: "clustered", name: "8 other prompts × 30 per arm, as 240 independent", runs: 2000,
                promise: .shown
            ) {
                draws in
                let (a, b) = (few.draw(&draws), few.draw(&draws))
                return try WelchTest(a.flatMap { $0[0] }, b.flatMap { $0[1] }).pValue <= 0.05
            },
        ]
    }

    /// No effect, 500 answers per arm, looked at after every 20.
    private var looks: [Cell] {
        get throws {
            let population = Population.logNormal
            let sizes = Array(stride(from: 20, through: 500, by: 20))
            var cells: [Cell] = []
            for spending in [SpendingFunction.obrienFleming, .pocock] {
                let design = try GroupSequentialDesign.evenlySpaced(looks: sizes.count, spending: spending)
                let name = spending == .pocock ? "Pocock" : "O'Brien-Fleming"
                cells.append(
                    Cell(
                        group: "25 looks", name: "group-sequential, \(name)", runs: 2000,
                        promise: .atMost(123)
                    ) {
                        draws in
                        let (a, b) = (population.sample(500, &draws), population.sample(500, &draws))
                        return try crosses(a, b, sizes, design)
                    })
            }
            // Planned on the spread of a pilot: tightest half way.
            let error = population.deviation * (2.0 / 250).squareRoot()
            cells.append(
                Cell(group: "25 looks", name: "always-valid", runs: 2000, promise: .atMost(123)) { draws in
                    let (a, b) = (population.sample(500, &draws), population.sample(500, &draws))
                    var test = try AlwaysValidTest(tightestAt: error)
                    for n in sizes {
                        let estimate = try WelchTest(Array(a[..<n]), Array(b[..<n])).estimate
                        try test.look(estimate: estimate.value, standardError: estimate.standardError)
                    }
                    return test.pValue <= 0.05
                })
            cells.append(
                Cell(group: "25 looks", name: "Welch at every look, uncorrected", runs: 2000, promise: .shown)
                {
                    draws in
                    let (a, b) = (population.sample(500, &draws), population.sample(500, &draws))
                    return try sizes.contains {
                        try WelchTest(Array(a[..<$0]), Array(b[..<$0])).pValue <= 0.05
                    }
                })
            return cells
        }
    }

    /// An effect for which the plan promises 80 %.
    private var planted: [Cell] {
        get throws {
            let plan = try TTestPower(.independent())
            let n = try plan.sampleSize(effect: 0.338, power: 0.8)
            var cells: [Cell] = []
            let named: [(String, Population)] =
                [("normal", .normal)] + populations.map { ($0.name, $0.population) }
            for (name, population) in named {
                let shift = 0.338 * population.deviation
                cells.append(
                    Cell(
                        group: "planted", name: "\(name), d 0.338, \(n) per arm: Welch", runs: 1000,
                        promise: .atLeast(770)
                    ) {
                        draws in
                        let (a, b) = (population.sample(n, &draws), population.sample(n, &draws))
                        return try WelchTest(a.map { $0 + shift }, b).pValue <= 0.05
                    })
            }
            let design = try GroupSequentialDesign.evenlySpaced(looks: 5)
            let most = Int((Double(n) * (try design.inflation(power: 0.8))).rounded(.up))
            let sizes = (1...5).map { ($0 * most + 4) / 5 }
            cells.append(
                Cell(
                    group: "planted", name: "normal, d 0.338, 5 looks to \(sizes[4]) per arm", runs: 1000,
                    promise: .atLeast(770)
                ) {
                    draws in
                    let population = Population.normal
                    let a = population.sample(sizes[4], &draws).map { $0 + 0.338 * population.deviation }
                    return try crosses(a, population.sample(sizes[4], &draws), sizes, design)
                })
            cells.append(try plantedPrompts())
            return cells
        }
    }

    private func plantedPrompts() throws -> Cell {
        let prompts = Prompts(count: 40, samples: 1)
        let effect = 190.0
        let plan = try PromptDesignPower(betweenPrompts: prompts.effects, withinPrompt: prompts.within)
        guard let samples = try plan.samplesPerCell(effect: effect, prompts: 40, power: 0.8) else {
            throw StatisticsError(
                .outOfRange, in: "lab-validation", "40 prompts are too few", fix: "plant more")
        }
        let planted = Prompts(count: 40, samples: samples, effect: effect)
        return Cell(
            group: "planted", name: "40 prompts × \(samples): paired t on prompt means", runs: 1000,
            promise: .atLeast(770)
        ) {
            try meanTest(planted.draw(&$0)) <= 0.05
        }
    }

    /// BCa intervals of 95 %, expanded for small samples; and one that is not, as scipy's.
    private var coverage: [Cell] {
        let cases: [(String, Population, Int)] = [
            ("normal", .normal, 50), ("log-normal", .logNormal, 50), ("bimodal", .bimodal, 50),
            ("normal", .normal, 200), ("log-normal", .logNormal, 200), ("bimodal", .bimodal, 200),
            ("real lengths", real, 50), ("real lengths", real, 200),
        ]
        var cells = cases.map { name, population, n in
            let mean = population.mean
            return Cell(
                group: "coverage", name: "BCa, mean, \(name), n \(n)", runs: 2000,
                promise: .within(0.93...0.97)
            ) {
                draws in
                let sample = population.sample(n, &draws)
                return try Bootstrap(resamples: 1999, expanded: true).mean(of: sample, using: &draws).interval
                    .contains(mean)
            }
        }
        cells.append(
            Cell(
                group: "coverage", name: "BCa as scipy's, mean, log-normal, n 50", runs: 2000, promise: .shown
            ) { draws in
                let sample = Population.logNormal.sample(50, &draws)
                let interval = try Bootstrap(resamples: 1999).mean(of: sample, using: &draws).interval
                return interval.contains(Population.logNormal.mean)
            })
        let population = real
        cells.append(
            Cell(
                group: "coverage", name: "BCa, mean difference, real lengths, n 50", runs: 2000,
                promise: .within(0.93...0.97)
            ) {
                draws in
                let (a, b) = (population.sample(50, &draws), population.sample(50, &draws))
                return try Bootstrap(resamples: 1999, expanded: true).meanDifference(
                    of: a, and: b, using: &draws
                ).interval.contains(0)
            })
        return cells
    }

    /// Equivalence declared on the very edge of the margins, and inside.
    private var equivalence: [Cell] {
        get throws {
            let n = try EquivalencePower(margin: 0.3, .independent()).sampleSize(power: 0.8)
            var cells: [Cell] = []
            let named: [(String, Population)] = [
                ("normal", .normal), ("log-normal", .logNormal), ("real lengths", real),
            ]
            for (name, population) in named {
                let margin = 0.3 * population.deviation
                cells.append(
                    Cell(
                        group: "equivalence", name: "TOST at the margin, \(name), \(n) per arm", runs: 2000,
                        promise: .atMost(123)
                    ) {
                        draws in
                        let (a, b) = (population.sample(n, &draws), population.sample(n, &draws))
                        return try EquivalenceTest(a.map { $0 + margin }, b, bounds: -margin...margin).pValue
                            <= 0.05
                    })
            }
            let margin = 0.3 * Population.normal.deviation
            cells.append(
                Cell(
                    group: "equivalence", name: "TOST finds equality, normal, \(n) per arm", runs: 1000,
                    promise: .atLeast(770)
                ) {
                    draws in
                    let (a, b) = (Population.normal.sample(n, &draws), Population.normal.sample(n, &draws))
                    return try EquivalenceTest(a, b, bounds: -margin...margin).pValue <= 0.05
                })
            return cells
        }
    }

    /// No effect, 240 answers per arm, three in ten cut at max_tokens.
    private var censored: [Cell] {
        let population = Population.logNormal
        let cap = population.mean * 1.14
        var cells = SurvivalTest.Weighting.allCases.map { weighting in
            Cell(
                group: "censored", name: weighting == .logRank ? "log-rank" : "Gehan-Breslow", runs: 2000,
                promise: .atMost(123)
            ) {
                draws in
                let a = try CensoredSample(population.sample(240, &draws), cutAt: cap)
                let b = try CensoredSample(population.sample(240, &draws), cutAt: cap)
                return try SurvivalTest(a, b, weighting: weighting).pValue <= 0.05
            }
        }
        cells.append(
            Cell(group: "censored", name: "difference of restricted means", runs: 2000, promise: .atMost(123))
            {
                draws in
                let a = try CensoredSample(population.sample(240, &draws), cutAt: cap)
                let b = try CensoredSample(population.sample(240, &draws), cutAt: cap)
                let first = try KaplanMeier(a).restrictedMean(upTo: cap)
                return try first.difference(minus: KaplanMeier(b).restrictedMean(upTo: cap)).pValue <= 0.05
            })
        return cells
    }
}

/// The p-value of the paired t-test on the prompts' mean differences.
private func meanTest(_ clusters: [[[Double]]]) throws -> Double {
    let differences = try ClusteredSample(clusters: clusters).meanDifferences(0, minus: 1)
    return try OneSampleTTest(differences).pValue
}

/// Whether Welch's test, as a Z of the same p-value, crosses the design's boundary at any of its looks.
private func crosses(_ a: [Double], _ b: [Double], _ sizes: [Int], _ design: GroupSequentialDesign) throws
    -> Bool
{
    for (look, n) in sizes.enumerated() {
        let p = try WelchTest(Array(a[..<n]), Array(b[..<n])).pValue
        if Normal.standard.upperQuantile(p / 2) >= design.boundaries[look] { return true }
    }
    return false
}
