// Figures that others published, to stand beside ours. They are not measured here, and the chart says so.

/// What a paper says of models in one of our tasks.
package struct PublishedScore: Sendable, Equatable {
    package let task: String
    /// The name of the benchmark as the paper has it.
    package let title: String
    /// How the paper measured; figures got in another way are not comparable.
    package let setting: String
    /// In per cent, by the models of `PublishedScores.models`.
    package let values: [Double]
}

package enum PublishedScores {
    package static let source = "Jiang et al., Mixtral of Experts, arXiv 2401.04088, table 3"
    package static let models = ["Mixtral 8x7B", "LLaMA 2 70B", "GPT-3.5"]

    // To add a benchmark: one row, all of it from the source above, or a table of its own with its source.
    package static let all: [PublishedScore] = [
        PublishedScore(task: "mmlu", title: "MMLU", setting: "57 subjects", values: [70.6, 69.9, 70.0]),
        PublishedScore(
            task: "hellaswag", title: "HellaSwag", setting: "10-shot", values: [86.7, 87.1, 85.5]),
        PublishedScore(
            task: "arc_challenge", title: "ARC Challenge", setting: "25-shot", values: [85.8, 85.1, 85.2]),
        PublishedScore(
            task: "winogrande", title: "WinoGrande", setting: "5-shot", values: [81.2, 83.2, 81.6]),
        PublishedScore(task: "mbpp", title: "MBPP", setting: "pass@1", values: [60.7, 49.8, 52.2]),
        PublishedScore(task: "gsm8k", title: "GSM-8K", setting: "5-shot", values: [58.4, 53.6, 57.1]),
    ]
}
