// Nodes and weights of Gauss and Legendre's rule. It knows numbers, and where they come from.

import Glibc

/// Gauss-Legendre quadrature on [−1, 1]: exact for polynomials up to degree 2n − 1.
enum GaussLegendre {
    /// Twelve nodes.
    static let twelve = rule(nodes: 12)

    /// The n nodes, roots of the Legendre polynomial, by Newton's method from Tricomi's approximation; and
    /// weights 2 / ((1 − x²) P′(x)²) (Abramowitz and Stegun 25.4.29).
    static func rule(nodes count: Int) -> [(abscissa: Double, weight: Double)] {
        (1...count).map { index in
            var x = -cos(Double.pi * (Double(index) - 0.25) / (Double(count) + 0.5))
            var slope = 1.0
            // Newton doubles the digits each time; the start has three.
            for _ in 0..<6 {
                var (previous, value) = (1.0, x)
                for degree in stride(from: 2.0, through: Double(count), by: 1) {
                    (previous, value) = (
                        value, ((2 * degree - 1) * x * value - (degree - 1) * previous) / degree
                    )
                }
                slope = Double(count) * (x * value - previous) / (x * x - 1)
                x -= value / slope
            }
            return (x, 2 / ((1 - x * x) * slope * slope))
        }
    }

    /// ∫ f over `range`, cut into `panels` of equal width with twelve nodes each.
    static func integral(over range: ClosedRange<Double>, panels: Int, _ f: (Double) -> Double) -> Double {
        let half = (range.upperBound - range.lowerBound) / Double(2 * panels)
        var total = 0.0
        for panel in 0..<panels {
            let center = range.lowerBound + half * Double(2 * panel + 1)
            for (abscissa, weight) in twelve { total += weight * half * f(center + half * abscissa) }
        }
        return total
    }
}
