// What a plan asks for, trial by trial: which cells there are, in which order samples are drawn, with which seeds.
// It knows neither how a trial is run nor what is made of its answer.

import Crypto

/// All trials of a plan, in the order in which they are to be run.
///
/// Order: blocks of one repetition. Each block holds every cell with every prompt once, shuffled by Philox4x32-10 with
/// the plan's seed as key and the repetition as stream (ReproducibleOrder.swift). A drift of the machine, of a server or
/// of the day so falls on all arms alike, and a run that ends early is balanced but for its last block.
///
/// Seeds: the top 31 bits of SHA-256 over plan seed, cell, prompt, repetition and, after a collision, the attempt. 31 bits
/// because every server takes them; no two trials share one. Neither order nor seeds depend on how many samples are
/// planned: a longer plan opens with the shorter one.
package struct Design: Sendable, Equatable {
    /// All combinations of models and levels, in the plan's order, and behind them the control arm's copies.
    package let cells: [Cell]
    package let trials: [Trial]
    /// When the data may be looked at; the last one is the end of the run.
    package let looks: [Look]

    /// The most trials that a plan may ask for: a million hours of a slow machine, and 2 GB of rows.
    package static let mostTrials = 2_000_000

    /// A moment at which the hypothesis is tested.
    package struct Look: Sendable, Equatable {
        /// Whole repetitions that are done by then.
        package var repetitions: Int
        /// Trials that are done by then: the look comes before the trial with this index.
        package var trials: Int

        package init(repetitions: Int, trials: Int) {
            self.repetitions = repetitions
            self.trials = trials
        }
    }

    /// - Parameter plan: a plan that has passed its checks.
    package init(_ plan: Plan) {
        let cells = Self.cells(of: plan)
        let prompts = plan.prompts.prompts
        let block = cells.count * prompts.count
        precondition(block * plan.samples <= Self.mostTrials, "checked by Plan.check")
        var seeds = SeedSource(plan: plan, cells: cells)
        var trials: [Trial] = []
        trials.reserveCapacity(block * plan.samples)
        for repetition in 0..<plan.samples {
            // Seeds are given in the plan's own order, and are then shuffled with what they belong to.
            var pairs: [(cell: Int, prompt: Int, seed: UInt64)] = []
            pairs.reserveCapacity(block)
            for cell in cells.indices {
                for prompt in prompts.indices {
                    pairs.append(
                        (cell, prompt, seeds.next(cell: cell, prompt: prompt, repetition: repetition)))
                }
            }
            var numbers = ReproducibleNumbers(seed: plan.seed, stream: UInt64(repetition))
            pairs.shuffle(by: &numbers)
            for (cell, prompt, seed) in pairs {
                trials.append(
                    Trial(
                        index: trials.count, cell: cells[cell], prompt: prompts[prompt].id,
                        repetition: repetition, seed: seed))
            }
        }
        self.cells = cells
        self.trials = trials
        looks = Self.lookRepetitions(plan).map { Look(repetitions: $0, trials: $0 * block) }
    }

    /// All combinations in the plan's order, the first factor varying slowest; then the copies of the control arm.
    package static func cells(of plan: Plan) -> [Cell] {
        var cells = plan.models.map { Cell(model: $0.name, levels: [:]) }
        for factor in plan.factors {
            cells = cells.flatMap { cell in
                factor.levels.map { level in
                    var cell = cell
                    cell.levels[factor.name] = level.name
                    return cell
                }
            }
        }
        guard plan.hasControlPair else { return cells }
        let contrast = plan.hypothesis.contrast
        let copies = cells.filter { contrast.control.contains($0.level(of: contrast.factor) ?? "") }
        return cells
            + copies.map { Cell(model: $0.model, levels: $0.levels, isControlCopy: true) }
    }

    /// Looks come at the ends of blocks, where all arms and prompts have the same number of samples.
    static func lookRepetitions(_ plan: Plan) -> [Int] {
        switch plan.stopping {
        case .fixed: [plan.samples]
        case .alwaysValid: Array(1...plan.samples)
        case .groupSequential(let looks, _):
            // The whole number nearest above: a look too early would spend error probability on too little data.
            (1...looks).map { ($0 * plan.samples + looks - 1) / looks }
        }
    }
}

extension Cell {
    /// The level of a factor, or the model's name for `Contrast.models`.
    package func level(of factor: String) -> String? {
        factor == Contrast.models ? model : levels[factor]
    }

    /// A name that no other cell of the plan has: `smollm2/date=may`, with ` (copy)` for the control arm's copy.
    package var title: String {
        let parts = [model] + levels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return parts.joined(separator: "/") + (isControlCopy ? " (copy)" : "")
    }
}

/// Gives each trial a seed of its own.
private struct SeedSource {
    /// The hash's state behind plan seed, cell and prompt, which all repetitions share.
    private let openings: [[SHA256]]
    private var given: Set<UInt64> = []

    init(plan: Plan, cells: [Cell]) {
        openings = cells.map { cell in
            var opening = SHA256()
            // Every part is preceded by its length: no two different cells can spell the same bytes.
            opening.update(parts: ["sirocco trial 1", String(plan.seed), cell.model])
            opening.update(parts: [cell.isControlCopy ? "copy" : "", String(cell.levels.count)])
            for (factor, level) in cell.levels.sorted(by: { $0.key < $1.key }) {
                opening.update(parts: [factor, level])
            }
            return plan.prompts.prompts.map { prompt in
                var hash = opening
                hash.update(parts: [prompt.id])
                return hash
            }
        }
        given.reserveCapacity(cells.count * plan.prompts.prompts.count * plan.samples)
    }

    mutating func next(cell: Int, prompt: Int, repetition: Int) -> UInt64 {
        var attempt = 0
        while true {
            var hash = openings[cell][prompt]
            hash.update(parts: [String(repetition), String(attempt)])
            let seed = hash.finalize().prefix(8).reduce(into: UInt64(0)) { $0 = $0 << 8 | UInt64($1) } >> 33
            if given.insert(seed).inserted { return seed }
            attempt += 1
        }
    }
}

extension SHA256 {
    fileprivate mutating func update(parts: [String]) {
        for part in parts {
            var part = "\(part.utf8.count):\(part)"
            part.withUTF8 { update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
    }
}
