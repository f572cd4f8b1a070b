// Raw data, arm by arm: a half density, a box with its median, and every answer as a dot (Allen et al. 2019). Cut
// answers are hollow triangles that point to where the true value lies.

internal import Foundation

package struct Raincloud: Sendable {
    var panel: Panel

    package init(_ panel: Panel) { self.panel = panel }

    /// More dots than this in one arm hide each other: an even choice of them is drawn, and the chart says so.
    static let mostDots = 1_500

    package func drawing(_ width: ChartWidth) -> Drawing {
        let arms = panel.arms
        let row: Double = arms.count <= 3 ? 104 : arms.count <= 6 ? 78 : 52
        let labelRoom: Double = width == .wide ? 0 : 17
        let left =
            width == .wide ? min(150, (arms.map { TextWidth.of($0.label, size: 12) }.max() ?? 0) + 14) : 4
        let top: Double = 8
        let bottom = top + Double(arms.count) * (row + labelRoom) + 4
        var drawing = Drawing(
            width: width.rawValue, height: bottom + 46 + (hasCut ? 20 : 0),
            title: "\(panel.metric.name) by \(panel.factor)", description: description)
        let scale = scale(from: left + 6, to: width.rawValue - 14)
        drawing.horizontalAxis(
            scale, at: bottom, gridTo: top, name: panel.metric.axis, asShares: panel.metric.isShare)
        let densities = arms.map { Density($0.observations.map(\.value), on: scale) }
        let tallest = densities.map(\.peak).max() ?? 1
        for (index, (arm, density)) in zip(arms, densities).enumerated() {
            let y = top + Double(index) * (row + labelRoom) + labelRoom
            if width == .wide {
                drawing.text(
                    left - 6, y + row * 0.5 + 4, arm.label, "label", anchor: .end, fitting: left - 8)
            } else {
                drawing.text(left, y - 3, arm.label, "label", fitting: width.rawValue - 8)
            }
            draw(arm, density, tallest: tallest, top: y, height: row, scale: scale, into: &drawing)
        }
        if hasCut {
            _ = drawing.legend(
                [
                    LegendEntry("answer") { $0.dots([($1, $2)], "other") },
                    LegendEntry("cut: the true value is higher") { $0.triangles([($1, $2)], "other") },
                ], x: left, y: bottom + 58, width: width.rawValue - left)
        }
        return drawing
    }

    private func draw(
        _ arm: Arm, _ density: Density, tallest: Double, top: Double, height: Double, scale: Scale,
        into drawing: inout Drawing
    ) {
        let base = top + height * 0.5
        if density.peak > 0, tallest > 0 {
            let outline = density.points.map { (x: $0.x, y: base - $0.height / tallest * height * 0.46) }
            drawing.polygon(
                [(outline[0].x, base)] + outline + [(outline[outline.count - 1].x, base)], closed: true,
                "cloud \(arm.style)")
        }
        let spread = height * 0.26
        let rain = base + height * 0.2
        var (dots, cut) = ([(x: Double, y: Double)](), [(x: Double, y: Double)]())
        for (index, observation) in thinned(arm.observations).enumerated() {
            let point = (x: scale(observation.value), y: rain + jitter(index) * spread)
            if observation.isCensored { cut.append(point) } else { dots.append(point) }
        }
        drawing.dots(dots, arm.style)
        drawing.triangles(cut, size: 2.6, arm.style)
        guard let box = Quartiles(arm.observations.map(\.value)) else { return }
        let (middle, half) = (base + height * 0.09, min(6, height * 0.075))
        drawing.line(scale(box.lowWhisker), middle, scale(box.highWhisker), middle, "whisker \(arm.style)")
        drawing.rectangle(
            scale(box.lower), middle - half, scale(box.upper) - scale(box.lower), 2 * half,
            "box \(arm.style)",
            label: "\(arm.label): median \(NumberForm.value(box.median)), quartiles "
                + NumberForm.interval(box.lower, box.upper))
        drawing.line(
            scale(box.median), middle - half, scale(box.median), middle + half, "median \(arm.style)")
        if let mean = arm.summary.mean, !scale.isLogarithmic || mean > 0 {
            drawing.diamond(scale(mean), middle, "mean", label: "mean \(NumberForm.value(mean))")
        }
    }

    private func scale(from start: Double, to end: Double) -> Scale {
        let values = panel.arms.flatMap { $0.observations.map(\.value) }
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        // Lengths span orders of magnitude, and what tells arms apart is ratios; zeros have none.
        let isWide = panel.metric.scale == .length && low > 0 && high / low > 20
        return Scale.around(values, to: (start, end), logarithmic: isWide)
    }

    private func thinned(_ observations: [Arm.Observation]) -> [Arm.Observation] {
        guard observations.count > Self.mostDots else { return observations }
        let step = Double(observations.count) / Double(Self.mostDots)
        return (0..<Self.mostDots).map { observations[Int(Double($0) * step)] }
    }

    private var hasCut: Bool { panel.arms.contains { $0.observations.contains(where: \.isCensored) } }

    private var description: String {
        let arms = panel.arms.map { arm in
            "\(arm.label): \(arm.summary.count) answers, mean \(NumberForm.value(arm.summary.mean ?? .nan)), "
                + "median \(NumberForm.value(arm.summary.median ?? .nan)), \(arm.summary.censored) cut"
        }
        return
            "Density, box and every answer for each arm; the diamond is the mean. \(arms.joined(separator: ". "))."
    }
}

/// The five numbers of a box plot; quartiles by linear interpolation, whiskers to the last value within 1.5 ranges.
struct Quartiles {
    var lower, median, upper, lowWhisker, highWhisker: Double

    init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        func quantile(_ q: Double) -> Double {
            let place = q * Double(sorted.count - 1)
            let index = Int(place)
            return sorted[index]
                + (place - Double(index)) * (sorted[min(index + 1, sorted.count - 1)] - sorted[index])
        }
        (lower, median, upper) = (quantile(0.25), quantile(0.5), quantile(0.75))
        let reach = 1.5 * (upper - lower)
        let (least, most) = (lower - reach, upper + reach)
        lowWhisker = sorted.first { $0 >= least } ?? sorted[0]
        highWhisker = sorted.last { $0 <= most } ?? sorted[sorted.count - 1]
    }
}
