// A benchmark's figures out of its results.

package import ChatTemplates

/// What a model reached in a task.
package struct EvaluationSummary: Sendable {
    /// One metric's figures.
    package struct Metric: Sendable {
        package let name: String
        package let total: Tally
    }

    package let task: String
    package let shots: Int
    package let metrics: [Metric]
    /// By group, in the order of their names; empty for tasks without groups. The first metric's.
    package let groups: [(name: String, tally: Tally)]
    package let cost: ModelScorer.Cost

    package init(_ set: QuestionSet, _ results: [EvaluationResult]) {
        let type = type(of: set.task)
        task = type.name
        shots = set.shots
        let named = Dictionary(grouping: results.filter { $0.group != nil }) { $0.group ?? "" }
            .sorted { $0.key < $1.key }
        metrics = type.metrics.enumerated().map { place, name in
            let parts = named.map { Tally($0.value.map { $0.values[place] }) }
            let total = parts.isEmpty ? Tally(results.map { $0.values[place] }) : Tally(pooling: parts)
            return Metric(name: name, total: total)
        }
        groups = named.map { ($0.key, Tally($0.value.map { $0.values[0] })) }
        cost = results.reduce(ModelScorer.Cost()) { $0 + $1.cost }
    }

    /// For `--json`, and `results.json`.
    package var json: JSONObject {
        var object: JSONObject = [
            "task": .string(task), "shots": .int(shots), "questions": .int(metrics.first?.total.count ?? 0),
        ]
        for metric in metrics { object[metric.name] = .object(metric.total.json) }
        if !groups.isEmpty {
            var members = JSONObject()
            for group in groups { members[group.name] = .object(group.tally.json) }
            object["groups"] = .object(members)
        }
        object["prompt_tokens"] = .int(cost.promptTokens)
        object["cached_tokens"] = .int(cost.cachedTokens)
        object["generated_tokens"] = .int(cost.generatedTokens)
        if cost.isTruncated { object["truncated"] = true }
        return object
    }
}

extension Tally {
    package var json: JSONObject {
        var object: JSONObject = ["value": .double(mean), "count": .int(count)]
        object["stderr"] = standardError.map { .double($0) } ?? .null
        object["interval95"] = [.double(interval.lowerBound), .double(interval.upperBound)]
        return object
    }
}

extension EvaluationSummary {
    /// For people: a line for each metric, then for each group.
    package var table: String {
        var lines = metrics.map { metric in
            "\(task), \(shots)-shot, \(metric.name): \(metric.total.line)"
        }
        lines += groups.map { "  \($0.name): \($0.tally.line)" }
        return lines.joined(separator: "\n")
    }
}

extension Tally {
    /// Such as `64.3 % ± 7.5 (95 %: 49.2 to 77.0, n = 42)`.
    package var line: String {
        let error = standardError.map { " ± \(percent($0))" } ?? ""
        return "\(percent(mean)) %\(error) (95 %: \(percent(interval.lowerBound)) to "
            + "\(percent(interval.upperBound)), n = \(count))"
    }

    private func percent(_ value: Double) -> String {
        let tenths = Int((value * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
