// The distribution of a test's score among the paths that have not stopped, look after look (Armitage,
// McPherson and Rowe, JRSS A 132, 1969; Jennison and Turnbull, chapter 19). It integrates; it knows neither
// errors nor designs.

import Glibc

/// The sub-density of the score process B(t) = √t Z(t), which has independent increments N(θΔ, Δ) for drift
/// θ.
///
/// Held as nodes and masses of a composite Gauss-Legendre rule. The density is as smooth as the shorter of
/// the steps beside it, and panels are that wide: at 12 nodes per 2.5 standard deviations of the step the
/// error is below 1e-12.
struct ScoreDensity {
    let drift: Double
    private(set) var time = 0.0
    // At time 0 every path is at 0: a point of mass 1.
    private var nodes = [0.0]
    private var masses = [1.0]

    init(drift: Double) {
        self.drift = drift
    }

    /// P(not stopped yet, and B(t) > `bound`) at the next look.
    func probability(above bound: Double, at t: Double) -> Double {
        sum(at: t) { mean, scale in Normal.standard.survival((bound - mean) / scale) }
    }

    /// P(not stopped yet, and B(t) < `bound`) at the next look.
    func probability(below bound: Double, at t: Double) -> Double {
        sum(at: t) { mean, scale in Normal.standard.cdf((bound - mean) / scale) }
    }

    /// Goes to the look at `t`, whose paths inside `continuing` go on; `next` is the time of the look after
    /// it.
    mutating func advance(to t: Double, continuing: ClosedRange<Double>, next: Double) {
        let step = t - time
        let scale = step.squareRoot()
        // Beyond nine standard deviations of the unstopped process lies less than 1e-18 of it.
        let reach = 9 * t.squareRoot()
        let lower = max(continuing.lowerBound, drift * t - reach)
        let upper = min(continuing.upperBound, drift * t + reach)
        guard lower < upper else {
            (nodes, masses, time) = ([], [], t)
            return
        }
        let smooth = min(step, next - t).squareRoot()
        let panels = max(1, Int(((upper - lower) / (2.5 * smooth)).rounded(.up)))
        let half = (upper - lower) / Double(2 * panels)
        let height = 1 / (scale * (2 * Double.pi).squareRoot())
        var newNodes: [Double] = []
        var newMasses: [Double] = []
        newNodes.reserveCapacity(panels * GaussLegendre.twelve.count)
        newMasses.reserveCapacity(panels * GaussLegendre.twelve.count)
        for panel in 0..<panels {
            let center = lower + half * Double(2 * panel + 1)
            for (abscissa, weight) in GaussLegendre.twelve {
                let point = center + half * abscissa
                var density = 0.0
                for index in nodes.indices {
                    let z = (point - nodes[index] - drift * step) / scale
                    density += masses[index] * exp(-0.5 * z * z)
                }
                newNodes.append(point)
                newMasses.append(weight * half * height * density)
            }
        }
        (nodes, masses, time) = (newNodes, newMasses, t)
    }

    private func sum(at t: Double, _ tail: (_ mean: Double, _ scale: Double) -> Double) -> Double {
        let step = t - time
        var total = 0.0
        for index in nodes.indices {
            total += masses[index] * tail(nodes[index] + drift * step, step.squareRoot())
        }
        return total
    }
}
