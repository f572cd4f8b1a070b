// From answers to prompts: which values each prompt has in either arm of a contrast, and its two means. No tests here.

/// The values of a contrast's two arms, prompt by prompt.
///
/// A prompt's mean in an arm is the mean of its cells' means, not of its answers: a cell that lost a sample weighs what
/// the others weigh, and levels of other factors cannot tip the contrast by their numbers. A prompt counts only if
/// every planned cell of both arms has a value; half a prompt would put the difference between cells into the contrast.
struct PromptMeans {
    /// What one prompt has.
    struct Prompt {
        var id: String
        /// Values by cell.
        var control: [[Value]]
        var treatment: [[Value]]

        var contrast: PromptContrast {
            PromptContrast(prompt: id, control: Self.mean(control), treatment: Self.mean(treatment))
        }

        private static func mean(_ cells: [[Value]]) -> Double {
            let means = cells.map { cell in cell.reduce(0) { $0 + $1.value } / Double(cell.count) }
            return means.reduce(0, +) / Double(means.count)
        }
    }

    struct Value {
        var value: Double
        var isCensored: Bool
        var tokens: Int
        var isCut: Bool
    }

    /// Complete prompts, in the plan's order.
    private(set) var prompts: [Prompt] = []
    private(set) var incomplete = 0

    /// - Parameters:
    ///   - control, treatment: the cells of either arm.
    ///   - values: by cell and prompt.
    init(
        control: [Cell], treatment: [Cell], prompts ids: [String], values: [Cell: [String: [Value]]]
    ) {
        for id in ids {
            let own = Prompt(
                id: id, control: control.map { values[$0]?[id] ?? [] },
                treatment: treatment.map { values[$0]?[id] ?? [] })
            let isComplete = !(own.control + own.treatment).contains(where: \.isEmpty)
            if isComplete { prompts.append(own) } else { incomplete += 1 }
        }
        if control.isEmpty || treatment.isEmpty { prompts = [] }
    }

    mutating func convert(_ change: (Value) -> Value) {
        for index in prompts.indices {
            prompts[index].control = prompts[index].control.map { $0.map(change) }
            prompts[index].treatment = prompts[index].treatment.map { $0.map(change) }
        }
    }

    var contrasts: [PromptContrast] { prompts.map(\.contrast) }
    var controlValues: [Value] { prompts.flatMap { $0.control.flatMap(\.self) } }
    var treatmentValues: [Value] { prompts.flatMap { $0.treatment.flatMap(\.self) } }

    var counts: Comparison.Counts {
        Comparison.Counts(
            prompts: prompts.count, incompletePrompts: incomplete, controlAnswers: controlValues.count,
            treatmentAnswers: treatmentValues.count)
    }
}

extension MeasuredRows {
    /// The values of one metric by cell and prompt.
    func values(of column: Int, where included: (Row) -> Bool = { _ in true }) -> [Cell: [String: [PromptMeans
        .Value]]]
    {
        var result: [Cell: [String: [PromptMeans.Value]]] = [:]
        for (row, measured) in zip(rows, measurements) where included(row) {
            guard let value = measured[column].value, value.isFinite else { continue }
            result[row.trial.cell, default: [:]][row.trial.prompt, default: []].append(
                PromptMeans.Value(
                    value: value, isCensored: measured[column].isCensored, tokens: row.tokens,
                    isCut: row.finish == .length))
        }
        return result
    }
}
