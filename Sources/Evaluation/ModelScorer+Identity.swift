// Which model this is, as far as its figures go: results of another are not to be mixed with its own.

package import ChatTemplates
import Inference

extension ModelScorer {
    /// A text whose log-likelihood changes with every weight and every setting that changes figures.
    private static let probe = Question.Choice(
        context: "In the harbour lay a ship whose name", continuation: " nobody could read any more.",
        length: 1)

    /// What results depend on beside the questions: the first line of `ResultFile`.
    package func identity(model: String, task: String) async throws -> JSONObject {
        let value = try await logLikelihoods([Self.probe]).values[0]
        return [
            "model": .string(model), "task": .string(task), "context": .int(engine.context),
            "kv": .string("\(engine.kvType)"), "probe": .double(value),
        ]
    }
}
