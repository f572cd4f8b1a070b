// What all charts share: size, axes, grids, legends, and the room that labels need.

/// Where charts are shown: each is drawn once for a page or paper, and once for a telephone.
package enum ChartWidth: Double, Sendable, CaseIterable {
    case wide = 720
    case narrow = 350

    /// The longest label beside a row; on a narrow chart labels stand above rows.
    var labelColumn: Double { self == .wide ? 150 : 0 }
}

extension Drawing {
    /// A horizontal axis at `y`, with grid lines up to `top` and its name below. Returns the height it took.
    @discardableResult
    package mutating func horizontalAxis(
        _ scale: Scale, at y: Double, gridTo top: Double, name: String, asShares: Bool = false
    ) -> Double {
        let (left, right) = (min(scale.range.start, scale.range.end), max(scale.range.start, scale.range.end))
        for tick in scale.ticks(fontSize: 11, isVertical: false, asShares: asShares) {
            let x = scale(tick.value)
            line(x, top, x, y, "grid")
            line(x, y, x, y + 4, "axis")
            // A number at the end of the axis stays inside the picture.
            let half = TextWidth.of(tick.label, size: 11) / 2
            text(min(max(x, half), width - half), y + 17, tick.label, "small num", anchor: .middle)
        }
        line(left, y, right, y, "axis")
        let note = scale.isLogarithmic ? name + ", logarithmic" : name
        text(
            (left + right) / 2, y + 35, note, "label", anchor: .middle,
            fitting: min(width, (right - left) * 1.3))
        return 44
    }

    /// A vertical axis at `x`, with grid lines up to `right`; its name stands above its head.
    package mutating func verticalAxis(
        _ scale: Scale, at x: Double, gridTo right: Double, name: String, asShares: Bool = false
    ) {
        let (low, high) = (max(scale.range.start, scale.range.end), min(scale.range.start, scale.range.end))
        for tick in scale.ticks(fontSize: 11, isVertical: true, asShares: asShares) {
            let y = scale(tick.value)
            line(x, y, right, y, "grid")
            text(x - 6, y + 4, tick.label, "small num", anchor: .end)
        }
        line(x, low, x, high, "axis")
        text(max(0, x - 40), high - 12, name, "label", fitting: width - max(0, x - 40))
    }

    /// Marks with names, over as many lines as they need. Returns the height they took.
    mutating func legend(
        _ entries: [LegendEntry], x: Double, y: Double, width: Double
    ) -> Double {
        var (left, top) = (x, y)
        for entry in entries {
            let need = 22 + TextWidth.of(entry.name, size: 12) + 16
            if left > x, left + need > x + width { (left, top) = (x, top + 18) }
            entry.draw(&self, left + 8, top - 4)
            text(left + 22, top, entry.name, "label", fitting: x + width - left - 22)
            left += need
        }
        return top - y + 18
    }
}

/// A mark and what it means.
struct LegendEntry {
    var name: String
    var draw: (inout Drawing, Double, Double) -> Void

    init(_ name: String, _ draw: @escaping (inout Drawing, Double, Double) -> Void) {
        self.name = name
        self.draw = draw
    }

    static func line(_ name: String, _ style: String) -> LegendEntry {
        LegendEntry(name) { $0.line($1 - 9, $2, $1 + 9, $2, style) }
    }
}

extension Arm {
    /// The class of its lines and clouds.
    package var style: String { role.rawValue }

    package var label: String { isPlacebo ? name + " (placebo)" : name }
}

/// Evenly spread numbers from 0 to 1 that look like chance and are the same every time (the golden ratio's multiples).
package func jitter(_ index: Int) -> Double {
    let product = Double(index + 1) * 0.618_033_988_749_894_9
    return product - product.rounded(.down)
}
