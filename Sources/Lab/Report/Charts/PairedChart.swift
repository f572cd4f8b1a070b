// Each prompt's two means joined by a line, and beside them their differences with the estimate and the band of what
// would not matter: what the test sees, for it works on prompts and not on answers.

package struct PairedChart: Sendable {
    var comparison: Comparison

    package init(_ comparison: Comparison) { self.comparison = comparison }

    package func drawing(_ width: ChartWidth) -> Drawing {
        let prompts = comparison.prompts
        let height: Double = width == .wide ? 360 : 320
        var drawing = Drawing(
            width: width.rawValue, height: height,
            title: "\(comparison.metric.name), prompt by prompt", description: description)
        let (top, bottom) = (40.0, height - 34)
        // Where the second axis begins.
        let middle = width.rawValue * (width == .wide ? 0.58 : 0.55)
        let left: Double = width == .wide ? 60 : 44
        let means = Scale.around(prompts.flatMap { [$0.control, $0.treatment] }, to: (bottom, top))
        drawing.verticalAxis(
            means, at: left, gridTo: width == .wide ? middle - 70 : middle - 46, name: comparison.metric.axis,
            asShares: comparison.metric.isShare)
        let (a, b) = width == .wide ? (left + 30, middle - 84) : (left + 26, middle - 58)
        for prompt in prompts {
            let style =
                prompt.difference < 0
                ? "faint control" : prompt.difference > 0 ? "faint treatment" : "faint other"
            drawing.line(a, means(prompt.control), b, means(prompt.treatment), style)
        }
        drawing.dots(prompts.map { (a, means($0.control)) }, "control")
        drawing.dots(prompts.map { (b, means($0.treatment)) }, "treatment")
        if let control = comparison.controlMean, let treatment = comparison.treatmentMean {
            drawing.line(a, means(control), b, means(treatment), "path")
            drawing.circle(a, means(control), radius: 5, "point", label: "mean \(NumberForm.value(control))")
            drawing.circle(
                b, means(treatment), radius: 5, "point", label: "mean \(NumberForm.value(treatment))")
        }
        let room = b - a - 8
        drawing.text(a, bottom + 20, comparison.contrast.control, "label", anchor: .middle, fitting: room)
        drawing.text(b, bottom + 20, comparison.contrast.treatment, "label", anchor: .middle, fitting: room)
        differences(into: &drawing, left: middle, top: top, bottom: bottom)
        return drawing
    }

    private func differences(into drawing: inout Drawing, left: Double, top: Double, bottom: Double) {
        let differences = comparison.prompts.map(\.difference)
        let smallest = comparison.smallestEffect.value ?? 0
        let reach = [0, smallest, -smallest, comparison.interval?.low ?? 0, comparison.interval?.high ?? 0]
        let scale = Scale.around(differences + reach, to: (bottom, top))
        let right = drawing.width - 8
        if smallest > 0 {
            drawing.rectangle(left, scale(smallest), right - left, scale(-smallest) - scale(smallest), "band")
        }
        drawing.verticalAxis(
            scale, at: left, gridTo: right, name: "difference", asShares: comparison.metric.isShare)
        drawing.line(left, scale(0), right, scale(0), "zero")
        let cloud = left + (right - left) * 0.3
        let spread = (right - left) * 0.36
        for (style, chosen) in [("control", { $0 < 0 }), ("treatment", { $0 > 0 }), ("other", { $0 == 0 })]
            as [(String, (Double) -> Bool)]
        {
            drawing.dots(
                differences.enumerated().filter { chosen($0.element) }.map {
                    (cloud + (jitter($0.offset) - 0.5) * spread, scale($0.element))
                }, style)
        }
        if let estimate = comparison.estimate {
            let x = left + (right - left) * 0.76
            if let interval = comparison.bootstrap ?? comparison.interval {
                drawing.line(x, scale(interval.low), x, scale(interval.high), "interval")
            }
            drawing.circle(
                x, scale(estimate), radius: 5, "point", label: "mean \(NumberForm.signed(estimate))")
        }
        drawing.text(
            (left + right) / 2, bottom + 20, "per prompt, and the mean", "label", anchor: .middle,
            fitting: right - left + 30)
    }

    private var description: String {
        let up = comparison.prompts.count { $0.difference > 0 }
        let down = comparison.prompts.count { $0.difference < 0 }
        return "Each line is one prompt: its mean under \(comparison.contrast.control) and under "
            + "\(comparison.contrast.treatment). \(up) rise, \(down) fall."
    }
}
