// `sirocco lab list`: the experiments and metrics that there are.

import ArgumentParser
import Lab

struct LabList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the ready-made experiments, and the metrics that a plan may name.")

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        if json {
            try printJSON(
                Record(
                    experiments: Experiments.all.map { .init(name: $0.name, summary: $0.summary) },
                    metrics: Metrics.all.map {
                        .init(name: $0.name, summary: $0.summary, unit: $0.unit, scale: $0.scale.rawValue)
                    }))
            return
        }
        print("experiments")
        let width = (Experiments.all.map(\.name.count) + Metrics.all.map(\.name.count)).max() ?? 0
        for experiment in Experiments.all {
            print("  \(experiment.name.padding(to: width))  \(experiment.summary)")
        }
        print("metrics")
        for metric in Metrics.all { print("  \(metric.name.padding(to: width))  \(metric.summary)") }
    }

    private struct Record: Encodable {
        struct Experiment: Encodable {
            var name: String
            var summary: String
        }
        struct Metric: Encodable {
            var name: String
            var summary: String
            var unit: String
            var scale: String
        }
        var experiments: [Experiment]
        var metrics: [Metric]
    }
}
