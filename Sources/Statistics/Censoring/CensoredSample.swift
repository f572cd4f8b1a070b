// Lengths of which some were cut off: at least so long. It owns the table of who is at risk when; tests are
// elsewhere.

/// Right-censored lengths: an answer that ended by itself has its length, one cut at max_tokens is at least
/// that long.
public struct CensoredSample: Sendable, Hashable {
    /// A length and whether it is the whole one.
    public struct Length: Sendable, Hashable {
        /// The length that was seen, 0 or more, in any unit.
        public let value: Double
        /// False where the answer was cut off there.
        public let isComplete: Bool

        /// A length seen; `isComplete` is false where the answer was cut off there.
        public init(_ value: Double, isComplete: Bool) {
            (self.value, self.isComplete) = (value, isComplete)
        }
    }

    /// The lengths, shortest first.
    public let lengths: [Length]
    /// How many were cut off.
    public var censoredCount: Int { lengths.count { !$0.isComplete } }

    /// Throws without lengths, and unless all are finite and not below 0.
    public init(_ lengths: [Length]) throws(StatisticsError) {
        guard !lengths.isEmpty else {
            throw StatisticsError(.tooFewValues, in: "censored lengths", "no length", fix: "give at least 1")
        }
        guard lengths.allSatisfy({ $0.value >= 0 && $0.value.isFinite }) else {
            throw StatisticsError(
                .notFinite, in: "censored lengths", "a length is negative, NaN or infinite",
                fix: "leave it out")
        }
        self.lengths = lengths.sorted { $0.value < $1.value }
    }

    /// Lengths that are whole where they are below `cap`, and cut off where they reach it.
    public init(_ values: [Double], cutAt cap: Double) throws(StatisticsError) {
        try self.init(values.map { Length(min($0, cap), isComplete: $0 < cap) })
    }

    /// The lengths at which answers ended, rising, with those at risk: at least so long, the cut ones at that
    /// very length included.
    var steps: [(length: Double, atRisk: Int, ended: Int)] {
        var steps: [(length: Double, atRisk: Int, ended: Int)] = []
        var index = 0
        while index < lengths.count {
            let start = index
            var ended = 0
            while index < lengths.count, lengths[index].value == lengths[start].value {
                if lengths[index].isComplete { ended += 1 }
                index += 1
            }
            if ended > 0 { steps.append((lengths[start].value, lengths.count - start, ended)) }
        }
        return steps
    }
}
