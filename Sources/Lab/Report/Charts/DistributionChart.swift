// How much of an arm lies at or below each value. With cut answers it is Kaplan and Meier's estimate, which ends where
// nothing is seen any more. Up to four arms share one frame; more get a frame each, with the control behind them.

package struct DistributionChart: Sendable {
    var panel: Panel

    package init(_ panel: Panel) { self.panel = panel }

    package func drawing(_ width: ChartWidth) -> Drawing {
        panel.arms.count <= 4 ? together(width) : apart(width)
    }

    private func together(_ width: ChartWidth) -> Drawing {
        var drawing = Drawing(
            width: width.rawValue, height: width == .wide ? 340 : 300, title: title, description: description)
        let entries = zip(panel.arms, styles).map { LegendEntry.line($0.label, $1) }
        let head = drawing.legend(entries, x: 44, y: 16, width: width.rawValue - 44) + 24
        let bottom = drawing.height - 46
        let x = xScale(44, width.rawValue - 12)
        let y = Scale(0...1, to: (bottom, head))
        drawing.verticalAxis(
            y, at: 44, gridTo: width.rawValue - 12, name: "share of answers at or below", asShares: true)
        drawing.horizontalAxis(
            x, at: bottom, gridTo: head, name: panel.metric.axis, asShares: panel.metric.isShare)
        for (curve, style) in zip(panel.arms.map(\.distribution), styles) {
            drawing.polygon(path(curve, x, y), closed: false, style)
        }
        return drawing
    }

    /// Small multiples: each arm over the control's curve.
    private func apart(_ width: ChartWidth) -> Drawing {
        let columns = width == .wide ? 4 : 2
        let control = panel.arms.firstIndex { $0.role == .control }
        let others = panel.arms.indices.filter { $0 != control }
        let rows = (others.count + columns - 1) / columns
        let (cellWidth, cellHeight) = ((width.rawValue - 40) / Double(columns), 118.0)
        var drawing = Drawing(
            width: width.rawValue, height: 42 + Double(rows) * cellHeight + 34, title: title,
            description: description)
        var entries = [LegendEntry.line("the arm named above each frame", "curve other")]
        if let control { entries.append(.line(panel.arms[control].label, "curve control")) }
        _ = drawing.legend(entries, x: 40, y: 16, width: width.rawValue - 40)
        for (place, arm) in others.enumerated() {
            let left = 40 + Double(place % columns) * cellWidth
            let top = 42 + Double(place / columns) * cellHeight
            let x = xScale(left, left + cellWidth - 14)
            let y = Scale(0...1, to: (top + cellHeight - 24, top + 18))
            drawing.text(left, top + 11, panel.arms[arm].label, "label", fitting: cellWidth - 14)
            for tick in [0, 0.5, 1.0] {
                drawing.line(left, y(tick), left + cellWidth - 14, y(tick), "grid")
                if place % columns == 0 {
                    drawing.text(
                        left - 5, y(tick) + 4, NumberForm.ticks([tick], asShares: true)[0], "small num",
                        anchor: .end)
                }
            }
            if let control {
                drawing.polygon(path(panel.arms[control].distribution, x, y), closed: false, "curve control")
            }
            let style = panel.arms[arm].role == .treatment ? "curve treatment" : "curve other"
            drawing.polygon(path(panel.arms[arm].distribution, x, y), closed: false, style)
            // The lowest frame of each column carries the numbers.
            if place + columns >= others.count {
                for tick in x.ticks(fontSize: 11, isVertical: false, asShares: panel.metric.isShare) {
                    let half = TextWidth.of(tick.label, size: 11) / 2
                    drawing.text(
                        min(max(x(tick.value), half), width.rawValue - half), y(0) + 15, tick.label,
                        "small num",
                        anchor: .middle)
                }
            }
        }
        drawing.text(
            (width.rawValue + 40) / 2, drawing.height - 10,
            xScale(0, 100).isLogarithmic ? panel.metric.axis + ", logarithmic" : panel.metric.axis, "label",
            anchor: .middle, fitting: width.rawValue - 60)
        return drawing
    }

    private func path(_ curve: [Arm.DistributionStep], _ x: Scale, _ y: Scale) -> [(x: Double, y: Double)] {
        var points = [(x: x.range.start, y: y(0))]
        for step in curve {
            points.append((x(step.value), points[points.count - 1].y))
            points.append((x(step.value), y(step.share)))
        }
        // A curve that reached the top goes on to the edge; one that ends in cut answers stops where they are.
        if let last = curve.last, last.share > 0.9999 { points.append((x.range.end, y(1))) }
        return Self.thinned(points)
    }

    /// Steps smaller than half a pixel cannot be seen.
    private static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        var kept = [points[0]]
        for (index, point) in points.enumerated().dropFirst() {
            let last = kept[kept.count - 1]
            if index == points.count - 1 || abs(point.x - last.x) + abs(point.y - last.y) >= 0.5 {
                kept.append(point)
            }
        }
        return kept
    }

    private func xScale(_ start: Double, _ end: Double) -> Scale {
        let values = panel.arms.flatMap { $0.observations.map(\.value) }
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        let isWide = panel.metric.scale == .length && low > 0 && high / low > 20
        return Scale.around(values, to: (start, end), logarithmic: isWide, margin: 0.02)
    }

    private var styles: [String] {
        var others = 0
        return panel.arms.map { arm in
            guard arm.role == .other else { return "curve \(arm.style)" }
            others += 1
            return others == 1 ? "curve other" : "curve other dash\(others)"
        }
    }

    private var title: String { "Distribution of \(panel.metric.name) by \(panel.factor)" }
    private var description: String {
        "For each arm the share of answers at or below each value. "
            + panel.arms.map { "\($0.label): median \(NumberForm.value($0.summary.median ?? .nan))" }
            .joined(separator: "; ") + "."
    }
}
