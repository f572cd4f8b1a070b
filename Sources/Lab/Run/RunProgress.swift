// How far a run is, for whoever draws it. It knows no terminal.

/// A run's state after its latest event.
package struct RunProgress: Sendable, Equatable {
    /// Trials that the run may come to; fewer if a look ends it.
    package var total: Int
    /// Trials that have rows, those of earlier sessions among them.
    package var done: Int
    /// Trials that had rows when this session began.
    package var before: Int
    /// Trials being asked now.
    package var inFlight = 0
    /// Failed attempts and refused answers of this session, and trials that it gave up.
    package var failures = 0
    package var givenUp = 0
    /// Tokens of this session's answers.
    package var tokens = 0
    /// Seconds since this session began.
    package var seconds = 0.0
    /// What failed last.
    package var latestFailure: String?

    package var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }

    /// Seconds to the end at this session's pace; nil: there is no pace yet.
    package var secondsLeft: Double? {
        done > before ? seconds / Double(done - before) * Double(total - done - givenUp) : nil
    }
}

/// What a session came to.
package struct RunSummary: Sendable {
    package enum Ending: Sendable, Equatable {
        /// Every trial has its row.
        case complete
        /// A look ended the run: its number, from 1.
        case stopped(look: Int)
        /// Cancelled; what was answered is kept.
        case interrupted
        /// So many trials got no answer, and are asked again in the next session.
        case incomplete(missing: Int)
    }

    package var ending: Ending
    package var progress: RunProgress
    /// Every row, by the trials' order.
    package var rows: [Row]
}
