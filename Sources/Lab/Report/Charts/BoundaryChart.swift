// The path of the test while answers came in, and the boundary that would have ended the run.

internal import Foundation

package struct BoundaryChart: Sendable {
    var path: SequentialPath

    package init(_ path: SequentialPath) { self.path = path }

    package func drawing(_ width: ChartWidth) -> Drawing {
        switch path.rule {
        case .groupSequential: statistic(width)
        case .alwaysValid: pValue(width)
        }
    }

    /// z by look, between the two boundaries.
    private func statistic(_ width: ChartWidth) -> Drawing {
        var drawing = frame(width, "Statistic at each look and the stopping boundary")
        let seen = path.looks.compactMap(\.statistic)
        // A boundary of the first look may be far off every statistic: the axis shows what can be read.
        let far = max(seen.map(abs).max() ?? 0, 4) * 1.1
        let bounds = path.looks.compactMap(\.boundary).map { min($0, far) }
        let reach = max(bounds.max() ?? 0, far) * 1.05
        let (x, y) = axes(&drawing, y: -reach...reach, name: "z of \(path.contrast.label)")
        for sign in [1.0, -1] {
            let line = path.looks.compactMap { look in
                look.boundary.map { (x: x(look.information), y: y(sign * min($0, reach))) }
            }
            let edge = y(sign * reach)
            if let first = line.first, let last = line.last {
                drawing.polygon([(first.x, edge)] + line + [(last.x, edge)], closed: true, "stop")
            }
            drawing.polygon(line, closed: false, "boundary")
            for point in line { drawing.circle(point.x, point.y, radius: 2.2, "solid stopmark") }
        }
        drawing.line(x.range.start, y(0), x.range.end, y(0), "zero")
        let points = path.looks.compactMap { look in
            look.statistic.map { (x: x(look.information), y: y(max(-reach, min($0, reach))), look: look) }
        }
        drawing.polygon([(x(0), y(0))] + points.map { ($0.x, $0.y) }, closed: false, "path")
        for point in points {
            drawing.circle(
                point.x, point.y, radius: point.look.crosses ? 6 : 4, "point",
                label: "\(point.look.answers) answers: z = \(NumberForm.value(point.look.statistic ?? 0))")
        }
        note(points.first { $0.look.crosses }.map { ($0.x, $0.y) }, into: &drawing)
        return drawing
    }

    /// The always-valid p value, on a logarithmic axis, and the level it must fall below.
    private func pValue(_ width: ChartWidth) -> Drawing {
        var drawing = frame(width, "Always-valid p value while answers came in")
        let lowest = max(1e-12, path.looks.compactMap(\.p).filter { $0 > 0 }.min() ?? 1)
        let top = 40.0
        let bottom = drawing.height - 46
        let left = 58.0
        let x = Scale(0...1, to: (left, drawing.width - 14))
        let y = Scale(min(lowest / 2, path.alpha / 10)...1, to: (bottom, top), logarithmic: true)
        drawing.rectangle(left, y(path.alpha), x.range.end - left, bottom - y(path.alpha), "stop")
        drawing.verticalAxis(y, at: left, gridTo: x.range.end, name: "always-valid p")
        drawing.horizontalAxis(
            x, at: bottom, gridTo: top, name: "share of the planned answers", asShares: true)
        drawing.line(left, y(path.alpha), x.range.end, y(path.alpha), "boundary")
        drawing.text(x.range.end, y(path.alpha) - 5, "α = \(NumberForm.p(path.alpha))", "small", anchor: .end)
        let points = path.looks.compactMap { look in
            look.p.map { (x: x(look.information), y: y(max($0, y.domain.lowerBound)), look: look) }
        }
        drawing.polygon([(x(0), y(1))] + points.map { ($0.x, $0.y) }, closed: false, "path")
        for point in points where points.count <= 60 || point.look.crosses {
            drawing.circle(point.x, point.y, radius: point.look.crosses ? 5 : 3, "point")
        }
        note(points.first { $0.look.crosses }.map { ($0.x, $0.y) }, into: &drawing)
        return drawing
    }

    /// The confidence sequence of the estimate; nil where the rule has none.
    package func estimates(_ width: ChartWidth) -> Drawing? {
        let looks = path.looks.filter { $0.interval != nil && $0.estimate != nil }
        guard path.rule == .alwaysValid, !looks.isEmpty else { return nil }
        var drawing = frame(width, "Estimate and confidence sequence while answers came in")
        let widths = looks.compactMap { $0.interval.map { $0.high - $0.low } }.sorted()
        // The first intervals are very wide; the axis is for those that say something.
        let shown = looks.filter {
            ($0.interval?.high ?? 0) - ($0.interval?.low ?? 0) <= widths[widths.count / 2] * 3
        }
        let smallest = path.smallestEffect.map { [$0 * 1.2, -$0 * 1.2] } ?? []
        let ends = shown.flatMap { [$0.interval!.low, $0.interval!.high] } + smallest + [0]
        let range = Scale.around(ends, to: (0, 1)).domain
        let (x, y) = axes(&drawing, y: range, name: path.metric.axis + ", difference")
        if let smallest = path.smallestEffect {
            drawing.rectangle(
                x.range.start, y(smallest), x.range.end - x.range.start, y(-smallest) - y(smallest), "band")
        }
        func clamp(_ v: Double) -> Double { y(min(max(v, range.lowerBound), range.upperBound)) }
        let upper = looks.map { (x: x($0.information), y: clamp($0.interval!.high)) }
        let lower = looks.map { (x: x($0.information), y: clamp($0.interval!.low)) }
        drawing.polygon(upper + lower.reversed(), closed: true, "cloud other")
        drawing.line(x.range.start, y(0), x.range.end, y(0), "zero")
        drawing.polygon(looks.map { (x($0.information), clamp($0.estimate!)) }, closed: false, "path")
        return drawing
    }

    private func frame(_ width: ChartWidth, _ title: String) -> Drawing {
        Drawing(
            width: width.rawValue, height: width == .wide ? 330 : 290, title: title, description: description)
    }

    private func axes(_ drawing: inout Drawing, y range: ClosedRange<Double>, name: String) -> (Scale, Scale)
    {
        let (top, bottom, left) = (40.0, drawing.height - 46, 52.0)
        let x = Scale(0...1, to: (left, drawing.width - 14))
        let y = Scale(range, to: (bottom, top))
        drawing.verticalAxis(y, at: left, gridTo: x.range.end, name: name)
        drawing.horizontalAxis(
            x, at: bottom, gridTo: top, name: "share of the planned answers", asShares: true)
        return (x, y)
    }

    private func note(_ place: (x: Double, y: Double)?, into drawing: inout Drawing) {
        guard let place else { return }
        let text = "stopped here"
        let half = TextWidth.of(text, size: 12) / 2
        let above = place.y - 12 > 54 ? place.y - 12 : place.y + 22
        drawing.text(
            min(max(place.x, half + 54), drawing.width - half - 16), above, text, "strong over",
            anchor: .middle)
    }

    private var description: String {
        let looks = path.looks.enumerated().compactMap { index, look -> String? in
            switch path.rule {
            case .groupSequential:
                look.statistic.map {
                    "look \(index + 1): z = \(NumberForm.value($0)), boundary \(NumberForm.value(look.boundary ?? .nan))"
                }
            case .alwaysValid: look.p.map { "after \(look.answers) answers: \(NumberForm.equation(p: $0))" }
            }
        }
        let last = path.stoppedAt.map { "Stopped at look \($0)." } ?? "No boundary was crossed."
        return looks.suffix(12).joined(separator: "; ") + ". " + last
    }
}
