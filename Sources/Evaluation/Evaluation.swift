// The run of a benchmark: many questions at once, so that the engine batches them, each kept as soon as it is answered.

/// Asks a model all questions of a set.
package struct Evaluation: Sendable {
    package let scorer: ModelScorer
    /// Questions under way at once. More than the engine computes together keep it busy while answers are noted.
    package var width: Int
    /// Runs programs; nil: tasks that need it are refused.
    package var programs: ProgramRunner?

    package init(_ scorer: ModelScorer, width: Int = 32) {
        self.scorer = scorer
        self.width = width
    }

    /// The results by the set's order.
    /// - Parameters:
    ///   - results: where rows go as they come, and those of an earlier run are; nil: nowhere.
    ///   - progress: told of each question done, with how many are, those of an earlier run included.
    package func run(
        _ set: QuestionSet, results: ResultFile? = nil,
        progress: @Sendable (_ done: Int, EvaluationResult) -> Void = { _, _ in }
    ) async throws -> [EvaluationResult] {
        if type(of: set.task).runsCode, programs == nil {
            throw EvaluationError(
                .badRequest,
                "\(type(of: set.task).name) runs programs that the model writes, with your rights; read what "
                    + "docs/eval.md says of it, then add --allow-code")
        }
        let kept = results?.kept ?? [:]
        var done: [Int: EvaluationResult] = [:]
        var open: [QuestionSet.Item] = []
        for item in set.items {
            if let result = kept[item.index], result.fingerprint == item.fingerprint {
                done[item.index] = result
            } else {
                open.append(item)
            }
        }
        try await withThrowingTaskGroup(of: EvaluationResult.self) { group in
            var waiting = open[...]
            func startNext() {
                guard let item = waiting.popFirst() else { return }
                group.addTask { try await result(of: item, set.task) }
            }
            for _ in 0..<width { startNext() }
            while let result = try await group.next() {
                startNext()
                try results?.append(result)
                done[result.index] = result
                progress(done.count, result)
            }
        }
        return set.items.compactMap { done[$0.index] }
    }

    private func result(
        of item: QuestionSet.Item, _ task: any EvaluationTask
    ) async throws -> EvaluationResult {
        var result = EvaluationResult(
            index: item.index, group: item.group, fingerprint: item.fingerprint, values: [])
        switch item.question {
        case .choice(let choices, let correct):
            let (values, cost) = try await scorer.logLikelihoods(choices)
            let perCharacter = zip(values, choices).map { $0 / Double($1.length) }
            let measures = [
                "acc": Self.best(values) == correct ? 1.0 : 0,
                "acc_norm": Self.best(perCharacter) == correct ? 1 : 0,
            ]
            result.values = type(of: task).metrics.map { measures[$0] ?? .nan }
            result.logLikelihoods = values
            result.choice = Self.best(values)
            result.correct = correct
            result.cost = cost
        case .answer(let prompt):
            guard let rule = type(of: task).answer else {
                preconditionFailure("\(type(of: task).name) asks for free answers and has no rule for them")
            }
            let (text, cost) = try await scorer.answer(prompt, rule)
            result.answer = text
            result.cost = cost
            if let programs, type(of: task).runsCode {
                result.failure = try await programs.run(try task.program(text, item.row))
                result.values = [result.failure == nil ? 1 : 0]
            } else {
                result.values = try task.score(text, item.row)
            }
        }
        return result
    }

    /// The place of the greatest value, the first of several.
    private static func best(_ values: [Double]) -> Int {
        values.indices.max { values[$0] < values[$1] || values[$0] == values[$1] && $0 > $1 } ?? 0
    }
}
