// One row of the table: what is simulated, how often it may or must happen, and how often it did.

import Statistics

/// A promise about a share of simulated experiments.
struct Cell: Sendable {
    enum Promise: Sendable {
        /// A test's error at 5 %: of 2,000 at most 123, which a true 5 % exceeds once in a hundred times.
        case atMost(Int)
        /// A power of 80 %: of 1,000 at least 770.
        case atLeast(Int)
        /// An interval's coverage.
        case within(ClosedRange<Double>)
        /// What goes wrong without the method: shown, not judged.
        case shown
    }

    let group: String
    let name: String
    let runs: Int
    let promise: Promise
    /// Whether the run counts: the test rejected, the interval covered.
    let run: @Sendable (inout Draws) throws -> Bool

    /// Counts over all runs, on `threads` tasks. Each run has a stream of its own.
    func count(threads: Int) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for thread in 0..<threads {
                group.addTask {
                    var count = 0
                    for index in stride(from: thread, to: runs, by: threads) {
                        var draws = Draws(cell: self.group + name, run: index)
                        if try run(&draws) { count += 1 }
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
    }

    func isKept(by count: Int) -> Bool {
        switch promise {
        case .atMost(let most): count <= most
        case .atLeast(let least): count >= least
        case .within(let range): range.contains(Double(count) / Double(runs))
        case .shown: true
        }
    }
}

extension Cell.Promise: CustomStringConvertible {
    var description: String {
        switch self {
        case .atMost(let most): "at most \(most)"
        case .atLeast(let least): "at least \(least)"
        case .within(let range): "\(percent(range.lowerBound)) to \(percent(range.upperBound))"
        case .shown: "shown beside"
        }
    }
}

/// A share with one digit after the point.
func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
}
