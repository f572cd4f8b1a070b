// What came of one question, as a row of the results: everything that a figure can be recomputed from.

package import ChatTemplates

/// The result of one question.
package struct EvaluationResult: Sendable, Equatable {
    /// As in `QuestionSet.Item`.
    package var index: Int
    package var group: String?
    package var fingerprint: String
    /// One for each of the task's metrics.
    package var values: [Double]
    /// Of each choice, for tasks with choices.
    package var logLikelihoods: [Double]?
    /// The choice with the greatest log-likelihood, and the right one.
    package var choice: Int?
    package var correct: Int?
    /// For tasks with free answers.
    package var answer: String?
    /// What went wrong with a program; nil: it ran to its end.
    package var failure: String?
    package var cost = ModelScorer.Cost()

    package init(index: Int, group: String?, fingerprint: String, values: [Double]) {
        self.index = index
        self.group = group
        self.fingerprint = fingerprint
        self.values = values
    }

    /// One line of the results. Metrics have names of their own, as readers of the file want them.
    package func json(_ metrics: [String]) -> JSONObject {
        var row: JSONObject = ["item": .int(index), "question": .string(fingerprint)]
        if let group { row["group"] = .string(group) }
        if let logLikelihoods { row["log_likelihoods"] = .array(logLikelihoods.map { .double($0) }) }
        if let choice { row["choice"] = .int(choice) }
        if let correct { row["correct"] = .int(correct) }
        if let answer { row["answer"] = .string(answer) }
        if let failure { row["failure"] = .string(failure) }
        for (metric, value) in zip(metrics, values) { row[metric] = .double(value) }
        row["prompt_tokens"] = .int(cost.promptTokens)
        row["cached_tokens"] = .int(cost.cachedTokens)
        if answer != nil { row["generated_tokens"] = .int(cost.generatedTokens) }
        if cost.isTruncated { row["truncated"] = true }
        return row
    }

    /// A line that `json` made; nil: it is another.
    package init?(_ row: JSONObject, _ metrics: [String]) {
        guard case .int(let index)? = row["item"], case .string(let fingerprint)? = row["question"] else {
            return nil
        }
        let values = metrics.compactMap { row[$0]?.number }
        guard values.count == metrics.count else { return nil }
        self.init(index: index, group: row["group"]?.string, fingerprint: fingerprint, values: values)
        if case .array(let items)? = row["log_likelihoods"] { logLikelihoods = items.compactMap(\.number) }
        choice = row["choice"]?.integer
        correct = row["correct"]?.integer
        answer = row["answer"]?.string
        failure = row["failure"]?.string
        cost.promptTokens = row["prompt_tokens"]?.integer ?? 0
        cost.cachedTokens = row["cached_tokens"]?.integer ?? 0
        cost.generatedTokens = row["generated_tokens"]?.integer ?? 0
        cost.isTruncated = row["truncated"] == true
    }
}

extension JSONValue {
    fileprivate var integer: Int? { if case .int(let value) = self { value } else { nil } }
    fileprivate var string: String? { if case .string(let value) = self { value } else { nil } }
    fileprivate var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}
