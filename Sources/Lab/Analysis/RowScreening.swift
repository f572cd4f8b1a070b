// Which rows are samples of the plan, and what the rows say about being independent. It reads no answer for its meaning.

/// The rows of a run held against its design.
struct RowScreening: Sendable {
    /// One row for each trial, in the trials' order.
    let samples: [Row]
    let rows: Int
    let missing: Int
    let unplanned: Int
    private let repeated: Int

    init(_ rows: [Row], design: Design) {
        var byIndex: [Int: Row] = [:]
        var (unplanned, repeated) = (0, 0)
        for row in rows {
            let index = row.trial.index
            guard design.trials.indices.contains(index), design.trials[index] == row.trial else {
                unplanned += 1
                continue
            }
            if byIndex[index] == nil { byIndex[index] = row } else { repeated += 1 }
        }
        samples = byIndex.values.sorted { $0.trial.index < $1.trial.index }
        self.rows = rows.count
        self.unplanned = unplanned
        self.repeated = repeated
        missing = design.trials.count - samples.count
    }

    /// What speaks for and against the rows being samples.
    func independence(of plan: Plan) -> Independence {
        var finishes: [String: Int] = [:]
        for row in samples { finishes[row.finish.rawValue, default: 0] += 1 }
        return Independence(
            problems: problems(plan), rows: samples.count,
            distinctSeeds: Set(samples.map(\.trial.seed)).count,
            distinctAnswers: Set(samples.map(\.answer)).count, finishes: finishes,
            cachedPrompts: samples.count { ($0.cachedTokens ?? 0) > 0 },
            cacheUnknown: samples.count { $0.cachedTokens == nil },
            backends: Set(samples.map { "\($0.trial.cell.model): \($0.backend)" }).sorted())
    }

    private func problems(_ plan: Plan) -> [String] {
        var problems: [String] = []
        if repeated > 0 { problems.append("\(repeated) rows repeat a trial that has one; the first counts") }
        let seeds = samples.count - Set(samples.map(\.trial.seed)).count
        if seeds > 0 { problems.append("\(seeds) rows share a seed with another row") }
        let identifiers = samples.compactMap(\.responseID)
        let copies = identifiers.count - Set(identifiers).count
        if copies > 0 {
            problems.append(
                "\(copies) rows have another row's response id: the server gave out stored answers")
        }
        if plan.sampling.temperature > 0 { problems += repeatedAnswers }
        for model in plan.models {
            let backends = Set(samples.filter { $0.trial.cell.model == model.name }.map(\.backend))
            if backends.count > 1 {
                problems.append(
                    "\(model.name) was answered by \(backends.count) backends: \(backends.sorted().joined(separator: "; "))"
                )
            }
        }
        return problems
    }

    /// Long answers to one request that agree word for word: with sampling on, that is a cache and no sample. Short ones
    /// ("Yes.") agree by themselves.
    private var repeatedAnswers: [String] {
        struct Key: Hashable { var cell: Cell, request: String, answer: String }
        let long = samples.filter { $0.tokens >= 30 }
        let distinct = Set(
            long.map { Key(cell: $0.trial.cell, request: $0.requestDigest, answer: $0.answer) })
        let copies = long.count - distinct.count
        guard copies > 0 else { return [] }
        return ["\(copies) answers of 30 tokens or more are word for word another answer to the same request"]
    }
}
