// The best few logits in order, for reporting. Refuses to choose: that is `Candidates`.

/// Finds the most likely tokens of a row; scratch is reused from token to token.
package struct TopLogits: Sendable {
    private var candidates = Candidates()

    package init() {}

    /// The `limit` largest logits, best first, ties by lowest id; fewer if the row is shorter.
    package mutating func best(_ limit: Int, of row: UnsafeBufferPointer<Float>) -> [LogitsPeak] {
        candidates.load(row)
        candidates.keepLargest(limit)
        return (0..<candidates.count)
            .map { LogitsPeak(token: candidates.id($0), logit: row[Int(candidates.id($0))]) }
            .sorted { ($0.logit, $1.token) > ($1.logit, $0.token) }
    }
}
