// Numbers as a reader wants them: as many digits as they carry, a true minus sign, thousands apart.

internal import Foundation

package enum NumberForm {
    /// A value or a difference: three significant digits, at most three decimals, all digits before the point.
    package static func value(_ x: Double, digits: Int = 3) -> String {
        guard x.isFinite else { return x.isNaN ? "n/a" : x < 0 ? "−∞" : "∞" }
        guard x != 0 else { return "0" }
        let magnitude = abs(x)
        if magnitude >= 1e9 || magnitude < 1e-4 { return scientific(x) }
        let whole = Int(log10(magnitude).rounded(.down)) + 1
        return fixed(x, decimals: max(0, min(whole > 0 ? digits - whole : digits - whole, 6)))
    }

    /// The same, with a plus sign where it is above zero.
    package static func signed(_ x: Double, digits: Int = 3) -> String {
        (x > 0 ? "+" : "") + value(x, digits: digits)
    }

    /// Several values to the decimals of the finest that any needs, so that an interval reads evenly.
    package static func together(_ values: [Double], digits: Int = 3) -> [String] {
        let widest = values.filter(\.isFinite).map(abs).max() ?? 0
        guard widest > 0, widest < 1e9, widest >= 1e-4 else {
            return values.map { value($0, digits: digits) }
        }
        let whole = Int(log10(widest).rounded(.down)) + 1
        let decimals = max(0, min(digits - whole, 6))
        return values.map { $0.isFinite ? fixed($0, decimals: decimals) : value($0) }
    }

    /// `−31 to 8`.
    package static func interval(_ low: Double, _ high: Double, digits: Int = 3) -> String {
        let both = together([low, high], digits: digits)
        return "\(both[0]) to \(both[1])"
    }

    /// `.034`, `< .0001`: no zero before the point, for it can never be one or more; three decimals, four where small.
    package static func p(_ x: Double) -> String {
        guard x.isFinite else { return "n/a" }
        if x < 0.0001 { return "< .0001" }
        if x >= 0.9995 { return "1" }
        return String(fixed(x, decimals: x < 0.1 ? 4 : 3).dropFirst())
    }

    /// `p = .034`, `p < .0001`.
    package static func equation(p x: Double) -> String { x < 0.0001 ? "p < .0001" : "p = \(p(x))" }

    package static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "n/a" }
        let percent = share * 100
        return fixed(percent, decimals: percent == percent.rounded() || percent >= 10 ? 0 : 1) + " %"
    }

    /// Labels of an axis: as many decimals as tell its values apart, the same for all.
    package static func ticks(_ values: [Double], asShares: Bool = false) -> [String] {
        let shown = asShares ? values.map { $0 * 100 } : values
        let decimals =
            (0...6).first { decimals in
                let unit = pow(10, Double(decimals))
                return shown.allSatisfy {
                    abs(($0 * unit).rounded() - $0 * unit) < 1e-6 * max(1, abs($0 * unit))
                }
            } ?? 6
        return shown.map { fixed($0, decimals: decimals) + (asShares ? " %" : "") }
    }

    package static func count(_ n: Int) -> String { fixed(Double(n), decimals: 0) }

    package static func fixed(_ x: Double, decimals: Int) -> String {
        let text = String(format: "%.\(decimals)f", abs(x))
        let parts = text.split(separator: ".")
        var whole = String(parts[0])
        // Four digits stay together: years and lengths read better so, and columns still line up.
        if whole.count > 4 {
            var place = whole.index(whole.endIndex, offsetBy: -3)
            while place > whole.startIndex {
                whole.insert(",", at: place)
                guard let next = whole.index(place, offsetBy: -3, limitedBy: whole.startIndex) else { break }
                place = next
            }
        }
        let isZero = !text.contains { $0 != "0" && $0 != "." }
        return (x < 0 && !isZero ? "−" : "")
            + ([whole] + parts.dropFirst().map(String.init)).joined(separator: ".")
    }

    private static func scientific(_ x: Double) -> String {
        let parts = String(format: "%.1e", abs(x)).split(separator: "e")
        return "\(x < 0 ? "−" : "")\(parts[0])e\(Int(parts[1]) ?? 0)"
    }
}

extension Double {
    /// The number with every digit it has, for files that programs read; empty where there is none.
    package var exactText: String { isFinite ? "\(self)" : "" }
}
