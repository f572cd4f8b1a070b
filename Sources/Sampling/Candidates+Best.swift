// The best few logits in order, for reporting; the only place where anything is sorted.

extension Candidates {
    /// The `limit` largest of `row`, best first, ties by lowest id; fewer if the row is shorter. It starts over, so a
    /// draw in progress is lost.
    package mutating func best(_ limit: Int, of row: UnsafeBufferPointer<Float>) -> [LogitsPeak] {
        load(row)
        keepLargest(limit)
        return (0..<count)
            .map { LogitsPeak(token: id($0), logit: row[Int(id($0))]) }
            .sorted { ($0.logit, $1.token) > ($1.logit, $0.token) }
    }
}
