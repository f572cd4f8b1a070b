// Shows how far a long job is: a bar on a terminal, a few lines in a log. Writes to standard error, so a
// command's output stays clean. Knows nothing of the job.

import Synchronization

/// One job's progress. May be told from any thread; draws at most ten times a second.
package final class ProgressBar: Sendable {
    private struct State {
        var total: Int64?
        /// Where the job stood when this program took it up.
        var first: Int64?
        var drawnAt: ContinuousClock.Instant?
        var reportedTenth = 0
        var isFinished = false
    }

    /// What a job's progress is counted in.
    package enum Unit: Sendable {
        case bytes
        /// So many things, by their plural.
        case count(String)
    }

    private let label: String
    private let unit: Unit
    private let isLive: Bool
    private let coloured: Bool
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    private static let redraw = Duration.milliseconds(100)

    /// - Parameter total: in `unit`; nil where nobody knows yet.
    package init(_ label: String, unit: Unit = .bytes, total: Int64? = nil) {
        self.label = label
        self.unit = unit
        state = Mutex(State(total: total))
        isLive = Terminal.isTerminal(.error) && Terminal.environment("TERM") != "dumb"
        coloured = Terminal.showsColour(.error)
    }

    /// - Parameters:
    ///   - done: so far, not since the last call.
    ///   - total: for jobs that learn it on the way; nil leaves it as it is.
    ///   - remark: what else there is to say, such as a second rate.
    package func update(_ done: Int64, of total: Int64? = nil, remark: String = "") {
        state.withLock { state in
            if state.isFinished { return }
            if let total { state.total = total }
            let first = state.first ?? done
            state.first = first
            let now = ContinuousClock.now
            if isLive {
                if let drawnAt = state.drawnAt, now - drawnAt < Self.redraw { return }
                state.drawnAt = now
                Terminal.write(
                    Self.carriageReturn + line(done, since: first, state.total, now, remark)
                        + Self.clearToEnd, to: .error)
            } else if let total = state.total, total > 0 {
                // A log gets a line for every tenth.
                let hundredth = Int(min(done, total) * 100 / total)
                if hundredth / 10 <= state.reportedTenth || done >= total { return }
                state.reportedTenth = hundredth / 10
                Terminal.write(
                    "\(label): \(hundredth) % (\(Self.amount(done, of: total, unit)))\n", to: .error)
            }
        }
    }

    /// The job is done, or has failed: leaves one line that says what came of it.
    package func finish(_ done: Int64, _ outcome: String? = nil) {
        state.withLock { state in
            if state.isFinished { return }
            state.isFinished = true
            let seconds = Self.seconds(ContinuousClock.now - start)
            let last = outcome ?? "\(Self.amount(done, unit)) in \(Self.brief(seconds))"
            Terminal.write(
                (isLive ? Self.carriageReturn : "") + "\(label): \(last)" + (isLive ? Self.clearToEnd : "")
                    + "\n",
                to: .error)
        }
    }

    private static let carriageReturn = "\r"
    private static let clearToEnd = "\u{1B}[K"

    private func line(
        _ done: Int64, since first: Int64, _ total: Int64?, _ now: ContinuousClock.Instant, _ remark: String
    ) -> String {
        Self.render(
            label: label, unit: unit, done: done, since: first, total: total,
            seconds: Self.seconds(now - start), remark: remark, width: Terminal.width(.error),
            coloured: coloured)
    }

    /// The line of a bar, never wider than `width` columns. `since` is what had been done before `seconds` began.
    package static func render(
        label: String, unit: Unit = .bytes, done: Int64, since first: Int64 = 0, total: Int64?,
        seconds: Double, remark: String = "", width: Int, coloured: Bool
    ) -> String {
        let rate = seconds > 0 ? Double(done - first) / seconds : 0
        var figures = amount(done, unit)
        if let total, total > 0 { figures = amount(done, of: total, unit) }
        // Of things there are too few in a second for a round rate to say anything.
        if rate > 0, case .bytes = unit { figures += ", \(amount(Int64(rate), unit))/s" }
        if !remark.isEmpty { figures += ", " + remark }
        if let total, rate > 0, done < total { figures += ", \(brief(Double(total - done) / rate)) left" }

        // One column stays free: writing the last one makes some terminals wrap.
        let room = max(width - 1, 0)
        let text = "\(label): \(figures)"
        let cells = min(room - text.count - 3, 40)
        guard let total, total > 0, cells >= 10 else { return String(text.prefix(room)) }
        let filled = Int(Double(min(done, total)) / Double(total) * Double(cells))
        let bar =
            Style.green(String(repeating: "━", count: filled), coloured: coloured)
            + Style.dim(String(repeating: coloured ? "━" : "─", count: cells - filled), coloured: coloured)
        return "\(label): \(bar) \(figures)"
    }

    private static func amount(_ done: Int64, of total: Int64, _ unit: Unit) -> String {
        let whole = amount(total, unit)
        switch unit {
        case .bytes: return "\(amount(done, unit)) of \(whole)"
        case .count: return "\(done) of \(whole)"
        }
    }

    private static func amount(_ number: Int64, _ unit: Unit) -> String {
        switch unit {
        case .bytes: amount(bytes: number)
        case .count(let name): "\(number) \(name)"
        }
    }

    private static func amount(bytes: Int64) -> String {
        let names = ["B", "kB", "MB", "GB", "TB"]
        var scaled = Double(bytes)
        var index = 0
        // Rounded first, so that no "1000.0 MB" appears.
        while scaled.rounded() >= 1000, index + 1 < names.count {
            scaled /= 1000
            index += 1
        }
        return scaled.rounded(index == 0 || scaled >= 99.95 ? 0 : 1) + " " + names[index]
    }

    private static func brief(_ seconds: Double) -> String {
        guard seconds < 1e7 else { return "a long time" }
        let whole = Int(seconds.rounded())
        if whole < 1 { return seconds.rounded(1) + " s" }
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
