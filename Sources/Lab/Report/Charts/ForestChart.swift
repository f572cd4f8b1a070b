// Estimates with their intervals, one row each, over the band of differences too small to matter.

package struct ForestChart: Sendable {
    package struct Row: Sendable {
        package var label: String
        package var estimate: Double?
        package var interval: Interval?
        /// The narrower interval of the two one-sided tests, drawn thick.
        package var inner: Interval?
        /// What stands behind: numbers, or why there are none.
        package var text: String
        package var isMain: Bool

        package init(
            label: String, estimate: Double?, interval: Interval?, inner: Interval? = nil, text: String,
            isMain: Bool
        ) {
            self.label = label
            self.estimate = estimate
            self.interval = interval
            self.inner = inner
            self.text = text
            self.isMain = isMain
        }
    }

    var title: String
    var axis: String
    var isShare: Bool
    /// Half the band's width.
    var smallestEffect: Double?
    var rows: [Row]

    package init(title: String, axis: String, isShare: Bool, smallestEffect: Double?, rows: [Row]) {
        self.title = title
        self.axis = axis
        self.isShare = isShare
        self.smallestEffect = smallestEffect
        self.rows = rows
    }

    package func drawing(_ width: ChartWidth) -> Drawing {
        let isWide = width == .wide
        let row: Double = isWide ? 28 : 44
        let left = isWide ? min(230, (rows.map { TextWidth.of($0.label, size: 13) }.max() ?? 0) + 16) : 6
        let behind = isWide ? min(210, (rows.map { TextWidth.of($0.text, size: 12) }.max() ?? 0) + 14) : 6
        let top: Double = 30
        let bottom = top + Double(rows.count) * row + 6
        var drawing = Drawing(
            width: width.rawValue, height: bottom + 46, title: title, description: description)
        let edges = smallestEffect.map { [-$0 * 1.15, $0 * 1.15] } ?? []
        let values = rows.flatMap { [$0.estimate, $0.interval?.low, $0.interval?.high].compactMap { $0 } }
        let scale = Scale.around(values + edges + [0], to: (left, width.rawValue - behind - 6), margin: 0.03)
        if let smallest = smallestEffect, smallest > 0 {
            let (low, high) = (scale(-smallest), scale(smallest))
            drawing.rectangle(low, top - 6, high - low, bottom - top + 6, "band")
            drawing.line(low, top - 6, low, bottom, "edge")
            drawing.line(high, top - 6, high, bottom, "edge")
            let note =
                "too small to matter: ±\(isShare ? NumberForm.percent(smallest) : NumberForm.value(smallest))"
            let half = TextWidth.of(note, size: 11) / 2
            let x = min(max((low + high) / 2, half + 2), width.rawValue - half - 2)
            drawing.text(x, 14, note, "small", anchor: .middle)
        }
        drawing.horizontalAxis(scale, at: bottom, gridTo: top - 6, name: axis, asShares: isShare)
        drawing.line(scale(0), top - 6, scale(0), bottom, "zero")
        for (index, entry) in rows.enumerated() {
            let y = top + (Double(index) + (isWide ? 0.5 : 0.72)) * row
            let style = entry.isMain ? "strong" : "label"
            if isWide {
                drawing.text(left - 10, y + 4, entry.label, style, anchor: .end, fitting: left - 12)
                drawing.text(
                    width.rawValue - behind + 6, y + 4, entry.text, "label num", fitting: behind - 6)
            } else {
                let room = width.rawValue - 12
                let numbers = min(TextWidth.of(entry.text, size: 12), room * 0.62)
                drawing.text(6, y - 13, entry.label, style, fitting: room - numbers - 8)
                drawing.text(
                    width.rawValue - 6, y - 13, entry.text, "label num", anchor: .end, fitting: numbers + 1)
            }
            draw(entry, at: y, scale, into: &drawing)
        }
        return drawing
    }

    private func draw(_ row: Row, at y: Double, _ scale: Scale, into drawing: inout Drawing) {
        guard let estimate = row.estimate else { return }
        if let interval = row.interval {
            drawing.line(scale(interval.low), y, scale(interval.high), y, "wide")
            for end in [interval.low, interval.high] {
                drawing.line(scale(end), y - 4, scale(end), y + 4, "wide")
            }
        }
        if let inner = row.inner { drawing.line(scale(inner.low), y, scale(inner.high), y, "inner") }
        if row.isMain {
            drawing.diamond(scale(estimate), y, size: 6, "point", label: row.text)
        } else {
            drawing.circle(scale(estimate), y, radius: 3.6, "open", label: row.text)
        }
    }

    private var description: String {
        rows.map { "\($0.label): \($0.text)" }.joined(separator: "; ")
            + ". The shaded band holds differences too small to matter."
    }
}
