// Where a function of one number crosses zero. It knows no statistics.

import Glibc

enum RootFinder {
    /// The root of `f` in `range`, at whose ends it has opposite signs; nil where it has not.
    ///
    /// Chandrupatla's method (Advances in Engineering Software 28, 1997): bisection that takes an inverse
    /// quadratic step where three points say that it is safe. Stops at `tolerance` relative to the root, or
    /// where Double does.
    static func root(in range: ClosedRange<Double>, tolerance: Double = 1e-14, _ f: (Double) -> Double)
        -> Double?
    {
        var (b, a) = (range.lowerBound, range.upperBound)
        var (fb, fa) = (f(b), f(a))
        if fa == 0 { return a }
        if fb == 0 { return b }
        guard (fa < 0) != (fb < 0), !fa.isNaN, !fb.isNaN else { return nil }
        var share = 0.5
        while true {
            let x = a + share * (b - a)
            let fx = f(x)
            // a is the newest point, b the other end of the bracket, c the point that was dropped.
            var c = a
            var fc = fa
            if (fx < 0) == (fa < 0) { (c, fc) = (a, fa) } else { (c, fc) = (b, fb); (b, fb) = (a, fa) }
            (a, fa) = (x, fx)
            let best = abs(fa) < abs(fb) ? a : b
            let width = abs(b - a)
            let close = 2 * best.ulp + tolerance * abs(best)
            if fa == 0 || width <= close || fx.isNaN { return best }
            let xi = (a - b) / (c - b)
            let phi = (fa - fb) / (fc - fb)
            if phi * phi < xi, (1 - phi) * (1 - phi) < 1 - xi {
                share = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            } else {
                share = 0.5
            }
            let least = close / width / 2
            share = min(1 - least, max(least, share))
        }
    }
}
