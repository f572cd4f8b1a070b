// Which figures a report has, with their captions.

extension Report {
    static func figures(of findings: Findings) -> [Figure] {
        var figures: [Figure] = []
        func add(
            _ name: String, _ section: Figure.Section, _ heading: String, _ caption: String,
            _ draw: (ChartWidth) -> Drawing
        ) {
            var unique = fileName(name)
            var copy = 1
            while figures.contains(where: { $0.name == unique }) {
                copy += 1
                unique = "\(fileName(name))-\(copy)"
            }
            let number = figures.count + 1
            figures.append(
                Figure(
                    name: unique, section: section, heading: "Figure \(number). \(heading)", caption: caption,
                    wide: draw(.wide), narrow: draw(.narrow)))
        }
        for (metric, rows) in forests(findings) {
            let forest = forest(metric, rows, findings)
            add(
                "forest-\(metric.name)", .effect, "Differences in \(metric.name).",
                "Treatment minus control, with 95 % intervals; filled: tested hypotheses, open: single levels, for orientation. "
                    + "Inside the green band a difference would be too small to matter."
            ) { forest.drawing($0) }
        }
        for comparison in findings.comparisons
        where comparison.prompts.count > 1 && comparison.role == .primary {
            let chart = PairedChart(comparison)
            add(
                "prompts-\(comparison.metric.name)\(suffix(comparison.model, findings))", .effect,
                "\(named(comparison.model, findings))Prompt by prompt.",
                "Left: each line is a prompt, its mean under \(comparison.contrast.control) and under "
                    + "\(comparison.contrast.treatment). Right: their differences, the mean and its interval, and the band of "
                    + "differences too small to matter."
            ) { chart.drawing($0) }
        }
        for panel in findings.panels where panel.arms.contains(where: { !$0.observations.isEmpty }) {
            addPanel(panel, findings, add)
        }
        for path in findings.sequences {
            let chart = BoundaryChart(path)
            let isGroup = path.rule == .groupSequential
            add(
                "looks\(suffix(path.model, findings))", .sequence,
                "\(named(path.model, findings))\(isGroup ? "The test at each look." : "The always-valid p value.")",
                isGroup
                    ? "Outside the dashed boundary the run stops. All looks together reject a true null hypothesis with the "
                        + "probability α."
                    : "It may be looked at any time: below the dashed line the run stops."
            ) { chart.drawing($0) }
            if chart.estimates(.wide) != nil {
                add(
                    "estimates\(suffix(path.model, findings))", .sequence,
                    "\(named(path.model, findings))The estimate and its confidence sequence.",
                    "All intervals together hold the true difference with probability 1 − α."
                ) { chart.estimates($0)! }
            }
        }
        for pair in findings.controlPairs where pair.panel.arms.contains(where: { !$0.observations.isEmpty })
        {
            add(
                "control-pair\(suffix(pair.comparison.model, findings))", .control,
                "\(named(pair.comparison.model, findings))The control arm and its copy.",
                "The two differ in nothing but seeds. " + pairText(pair)
            ) { width in
                pair.panel.metric.scale == .binary
                    ? SharesChart(pair.panel).drawing(width) : Raincloud(pair.panel).drawing(width)
            }
        }
        return figures
    }

    private static func addPanel(
        _ panel: Panel, _ findings: Findings,
        _ add: (String, Figure.Section, String, String, (ChartWidth) -> Drawing) -> Void
    ) {
        let end = suffix(panel.model, findings)
        if panel.metric.scale == .binary {
            add(
                "shares-\(panel.metric.name)\(end)", .data,
                "\(named(panel.model, findings))\(panel.metric.name) by \(panel.factor).",
                "Share of answers with Wilson's 95 % interval, which takes answers for independent; small dots are prompts."
            ) { SharesChart(panel).drawing($0) }
            return
        }
        let many = panel.arms.contains { $0.observations.count > Raincloud.mostDots }
        add(
            "answers-\(panel.metric.name)\(end)", .data,
            "\(named(panel.model, findings))\(panel.metric.name) by \(panel.factor), every answer.",
            "Density, box with median and quartiles, mean (diamond), and the answers themselves"
                + (many ? ", \(NumberForm.count(Raincloud.mostDots)) of each arm." : ".")
        ) { Raincloud(panel).drawing($0) }
        let cut = panel.arms.contains { $0.summary.censored > 0 }
        add(
            "distribution-\(panel.metric.name)\(end)", .data,
            "\(named(panel.model, findings))Distribution of \(panel.metric.name).",
            cut
                ? "By Kaplan and Meier, who allow for cut answers: curves end where nothing was seen any more."
                : "Share of answers at or below each value."
        ) { DistributionChart(panel).drawing($0) }
    }

    /// One forest for each metric, in the order of the comparisons.
    private static func forests(_ findings: Findings) -> [(MetricNote, [Comparison])] {
        var metrics: [MetricNote] = []
        for comparison in findings.comparisons where !metrics.contains(comparison.metric) {
            metrics.append(comparison.metric)
        }
        return metrics.map { metric in
            // A hypothesis, its levels below it, model by model.
            let rows = findings.comparisons.filter { $0.metric == metric && $0.estimate != nil }
            let order = rows.filter { $0.role != .level } + rows.filter { $0.role == .level }
            return (metric, order)
        }.filter { !$0.1.isEmpty }
    }

    private static func forest(_ metric: MetricNote, _ rows: [Comparison], _ findings: Findings)
        -> ForestChart
    {
        let smallest = Set(
            rows.filter { $0.role == .primary || $0.role == .secondary }.compactMap(\.smallestEffect.value))
        let unit = metric.isShare ? 100.0 : 1
        let oneControl = Set(rows.map(\.contrast.control)).count == 1
        return ForestChart(
            title: "Differences in \(metric.name)",
            axis: metric.isShare ? "difference in \(metric.name)" : "difference in \(metric.axis)",
            isShare: metric.isShare,
            // Bounds of several models differ where they are relative; the widest would flatter, so the narrowest is drawn.
            smallestEffect: smallest.min(),
            rows: rows.map { row in
                let interval = row.bootstrap ?? row.interval
                let several = findings.comparisons.contains { $0.model != row.model }
                // With several controls in one forest a treatment's name alone does not say what it is held against.
                let contrast = oneControl ? row.contrast.treatment : row.contrast.label
                let name = several ? row.model.map { "\(contrast), \($0)" } : nil
                let numbers = NumberForm.together(
                    [row.estimate ?? .nan, interval?.low ?? .nan, interval?.high ?? .nan].map { $0 * unit })
                let text = interval == nil ? numbers[0] : "\(numbers[0]) (\(numbers[1]) to \(numbers[2]))"
                return ForestChart.Row(
                    label: name ?? contrast, estimate: row.estimate, interval: interval,
                    text: text,
                    isMain: row.role != .level && row.role != .placebo)
            })
    }

    static func pairText(_ pair: ControlPair) -> String {
        guard let test = pair.comparison.decidingTest else { return "No test was possible." }
        let result = pair.differs ? "They differ" : "No difference is seen"
        return "\(result) (\(test.name), \(NumberForm.equation(p: test.p)))."
    }

    private static func suffix(_ model: String?, _ findings: Findings) -> String {
        guard let model, Set(findings.panels.map(\.model)).count > 1 else { return "" }
        return "-" + model
    }

    static func named(_ model: String?, _ findings: Findings) -> String {
        guard let model, Set(findings.panels.map(\.model)).count > 1 else { return "" }
        return model + ". "
    }

    /// Letters, digits and hyphens: names of models may hold anything.
    private static func fileName(_ name: String) -> String {
        let kept = name.lowercased().unicodeScalars.map { scalar -> Character in
            ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
        }
        return String(String(kept).prefix(80))
    }
}
