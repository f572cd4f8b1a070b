// Our figures beside published ones, as a chart: which bars, and what is said of them.

package enum ScoreChart {
    /// Bars of each measured task, with 95 % intervals, and beside them what was published of other models.
    package static func svg(_ measured: [(model: String, summaries: [EvaluationSummary])]) -> String {
        var series = measured.map { (name: $0.model, isPublished: false) }
        let tasks = measured.flatMap { $0.summaries.map(\.task) }
        let ordered = tasks.enumerated().filter { !tasks[..<$0.offset].contains($0.element) }.map(\.element)
        let usesPublished = PublishedScores.all.contains { ordered.contains($0.task) }
        if usesPublished { series += PublishedScores.models.map { (name: $0, isPublished: true) } }
        let groups = ordered.map { task in
            let published = PublishedScores.all.first { $0.task == task }
            var bars: [BarChart.Bar] = []
            var lines: [String] = []
            for (index, entry) in measured.enumerated() {
                guard let summary = entry.summaries.first(where: { $0.task == task }),
                    let metric = summary.metrics.first
                else { continue }
                let interval = metric.total.interval
                bars.append(
                    .init(
                        series: index, value: 100 * metric.total.mean,
                        interval: 100 * interval.lowerBound...100 * interval.upperBound))
                lines = [metricTitle(metric.name), "\(summary.shots)-shot, n = \(metric.total.count)"]
            }
            for (index, value) in (published?.values ?? []).enumerated() {
                bars.append(.init(series: measured.count + index, value: value))
            }
            if let published { lines.append("published: \(published.setting)") }
            return BarChart.Group(title: published?.title ?? task, lines: lines, bars: bars)
        }
        var notes = ["Error bars: Wilson's 95 % interval of what was measured here."]
        if usesPublished {
            notes.append("Hatched: not measured here, but taken from \(PublishedScores.source).")
            notes.append("Compare only what was asked in the same way, and of the benchmark's own questions.")
        }
        return BarChart(
            title: "Accuracy in \(ordered.count == 1 ? "a benchmark" : "\(ordered.count) benchmarks")",
            series: series,
            groups: groups, notes: notes
        ).svg
    }

    private static func metricTitle(_ name: String) -> String {
        let parts = name.split(separator: ",")
        return String(parts.count > 1 ? parts[1] : parts[0])
    }
}
