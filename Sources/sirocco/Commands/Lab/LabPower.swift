// `sirocco lab power`: what a published comparison implies, and how many samples an experiment needs.

import ArgumentParser
import Statistics

struct LabPower: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "power",
        abstract: "Sample sizes, power, and what a published comparison implies.",
        discussion:
            "Without a part: the published winter-break comparison, and what its replications could have seen.",
        subcommands: [Published.self, Arms.self, Prompts.self],
        defaultSubcommand: Published.self)

    struct Published: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "published",
            abstract:
                "Recompute t, effect and interval from means, sizes and p, and the power of replications.",
            discussion: """
                The defaults are the claim of December 2023: 477 answers for each of May and December, 4,298 and 4,086 \
                characters on average, p < 2.28e-07, and replications with 80, 240 and 400.
                """)

        @Option(help: ArgumentHelp("Both arms' means.", valueName: "a,b"), transform: pair)
        var means: (Double, Double) = (4298, 4086)

        @Option(help: "Answers in each arm.")
        var perArm = 477

        @Option(help: ArgumentHelp("The published two-sided p-value.", valueName: "p"))
        var p = 2.28e-7

        @Option(help: ArgumentHelp("Sizes of arms of replications.", valueName: "n,…"), transform: sizes)
        var replications = [80, 240, 400]

        @Option(help: "The level of the replications' test.")
        var alpha = 0.05

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() async throws {
            let found = try PublishedComparison(means: means, sizes: (perArm, perArm), pValue: p)
            let interval = try found.interval()
            let powers = try replications.map { ($0, try found.replicationPower(perArm: $0, alpha: alpha)) }
            let needed = try [0.8, 0.9].map {
                ($0, try TTestPower(.independent(), alpha: alpha).sampleSize(effect: found.d, power: $0))
            }
            if json {
                try printJSON(
                    Record(
                        difference: found.difference, relative_difference: found.relativeDifference,
                        t: found.t,
                        degrees_of_freedom: found.degreesOfFreedom, pooled_deviation: found.pooledDeviation,
                        d: found.d, interval: [interval.lowerBound, interval.upperBound],
                        replications: powers.map { .init(per_arm: $0.0, power: $0.1) },
                        needed: needed.map { .init(power: $0.0, per_arm: $0.1) }))
                return
            }
            print(
                "difference    \(found.difference.rounded(0)) (\((100 * found.relativeDifference).rounded(1)) % of the first mean)"
            )
            print("t             \(found.t.rounded(2)), df \(Int(found.degreesOfFreedom))")
            print("pooled SD     \(found.pooledDeviation.rounded(0))")
            print("d             \(found.d.rounded(3))")
            print("95 % interval \(interval.lowerBound.rounded(0)) to \(interval.upperBound.rounded(0))")
            for (size, power) in powers {
                print(
                    "a replication with \(size) per arm finds it with probability \((100 * power).rounded(1)) %"
                )
            }
            for (power, size) in needed {
                print("\(Int(100 * power)) % need \(size) per arm")
            }
        }

        private struct Record: Encodable {
            struct Replication: Encodable {
                var per_arm: Int
                var power: Double
            }
            struct Need: Encodable {
                var power: Double
                var per_arm: Int
            }
            var difference: Double
            var relative_difference: Double
            var t: Double
            var degrees_of_freedom: Double
            var pooled_deviation: Double
            var d: Double
            var interval: [Double]
            var replications: [Replication]
            var needed: [Need]
        }
    }

    struct Arms: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "arms", abstract: "Answers per arm that a t test of two independent arms needs.")

        @Option(help: "The effect, in standard deviations.")
        var d: Double

        @Option(help: "The probability of finding it.")
        var power = 0.8

        @Option(help: "The test's level, both sides together.")
        var alpha = 0.05

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() async throws {
            let design = try TTestPower(.independent(), alpha: alpha)
            let size = try design.sampleSize(effect: d, power: power)
            let reached = try design.power(effect: d, n: size)
            if json {
                try printJSON(["per_arm": Double(size), "power": reached])
            } else {
                print("\(size) per arm (power \((100 * reached).rounded(1)) %)")
            }
        }
    }

    struct Prompts: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prompts",
            abstract:
                "Power of an experiment on prompts that stand for others, each answered several times in both arms.",
            discussion: """
                More samples of the same prompts cannot make up for too few prompts: the effect differs between prompts, and only \
                more of them average that out.
                """)

        @Option(help: "The effect to find, in the metric's unit.")
        var effect: Double

        @Option(help: "Standard deviation of answers to one prompt in one arm.")
        var within: Double

        @Option(help: "Standard deviation of the effect between prompts.")
        var between: Double

        @Option(help: "Prompts.")
        var prompts: Int

        @Option(help: "Samples for each prompt and arm.")
        var samples: Int

        @Option(help: "The probability of finding the effect that is wanted.")
        var power = 0.8

        @Option(help: "The test's level, both sides together.")
        var alpha = 0.05

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() async throws {
            let design = try PromptDesignPower(betweenPrompts: between, withinPrompt: within, alpha: alpha)
            let reached = try design.power(effect: effect, prompts: prompts, samplesPerCell: samples)
            let needed = try design.samplesPerCell(effect: effect, prompts: prompts, power: power)
            if json {
                try printJSON(Record(power: reached, samples_needed: needed))
                return
            }
            print("power \((100 * reached).rounded(1)) % with \(prompts) prompts × \(samples) samples")
            print(
                needed.map { "\((100 * power).rounded(0)) % need \($0) samples of each prompt in each arm" }
                    ?? "no number of samples of these \(prompts) prompts reaches \((100 * power).rounded(0)) %: take more prompts"
            )
        }

        private struct Record: Encodable {
            var power: Double
            var samples_needed: Int?
        }
    }
}

/// Two numbers with a comma between.
private func pair(_ text: String) throws -> (Double, Double) {
    let parts = text.split(separator: ",").map { Double($0) }
    guard parts.count == 2, let first = parts[0], let second = parts[1] else {
        throw ValidationError("\(text): expected two numbers with a comma between, such as 4298,4086")
    }
    return (first, second)
}

/// Whole numbers with commas between.
private func sizes(_ text: String) throws -> [Int] {
    try text.split(separator: ",").map { part in
        guard let size = Int(part), size >= 2 else {
            throw ValidationError("\(text): expected sizes of at least 2 with commas between, such as 80,240")
        }
        return size
    }
}
