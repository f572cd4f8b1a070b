// What somebody probably meant: the known name nearest to a mistyped one.

extension Sequence<String> {
    /// The name that the fewest insertions, deletions, changes and swaps of neighbours lead to; nil where none is near
    /// enough for a guess to help. Takes time and memory in the product of the lengths.
    func nearest(to typed: String) -> String? {
        let typed = Array(typed.lowercased().unicodeScalars.prefix(80))
        let candidates = map { ($0, distance(typed, Array($0.lowercased().unicodeScalars))) }
        guard let best = candidates.min(by: { $0.1 < $1.1 }) else { return nil }
        return best.1 <= Swift.max(1, Swift.min(typed.count, best.0.unicodeScalars.count) / 3) ? best.0 : nil
    }

    /// `; did you mean 'x'?`, or the list of what there is.
    func suggestion(for typed: String) -> String {
        if let name = nearest(to: typed) { return "; did you mean '\(name)'?" }
        let known = Array(self)
        guard !known.isEmpty else { return "" }
        let shown = known.prefix(20).joined(separator: ", ")
        return "; known: \(shown)\(known.count > 20 ? ", …" : "")"
    }
}

/// Optimal string alignment: Levenshtein's distance with swaps of neighbours.
private func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var rows = [Array(0...right.count)]
    for (i, a) in left.enumerated() {
        var row = [i + 1]
        for (j, b) in right.enumerated() {
            var best = Swift.min(rows[i][j] + (a == b ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a == right[j - 1], left[i - 1] == b {
                best = Swift.min(best, rows[i - 1][j - 1] + 1)
            }
            row.append(best)
        }
        rows.append(row)
    }
    return rows[left.count][right.count]
}
