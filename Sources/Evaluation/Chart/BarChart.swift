// The chart: groups of bars as one SVG that needs nothing else. It knows figures and where ink goes; what was measured,
// its caller knows.

import ChatTemplates

/// Grouped bars on a scale from 0 to 100 per cent.
package struct BarChart: Sendable {
    /// One model's bar in a group.
    package struct Bar: Sendable {
        package var series: Int
        /// Per cent.
        package var value: Double
        package var interval: ClosedRange<Double>?

        package init(series: Int, value: Double, interval: ClosedRange<Double>? = nil) {
            self.series = series
            self.value = value
            self.interval = interval
        }
    }

    package struct Group: Sendable {
        package var title: String
        package var lines: [String]
        package var bars: [Bar]

        package init(title: String, lines: [String], bars: [Bar]) {
            self.title = title
            self.lines = lines
            self.bars = bars
        }
    }

    /// Models, in the order of their colours; `isPublished` ones are hatched.
    package var series: [(name: String, isPublished: Bool)]
    package var groups: [Group]
    package var title: String
    package var notes: [String]

    package init(title: String, series: [(name: String, isPublished: Bool)], groups: [Group], notes: [String])
    {
        self.title = title
        self.series = series
        self.groups = groups
        self.notes = notes
    }

    private static let (barWidth, gap, left, top, height) = (30.0, 36.0, 52.0, 96.0, 260.0)
    /// Told apart by those who see colours otherwise (Okabe and Ito), and by lightness on paper.
    private static let colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"]

    package var svg: String {
        let widths = groups.map { max(Double($0.bars.count) * Self.barWidth, 92) }
        let width = max(Self.left + widths.reduce(0) { $0 + $1 + Self.gap } + 12, 680)
        let foot = Self.top + Self.height
        let lines = Double(groups.map(\.lines.count).max() ?? 0)
        let noteTop = foot + 42 + 15 * lines + 14
        let total = noteTop + 16 * Double(notes.count) + 8
        var body = axis(width)
        var x = Self.left + Self.gap / 2
        for (group, groupWidth) in zip(groups, widths) {
            body += draw(group, x: x, width: groupWidth, foot: foot)
            x += groupWidth + Self.gap
        }
        for (index, note) in notes.enumerated() {
            body += text(note, Self.left - 34, noteTop + 16 * Double(index), "note")
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(n(width)) \(n(total))" width="\(n(width))" \
            height="\(n(total))" role="img" aria-label="\(Markup.escaped(title))">
            <title>\(Markup.escaped(title))</title>
            \(Self.style)
            \(patterns)<rect class="paper" width="100%" height="100%"/>
            \(text(title, Self.left - 34, 28, "title"))\(legend(width))\(body)</svg>

            """
    }

    /// One style for screens of either kind; paper is always light.
    private static let style = """
        <style>
        .paper { fill: #ffffff } text { font: 13px system-ui, sans-serif; fill: #1d1d1f } .title { font-size: 18px; \
        font-weight: 600 } .head { font-weight: 600 } .small, .note { font-size: 12px; fill: #55555c } \
        .value { font-size: 11px } .line { stroke: #d9d9de } .base, .error { stroke: #1d1d1f; stroke-width: 1.4 }
        @media (prefers-color-scheme: dark) { @media screen { .paper { fill: #16181c } text { fill: #f2f2f5 } \
        .small, .note { fill: #b4b4bd } .line { stroke: #3a3d45 } .base, .error { stroke: #f2f2f5 } } }
        </style>
        """

    private var patterns: String {
        var result = "<defs>"
        for (index, entry) in series.enumerated() where entry.isPublished {
            result += """
                <pattern id="hatch\(index)" width="6" height="6" patternUnits="userSpaceOnUse" \
                patternTransform="rotate(45)"><rect width="6" height="6" fill="\(colour(index))" fill-opacity=".28"/>\
                <rect width="2.4" height="6" fill="\(colour(index))"/></pattern>
                """
        }
        return result + "</defs>\n"
    }

    private func fill(_ index: Int) -> String {
        series[index].isPublished ? "url(#hatch\(index))" : colour(index)
    }

    private func colour(_ index: Int) -> String { Self.colours[index % Self.colours.count] }

    private func legend(_ width: Double) -> String {
        var (result, x, y) = ("", Self.left - 34, 52.0)
        for (index, entry) in series.enumerated() {
            let name = entry.name + (entry.isPublished ? " (published)" : "")
            let room = 46 + 7.4 * Double(name.count)
            if x + room > width, x > Self.left { (x, y) = (Self.left - 34, y + 20) }
            result += """
                <rect x="\(n(x))" y="\(n(y - 11))" width="14" height="14" fill="\(fill(index))" \
                stroke="\(colour(index))"/>
                """ + text(name, x + 20, y, "")
            x += room
        }
        return result
    }

    private func axis(_ width: Double) -> String {
        var result = ""
        for step in stride(from: 0.0, through: 100, by: 20) {
            let y = place(step)
            result += """
                <line class="\(step == 0 ? "base" : "line")" x1="\(n(Self.left))" x2="\(n(width - 12))" y1="\(n(y))" \
                y2="\(n(y))"/>
                """ + text("\(Int(step)) %", Self.left - 8, y + 4, "small", anchor: "end")
        }
        return result
    }

    private func draw(_ group: Group, x: Double, width: Double, foot: Double) -> String {
        var result = ""
        var bar = x + (width - Double(group.bars.count) * Self.barWidth) / 2
        for entry in group.bars {
            let y = place(entry.value)
            result += """
                <rect x="\(n(bar + 2))" y="\(n(y))" width="\(n(Self.barWidth - 4))" height="\(n(foot - y))" \
                fill="\(fill(entry.series))" stroke="\(colour(entry.series))"><title>\
                \(Markup.escaped(series[entry.series].name)): \(tenths(entry.value)) %</title></rect>
                """
            var highest = y
            if let interval = entry.interval {
                let (low, high) = (place(interval.lowerBound), place(interval.upperBound))
                let middle = bar + Self.barWidth / 2
                result += """
                    <path class="error" fill="none" d="M\(n(middle)) \(n(low))V\(n(high))M\(n(middle - 5)) \
                    \(n(low))h10M\(n(middle - 5)) \(n(high))h10"/>
                    """
                highest = high
            }
            result += text(
                tenths(entry.value), bar + Self.barWidth / 2, highest - 5, "value", anchor: "middle")
            bar += Self.barWidth
        }
        result += text(group.title, x + width / 2, foot + 20, "head", anchor: "middle")
        for (index, line) in group.lines.enumerated() {
            result += text(line, x + width / 2, foot + 37 + 15 * Double(index), "small", anchor: "middle")
        }
        return result + "\n"
    }

    private func place(_ value: Double) -> Double {
        Self.top + Self.height * (1 - min(max(value, 0), 100) / 100)
    }

    private func text(
        _ text: String, _ x: Double, _ y: Double, _ style: String, anchor: String = "start"
    ) -> String {
        """
        <text class="\(style)" x="\(n(x))" y="\(n(y))" text-anchor="\(anchor)">\(Markup.escaped(text))</text>
        """
    }

    private func n(_ value: Double) -> String { tenths(value) }

    private func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
