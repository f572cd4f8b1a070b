// From values to pixels, and where an axis carries its numbers. It draws nothing.

internal import Foundation

/// A linear or logarithmic axis.
package struct Scale: Sendable {
    package let domain: ClosedRange<Double>
    package let range: (start: Double, end: Double)
    package let isLogarithmic: Bool

    /// `logarithmic` needs a domain above zero.
    package init(_ domain: ClosedRange<Double>, to range: (Double, Double), logarithmic: Bool = false) {
        precondition(!logarithmic || domain.lowerBound > 0, "a logarithmic axis holds no zero")
        let isEmpty = domain.lowerBound == domain.upperBound
        let margin = isEmpty ? max(abs(domain.lowerBound) * 0.1, 0.5) : 0
        let low = logarithmic && isEmpty ? domain.lowerBound / 1.5 : domain.lowerBound - margin
        let high = logarithmic && isEmpty ? domain.upperBound * 1.5 : domain.upperBound + margin
        self.domain = low...high
        self.range = range
        isLogarithmic = logarithmic
    }

    /// An axis with room at both ends of the values.
    package static func around(
        _ values: some Sequence<Double>, to range: (Double, Double), logarithmic: Bool = false,
        margin: Double = 0.04
    ) -> Scale {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return Scale(0...1, to: range) }
        if logarithmic {
            let room = pow(high / low, margin)
            return Scale((low / room)...(high * room), to: range, logarithmic: true)
        }
        let room = (high - low) * margin
        // Lengths and shares stay at or above zero where the data do.
        let bottom = low >= 0 ? max(low - room, min(0, low)) : low - room
        return Scale(bottom...(high + room), to: range)
    }

    package func callAsFunction(_ value: Double) -> Double {
        let part =
            isLogarithmic
            ? log(value / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
            : (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return range.start + part * (range.end - range.start)
    }

    /// The value at a pixel.
    package func inverse(_ pixel: Double) -> Double {
        let part = (pixel - range.start) / (range.end - range.start)
        return isLogarithmic
            ? domain.lowerBound * pow(domain.upperBound / domain.lowerBound, part)
            : domain.lowerBound + part * (domain.upperBound - domain.lowerBound)
    }

    package struct Tick: Sendable, Equatable {
        package var value: Double
        package var label: String
    }

    /// Round values whose labels stand at least `gap` pixels apart along a horizontal axis, or lines along a vertical.
    package func ticks(fontSize: Double, isVertical: Bool, gap: Double = 12, asShares: Bool = false)
        -> [Tick]
    {
        let length = abs(range.end - range.start)
        for wanted in stride(from: max(2, Int(length / (isVertical ? 28 : 44))), through: 2, by: -1) {
            let values = values(about: wanted)
            let ticks = zip(values, NumberForm.ticks(values, asShares: asShares)).map {
                Tick(value: $0, label: $1)
            }
            if ticks.count >= 2, fits(ticks, fontSize: fontSize, isVertical: isVertical, gap: gap) {
                return ticks
            }
        }
        return [domain.lowerBound, domain.upperBound].map { Tick(value: $0, label: NumberForm.value($0)) }
    }

    private func fits(_ ticks: [Tick], fontSize: Double, isVertical: Bool, gap: Double) -> Bool {
        zip(ticks, ticks.dropFirst()).allSatisfy { a, b in
            let need =
                isVertical
                ? fontSize * 1.4
                : (TextWidth.of(a.label, size: fontSize) + TextWidth.of(b.label, size: fontSize)) / 2 + gap
            return abs(self(b.value) - self(a.value)) >= need
        }
    }

    /// Multiples of 1, 2 or 5 times a power of ten inside the domain; for logarithms those numbers themselves.
    private func values(about count: Int) -> [Double] {
        let (low, high) = (domain.lowerBound, domain.upperBound)
        if isLogarithmic, high / low > 4 {
            let decades = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
            for digits in [[1.0, 2, 5], [1, 3], [1]] {
                let found = decades.flatMap { decade in digits.map { $0 * pow(10, Double(decade)) } }
                    .filter { domain.contains($0) }
                if found.count <= count + 1 { return found }
            }
            return decades.map { pow(10, Double($0)) }.filter { domain.contains($0) }
        }
        let rough = (high - low) / Double(count)
        let power = pow(10, log10(rough).rounded(.down))
        let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
        let first = (low / step).rounded(.up)
        let last = (high / step).rounded(.down)
        guard first <= last else { return [] }
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }
}
