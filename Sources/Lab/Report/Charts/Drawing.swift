// A picture under construction: shapes in, SVG out. It knows colours only as class names (Palette.swift says what they
// are by day, by night and on paper) and nothing of data: Scale.swift maps that to coordinates.

import ChatTemplates

/// An SVG picture of a fixed size, in CSS pixels.
package struct Drawing: Sendable {
    package var width: Double
    package var height: Double
    /// What a screen reader says first, and then.
    package var title: String
    package var description: String
    private var elements = ""

    package init(width: Double, height: Double, title: String, description: String) {
        self.width = width
        self.height = height
        self.title = title
        self.description = description
    }

    package enum Anchor: String, Sendable { case start, middle, end }

    package mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        elements += "<path class=\"\(style)\" d=\"M\(at(x1, y1))L\(at(x2, y2))\"/>\n"
    }

    package mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, label: String? = nil
    ) {
        let place = "x=\"\(coordinate(x))\" y=\"\(coordinate(y))\""
        let size = "width=\"\(coordinate(max(0, width)))\" height=\"\(coordinate(max(0, height)))\""
        elements += "<rect class=\"\(style)\" \(place) \(size)"
        elements += label.map { "><title>\(Markup.escaped($0))</title></rect>\n" } ?? "/>\n"
    }

    /// A line through points, or the area inside them.
    package mutating func polygon(
        _ points: [(x: Double, y: Double)], closed: Bool, _ style: String, label: String? = nil
    ) {
        guard let first = points.first else { return }
        var path = "M\(at(first.x, first.y))"
        var last = path
        for point in points.dropFirst() {
            let step = "L\(at(point.x, point.y))"
            if step != last { path += step }
            last = step
        }
        elements += "<path class=\"\(style)\" d=\"\(path)\(closed ? "Z" : "")\""
        elements += label.map { "><title>\(Markup.escaped($0))</title></path>\n" } ?? "/>\n"
    }

    /// Many dots as one path of strokes without length, whose round caps are the dots: ten bytes each.
    package mutating func dots(_ points: [(x: Double, y: Double)], _ style: String) {
        guard !points.isEmpty else { return }
        let path = points.map { "M\(at($0.x, $0.y))h0" }.joined()
        elements += "<path class=\"dots \(style)\" d=\"\(path)\"/>\n"
    }

    /// Hollow triangles that point to where the true value lies.
    package mutating func triangles(_ points: [(x: Double, y: Double)], size: Double = 3, _ style: String) {
        guard !points.isEmpty else { return }
        let s = coordinate(size)
        let shape = "v-\(coordinate(2 * size))l\(coordinate(2 * size)) \(s)z"
        let path = points.map { "M\(at($0.x - size, $0.y + size))\(shape)" }.joined()
        elements += "<path class=\"hollow \(style)\" d=\"\(path)\"/>\n"
    }

    package mutating func diamond(
        _ x: Double, _ y: Double, size: Double = 4.5, _ style: String, label: String? = nil
    ) {
        polygon(
            [(x - size, y), (x, y - size), (x + size, y), (x, y + size)], closed: true, style, label: label)
    }

    package mutating func circle(
        _ x: Double, _ y: Double, radius: Double, _ style: String, label: String? = nil
    ) {
        let place = "cx=\"\(coordinate(x))\" cy=\"\(coordinate(y))\" r=\"\(coordinate(radius))\""
        elements += "<circle class=\"\(style)\" \(place)"
        elements += label.map { "><title>\(Markup.escaped($0))</title></circle>\n" } ?? "/>\n"
    }

    /// Text with its base line at `y`. Where it is wider than `fitting` it is cut, and whole in its tooltip.
    package mutating func text(
        _ x: Double, _ y: Double, _ string: String, _ style: String = "label", anchor: Anchor = .start,
        fitting most: Double? = nil
    ) {
        let size = Palette.fontSize(of: style)
        let shown = most.map { TextWidth.cut(string, size: size, to: $0) } ?? string
        let whole = shown == string ? "" : "<title>\(Markup.escaped(string))</title>"
        let place = "x=\"\(coordinate(x))\" y=\"\(coordinate(y))\""
        let side = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        elements += "<text class=\"\(style)\" \(place)\(side)>\(whole)\(Markup.escaped(shown))</text>\n"
    }

    /// The picture inside a page that has `Palette.stylesheet`. `id` must be the only one of its name there.
    package func inline(id: String) -> String {
        let head =
            "<svg viewBox=\"0 0 \(coordinate(width)) \(coordinate(height))\" width=\"\(coordinate(width))\" "
            + "height=\"\(coordinate(height))\" role=\"img\" aria-labelledby=\"\(id)-t \(id)-d\">\n"
        return head + "<title id=\"\(id)-t\">\(Markup.escaped(title))</title>\n"
            + "<desc id=\"\(id)-d\">\(Markup.escaped(description))</desc>\n" + elements + "</svg>\n"
    }

    /// The picture as a file of its own.
    package var file: String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + inline(id: "figure")
            .replacing(
                "<svg ", with: "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" ",
                maxReplacements: 1
            )
            .replacing(
                "</desc>\n",
                with: "</desc>\n<style>\(Palette.stylesheet)</style>\n"
                    + "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n", maxReplacements: 1)
    }

    private func at(_ x: Double, _ y: Double) -> String { "\(coordinate(x)) \(coordinate(y))" }

    /// Tenths of a pixel: finer than any screen or printer shows at this size.
    private func coordinate(_ value: Double) -> String {
        precondition(value.isFinite, "a coordinate is a number")
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0
            ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
