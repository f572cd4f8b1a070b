// The checks that every method makes of its data before it computes. No method checks twice, or differently.

/// Throws unless there are at least `minimum` values and all are finite. `name` is the list's name in the
/// message.
func require(
    _ values: [Double], atLeast minimum: Int, for purpose: String, _ name: String, in method: String
) throws(StatisticsError) {
    guard values.count >= minimum else {
        throw StatisticsError(
            .tooFewValues, in: method,
            "\(name) has \(values.count) \(values.count == 1 ? "value" : "values")",
            fix: "\(purpose) needs at least \(minimum)")
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw StatisticsError(
            .notFinite, in: method, "value \(index + 1) of \(name) is \(values[index])",
            fix: "leave out or repair what was not measured")
    }
}

/// Throws unless both lists are equally long.
func requireSameCount(_ a: Int, _ b: Int, _ what: String, in method: String) throws(StatisticsError) {
    guard a == b else {
        throw StatisticsError(
            .mismatchedLengths, in: method, "\(what) differ in length: \(a) and \(b)",
            fix: "give one entry for each")
    }
}

/// Throws unless 0 < level < 1.
func requireLevel(_ level: Double, in method: String) throws(StatisticsError) {
    guard level > 0, level < 1 else {
        throw StatisticsError(
            .outOfRange, in: method, "level \(level)", fix: "give a number between 0 and 1, such as 0.95")
    }
}

/// The differences of pairs. Throws if the lists are not equally long, or a difference overflows.
func pairedDifferences(
    _ a: [Double], _ b: [Double], in method: String
) throws(StatisticsError) -> [Double] {
    try requireSameCount(a.count, b.count, "the two lists of pairs", in: method)
    try require(a, atLeast: 0, for: "", "list A", in: method)
    try require(b, atLeast: 0, for: "", "list B", in: method)
    let differences = zip(a, b).map { $0 - $1 }
    if let index = differences.firstIndex(where: { !$0.isFinite }) {
        throw StatisticsError(
            .notFinite, in: method, "the difference of pair \(index + 1) is \(differences[index])",
            fix: "divide all values by a constant")
    }
    return differences
}
