// A yes-or-no metric, arm by arm: the share with Wilson's interval, and each prompt's own share as a dot.

package struct SharesChart: Sendable {
    var panel: Panel

    package init(_ panel: Panel) { self.panel = panel }

    package func drawing(_ width: ChartWidth) -> Drawing {
        let isWide = width == .wide
        let arms = panel.arms
        let row: Double = (arms.count <= 4 ? 58 : 40) + (isWide ? 0 : 14)
        let left = isWide ? min(150, (arms.map { TextWidth.of($0.label, size: 12) }.max() ?? 0) + 14) : 8
        let behind: Double = isWide ? 150 : 8
        let bottom = 10 + Double(arms.count) * row
        var drawing = Drawing(
            width: width.rawValue, height: bottom + 46, title: "\(panel.metric.name) by \(panel.factor)",
            description: description)
        let scale = Scale(0...1, to: (left + 8, width.rawValue - behind - 8))
        drawing.horizontalAxis(
            scale, at: bottom, gridTo: 6, name: "share of answers: \(panel.metric.name)", asShares: true)
        for (index, arm) in arms.enumerated() {
            let y = 10 + (Double(index) + (isWide ? 0.4 : 0.52)) * row
            let text = text(arm)
            if isWide {
                drawing.text(left - 6, y + 4, arm.label, "label", anchor: .end, fitting: left - 8)
                drawing.text(width.rawValue - behind + 4, y + 4, text, "label num", fitting: behind - 4)
            } else {
                drawing.text(8, y - 13, arm.label, "label", fitting: 120)
                drawing.text(width.rawValue - 8, y - 13, text, "label num", anchor: .end, fitting: 200)
            }
            let rain = y + 9
            drawing.dots(
                arm.promptMeans.enumerated().map {
                    (
                        scale($0.element) + (jitter($0.offset * 7) - 0.5) * 6,
                        rain + jitter($0.offset) * (row * 0.3)
                    )
                }, arm.style)
            guard let share = arm.summary.mean else { continue }
            if let interval = arm.summary.share {
                drawing.line(scale(interval.low), y, scale(interval.high), y, "median \(arm.style)")
            }
            drawing.circle(scale(share), y, radius: 4.6, "solid \(arm.style)", label: text)
        }
        return drawing
    }

    private func text(_ arm: Arm) -> String {
        guard let share = arm.summary.mean else { return "no answers" }
        let interval = arm.summary.share.map {
            " (\(NumberForm.value($0.low * 100, digits: 2)) to \(NumberForm.value($0.high * 100, digits: 2)))"
        }
        return NumberForm.percent(share) + (interval ?? "")
    }

    private var description: String {
        "Share of answers with 95 % interval, and each prompt's share as a dot. "
            + panel.arms.map { "\($0.label): \(text($0))" }.joined(separator: "; ") + "."
    }
}
