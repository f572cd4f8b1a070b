// How much of the error may be spent by the time a share of the information is in (Lan and DeMets, Biometrika
// 70, 1983). It knows functions of time; boundaries come from them in GroupSequentialDesign.

import Glibc

/// An error-spending function α*(t) of one side's error α: 0 at t = 0, all of α from t = 1 on, never falling.
///
/// Written for one side, as in Lan and DeMets' paper, R's gsDesign and ldbounds: a two-sided design at 5 %
/// spends 2.5 % by this function on each side.
public enum SpendingFunction: Sendable, Hashable {
    /// 2 (1 − Φ(z(1−α/2) / √t)): hardly anything early, so that the last boundary is near the unadjusted one.
    case obrienFleming
    /// α ln(1 + (e − 1) t): boundaries that are nearly level.
    case pocock
    /// α t^ρ for ρ > 0 (Kim and DeMets, Biometrika 74, 1987): ρ = 1 is between the two above, ρ = 3 near the
    /// first.
    case power(Double)

    /// The error spent by information time `t`, a share of the planned information; beyond 1 it stays at
    /// `alpha`.
    public func spent(at t: Double, of alpha: Double) -> Double {
        guard t > 0 else { return 0 }
        guard t < 1 else { return alpha }
        switch self {
        case .obrienFleming:
            return 2 * Normal.standard.cdf(Normal.standard.quantile(alpha / 2) / t.squareRoot())
        case .pocock: return alpha * log1p((M_E - 1) * t)
        case .power(let exponent): return alpha * pow(t, exponent)
        }
    }
}
