// The list of metrics.

/// Every metric that a plan may name.
public enum Metrics {
    // To add a metric: one file in this folder with a type that conforms to `Metric`, and one line here. The
    // conformance suite in LabTests runs over all of them.
    public static let all: [any Metric] = [
        Characters(), Bytes(), Tokens(), Words(), ListItems(),
        Refusal(), Laziness(), Lazy(), Completeness(), Repetition(),
        Perplexity(), Seconds(), TokensPerSecond(),
    ]

    /// The metric of that name.
    public static func named(_ name: String) -> (any Metric)? { all.first { $0.name == name } }
}
