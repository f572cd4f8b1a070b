// The benchmarks there are.

package enum Tasks {
    // To add a task: one file beside this one, one line here, one row in docs/eval.md.
    package static let all: [any EvaluationTask.Type] = [
        ARCChallenge.self,
        ARCEasy.self,
        GSM8K.self,
        HellaSwag.self,
        HumanEval.self,
        MBPP.self,
        MMLU.self,
        WinoGrande.self,
    ]

    /// The task of this name; throws the names there are.
    package static func named(_ name: String) throws(EvaluationError) -> any EvaluationTask.Type {
        guard let task = all.first(where: { $0.name == name }) else {
            let names = all.map { $0.name }.joined(separator: ", ")
            throw EvaluationError(.badRequest, "there is no task \(name); there are \(names)")
        }
        return task
    }
}
