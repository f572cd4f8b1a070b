// The outline of a cloud: a Gaussian kernel density in the axis's own pixels, so that a logarithmic axis gets a
// logarithmic density. It is a picture only; no number in the report comes from it.

internal import Foundation

struct Density {
    var points: [(x: Double, height: Double)]
    var peak: Double

    /// Silverman's rule of thumb for the width of the kernel (Density Estimation, 1986, equation 3.31). The outline ends
    /// where the data do.
    init(_ values: [Double], on scale: Scale) {
        let pixels = values.map { scale($0) }.filter(\.isFinite).sorted()
        guard pixels.count >= 3, let first = pixels.first, let last = pixels.last, last > first else {
            (points, peak) = ([], 0)
            return
        }
        let n = Double(pixels.count)
        let mean = pixels.reduce(0, +) / n
        let deviation = (pixels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot()
        let range = (pixels[Int(0.75 * (n - 1))] - pixels[Int(0.25 * (n - 1))]) / 1.34
        let spread = range > 0 ? min(deviation, range) : deviation
        let width = max(1.5, 0.9 * spread * pow(n, -0.2))
        let steps = 96
        points = (0...steps).map { step in
            let x = first + (last - first) * Double(step) / Double(steps)
            let height = pixels.reduce(0) { sum, pixel in
                let z = (x - pixel) / width
                return abs(z) > 5 ? sum : sum + exp(-z * z / 2)
            }
            return (x, height / (n * width))
        }
        peak = points.map(\.height).max() ?? 0
    }
}
